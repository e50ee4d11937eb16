"""What it costs a playing run to be watched: frames alone, and frames that a lab draws for a page."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TypeVar

from rnnviz.bench.instruments.report import Cell
from rnnviz.bench.instruments.timing import Spread, synchronise
from rnnviz.bench.instruments.wire import counting
from rnnviz.lab.console.lab_console import LabConsole
from rnnviz.training import DeferredSnapshot, Runner, Session, Snapshot
from rnnviz.views import DEFAULT, VIEWS

__all__ = ["COLUMNS", "NOTE", "row"]

COLUMNS = ("task", "share kept", "light + whole/s", "share kept, drawn", "light + whole/s, drawn", "unwatched steps/s")
NOTE = (
    "Share of steps/s that a playing run keeps with 20 light frames (states and gates of one sequence) and 8 whole\n"
    "ones a second (probe of 8 sequences: gradients too), beside the same run with nobody watching; goal: ≥ 0.95.\n"
    "Drawn: a lab with its own 20 and 10, whose pictures are made, light ones in the\n"
    "thread that sends them, and sent to a page that answers at once."
)
_LIGHT, _WHOLE = 20.0, 8.0
_LAB_FPS = 30.0

F = TypeVar("F", Snapshot, DeferredSnapshot)


class _Counted:
    """Frames that came while it counted."""

    def __init__(self) -> None:
        self.counts, self.seconds, self._counting = Counter[str](), 0.0, False

    def note(self, snapshot: Snapshot | DeferredSnapshot) -> None:
        """Count a frame."""
        if self._counting:
            self.counts["whole" if snapshot.sample is None else "light"] += 1

    def noting(self, show: Callable[[F], None]) -> Callable[[F], None]:
        """Return what counts a frame and shows it."""

        def both(snapshot: F) -> None:
            self.note(snapshot)
            show(snapshot)

        return both

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count for a while."""
        self._counting, began = True, time.perf_counter()
        yield
        self._counting, self.seconds = False, self.seconds + time.perf_counter() - began

    def __str__(self) -> str:
        return " + ".join(f"{self.counts[kind] / self.seconds:.1f}" for kind in ("light", "whole"))


def row(name: str, session: Session, pairs: int, segment: float) -> tuple[Cell, ...]:
    """Return a row of the table.

    Parameters
    ----------
    name : str
        What it is called.
    session : Session
        What plays; it has trained further afterwards.
    pairs : int
        How often each is measured.
    segment : float
        Seconds that a run plays before watching is switched.
    """
    frames, drawn = _Counted(), _Counted()
    # a whole frame stands for a light one
    runner = Runner(session, on_frame=frames.note, fps=_WHOLE, light_fps=_WHOLE + _LIGHT, goal=10**9)
    runner.light_sample = lambda: 0
    try:
        kept, alone = _kept(runner, frames, pairs, segment)
    finally:
        runner.stop()
        runner.join()
    with counting(answering=True):
        console = LabConsole(session, fps=_LAB_FPS, goal=10**9, views=VIEWS, chosen=DEFAULT, show=None)
        with closing(console):
            screen = console.shown()
            screen.show = drawn.noting(screen.show)  # type: ignore[method-assign, assignment]
            console.runner.on_light = drawn.noting(console.runner.on_light)
            kept_drawn, _ = _kept(console.runner, drawn, pairs, segment)
    return name, kept, str(frames), kept_drawn, str(drawn), alone.median


def _kept(runner: Runner, counted: _Counted, pairs: int, segment: float) -> tuple[Spread, Spread]:
    """Return what share of its speed a run keeps, and the speed that it has alone."""
    speeds: dict[bool, list[float]] = {True: [], False: []}
    for pair in range(pairs):
        # the order changes with each pair: a machine that warms up or slows down favours neither
        for watched in (True, False) if pair % 2 else (False, True):
            speeds[watched].append(_speed(runner, watched, segment, counted))
    kept = [seen / alone for seen, alone in zip(speeds[True], speeds[False], strict=True)]
    return Spread.of(kept), Spread.of(speeds[False])


def _speed(runner: Runner, watched: bool, segment: float, counted: _Counted) -> float:
    """Play for about ``segment`` seconds and return steps a second, once it is in its stride."""
    runner.watched = watched
    runner.play()
    # until it is in its stride: the thread starts, and the first frame is dear
    time.sleep(segment / 4)
    steps, began = _finished(runner)
    with counted.counting() if watched else nullcontext():
        time.sleep(segment)
    now, ended = _finished(runner)
    runner.pause(wait=True)
    return max(now - steps, 1) / (ended - began)


def _finished(runner: Runner) -> tuple[int, float]:
    synchronise(runner.session.device)  # steps are handed to a GPU before they are done
    return runner.session.step, time.perf_counter()
