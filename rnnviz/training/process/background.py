"""Background: whether work beside the cells is done in threads or on an event loop, and which loop that is."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Generator

from rnnviz.checks import shown

__all__ = ["TURNS", "Alarm", "HomeLoop", "in_threads"]

# A message comes through several callbacks, each of which the loop gets to once a turn: with a piece of work between
# all of them a press would be answered after five pieces, so the loop turns a few times without one.
TURNS = 10
_CHOICE = "RNNVIZ_RUNNER"


def in_threads() -> bool:
    """Whether threads are to be tried: not where ``RNNVIZ_RUNNER`` is ``asyncio``, nor in a browser's Python.

    Raises
    ------
    ValueError
        If ``RNNVIZ_RUNNER`` is something else than ``thread``, ``asyncio`` or nothing.
    """
    asked = os.environ.get(_CHOICE, "")
    if asked not in ("", "thread", "asyncio"):
        raise ValueError(f"{_CHOICE} must be 'thread' or 'asyncio', got {shown(asked)}; unset it to leave the choice.")
    return asked == "thread" or (not asked and sys.platform != "emscripten")


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class HomeLoop:
    """The event loop that runs where this was made, or else the one that runs where it is asked for.

    A notebook's cells run on the kernel's loop; a widget's message may come in a thread with a loop of its own, which
    ends with it.

    Examples
    --------
    >>> async def made():
    ...     home = HomeLoop()
    ...     return home.loop() is asyncio.get_running_loop(), home.here
    >>> asyncio.run(made())
    (True, True)
    >>> HomeLoop().loop() is None
    True
    """

    def __init__(self) -> None:
        self._loop = _running()

    def loop(self) -> asyncio.AbstractEventLoop | None:
        """Return the loop, None if none is running."""
        if self._loop is None or not self._loop.is_running():
            self._loop = _running()
        return self._loop

    @property
    def here(self) -> bool:
        """Whether the caller keeps the loop from going on, or there is none: to wait for it would be for ever."""
        loop = self.loop()
        return loop is None or _running() is loop

    def forget(self) -> None:
        """Let go of it, in a forked child, where it does not run."""
        self._loop = None


class Alarm:
    """One call after some seconds: in a thread of its own, or on the event loop where there is none.

    Parameters
    ----------
    home : HomeLoop
        Where it is made otherwise.
    delay : float
        Seconds.
    call : callable
        Called with this alarm. Where it is a generator, the loop has turns of its own wherever that yields, and an
        alarm that is cancelled meanwhile goes on with it no further.
    name : str
        The thread's.

    Attributes
    ----------
    thread : threading.Timer
        The thread, if it takes one.
    """

    def __init__(self, home: HomeLoop, delay: float, call: Callable[["Alarm"], object], name: str) -> None:
        self._home, self._delay, self._call = home, delay, call
        self._over = False
        self.thread = threading.Timer(delay, self._ring)
        self.thread.name, self.thread.daemon = name, True  # or Python would wait for it when it ends

    def start(self) -> bool:
        """Begin to wait, from any thread; return False where there is neither a thread nor a loop."""
        if in_threads():
            try:
                self.thread.start()
                return True
            except (RuntimeError, MemoryError):  # no more threads
                pass
        loop = self._home.loop()
        if loop is None:
            return False
        loop.call_soon_threadsafe(loop.call_later, self._delay, self._ring, loop)
        return True

    def cancel(self) -> None:
        """Make no call, unless it is being made."""
        self._over = True
        self.thread.cancel()

    def _ring(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        if self._over:
            return
        work = self._call(self)
        if not isinstance(work, Generator):
            return
        if loop is not None:
            self._go_on(loop, work, 0)
            return
        for _ in work:
            pass

    def _go_on(self, loop: asyncio.AbstractEventLoop, work: Generator[object, None, object], turns: int) -> None:
        if self._over:
            work.close()
        elif turns:
            loop.call_soon(self._go_on, loop, work, turns - 1)
        elif next(work, self) is not self:  # it yields None, or anything but this alarm
            loop.call_soon(self._go_on, loop, work, TURNS)
