"""Trial: a model trained with some settings, as a function of a value that travels to any process."""

import inspect
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from rnnviz.generators import seeded
from rnnviz.i18n import t
from rnnviz.models.dropout import drop_out
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import DROPOUT, SETTINGS
from rnnviz.tasks import Task
from rnnviz.training import Session
from rnnviz.training.process.forks import renewed_in_children

__all__ = ["Job", "failed", "parted", "takes", "train"]


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
    session = _session(job)
    # a model that drops states draws from the process's own generators
    with seeded(session.settings.seed, session.device):
        steps, best = session.steps(), math.nan
        for rung, bar in zip(job.rungs, job.bars, strict=True):
            for _ in islice(steps, rung - session.step):
                pass
            session.check()
            score = session.evaluate_half(grading=False)
            if not math.isfinite(score):
                raise FloatingPointError(t("sweep.reason.score", score=score, step=rung))
            curve.append((rung, session.latest_loss(), score))
            best = score if math.isnan(best) or _better(job, score, best) else best
            if _better(job, bar, best):
                return _row(job, "pruned", curve, score=score, reason=t("sweep.reason.median", step=rung))
        return _row(job, "done", curve, score=curve[-1][2], test=session.evaluate_half(grading=True))


def _session(job: Job) -> Session:
    given = {**job.fixed, **job.varied}
    settings, model, dropout = parted(given, job.model)
    with BUILDING:  # models of somebody's own are built from generators that all threads share
        session = Session(job.task, model=model, device=job.device, probe_size=1, planned=job.steps, **settings)
    drop_out(session.model, dropout)
    return session


def parted(given: Mapping[str, Any], model: Any) -> tuple[dict[str, Any], Any, float]:
    """Return what a session takes of a trial's settings, the model that knows those of its own, and the dropout."""
    settings = {name: value for name, value in given.items() if name in SETTINGS}
    own = {name: value for name, value in given.items() if name not in settings}
    dropout = 0.0 if takes(model, DROPOUT) else own.pop(DROPOUT, 0.0)
    return settings, partial(model, **own) if own else model, dropout


def takes(model: Any, name: str) -> bool:
    """Return whether a function that builds a model can be told something of this name, beside task and settings."""
    if not callable(model) or hasattr(model, "forward"):
        return False
    try:
        _task, _settings, *found = inspect.signature(model).parameters.values()
    except (TypeError, ValueError):  # no function, or one without both, which is told where it is first called
        return False
    keywords = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.kind == one.VAR_KEYWORD or (one.name == name and one.kind in keywords) for one in found)


class _Building:
    """A turn at building, for threads; a child process begins with a free one."""

    def __init__(self) -> None:
        self.after_fork()
        renewed_in_children(self)

    def after_fork(self) -> None:
        self._turn = threading.Lock()

    def __enter__(self) -> None:
        self._turn.acquire()

    def __exit__(self, *_error: object) -> None:
        self._turn.release()


BUILDING = _Building()


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
