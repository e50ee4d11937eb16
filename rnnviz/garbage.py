"""Garbage: Python's search for it, put off while much is made that is there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Search for no garbage meanwhile: with torch loaded a search takes 0.2 s, and all that is made would be kept."""
    # somebody who has switched it off altogether wants it off afterwards as well
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
