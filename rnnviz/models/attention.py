"""Attention: where a decoder looks in the source, as Bahdanau (additive) and as Luong (dot, general)."""

import torch
from torch import Tensor, nn

from rnnviz.checks import one_of
from rnnviz.limits import affordable, sizes

__all__ = ["ATTENTIONS", "Attention"]

ATTENTIONS = ("dot", "general", "additive")


class Attention(nn.Module):
    """Weigh the source's states by how well each fits a state of the decoder, and mix them into one context.

    The weights are a softmax over the source of a score e between a decoder state s and a source state h:

    - ``"dot"``: e = s · h (Luong, Pham & Manning 2015); of an encoder that reads both ways, h is the sum of both
      directions here, since s and h must have one size; the context still holds both side by side.
    - ``"general"``: e = s · W h (Luong and others 2015).
    - ``"additive"``: e = v · tanh(W s + U h) (Bahdanau, Cho & Bengio 2015).

    What the decoder answers from is tanh(W_c [c; s]), Luong's attentional state, c being the context.

    Parameters
    ----------
    kind : {"dot", "general", "additive"}
        The score.
    state_size, memory_size : int
        Units of a decoder state, and of a source position (all directions).

    Raises
    ------
    TypeError, ValueError
        If there is no such kind, or ``"dot"`` is to compare states of sizes that do not fit.

    Examples
    --------
    >>> attention = Attention("general", state_size=4, memory_size=6)
    >>> mask = torch.tensor([[True, True, True], [True, True, False]])
    >>> context, weights = attention(torch.zeros(2, 5, 4), torch.zeros(2, 3, 6), mask)
    >>> context.shape, weights[1, 0]
    (torch.Size([2, 5, 6]), tensor([0.5000, 0.5000, 0.0000], grad_fn=<SelectBackward0>))
    """

    def __init__(self, kind: str, state_size: int, memory_size: int) -> None:
        super().__init__()
        self.kind = one_of(ATTENTIONS)("kind", kind)
        state_size, memory_size = sizes(state_size=state_size, memory_size=memory_size)
        if kind == "dot" and memory_size not in (state_size, 2 * state_size):
            raise ValueError(
                f"memory_size must be state_size={state_size}, or twice that of an encoder that reads both ways, "
                f"for the kind 'dot', got {memory_size}; choose 'general'."
            )
        affordable("the attention", state_size * memory_size, state_size=state_size, memory_size=memory_size)
        self.state_size = state_size
        self.key = None if kind == "dot" else nn.Linear(memory_size, state_size, bias=False)
        self.query = nn.Linear(state_size, state_size, bias=False) if kind == "additive" else None
        self.score = nn.Linear(state_size, 1, bias=False) if kind == "additive" else None
        self.combine = nn.Linear(memory_size + state_size, state_size, bias=False)

    def forward(self, states: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Look from ``states`` (batch, T_out, state_size) into ``memory`` (batch, T_in, memory_size).

        Parameters
        ----------
        states, memory : torch.Tensor
            The decoder's and the source's.
        mask : torch.Tensor
            Axes (batch, T_in): True where there is a token, False on padding, which gets the weight 0.

        Returns
        -------
        context : torch.Tensor
            Axes (batch, T_out, memory_size).
        weights : torch.Tensor
            Axes (batch, T_out, T_in); over the source they sum to 1.
        """
        scores = self.scores(states, self.keys(memory)).masked_fill(~mask[:, None], -torch.inf)
        weights = scores.softmax(-1)
        return weights @ memory, weights

    def keys(self, memory: Tensor) -> Tensor:
        """Return what states are compared with, (batch, T_in, state_size), of a ``memory`` (batch, T_in, unit)."""
        if self.key is not None:
            keys: Tensor = self.key(memory)
            return keys
        return memory.view(*memory.shape[:2], -1, self.state_size).sum(2)  # one direction, or the sum of both

    def scores(self, states: Tensor, keys: Tensor) -> Tensor:
        """Return how well ``states`` (batch, T_out, unit) fit ``keys`` (batch, T_in, unit): (batch, T_out, T_in)."""
        if self.query is None or self.score is None:
            return states @ keys.transpose(1, 2)
        together = torch.tanh(self.query(states)[:, :, None] + keys[:, None])  # (batch, T_out, T_in, unit)
        scores: Tensor = self.score(together).squeeze(-1)
        return scores

    def combined(self, states: Tensor, context: Tensor) -> Tensor:
        """Return tanh(W_c [c; s]) of ``states`` and each one's ``context``, Luong's attentional state."""
        return torch.tanh(self.combine(torch.cat([context, states], -1)))
