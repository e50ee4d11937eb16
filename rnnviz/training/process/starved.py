"""How long a thread was ready to work while other programs had the processor."""

import os
import threading
from contextlib import suppress

__all__ = ["starved"]


class _Account:
    """What the system writes down of one thread, kept open: to open it anew takes longer than to read it."""

    def __init__(self) -> None:
        self.process, self._file = os.getpid(), -1
        with suppress(OSError):
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def waited(self) -> float:
        """Return the seconds, 0 where the system does not tell."""
        try:
            return int(os.pread(self._file, 80, 0).split()[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            return 0.0


_OWN = threading.local()


def starved() -> float:
    """Return the seconds for which this thread had to wait for a processor so far; 0 where the system does not tell.

    >>> starved() >= 0.0
    True
    """
    account: _Account | None = getattr(_OWN, "account", None)
    if account is None or account.process != os.getpid():  # a forked child's thread is another one
        account = _OWN.account = _Account()
    return account.waited()
