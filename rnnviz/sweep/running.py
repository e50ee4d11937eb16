"""Running: trials that are under way on an executor: handed in, waited for, and handed in again where a worker died."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import Any

from rnnviz.sweep.rows import Row
from rnnviz.sweep.trial import Job, failed, train

__all__ = ["InPlace", "Running", "workers_of"]


class InPlace(Executor):
    """Does what is handed in at once, in this thread; whoever interrupts it interrupts the sweep."""

    _max_workers = 1

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Return a future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Running:
    """What is under way.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Who trains.
    retries : int
        How often a trial whose worker died is handed in again.
    """

    def __init__(self, executor: Executor, retries: int) -> None:
        self._executor, self._retries = executor, retries
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
    def careful(self) -> bool:
        """Whether one of some trials has killed a worker, so that they go one by one, and no innocent one is blamed."""
        return bool(self._suspects) or any(job.number in self._deaths for job in self._jobs.values())

    def add(self, job: Job) -> None:
        """Hand a trial in."""
        try:
            future = self._executor.submit(train, job)
        except BrokenExecutor:
            # whoever broke it is among those under way, and will be told so by its own future
            self._renew()
            future = self._executor.submit(train, job)
        self._jobs[future] = job

    def finished(self) -> Iterator[Row]:
        """Wait until a trial has finished, or a worker died; yield what has finished."""
        if not self._jobs and self._suspects:
            self.add(self._suspects.pop(0))
        done, _ = wait(self._jobs, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda one: self._jobs[one].number):
            job = self._jobs.pop(future)
            error = None if future.cancelled() else future.exception()
            if error is None and not future.cancelled():
                yield future.result()
            elif (row := self._lost(job, error)) is not None:
                yield row

    def give_up(self) -> None:
        """Cancel what has not begun, and close executors that were made here."""
        for future in self._jobs:
            future.cancel()
        for one in self._renewed:
            one.shutdown(wait=False, cancel_futures=True)

    def _lost(self, job: Job, error: BaseException | None) -> Row | None:
        """Have a trial whose worker died wait for its next turn; return its row where it had enough of them."""
        deaths = self._deaths[job.number] = self._deaths.get(job.number, 0) + 1
        if deaths > self._retries:
            return failed(job, f"its worker died {deaths} times, the last time with {type(error).__name__}: {error}")
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


def workers_of(executor: Executor) -> int:
    """Return how many trials an executor can have under way: what it says of itself, else 1."""
    known = getattr(executor, "_max_workers", None)
    if isinstance(known, int):
        return known
    client = getattr(executor, "_client", None)  # of dask
    try:
        return max(1, sum(client.nthreads().values()))
    except (AttributeError, TypeError):
        return 1
