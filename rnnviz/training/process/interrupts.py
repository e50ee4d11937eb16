"""Interrupts: Ctrl-C and a notebook's stop button take effect between two steps, never within one."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any

__all__ = ["INTERRUPTS"]


class Interrupts:
    """While it is entered, a first SIGINT waits until `let_through` or the end of the block; a second one acts at once.

    Within `whole` a second one waits too, so that what is done there is done or not begun.

    What acts is the handler that was there before: Python's raises KeyboardInterrupt, one of somebody's own does what
    it does. Signals reach the main thread only; in another one nothing is held back, and nothing has to be.

    Examples
    --------
    >>> before = signal.signal(signal.SIGINT, lambda *_: print("interrupted"))
    >>> with INTERRUPTS:
    ...     signal.raise_signal(signal.SIGINT)
    ...     print("the whole step")
    the whole step
    interrupted
    >>> _ = signal.signal(signal.SIGINT, before)
    """

    def __init__(self) -> None:
        self._depth = 0
        self._before: Any = None
        self._pressed: tuple[int, FrameType | None] | None = None
        self._whole = False

    def __enter__(self) -> None:
        if not _in_main_thread():
            return
        before = signal.getsignal(signal.SIGINT)
        # entered already, further out: only the outermost block sets the handler and acts at its end
        if before == self._note:
            self._depth += 1
        elif callable(before):  # else the process ignores it, or ends by it
            # before the handler is set: a signal may come in the very next moment
            self._depth, self._before, self._pressed = 1, before, None
            signal.signal(signal.SIGINT, self._note)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not _in_main_thread() or signal.getsignal(signal.SIGINT) != self._note:
            return  # somebody has set another handler meanwhile
        self._depth -= 1
        if self._depth:
            return
        pressed, self._pressed = self._pressed, None
        signal.signal(signal.SIGINT, self._before)
        # an error that leaves the block ends the work as well, and is not to be hidden by KeyboardInterrupt
        if pressed is not None and error is None:
            self._before(*pressed)

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """Hold every SIGINT back, the second as the first, while this is done: of our own code, and quick."""
        if not _in_main_thread():
            yield
            return
        with self:
            before, self._whole = self._whole, True
            try:
                yield
            finally:
                self._whole = before

    def let_through(self) -> None:
        """Act on a SIGINT that waits: nothing is half done here."""
        if self._pressed is not None and _in_main_thread():
            pressed, self._pressed = self._pressed, None
            self._before(*pressed)

    def wait(self, changed: threading.Condition, met: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait as ``changed.wait_for(met, timeout)`` does, and act on a SIGINT meanwhile."""
        if not _in_main_thread():
            return bool(changed.wait_for(met, timeout))
        with self:
            left = timeout
            # in slices: a handler that only notes the signal does not end a wait
            while not changed.wait_for(met, _SLICE if left is None else min(_SLICE, max(left, 0.0))):
                self.let_through()
                if left is not None:
                    left -= _SLICE
                    if left <= 0:
                        return bool(met())
            return True

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._pressed is None or self._whole:
            self._pressed = (number, frame)
        else:
            self._pressed = None
            self._before(number, frame)


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


_SLICE = 0.05  # seconds: Python acts on a signal between two waits, where no lock is half taken

INTERRUPTS = Interrupts()
