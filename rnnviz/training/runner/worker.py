"""Worker: one daemon thread that works while there is work, waits a little for more, and ends."""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rnnviz.training.process.interrupts import INTERRUPTS

__all__ = ["NoThreadError", "Work", "Worker"]

_LINGER = 2.0  # seconds; then the thread ends and lets go of everything it refers to, the next work starts another


class NoThreadError(RuntimeError):
    """There is nothing to work on in the background: no further thread, no event loop."""


@dataclass(frozen=True)
class Work:
    """What a worker does.

    Parameters
    ----------
    wanted : callable
        Whether there is work; called with the condition held.
    piece : callable
        Begins a piece of it and yields where it may rest; with True it raises KeyboardInterrupt, its other errors it
        keeps.
    around : callable
        The context in which a piece goes on; left while it rests.
    at_exit : callable
        Called when Python ends while a thread lives: one cut off inside torch would abort the process.
    """

    wanted: Callable[[], bool]
    piece: Callable[[bool], Iterator[None]]
    around: Callable[[], AbstractContextManager[None]]
    at_exit: Callable[[], None]


class Worker:
    """A thread on demand.

    Parameters
    ----------
    changed : threading.Condition
        Guards what ``work.wanted`` looks at; notified when a piece of work is done.
    work : Work
        What is done.

    Attributes
    ----------
    active : bool
        Whether a piece of work is being done.
    """

    def __init__(self, changed: threading.Condition, work: Work) -> None:
        self.active = False
        self._changed, self._work = changed, work
        self._ended = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """See to it that work is done if there is any; call with ``changed`` held.

        Raises
        ------
        NoThreadError
            If that needs a thread and none can be started; nothing is kept of it, so that a later call can.
        """
        self._changed.notify_all()
        if self._thread is None and not self._ended and self._work.wanted():
            # a daemon: a kernel that is told to end does not wait for a run without an end
            thread = threading.Thread(target=self._loop, name="rnnviz-training", daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:
                raise NoThreadError(
                    f"the thread that trains in the background could not be started ({error}); close what else runs on "
                    "this machine, or use train(steps), which needs no thread."
                ) from error
            self._thread = thread  # it waits for `changed`, which is held here
            atexit.register(self._work.at_exit)

    def wait(self, met: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait ``timeout`` seconds at most for something, and say whether it is so; call with ``changed`` held once."""
        return INTERRUPTS.wait(self._changed, met, timeout)

    def end(self) -> None:
        """Let the thread end after the present piece of work, for good; call with ``changed`` held."""
        self._ended = True
        self._changed.notify_all()

    def forget(self, changed: threading.Condition) -> None:
        """Let go of the thread, in a forked child, which has none; ``changed`` is the new condition there."""
        atexit.unregister(self._work.at_exit)
        self._thread, self._changed, self.active = None, changed, False

    def join(self, timeout: float | None) -> bool:
        """After `end`: wait for the thread and say whether it ended."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _loop(self) -> None:
        while self._called():
            with self._work.around():
                for _ in self._work.piece(False):
                    pass
            with self._changed:
                self.active = False
                self._changed.notify_all()

    def _called(self) -> bool:
        with self._changed:
            # some seconds of grace: a learner who steps by button does not start a thread each time
            called = self._changed.wait_for(lambda: self._ended or self._work.wanted(), _LINGER)
            self.active = called and not self._ended
            if not self.active:
                atexit.unregister(self._work.at_exit)
            # for want of work, not by `end`: `join` still has to find the thread that ends
            if not called:
                self._thread = None
            return self.active
