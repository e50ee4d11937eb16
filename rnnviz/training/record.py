"""Record: a table of numbers that grows with a run and stays bounded."""

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from rnnviz.training.columns import Column, Columns

__all__ = ["Record"]


class Record(Columns):
    """Rows of numbers: every row up to ``capacity``, then every second, every fourth … and always the last.

    A mapping from names to columns of one length, as `rnnviz.training.History` is.

    Parameters
    ----------
    names : sequence of str
        Of the columns.
    capacity : int
        Rows kept, at least 2; at most ``capacity + 1`` are returned.

    Examples
    --------
    >>> record = Record(["step", "loss"])
    >>> record.append(10, 0.5)
    >>> record["loss"]
    array([0.5])
    >>> record
    Record(step, loss: 1 row)
    """

    def __init__(self, names: Sequence[str], *, capacity: int = 2048) -> None:
        self._names, self._capacity = tuple(names), capacity
        self._rows: list[tuple[float, ...]] = []
        self._last: tuple[float, ...] | None = None  # where the rows do not end with it
        self._stride, self._count = 1, 0

    def append(self, *row: float) -> None:
        """Add a row, one number a column."""
        kept = self._count % self._stride == 0
        if kept and len(self._rows) == self._capacity:
            self._rows, self._stride = self._rows[::2], 2 * self._stride
            kept = self._count % self._stride == 0
        if kept:
            self._rows.append(row)
        self._last, self._count = None if kept else row, self._count + 1

    def columns(self) -> dict[str, Column]:
        """Return all columns of the same rows, axis (row,)."""
        rows = [*self._rows, *(() if self._last is None else (self._last,))]
        table = np.array(rows, np.float64).reshape(len(rows), len(self._names))
        return {name: np.ascontiguousarray(column) for name, column in zip(self._names, table.T, strict=True)}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return self._names

    @property
    def rows(self) -> int:
        """How many rows `columns` gives."""
        return len(self._rows) + (self._last is not None)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._restored, (dict(vars(self), _rows=list(self._rows)),)

    @classmethod
    def _restored(cls, state: dict[str, Any]) -> Self:
        record = cls(())
        vars(record).update(state)
        return record
