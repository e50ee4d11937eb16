"""Scores of tags: precision, recall and F1 of each, and how many whole sequences are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.checks import brief, iterable, shown, whole

__all__ = ["TagScores", "from_counts", "tag_scores"]


_MOST = 10_000  # tags: of more, the table of which was taken for which has no room


@dataclass(frozen=True, eq=False)
class TagScores:
    """How good answers are, tag by tag and whole sequence by whole sequence.

    Attributes
    ----------
    tags : tuple of str
        What they are called.
    cases : numpy.ndarray
        How many words really have each tag, axis (tag,).
    precision, recall, f1 : numpy.ndarray
        Of each tag, axis (tag,): of the words that were given it the share that has it; of those that have it the share
        that was given it; and the harmonic mean of both. 0 where nothing was to be divided.
    accuracy : float
        Share of words whose tag is right.
    whole : float
        Share of sequences of which every tag is right; NaN where only counts are known.

    Examples
    --------
    >>> tag_scores([[0, 1, 1]], [[0, 1, 0]], ("O", "P")).macro_f1()
    0.6666666666666666
    """

    tags: tuple[str, ...]
    cases: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    accuracy: float
    whole: float

    __repr__ = brief

    def macro_f1(self, least: int = 1) -> float:
        """Return the mean F1 of the tags that come often enough; each counts the same.

        Parameters
        ----------
        least : int
            How many cases a tag has to have.
        """
        kept = self.cases >= whole(0)("least", least)
        return float(self.f1[kept].mean()) if kept.any() else float("nan")


def tag_scores(said: Any, targets: Any, tags: Sequence[str]) -> TagScores:
    """Return the scores of answers; where a target is negative none was wanted, and none counts.

    Parameters
    ----------
    said, targets : array or torch.Tensor
        Numbers of tags, axes (sequence, time).
    tags : sequence of str
        What they are called.

    Raises
    ------
    TypeError, ValueError
        If they are not numbers of tags, both of the same shape (sequence, time).

    Examples
    --------
    >>> found = tag_scores([[0, 1, 1], [0, 0, 5]], [[0, 1, 0], [0, 0, -100]], ("O", "P"))
    >>> found.f1.round(2).tolist(), found.accuracy, found.whole
    ([0.86, 0.67], 0.8, 0.5)
    """
    tags = _named(tags)
    answers, truth = _numbers("said", said), _numbers("targets", targets)
    if answers.shape != truth.shape or truth.ndim != 2:
        raise ValueError(
            f"said and targets must both have axes (sequence, time), got shapes {answers.shape} and {truth.shape}; "
            "take the best tag of each word with outputs.argmax(-1)."
        )
    wanted = truth >= 0
    for name, one in (("said", answers[wanted]), ("targets", truth[wanted])):
        if one.size and not 0 <= one.min() <= one.max() < len(tags):
            raise ValueError(f"{name} must be numbers of the {len(tags)} tags, got {shown(int(one.max()))} among them.")
    counts = np.zeros((len(tags), len(tags)), np.int64)
    np.add.at(counts, (truth[wanted], answers[wanted]), 1)
    right = (answers == truth) | ~wanted
    there = wanted.any(1)
    return from_counts(counts, tags, whole=float(right[there].all(1).mean()) if there.any() else float("nan"))


def _named(tags: Any) -> tuple[str, ...]:
    if not iterable(tags):
        raise TypeError(f"tags must be a list of words, such as ('O', 'P'), got {shown(tags)}.")
    found = tuple(islice(tags, _MOST + 1))
    if not all(isinstance(one, str) for one in found) or not found:
        raise TypeError(f"tags must be a list of words, such as ('O', 'P'), got {shown(found)}.")
    if len(found) > _MOST:
        raise ValueError(f"tags must be {_MOST} at most, got more.")
    return found


def _numbers(name: str, values: Any) -> NDArray[np.int64]:
    try:
        found = np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values)
    except (TypeError, ValueError, RuntimeError):  # rows of different lengths, or a tensor that has no numbers
        found = np.zeros(0, object)
    if found.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers, with axes (sequence, time), got {shown(values)}.")
    return found.astype(np.int64)


def from_counts(counts: NDArray[np.int64], tags: Sequence[str], whole: float = float("nan")) -> TagScores:
    """Return the scores that a table of counts, axes (true, said), amounts to."""
    hits, cases, said = np.diag(counts).astype(np.float64), counts.sum(1), counts.sum(0)
    # twice the hits over both: the harmonic mean, without dividing by a precision or recall of 0
    shares = [hits / np.maximum(one, 1) for one in (said, cases)]
    f1 = 2 * hits / np.maximum(said + cases, 1)
    accuracy = float(hits.sum() / max(int(counts.sum()), 1))
    return TagScores(tuple(tags), cases, shares[0], shares[1], f1, accuracy, whole)
