"""Search: the sequence that a decoder writes, taken greedily or with a beam whose every hypothesis is kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from rnnviz.checks import brief, optional, whole

__all__ = ["BOS", "EOS", "PAD", "UNK", "BeamTree", "Decoded", "Hypothesis", "beam_search", "greedy_search"]

PAD, UNK, BOS, EOS = range(4)  # of every vocabulary of pairs

# One more token of each sequence, and where decoding stands, to the next token's logits, (batch, vocabulary), the
# weights over the source, (batch, T_in), if any, and where it stands then.
Step = Callable[[Tensor, Any], tuple[Tensor, Tensor | None, Any]]


@dataclass(frozen=True)
class Decoded:
    """Sequences that were written.

    Parameters
    ----------
    tokens : torch.Tensor
        Axes (batch, time): up to token 3, which is kept, and 0 behind it.
    lengths : torch.Tensor
        Tokens of each, token 3 among them, axis (batch,).
    log_probability : torch.Tensor
        Of each whole sequence, natural, axis (batch,).
    alignment : torch.Tensor or None
        Where each token looked, axes (batch, time, T_in), 0 behind the end; None without attention.

    Examples
    --------
    >>> Decoded(torch.tensor([[5, 3, 0]]), torch.tensor([2]), torch.tensor([-0.25]), None).tokens[0, :2]
    tensor([5, 3])
    """

    tokens: Tensor
    lengths: Tensor
    log_probability: Tensor
    alignment: Tensor | None

    __repr__ = brief


@dataclass(frozen=True)
class Hypothesis:
    """A node of the tree: one token more than its parent.

    Parameters
    ----------
    parent : int or None
        Index of the hypothesis that it goes on from; None of the first token.
    token : int
        What it writes.
    step : int
        Which token this is, from 0.
    log_probability : float
        Of all tokens up to this one, natural.
    kept : bool
        Whether it was among the best ``width`` after its step; one that was dropped has no children.

    Examples
    --------
    >>> Hypothesis(parent=4, token=3, step=2, log_probability=-1.5, kept=True).finished
    True
    """

    parent: int | None
    token: int
    step: int
    log_probability: float
    kept: bool

    @property
    def finished(self) -> bool:
        """Whether it ends here, with token 3."""
        return self.token == EOS


@dataclass(frozen=True)
class BeamTree:
    """All hypotheses that a beam search weighed, in the order of their steps.

    Parameters
    ----------
    hypotheses : tuple of Hypothesis
        Of each one that went on, its best ``width`` next tokens: no other can be among the best ``width`` of all.
    best : int
        Index of the most probable one that is finished; where none is, of the most probable that is left.
    width : int
        How many went on after each step, finished ones among them.

    Examples
    --------
    >>> first, last = Hypothesis(None, 5, 0, -0.25, True), Hypothesis(0, 3, 1, -0.5, True)
    >>> BeamTree((first, last), best=1, width=1).tokens()
    [5, 3]
    """

    hypotheses: tuple[Hypothesis, ...]
    best: int
    width: int

    def __repr__(self) -> str:
        return f"BeamTree(width={self.width}, {len(self.hypotheses)} hypotheses, best={self.tokens()})"

    def path(self, index: int | None = None) -> list[int]:
        """Return the indices from the first token to the hypothesis at ``index``; to the best unless one is given."""
        given = optional(whole(0, len(self.hypotheses) - 1))("index", index)
        found: list[int] = []
        at: int | None = self.best if given is None else given
        while at is not None:
            found.append(at)
            at = self.hypotheses[at].parent
        return found[::-1]

    def tokens(self, index: int | None = None) -> list[int]:
        """Return what the hypothesis at ``index`` has written, the best unless one is given; it may end with 3."""
        return [self.hypotheses[one].token for one in self.path(index)]


def greedy_search(step: Step, reading: Any, batch: int, max_len: int) -> Decoded:
    """Take the token with the highest score at every step.

    Parameters
    ----------
    step : callable
        Takes tokens (batch,) and where decoding stands to logits, weights and where it stands then.
    reading : object
        Where decoding begins.
    batch, max_len : int
        Sequences, tokens at most.
    """
    tokens = torch.full((batch,), BOS, device=reading.memory.device)
    going = torch.ones_like(tokens, dtype=torch.bool)
    total = torch.zeros((batch,), device=tokens.device, dtype=reading.memory.dtype)
    written, looks = [], []
    for _ in range(max_len):
        logits, weights, reading = step(tokens, reading)
        best, tokens = logits.log_softmax(-1).max(-1)
        total = total + best * going
        tokens = tokens.where(going, PAD)
        written.append(tokens)
        looks += [] if weights is None else [weights * going[:, None]]
        going = going & (tokens != EOS)
        if not bool(going.any()):
            break
    lengths = _ends(torch.stack(written, 1))
    return Decoded(torch.stack(written, 1), lengths, total, torch.stack(looks, 1) if looks else None)


def _ends(tokens: Tensor) -> Tensor:
    """How many tokens there are up to the first EOS, all where there is none."""
    ended = (tokens == EOS).cumsum(1) > 0
    return (~ended).sum(1) + ended.any(1)


def beam_search(step: Step, reading: Any, width: int, max_len: int) -> BeamTree:
    """Let the ``width`` most probable hypotheses go on at every step; finished ones stay among them as they are.

    Parameters
    ----------
    step : callable
        As for `greedy_search`.
    reading : object
        Where decoding of one sequence begins.
    width, max_len : int
        Hypotheses that go on, tokens at most.
    """
    tree: list[Hypothesis] = []
    live: list[int | None] = [None]  # what goes on, as indices into the tree; the root has none
    finished: list[int] = []  # those that are still among the best
    ended: set[int] = set()  # all that ever were
    for length in range(max_len):
        if not live:
            break
        tokens = [BOS if one is None else tree[one].token for one in live]
        logits, _, reading = step(torch.tensor(tokens, device=reading.memory.device), reading)
        first, (rows, born) = len(tree), _extended(tree, live, logits, length, width)
        tree += born
        beam = sorted([*finished, *range(first, len(tree))], key=lambda one: -tree[one].log_probability)[:width]
        for place in set(range(first, len(tree))) - set(beam):
            tree[place] = replace(tree[place], kept=False)
        finished = [one for one in beam if tree[one].finished]
        ended.update(finished)
        going = [one for one in beam if not tree[one].finished]
        live = [*going]
        reading = _rows(reading, [rows[one - first] for one in going])
    left = ended or {one for one in live if one is not None}
    return BeamTree(tuple(tree), max(sorted(left), key=lambda one: tree[one].log_probability), width)


def _extended(
    tree: list[Hypothesis], live: list[int | None], logits: Tensor, length: int, width: int
) -> tuple[list[int], list[Hypothesis]]:
    """Return the best next tokens of each hypothesis that goes on, and from which row of the logits each comes."""
    rows: list[int] = []
    born: list[Hypothesis] = []
    scores, tokens = logits.log_softmax(-1).topk(min(width, logits.size(-1)))
    for row, (parent, some, which) in enumerate(zip(live, scores.tolist(), tokens.tolist(), strict=True)):
        before = 0.0 if parent is None else tree[parent].log_probability
        born += [
            Hypothesis(parent, token, length, before + one, kept=True) for one, token in zip(some, which, strict=True)
        ]
        rows += [row] * len(which)
    return rows, born


def _rows(reading: Any, rows: list[int]) -> Any:
    """Take these rows of where decoding stands: each hypothesis goes on from its parent's state."""
    chosen = torch.tensor(rows, dtype=torch.int64, device=reading.memory.device)
    state = reading.state
    state = state[:, chosen] if isinstance(state, Tensor) else tuple(one[:, chosen] for one in state)
    return type(reading)(reading.memory[chosen], reading.mask[chosen], state)
