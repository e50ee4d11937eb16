"""Importance: how much of what scores differ in goes with each setting."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import Choices, Space

__all__ = ["shares"]

_BINS = 5
_LEAST = 10  # trials: two a bin


def shares(space: Space, rows: Sequence[Row]) -> dict[str, float]:
    """Return the share of the scores' variance that the means of a setting's groups explain, the largest first.

    A range is cut into five groups of as many trials each, choices are groups of their own. Groups explain some of the
    variance by chance, which is taken off (Kelley's epsilon squared), down to 0 at least.

    Parameters
    ----------
    space : Space
        What was varied.
    rows : sequence of Row
        What has finished.

    Raises
    ------
    ValueError
        If fewer than ten trials have a score.
    """
    scored = [row for row in rows if row.state != "failed"]
    if len(scored) < _LEAST:
        raise ValueError(f"importance needs {_LEAST} trials with a score, got {len(scored)}; let the sweep go on.")
    scores = np.array([row.score for row in scored], np.float64)
    found = {
        name: _explained(_groups(one, [row.settings[name] for row in scored]), scores)
        for name, one in space.ranges.items()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _groups(one: Any, values: list[Any]) -> NDArray[np.int64]:
    if isinstance(one, Choices):
        return np.array([one.values.index(value) for value in values], np.int64)
    # by rank, so that a range by its logarithm is cut alike; equal values stay together
    _, places, counts = np.unique(np.array(values, np.float64), return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    return np.asarray((before + (counts - 1) / 2)[places] * _BINS // len(values), np.int64)


def _explained(groups: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    around = scores - scores.mean()
    whole = float(around @ around)
    names = np.unique(groups)
    if whole == 0 or len(names) == 1 or len(names) == len(scores):
        return 0.0
    within = sum(float(((scores[groups == name] - scores[groups == name].mean()) ** 2).sum()) for name in names)
    return max(0.0, 1 - within / whole * (len(scores) - 1) / (len(scores) - len(names)))
