"""Table: the numbers of a series as they were read, with names, dates and what was done to them."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import brief
from rnnviz.i18n import t

__all__ = ["Floats", "Stamps", "Table", "counted"]

Floats = NDArray[np.float64]
Stamps = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers over time.

    Parameters
    ----------
    values : numpy.ndarray
        Axes (time, feature), float64, NaN where there is none.
    names : tuple of str
        What each feature is called.
    stamps : numpy.ndarray or None
        When each row was, datetime64[s] in UTC, axis (time,).
    rows : tuple of str
        What each row is called in a message: ``"row 7"``, ``"line 8"``.
    notes : tuple of str
        Sentences on what was done while it was read.

    Examples
    --------
    >>> Table(np.zeros((2, 1)), ("value",), None, ("row 1", "row 2")).noted("Nothing was done.").notes
    ('Nothing was done.',)
    """

    values: Floats
    names: tuple[str, ...]
    stamps: Stamps | None
    rows: tuple[str, ...]
    notes: tuple[str, ...] = ()

    __repr__ = brief

    def noted(self, *sentences: str) -> Self:
        """Return it with more sentences on what was done."""
        return replace(self, notes=(*self.notes, *sentences))

    def taken(self, order: NDArray[np.intp] | slice) -> Self:
        """Return some of its rows, in an order."""
        rows = tuple(np.array(self.rows, object)[order])
        stamps = None if self.stamps is None else self.stamps[order]
        return replace(self, values=self.values[order], stamps=stamps, rows=rows)


def counted(key: str, count: int) -> str:
    """Return the sentence for one or for several."""
    return t(f"{key}.one") if count == 1 else t(key, count=count)
