"""Heap: memory that was freed goes back to the machine; glibc alone would keep it for the process, for good."""

import ctypes
import threading
import time
from collections.abc import Callable
from functools import cache

__all__ = ["HeapTrim", "give_back"]

_SHARE = 0.01  # of the time, at most
_WORTH_IT = (
    2**25
)  # bytes: what is freed below that the next run takes anew, and would have to be given again page by page
_SAVED = 0.5  # seconds of it that can be saved up: a pause and the reset that follows are both worth a trim


class HeapTrim:
    """Trim the heap when told to, for a hundredth of the time at most, and never raise.

    Parameters
    ----------
    trim : callable or None
        Does it; None where there is nothing that does.
    free : callable
        Returns how many bytes are kept for nothing.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        trim: Callable[[], object] | None,
        clock: Callable[[], float] = time.monotonic,
        free: Callable[[], int] = lambda: _WORTH_IT,
    ) -> None:
        self._trim, self._clock, self._free = trim, clock, free
        self._lock = threading.Lock()
        self._seen, self._credit = clock(), _SAVED

    def __call__(self) -> bool:
        """Trim, if there is time for it and no other thread is at it; return whether it was done."""
        # never waited for: another thread that trims does it for all
        if self._trim is None or not self._lock.acquire(blocking=False):
            return False
        try:
            began = self._clock()
            self._credit = min(_SAVED, self._credit + _SHARE * (began - self._seen))
            self._seen = began
            if self._credit <= 0 or self._free() < _WORTH_IT:
                return False
            self._trim()
            # may fall below 0: a trim that took long is paid off before the next
            self._credit -= self._clock() - began
            return True
        finally:
            self._lock.release()


def give_back() -> bool:
    """Give freed memory back to the machine where it has glibc; say whether it did."""
    return _trim()()


@cache
def _trim() -> HeapTrim:
    return HeapTrim(_of_glibc(), free=_free_bytes)


_LAST = ("uordblks", "fordblks", "keepcost")  # used, free, and what lies free at the end


class _Mallinfo(ctypes.Structure):
    """What glibc tells of its heap, ``struct mallinfo2``; `fordblks` are the bytes that are free in it."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", *_LAST)
    )


def _free_bytes() -> int:
    """Bytes that are free and kept; before glibc 2.33, which does not tell, always enough."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return _WORTH_IT
    # ctypes takes every result for an int else, and would cut a struct
    ask.restype = _Mallinfo
    return int(ask().fordblks)


def _of_glibc() -> Callable[[], object] | None:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows has no library without a name
        return None
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return lambda: trim(0)
