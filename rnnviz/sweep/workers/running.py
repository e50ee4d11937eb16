"""Running: trials that are under way on an executor: handed in, waited for, and handed in again where a worker died."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import Any

from rnnviz.checks import shown
from rnnviz.i18n import t
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.trial import Job, failed, train

__all__ = ["InPlace", "Running", "checked_executor", "workers_of"]


class InPlace(Executor):
    """Does what is handed in at once, in this thread; whoever interrupts it interrupts the sweep."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Return a future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Running:
    """What is under way.

    Parameters
    ----------
    executor : concurrent.futures.Executor or None
        Who trains; this thread where there is none.
    retries : int
        How often a trial whose worker died is handed in again.
    at_once : int, optional
        Trials under way at a time; as many as the executor has workers.
    """

    def __init__(self, executor: Executor | None, retries: int, at_once: int | None) -> None:
        self._executor, self._retries = executor or InPlace(), retries
        self._at_once = at_once or workers_of(self._executor)
        self._jobs: dict[Future[Row], Job] = {}
        self._deaths: dict[int, int] = {}
        self._suspects: list[Job] = []
        self._renewed: list[Executor] = []

    @property
    def near(self) -> bool:
        """Whether trials are trained in this thread."""
        return isinstance(self._executor, InPlace)

    @property
    def jobs(self) -> list[Job]:
        """Trials that are not finished, in order of their numbers."""
        return sorted([*self._jobs.values(), *self._suspects], key=lambda job: job.number)

    @property
    def has_room(self) -> bool:
        """Whether one more can be handed in.

        Where one of several trials has killed a worker, each of them goes alone, so that no innocent one is blamed.
        """
        suspected = self._suspects or any(job.number in self._deaths for job in self._jobs.values())
        return not suspected and len(self._jobs) < self._at_once

    def add(self, job: Job) -> None:
        """Hand a trial in."""
        try:
            future = self._executor.submit(train, job)
        except BrokenExecutor:
            # whoever broke it is among those under way, and is told so by its own future
            self._renew()
            future = self._executor.submit(train, job)
        except RuntimeError as error:
            if self.near:
                raise
            raise RuntimeError(
                f"executor must be able to work, got a {type(self._executor).__name__} that takes no trial: {error}; "
                "make a new one, and go on from the store."
            ) from None
        self._jobs[future] = job

    def finished(self) -> Iterator[Row]:
        """Wait until a trial has finished, or a worker died; yield what has finished."""
        if not self._jobs and self._suspects:
            self.add(self._suspects.pop(0))
        done, _ = wait(self._jobs, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda one: self._jobs[one].number):
            job = self._jobs.pop(future)
            row = self._lost(job, future) if future.cancelled() or future.exception() else future.result()
            if row is not None:
                yield row

    def give_up(self) -> None:
        """Cancel what has not begun, and close executors that were made here."""
        for future in self._jobs:
            future.cancel()
        for one in self._renewed:
            one.shutdown(wait=True, cancel_futures=True)

    def _lost(self, job: Job, future: "Future[Row]") -> Row | None:
        """Have a trial whose worker died wait for its next turn; return its row where it had enough of them."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, KeyboardInterrupt):  # it goes to every process of a terminal
            raise error
        if isinstance(error, pickle.PicklingError) or (error is not None and "pickle" in str(error)):
            raise TypeError(
                "task and model must be such as can be sent to another process, so define them in a module of their "
                f"own, or leave executor out: {error}"
            ) from error
        deaths = self._deaths[job.number] = self._deaths.get(job.number, 0) + 1
        if deaths > self._retries:
            said = "CancelledError" if error is None else f"{type(error).__name__}: {error}"
            return failed(job, t("sweep.reason.worker", deaths=deaths, error=said))
        self._suspects.append(job)
        return None

    def _renew(self) -> None:
        """Put a pool like the broken one in its place: one that has lost a process takes no more work."""
        broken = self._executor
        if type(broken) is not ProcessPoolExecutor:
            raise RuntimeError(
                f"executor must be able to work, got a {type(broken).__name__} that is broken; make a new one, and go "
                "on from the store."
            ) from None
        made = {"max_workers": "_max_workers", "mp_context": "_mp_context", "initializer": "_initializer"}
        known = {name: getattr(broken, own, None) for name, own in made.items()}
        self._executor = ProcessPoolExecutor(**known, initargs=getattr(broken, "_initargs", ()))
        self._renewed.append(self._executor)


def checked_executor(executor: Any) -> Executor | None:
    """Return an executor or None; a TypeError for anything else says how to come by one."""
    if executor is None or isinstance(executor, Executor):
        return executor
    near = "its get_executor()" if hasattr(executor, "get_executor") else "a ProcessPoolExecutor"
    raise TypeError(f"executor must be a concurrent.futures.Executor, such as {near}, got {shown(executor)}.")


def workers_of(executor: Executor) -> int:
    """Return how many trials an executor can have under way: what it says of itself, else 1."""
    known = getattr(executor, "_max_workers", None)
    if isinstance(known, int):
        return known
    client = getattr(executor, "_client", None)  # of dask
    try:
        return max(1, sum(client.nthreads().values()))  # type: ignore[union-attr]
    except (AttributeError, TypeError):
        return 1
