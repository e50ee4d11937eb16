"""Worker: one daemon thread that works while there is work, waits a little for more, and ends."""

import atexit
import threading
from collections.abc import Callable

__all__ = ["NoThreadError", "Worker"]

_LINGER = 2.0  # seconds; then the thread ends and lets go of everything it refers to, the next work starts another


class NoThreadError(RuntimeError):
    """The system gives no further thread."""


class Worker:
    """A thread on demand.

    Parameters
    ----------
    changed : threading.Condition
        Guards what ``has_work`` looks at; notified when a piece of work is done.
    has_work : callable
        Whether there is work; called with ``changed`` held.
    work : callable
        Does a piece of it, and keeps its own errors.
    at_exit : callable
        Called when Python ends while the thread lives: a thread cut off inside torch would abort the process.

    Attributes
    ----------
    active : bool
        Whether a piece of work is being done.
    """

    def __init__(
        self,
        changed: threading.Condition,
        has_work: Callable[[], bool],
        work: Callable[[], None],
        at_exit: Callable[[], None],
    ) -> None:
        self.active = False
        self._changed, self._has_work, self._work, self._at_exit = changed, has_work, work, at_exit
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
        if self._thread is None and not self._ended and self._has_work():
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
            atexit.register(self._at_exit)

    def end(self) -> None:
        """Let the thread end after the present piece of work, for good; call with ``changed`` held."""
        self._ended = True
        self._changed.notify_all()

    def forget(self, changed: threading.Condition) -> None:
        """Let go of the thread, in a forked child, which has none; ``changed`` is the new condition there."""
        atexit.unregister(self._at_exit)
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
            self._work()
            with self._changed:
                self.active = False
                self._changed.notify_all()

    def _called(self) -> bool:
        with self._changed:
            # some seconds of grace: a learner who steps by button does not start a thread each time
            called = self._changed.wait_for(lambda: self._ended or self._has_work(), _LINGER)
            self.active = called and not self._ended
            if not self.active:
                atexit.unregister(self._at_exit)
            # for want of work, not by `end`: `join` still has to find the thread that ends
            if not called:
                self._thread = None
            return self.active
