"""One call on the kernel's event loop: draws when its time has come, where there is no thread for it."""

import asyncio
import threading
import time
from collections.abc import Callable

from rnnviz.training.process.background import HomeLoop

__all__ = ["LoopCall"]

_PATIENCE = 0.25  # seconds: a loop that comes so late is kept from it, by a cell that runs


class LoopCall:
    """One call that is asked for, and made once on the loop.

    Parameters
    ----------
    call : callable
        Called with nothing on the event loop.
    wait : callable
        Returns the seconds until it may be made, 0 or less for now.
    """

    def __init__(self, call: Callable[[], object], wait: Callable[[], float]) -> None:
        self._call, self._wait = call, wait
        self._home = HomeLoop()
        self._lock = threading.Lock()
        self._asked: asyncio.AbstractEventLoop | None = None  # the loop that will make the call
        self._expected = 0.0  # when it should
        self._timer: asyncio.TimerHandle | None = None

    @property
    def here(self) -> bool:
        """Whether the caller keeps the loop from going on, or there is none."""
        return self._home.here

    def ask(self) -> bool:
        """See to the call, from any thread; return False if the caller had better draw herself.

        That is where there is no event loop, or where she keeps it from going on and there is room for a picture now.
        """
        loop = self._home.loop()
        if loop is None:
            return False
        with self._lock:
            if self._asked is None or not self._asked.is_running():
                self._asked, self._expected = loop, time.monotonic()
                loop.call_soon_threadsafe(self._come, loop)
                return True
            late = time.monotonic() - self._expected > _PATIENCE
        return not (late and self._home.here and self._wait() <= 0)

    def hurry(self) -> None:
        """Look again whether it may be made, from any thread."""
        with self._lock:
            if self._asked is not None and self._asked.is_running():
                self._asked.call_soon_threadsafe(self._come, self._asked)

    def forget(self) -> None:
        """Let go of the loop, in a forked child, where it does not run."""
        self._asked, self._lock = None, threading.Lock()
        self._home.forget()

    def _come(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._lock:
            if self._asked is not loop:  # the call is made already, or another loop was asked
                return
            wait = self._wait()
            if wait > 0:
                self._expected = time.monotonic() + wait
                self._timer = loop.call_later(wait, self._come, loop)
                return
            self._asked = None
        self._call()
