"""Progress: one line under a notebook's running cell that says how far `train` is; there after a second, then gone."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnnviz.i18n import t
from rnnviz.lab.lifetime.rerun import running_cell
from rnnviz.training import RunState

__all__ = ["Progress", "progress"]

_PATIENCE = 1.0  # seconds before there is a line
_AT_MOST_EVERY = 0.3  # seconds


class Progress:
    """Write how far a call is, unless it is done soon.

    Parameters
    ----------
    steps : int
        How many the call trains for.
    write : callable
        Shows words, in place of those shown before; called with "" at the end, if there were any.
    clock : callable
        Returns seconds.
    """

    def __init__(self, steps: int, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._steps, self._write, self._clock = steps, write, clock
        self._thread = threading.get_ident()
        self._due = clock() + _PATIENCE
        self._first: int | None = None
        self._written = False

    def see(self, state: RunState) -> None:
        """Write where the run stands, if that is due; what other threads train before is none of this call's steps."""
        if threading.get_ident() != self._thread or state.phase != "playing":
            return
        self._first = state.step if self._first is None else min(self._first, state.step)
        if self._clock() < self._due:
            return
        done = state.step - self._first
        self._write(t("train.progress", done=done, steps=self._steps, rate=state.steps_per_second))
        self._written, self._due = True, self._clock() + _AT_MOST_EVERY

    def end(self) -> None:
        """Take the line away."""
        if self._written:
            self._write("")


@contextmanager
def progress(steps: int) -> Iterator[Progress | None]:
    """Yield what tells the reader of the running cell how far it is; None where nobody reads along.

    A notebook that is run without its reader (by nbclient, nbval …) gets no line, so that its outputs are the same
    however long it takes.
    """
    cell = running_cell()
    if cell is None or not cell.attended:
        yield None
        return
    made = Progress(steps, _Line().write)
    try:
        yield made
    finally:
        made.end()


class _Line:
    """An output of the running cell."""

    def __init__(self) -> None:
        self._handle: Any = None

    def write(self, words: str) -> None:
        from IPython.display import display

        data = {"text/plain": words} if words else {}  # without any data nothing is shown, and nothing compared
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)
