"""SelfAttention: every position looks at all others at once, so that no answer is further away than another."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnviz.checks import flag, optional, whole
from rnnviz.limits import SIZE, affordable, sizes
from rnnviz.models.inputs import check_sequences

__all__ = ["Attended", "Entering", "SelfAttention"]


class Entering(nn.Module):
    """What enters attention at each position: e_t = W x_t + b + p_t, with p_t learnt for each position, if wanted.

    Parameters
    ----------
    input_size, hidden_size : int
        Features a position, and numbers of the vector made of them.
    """

    batch_first = True

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.project = nn.Linear(input_size, hidden_size)

    def forward(self, inputs: Tensor, places: Tensor | None = None) -> Tensor:
        """Return e_t, (…, unit), of ``inputs`` (…, feature) and, where given, what stands for their ``places``."""
        projected: Tensor = self.project(inputs)
        return projected if places is None else projected + places


class Attended(nn.Module):
    """What each position has become: s_t = e_t + W c_t, with c_t what it has read of the others.

    Parameters
    ----------
    hidden_size : int
        Numbers of a position's vector.
    """

    batch_first = True

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.project = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, inputs: Tensor, entering: Tensor) -> Tensor:
        """Return s_t, (…, unit), of contexts ``inputs`` and of what they came from, ``entering``."""
        projected: Tensor = self.project(inputs)
        return entering + projected


class SelfAttention(nn.Module):
    """Read a sequence with one layer of self-attention, and answer from the mean over positions, or at each position.

    With e_t = W x_t + b + p_t, queries q, keys k and values v are linear in e. Position t reads c_t = Σ_s a_ts v_s with
    a_t = softmax_s(q_t · k_s / √hidden_size) and becomes s_t = e_t + W_o c_t (Vaswani and others 2017: one head, no
    normalisation, no feed-forward part). Whatever two positions exchange takes one step, however far apart they are.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features a position, numbers of a position's vector, numbers an answer.
    positions : int or None
        How many positions have a learnt vector p_t, which is the longest sequence that can be read; None: no position
        is told from another, and the answer does not depend on their order.
    causal : bool
        Read only what is not later.
    each_step : bool
        Answer at every position.

    Attributes
    ----------
    positions : torch.nn.Parameter or None
        p, axes (position, unit); first drawn from a normal distribution of deviation 1/√hidden_size.
    entering, attended : torch.nn.Module
        Give e and s, axes (batch, time, unit); `rnnviz.trace` shows them as layers, with the gradient at each position.
        There is no recurrence, so of that gradient all is direct.
    head : torch.nn.Linear
        From s to the answer.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number in its range, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> model = SelfAttention(input_size=8, hidden_size=28, output_size=4, positions=50)
    >>> x = torch.zeros(3, 50, 8)
    >>> model(x).shape, model.attention_weights(x).shape
    (torch.Size([3, 4]), torch.Size([3, 50, 50]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        positions: int | None,
        causal: bool = False,
        each_step: bool = False,
    ) -> None:
        super().__init__()
        input_size, hidden_size, output_size = sizes(
            input_size=input_size, hidden_size=hidden_size, output_size=output_size
        )
        count = optional(whole(1, SIZE))("positions", positions)
        affordable("the model", hidden_size * max(input_size, 4 * hidden_size), hidden_size=hidden_size)
        affordable("the model", hidden_size * output_size, hidden_size=hidden_size, output_size=output_size)
        affordable("the model", hidden_size * (count or 0), hidden_size=hidden_size, positions=count or 0)
        self.causal, self.each_step = flag("causal", causal), flag("each_step", each_step)
        self.hidden_size = hidden_size
        self.entering = Entering(input_size, hidden_size)
        drawn = None if count is None else torch.randn(count, hidden_size) / math.sqrt(hidden_size)
        self.positions = None if drawn is None else nn.Parameter(drawn)
        self.queries = nn.Linear(hidden_size, hidden_size, bias=False)
        self.keys = nn.Linear(hidden_size, hidden_size, bias=False)
        self.values = nn.Linear(hidden_size, hidden_size, bias=False)
        self.attended = Attended(hidden_size)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, inputs: Tensor) -> Tensor:
        """Answer for each sequence: (batch, time, feature) to (batch, output), or (batch, time, output) each step."""
        entering = self._entered(inputs)
        states = self.attended(self._weights(entering) @ self.values(entering), entering)
        answer: Tensor = self.head(states if self.each_step else states.mean(1))
        return answer

    def attention_weights(self, inputs: Tensor) -> Tensor:
        """Return where each position looks: axes (batch, position that looks, position looked at).

        Over the last axis they sum to 1; with ``causal`` those of later positions are 0. ``inputs`` are those of
        `forward`; the weights are those with which it answers, bit for bit.
        """
        return self._weights(self._entered(inputs))

    def _entered(self, inputs: Tensor) -> Tensor:
        check_sequences("inputs", inputs, self.entering.project.in_features, self.head.weight)
        batch, steps = inputs.shape[:2]
        places = None
        if self.positions is not None:
            if steps > len(self.positions):
                raise ValueError(
                    f"inputs must have at most {len(self.positions)} timesteps, as many as there are positions, got "
                    f"{steps}; make the model with positions={steps}."
                )
            places = self.positions[:steps].expand(batch, -1, -1)
        entering: Tensor = self.entering(inputs, places)
        return entering

    def _weights(self, entering: Tensor) -> Tensor:
        scores = self.queries(entering) @ self.keys(entering).transpose(1, 2) / math.sqrt(self.hidden_size)
        if self.causal:
            steps = scores.shape[1]
            later = torch.ones(steps, steps, dtype=torch.bool, device=scores.device).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        return functional.softmax(scores, -1)
