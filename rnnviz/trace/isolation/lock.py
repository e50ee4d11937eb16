"""The turn that threads wait for while a trace changes, for a while, what belongs to all of them.

That is random generators, the stance of ``torch.compile`` and, on a GPU, the flags of cuDNN: two threads at once would
each put back what the other one had changed, and so leave it changed for good.
"""

import threading
from types import TracebackType

__all__ = ["TURN"]


class ProcessLock:
    """A lock that its owner may take again (a loss may itself trace), and that knows whether the asker owns it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        # an RLock does not tell who has it, so each thread counts for itself
        self._owned = threading.local()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._owned.times = self._times + 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._owned.times = self._times - 1
        self._lock.release()

    def after_fork(self) -> None:
        """Make the lock anew in a forked child, where a thread that held it is no more."""
        # the thread that forked while tracing goes on in the child, and still has it
        if not self.is_mine:
            self._lock = threading.RLock()

    @property
    def is_mine(self) -> bool:
        """Whether this thread is tracing."""
        return self._times > 0

    @property
    def _times(self) -> int:
        return int(getattr(self._owned, "times", 0))


TURN = ProcessLock()
