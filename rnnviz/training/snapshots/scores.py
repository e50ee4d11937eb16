"""Scores: what the held-out part said along a run, asked every so many steps, in bounded number."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace.result.arrays import read_only
from rnnviz.training.snapshots.thinned import Thinned

__all__ = ["Scores", "ending"]

Floats = NDArray[np.floating[Any]]
Columns = Mapping[str, Floats]
_SHARE = 0.02  # sequences answered for a score, to sequences trained on, where one trained on counts as three
_LEAST = 10  # steps between two scores
_CAPACITY = 256


class Scores:
    """The steps at which to ask depend on the settings alone, never on the clock: a run repeated has the same scores.

    Parameters
    ----------
    held_out : int
        Sequences that are answered for a score.

    Examples
    --------
    >>> scores = Scores(held_out=512)
    >>> scores.due(0, batch_size=64)
    True
    >>> for step in range(500):
    ...     if scores.due(step, batch_size=64):
    ...         scores.note(step, 0.9)
    >>> scores.columns()["step"]
    array([  0.,  10.,  20.,  40.,  80., 160., 294., 428.])
    """

    def __init__(self, held_out: int) -> None:
        self._held_out = held_out
        self._last: int | None = None
        self._kept: Thinned[float] = Thinned(_CAPACITY)

    def due(self, step: int, batch_size: int) -> bool:
        """Whether the held-out part should be asked at this step."""
        # 3: forward and backward cost three times what an answer does
        every = max(_LEAST, math.ceil(self._held_out / (3 * batch_size * _SHARE)))
        return self._last is None or step - self._last >= min(every, max(_LEAST, self._last))  # closer at the start

    def note(self, step: int, value: float) -> None:
        """Keep a score; one of several for ever, so that they stay few."""
        self._last = step
        self._kept.offer(step, value)

    def columns(self) -> Columns:
        """Return ``"step"`` and ``"metric"``, axis (score,), in order."""
        pairs = np.array(self._kept.items(), np.float64).reshape(-1, 2)
        return read_only({"step": pairs[:, 0].copy(), "metric": pairs[:, 1].copy()})


def ending(scores: Columns, step: int, value: float) -> Columns:
    """Return the scores up to a step, with that step's own as the last.

    >>> ending({"step": np.array([0.0, 100.0]), "metric": np.array([0.9, 0.5])}, 130, 0.4)["metric"]
    array([0.9, 0.5, 0.4])
    """
    before = scores["step"] < step
    columns = {"step": step, "metric": value}
    return read_only({name: np.append(scores[name][before], last) for name, last in columns.items()})
