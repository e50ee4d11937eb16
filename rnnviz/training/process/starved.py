"""How long a thread was ready to work while other programs had the processor."""

__all__ = ["starved"]


def starved() -> float:
    """Return the seconds for which this thread had to wait for a processor so far; 0 where the system does not tell.

    >>> starved() >= 0.0
    True
    """
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            return int(file.read().split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0
