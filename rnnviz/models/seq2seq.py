"""Seq2Seq: an encoder that reads the source, a decoder that writes the target, and attention between them."""

from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from rnnviz.checks import kind_of, number, one_of, optional, whole
from rnnviz.models.attention import ATTENTIONS, Attention
from rnnviz.models.decoder import Decoder
from rnnviz.models.encoder import Encoder
from rnnviz.models.inputs import check_tokens
from rnnviz.models.recurrent import State, check_lengths
from rnnviz.models.search import PAD, BeamTree, Decoded, beam_search, greedy_search

__all__ = ["Reading", "Seq2Seq", "decodes"]

_WIDEST = 100_000  # hypotheses: more have no room
_LONGEST = 10_000  # tokens: each waits for the one before it


class Reading(NamedTuple):
    """What a decoder goes on from: the source's memory, where it has tokens, and the decoder's state."""

    memory: Tensor  # (batch, T_in, memory_size)
    mask: Tensor  # (batch, T_in)
    state: State


class Seq2Seq(nn.Module):
    """Translate sequences of tokens: encoder, decoder and, unless None, attention.

    Without attention all of the source has to go through the state that is handed over (Sutskever, Vinyals & Le 2014).
    Luong's attention (``"dot"``, ``"general"``; 2015) looks from each state that the decoder has reached, so that a
    known target runs through the layer in one call. Bahdanau's (``"additive"``; 2015) looks from the state before, and
    the layer reads what was found beside the token, so it goes step by step.

    Tokens of the target: 0 padding, 2 its beginning, 3 its end. ``target_in`` begins with 2 and lacks the 3; what is to
    be answered lacks the 2 and ends with 3.

    Parameters
    ----------
    encoder : Encoder
        Reads the source.
    decoder : Decoder
        Of the same cell, units and layers; for ``"additive"`` with ``context_size=encoder.memory_size``.
    attention : {None, "dot", "general", "additive"}
        How the decoder looks back.

    Attributes
    ----------
    attention : Attention or None
        The module.
    teacher_forcing : float
        From 0 to 1: how likely a step in training mode reads the true token before it; else it reads the one that the
        model itself scored highest, drawn for each step and sequence from ``coins`` (scheduled sampling, Bengio and
        others 2015). In eval mode every step reads the true one.
    coins : torch.Generator or None
        Of the device that the model is on; None takes torch's global generator.
    alignment : torch.Tensor or None
        The weights of the last call, axes (batch, T_out, T_in), without a graph: of a forced target, or of what
        `greedy` wrote. None without attention.

    Raises
    ------
    TypeError, ValueError
        If encoder and decoder do not fit each other.

    Examples
    --------
    >>> model = Seq2Seq.sized(30, 20, embedding_size=4, hidden_size=8, attention="dot", bidirectional=True)
    >>> source, target_in = torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([[2, 5, 6, 7], [2, 8, 9, 0]])
    >>> model(source, torch.tensor([3, 2]), target_in).shape  # batch, T_out, target vocabulary
    torch.Size([2, 4, 20])
    >>> model.greedy(source, torch.tensor([3, 2]), max_len=5).tokens.shape[0]
    2
    """

    def __init__(self, encoder: Encoder, decoder: Decoder, attention: str | None = None) -> None:
        super().__init__()
        _check_fit(encoder, decoder, attention)
        self.encoder, self.decoder = encoder, decoder
        units = decoder.recurrent.hidden_size
        self.attention = None if attention is None else Attention(attention, units, encoder.memory_size)
        self.teacher_forcing = 1.0
        self.coins: torch.Generator | None = None
        self.alignment: Tensor | None = None

    @classmethod
    def sized(
        cls,
        source_vocabulary: int,
        target_vocabulary: int,
        *,
        embedding_size: int,
        hidden_size: int,
        num_layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = False,
        nonlinearity: str = "tanh",
        attention: str | None = None,
    ) -> Self:
        """Build encoder and decoder of one size, with a decoder that reads the context where the attention wants it.

        Parameters
        ----------
        source_vocabulary, target_vocabulary : int
            How many tokens there are on either side.
        embedding_size, hidden_size, num_layers, cell, bidirectional, nonlinearity
            As for `Encoder`; the decoder reads from the beginning only.
        attention : {None, "dot", "general", "additive"}
            As for `Seq2Seq`.
        """
        attention = optional(one_of(ATTENTIONS))("attention", attention)
        encoder = Encoder(source_vocabulary, embedding_size, hidden_size, num_layers, cell, bidirectional, nonlinearity)
        context_size = encoder.memory_size if attention == "additive" else 0
        decoder = Decoder(target_vocabulary, embedding_size, hidden_size, num_layers, cell, nonlinearity, context_size)
        return cls(encoder, decoder, attention)

    def forward(self, source: Tensor, lengths: Tensor | None, target_in: Tensor) -> Tensor:
        """Score every token of the target, given those before it: logits (batch, T_out, target vocabulary).

        Parameters
        ----------
        source : torch.Tensor
            Token numbers, axes (batch, T_in).
        lengths : torch.Tensor or None
            Tokens of each source, axis (batch,); None where all are full.
        target_in : torch.Tensor
            The true tokens before each one to score, axes (batch, T_out), 2 first, 0 behind the end.

        Raises
        ------
        TypeError, ValueError
            If these are no whole numbers with these axes, or ``teacher_forcing`` is not from 0 to 1.
        """
        check_tokens("target_in", target_in)
        forcing = number(0, 1, open_end=False)("teacher_forcing", self.teacher_forcing)
        reading = self.begin(source, lengths)
        if len(target_in) != len(source):
            raise ValueError(f"target_in must have one row for each of {len(source)} sources, got {len(target_in)}.")
        if self.decoder.context_size or (self.training and forcing < 1):
            return self._stepwise(reading, target_in, forcing if self.training else 1.0)
        until = check_lengths("target_in", (target_in != PAD).sum(1).clamp(min=1), target_in)
        states, _ = self.decoder(target_in, reading.state, lengths=until)
        logits, self.alignment = self._scored(states, reading)
        return logits

    def begin(self, source: Tensor, lengths: Tensor | None) -> Reading:
        """Read ``source``, of such ``lengths`` or all full; what comes back is where decoding begins."""
        memory, state = self.encoder(source, lengths)
        places = torch.arange(source.size(1), device=source.device)
        ends = torch.full((len(source),), source.size(1)) if lengths is None else lengths
        return Reading(memory, places < ends.to(source.device)[:, None], state)

    def step(self, tokens: Tensor, reading: Reading) -> tuple[Tensor, Tensor | None, Reading]:
        """Read one more token of each target and score what comes next.

        Parameters
        ----------
        tokens : torch.Tensor
            Their numbers, axis (batch,).
        reading : Reading
            Where decoding stands: from `begin`, or from the step before.

        Returns
        -------
        logits : torch.Tensor
            Axes (batch, target vocabulary).
        weights : torch.Tensor or None
            Where this step looked, axes (batch, T_in); None without attention.
        reading : Reading
            Where the next step goes on.
        """
        context = weights = None
        if self.decoder.context_size and self.attention is not None:
            hidden = reading.state if isinstance(reading.state, Tensor) else reading.state[0]
            context, weights = self.attention(hidden[-1][:, None], reading.memory, reading.mask)
        states, state = self.decoder(tokens[:, None], reading.state, context)
        if context is None or self.attention is None:
            logits, weights = self._scored(states, reading)
        else:
            logits = self.decoder.head(self.attention.combined(states, context))
        return logits[:, 0], None if weights is None else weights[:, 0], reading._replace(state=state)

    @torch.no_grad()
    def greedy(self, source: Tensor, lengths: Tensor | None, max_len: int) -> Decoded:
        """Write each target by taking the token with the highest score at every step, until token 3 or ``max_len``.

        Parameters
        ----------
        source, lengths
            As for `forward`.
        max_len : int
            Tokens at most, token 3 among them.
        """
        found = greedy_search(
            self.step, self.begin(source, lengths), len(source), whole(1, _LONGEST)("max_len", max_len)
        )
        self.alignment = found.alignment
        return found

    @torch.no_grad()
    def beam(self, source: Tensor, lengths: Tensor | None, width: int, max_len: int) -> BeamTree:
        """Write one target with beam search: ``width`` hypotheses go on, and all that were weighed are kept.

        Parameters
        ----------
        source, lengths
            As for `forward`, of one source: (1, T_in).
        width : int
            Hypotheses that go on after each step.
        max_len : int
            Tokens at most, token 3 among them.

        Raises
        ------
        ValueError
            If there is more than one source.
        """
        width, max_len = whole(1, _WIDEST)("width", width), whole(1, _LONGEST)("max_len", max_len)
        check_tokens("source", source)
        if len(source) != 1:
            raise ValueError(f"source must be one sequence, (1, time), got {len(source)}; search for one at a time.")
        return beam_search(self.step, self.begin(source, lengths), width, max_len)

    def _stepwise(self, reading: Reading, target_in: Tensor, forcing: float) -> Tensor:
        tokens, logits, looks = target_in[:, 0], [], []
        for true in [*target_in.unbind(1)[1:], None]:
            scores, weights, reading = self.step(tokens, reading)
            logits.append(scores)
            looks += [] if weights is None else [weights.detach()]
            if true is not None:
                tokens = true if forcing == 1 else self._mixed(true, scores.detach().argmax(-1), forcing)
        self.alignment = torch.stack(looks, 1) if looks else None
        return torch.stack(logits, 1)

    def _mixed(self, true: Tensor, own: Tensor, forcing: float) -> Tensor:
        """Take for each sequence the true token with that probability, else the model's own."""
        return torch.where(torch.rand(true.shape, generator=self.coins, device=true.device) < forcing, true, own)

    def _scored(self, states: Tensor, reading: Reading) -> tuple[Tensor, Tensor | None]:
        """Score the next token after each of the decoder's states; also where each looked."""
        if self.attention is None:
            return self.decoder.head(states), None
        context, weights = self.attention(states, reading.memory, reading.mask)
        return self.decoder.head(self.attention.combined(states, context)), weights.detach()


def _check_fit(encoder: Any, decoder: Any, attention: Any) -> None:
    for name, part, kind in (("encoder", encoder, Encoder), ("decoder", decoder, Decoder)):
        if not isinstance(part, kind):
            raise TypeError(f"{name} must be an rnnviz.models.{kind.__name__}, got {kind_of(part)}.")
    if attention is not None:
        one_of(ATTENTIONS)("attention", attention)
    for what in ("hidden_size", "num_layers", "mode"):
        one, other = getattr(encoder.recurrent, what), getattr(decoder.recurrent, what)
        if one != other:
            word = "cell" if what == "mode" else what
            raise ValueError(f"decoder must have the encoder's {word}={one}, got {other}.")
    wanted = encoder.memory_size if attention == "additive" else 0
    if decoder.context_size != wanted:
        raise ValueError(
            f"decoder must have context_size={wanted} for attention={attention!r}, got {decoder.context_size}; "
            "build both with Seq2Seq.sized(...)."
        )


def decodes(model: nn.Module) -> bool:
    """Return whether there is a decoder in a model that may read its own words."""
    return any(isinstance(one, Seq2Seq) for one in model.modules())
