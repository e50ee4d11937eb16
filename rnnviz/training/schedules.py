"""Schedules: how the learning rate changes in the course of a run, as a factor on the rate that is set."""

import math

__all__ = ["SCHEDULES", "factor"]

SCHEDULES = ("constant", "step", "cosine", "warmup")
_DROPS = (
    3  # equal parts of a run with "step"; from one to the next the rate falls to a tenth, as StepLR(gamma=0.1) does
)
_WARM = 0.1  # of a run until "warmup" has reached the full rate


def factor(schedule: str, step: int, planned: int) -> float:
    """Return what the learning rate is multiplied by at a step.

    Parameters
    ----------
    schedule : {"constant", "step", "cosine", "warmup"}
        ``"step"`` falls to a tenth after each third of the run (torch's ``StepLR``), ``"cosine"`` to 0 along half a
        cosine (``CosineAnnealingLR``; Loshchilov & Hutter 2017), ``"warmup"`` rises in a line over the first tenth.
    step : int
        Finished steps.
    planned : int
        Steps of the whole run; past them the rate stays where it has come to.

    Examples
    --------
    >>> [factor("step", step, planned=9) for step in (0, 2, 3, 8)]
    [1.0, 1.0, 0.1, 0.01]
    """
    share = min(step / planned, 1.0)
    if schedule == "step":
        return round(0.1 ** min(step * _DROPS // planned, _DROPS - 1), _DROPS)
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * share))
    if schedule == "warmup":
        return min(1.0, (step + 1) / max(_WARM * planned, 1.0))
    return 1.0
