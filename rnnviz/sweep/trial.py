"""Trial: a model trained with some settings, as a function of a value that travels to any process."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rnnviz.sweep.rows import Row
from rnnviz.tasks import Task
from rnnviz.training import Session

__all__ = ["Job", "failed", "train"]


@dataclass(frozen=True)
class Job:
    """What a trial needs to know.

    Parameters
    ----------
    number : int
        Of the trial.
    task : Task or str
        What is learned.
    varied, fixed : mapping
        Settings by name.
    steps : int
        How long it trains.
    rungs : tuple of int
        Steps at which the validation half is asked; the last is ``steps``.
    bars : tuple of float
        For each rung a score that it has to reach to go on; NaN where it goes on anyway.
    higher_is_better : bool
        Of the score.
    model, device
        As for `rnnviz.training.Session`.
    """

    number: int
    task: Task | str
    varied: Mapping[str, Any]
    fixed: Mapping[str, Any]
    steps: int
    rungs: tuple[int, ...]
    bars: tuple[float, ...]
    higher_is_better: bool
    model: Any = None
    device: str = "auto"


def train(job: Job) -> Row:
    """Return what comes of a trial; what goes wrong in it is its reason, and no error of the sweep's."""
    curve: list[tuple[int, float, float]] = []
    try:
        return _trained(job, curve)
    except Exception as error:  # another trial may well go on
        reason = f"{type(error).__name__}: {str(error) or 'without a word'}".splitlines()[0]
        return _row(job, "failed", curve, reason=reason)


def failed(job: Job, reason: str) -> Row:
    """Return the row of a trial that nothing has come of."""
    return _row(job, "failed", [], reason=reason)


def _trained(job: Job, curve: list[tuple[int, float, float]]) -> Row:
    session = Session(
        job.task, model=job.model, device=job.device, probe_size=1, planned=job.steps, **job.fixed, **job.varied
    )
    steps, best = session.steps(), math.nan
    for rung, bar in zip(job.rungs, job.bars, strict=True):
        for _ in islice(steps, rung - session.step):
            pass
        session.check()
        score = session.evaluate_half(grading=False)
        if not math.isfinite(score):
            raise FloatingPointError(f"the score is {score} after {rung} steps; lower lr or set clip.")
        curve.append((rung, session.latest_loss(), score))
        best = score if math.isnan(best) or _better(job, score, best) else best
        if _better(job, bar, best):
            return _row(job, "pruned", curve, score=score, reason=f"below the median of the others at step {rung}")
    return _row(job, "done", curve, score=curve[-1][2], test=session.evaluate_half(grading=True))


def _better(job: Job, one: float, other: float) -> bool:
    return one > other if job.higher_is_better else one < other


def _row(job: Job, state: str, curve: list[tuple[int, float, float]], **more: Any) -> Row:
    step = curve[-1][0] if curve else 0
    return Row(
        job.number,
        dict(job.varied),
        state,
        **{"score": math.nan, "test": math.nan, **more},
        step=step,
        curve=tuple(curve),
    )
