"""LoopWorker: works on the kernel's event loop, in slices, where there is no thread to be had."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

from rnnviz.training.process.background import TURNS, HomeLoop
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.runner.worker import NoThreadError, Work

__all__ = ["LoopWorker"]

_SLICE = 0.015  # seconds, or one step if that takes longer


class LoopWorker:
    """Slices of work between everything else that the event loop does; whoever waits on that loop works herself.

    Parameters
    ----------
    changed : threading.Condition
        Guards what ``work.wanted`` looks at; notified when a slice is done.
    work : Work
        What is done; its ``at_exit`` is not needed here.
    interrupted : callable
        Called when somebody has interrupted a slice that nobody waited for.
    """

    def __init__(self, changed: threading.Condition, work: Work, interrupted: Callable[[], object]) -> None:
        self._changed, self._work, self._interrupted = changed, work, interrupted
        self._home = HomeLoop()
        self._piece: Iterator[None] | None = None  # what is worked on
        self._asked: asyncio.AbstractEventLoop | None = None  # the loop that will come to the next slice
        self._slicing = self._ended = False

    @property
    def active(self) -> bool:
        """Whether a piece of work is begun and not done."""
        return self._piece is not None

    @property
    def possible(self) -> bool:
        """Whether there is an event loop."""
        return self._home.loop() is not None

    def wake(self) -> None:
        """See to it that work is done if there is any; call with ``changed`` held.

        Raises
        ------
        NoThreadError
            If that needs an event loop and none is running.
        """
        self._changed.notify_all()
        if not self._wanted():
            return
        loop = self._home.loop()
        if loop is None:
            raise NoThreadError(
                "there is no event loop to train on in the background (without threads it takes one, such as a "
                "notebook's); use train(steps), which trains in place."
            )
        if self._asked is None or not self._asked.is_running():
            self._asked = loop
            loop.call_soon_threadsafe(self._come, loop, 0)

    def wait(self, met: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until something is so, ``timeout`` seconds at most, and say whether it is; with ``changed`` held once.

        Who keeps the loop from going on does its work meanwhile.
        """
        until = None if timeout is None else time.monotonic() + timeout
        mine = self._home.here

        def called() -> bool:
            return mine and self._wanted() and not self._slicing

        while not met():
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return False
            if called():
                self._slice()
            else:
                INTERRUPTS.wait(self._changed, lambda: met() or called(), left)
        return True

    def end(self) -> None:
        """Begin no further piece of work, for good; call with ``changed`` held."""
        self._ended = True
        self._changed.notify_all()

    def forget(self, changed: threading.Condition) -> None:
        """Let go of the loop, in a forked child, where it does not run; ``changed`` is the new condition there."""
        self._changed, self._asked = changed, None
        self._home.forget()

    def join(self, timeout: float | None) -> bool:
        """After `end`: wait for the piece of work that is begun, and say whether it is done."""
        with self._changed:
            return self.wait(lambda: not self.active, timeout)

    def _wanted(self) -> bool:
        return self.active or (not self._ended and self._work.wanted())

    def _come(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        if turns:
            loop.call_soon(self._come, loop, turns - 1)
            return
        with self._changed:
            if self._asked is not loop:  # it had stopped meanwhile, and another one was asked
                return
            if self._slicing or not self._wanted():
                self._asked = None
                return
            try:
                self._slice()
            except KeyboardInterrupt:  # out of here it would end the loop, and with it the kernel
                self._interrupted()
            if self._wanted():
                loop.call_soon(self._come, loop, TURNS)
            else:
                self._asked = None

    def _slice(self) -> None:
        """Work for a moment; ``changed``, held once, is let go of meanwhile."""
        self._slicing = True
        self._changed.release()
        try:
            with INTERRUPTS, self._work.around():
                self._go_on(time.monotonic() + _SLICE)
        finally:
            self._changed.acquire()
            self._slicing = False
            self._changed.notify_all()

    def _go_on(self, until: float) -> None:
        piece = self._piece = self._work.piece(True) if self._piece is None else self._piece
        done = True
        try:
            for _ in piece:
                if time.monotonic() >= until:
                    done = False
                    return
        finally:
            if done:
                self._piece = None
