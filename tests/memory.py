"""The memory that processes take together: what they share is counted once."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def together(*processes: int) -> int:
    """Return the bytes of these processes and of all that they started, each shared page by its share (PSS)."""
    return sum(_share(process) for process in family(processes))


def family(processes: Iterable[int]) -> set[int]:
    """Return these processes and all that they started."""
    found = set(processes)
    for process in list(found):
        with suppress(psutil.NoSuchProcess):
            found |= {child.pid for child in psutil.Process(process).children(recursive=True)}
    return found


def _share(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
