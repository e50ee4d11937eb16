"""Pruning: the score that a trial has to reach at each rung to go on: the median of those that came before it."""

import math
from collections.abc import Sequence
from statistics import median

from rnnviz.sweep.trials.rows import Row

__all__ = ["NO_BAR", "bars", "rungs"]

NO_BAR = math.nan
_RUNGS = 8
_KNOWN = 5  # trials that have come as far: a median of fewer is chance


def rungs(steps: int) -> tuple[int, ...]:
    """Return the steps at which a trial is asked: evenly, up to eight of them.

    >>> rungs(100), rungs(3)
    ((13, 25, 38, 50, 63, 75, 88, 100), (1, 2, 3))
    """
    places = range(1, _RUNGS + 1)
    return tuple(dict.fromkeys(-(-steps * place // _RUNGS) for place in places))


def bars(rows: Sequence[Row], at: Sequence[int], higher_is_better: bool) -> tuple[float, ...]:
    """Return for each rung the median of the best scores that other trials had by then; NaN where few have come so far.

    The first rung never ends a trial, as it says more of the first weights than of the settings; the last has no need.

    Parameters
    ----------
    rows : sequence of Row
        What has finished.
    at : sequence of int
        The rungs.
    higher_is_better : bool
        Of the score.
    """
    best = max if higher_is_better else min
    found = [NO_BAR]
    for rung in at[1:-1]:
        seen = [[score for step, _, score in row.curve if step <= rung] for row in rows if row.step >= rung]
        found.append(median(best(scores) for scores in seen) if len(seen) >= _KNOWN else NO_BAR)
    return tuple([*found, NO_BAR][: len(at)])
