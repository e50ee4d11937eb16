"""Missing values filled with what was known at the time: nothing looks over a split."""

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.series.table import Floats, Table

__all__ = ["filled", "trimmed"]


def trimmed(table: Table) -> tuple[Table, int, int]:
    """Return the table without leading rows that lack a value and without empty last ones, and how many went.

    Raises
    ------
    ValueError
        If a column has no value at all, or in fewer than half of the rows.
    """
    there = np.logical_not(np.isnan(table.values))
    for name, column in zip(table.names, there.T, strict=True):
        if column.sum() < 0.5 * len(column):
            raise ValueError(
                f"the column {name!r} must have a value in half of the rows at least, got {int(column.sum()):,} in "
                f"{len(column):,} rows; leave it out, or start later."
            )
    first = int(there.argmax(0).max())
    last = len(there) - int(np.asarray(there.any(1))[::-1].argmax())
    return table.taken(slice(first, last)), first, len(there) - last


def filled(values: Floats, trained: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the values without NaN, and which were put in.

    In the first ``trained`` rows a gap becomes a straight line between its neighbours. A gap that reaches further, or
    lies later, keeps the last value before it: a later one was not known at the time.

    >>> values = np.array([[1.0], [np.nan], [3.0], [np.nan], [5.0]])
    >>> filled(values, trained=3)[0].ravel().tolist()
    [1.0, 2.0, 3.0, 3.0, 5.0]
    """
    missing = np.isnan(values)
    whole = values.copy()
    rows = np.arange(len(values))
    for column, lacks in zip(whole.T, missing.T, strict=True):
        known = rows[~lacks]
        within = known[known < trained]
        inside = lacks & (rows <= within[-1]) if len(within) else np.zeros_like(lacks)
        column[inside] = np.interp(rows[inside], known, column[known])
        later = lacks & ~inside
        last = np.maximum.accumulate(np.where(later, 0, rows))
        column[later] = column[last[later]]
    return whole, missing
