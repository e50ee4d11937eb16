"""Work in pieces, between which others have a turn: a generator, whose value is what comes of it."""

from collections.abc import Generator
from typing import TypeVar

__all__ = ["InPieces", "at_once"]

T = TypeVar("T")
InPieces = Generator[None, None, T]


def at_once(work: InPieces[T]) -> T:
    """Return what comes of it, without a rest.

    Examples
    --------
    >>> def counted():
    ...     yield
    ...     yield
    ...     return 3
    >>> at_once(counted())
    3
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            done: T = end.value
            return done
