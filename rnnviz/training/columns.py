"""Columns: curves as a mapping from names to arrays, which other libraries take for what it is."""

import abc
from collections.abc import Iterator, KeysView, Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import known
from rnnviz.training import tables

__all__ = ["Column", "Columns"]

Column = NDArray[np.float64]


class Columns(dict[str, Column], metaclass=abc.ABCMeta):
    """Columns of one length by name, read anew whenever they are asked for; they cannot be written to.

    It is a dict, and keeps nothing as one, because pandas takes other mappings for a list of their keys.

    A subclass says the names, how many rows there are and what is in them. ``pandas.DataFrame(columns)`` makes a table
    of them, ``dict(columns)`` a plain dict that does not change any more. Pickled, the rows of then are kept.
    """

    @property
    @abc.abstractmethod
    def names(self) -> tuple[str, ...]:
        """What `keys` gives: a tuple in the order of the table."""

    @property
    @abc.abstractmethod
    def rows(self) -> int:
        """How many rows there are."""

    @abc.abstractmethod
    def columns(self) -> dict[str, Column]:
        """Return all columns of the same rows, axis (row,)."""

    def __getitem__(self, name: str) -> Column:
        """Return the column ``name``, axis (row,); a KeyError for another name lists those there are."""
        sentence = "no column {unknown} in the history; the columns are {known}."
        return self.columns()[known(sentence, name, self.names, KeyError)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        """Return how many columns there are, as of any mapping; `rows` says how many rows."""
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.names

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.names)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the column ``name``, or ``default`` where there is none."""
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> Any:
        """Return a view of `names`, as a dict does."""
        return KeysView(self)

    def items(self) -> Any:
        """Return names and columns, all of the same rows."""
        return self.columns().items()

    def values(self) -> Any:
        """Return the columns, all of the same rows."""
        return self.columns().values()

    def copy(self) -> dict[str, Column]:
        """Return a plain dict of the columns as they are now."""
        return self.columns()

    def to_frame(self) -> Any:
        """Return the curves as a ``pandas.DataFrame``, a row a row; ImportError where pandas is not installed."""
        return tables.to_frame(self.columns())

    def to_csv(self, path: Any = None) -> str | None:
        """Return the curves as CSV, or write them to the file ``path``; it needs no pandas."""
        return tables.to_csv(self.columns(), path)

    def __or__(self, other: Any) -> Any:
        return self.columns() | dict(other)

    def __ror__(self, other: Any) -> Any:
        return dict(other) | self.columns()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.names)}: {self.rows} row{'s' * (self.rows != 1)})"

    def __eq__(self, other: object) -> bool:
        """Whether the other maps the same names to the same numbers, NaN beside NaN; order does not count."""
        if self is other:
            return True
        if not isinstance(other, Mapping):
            return NotImplemented
        mine, others = self.columns(), other.columns() if isinstance(other, Columns) else other
        return mine.keys() == others.keys() and all(_same(column, others[name]) for name, column in mine.items())

    # dict has a != of its own, which would compare the empty dicts underneath
    def __ne__(self, other: object) -> bool:
        return NotImplemented if (same := self.__eq__(other)) is NotImplemented else not same

    __hash__ = None  # as of any mapping that may change

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("history cannot be written to; dict(history) gives a copy that can.")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def _same(column: Column, other: Any) -> bool:
    try:
        return np.array_equal(column, np.asarray(other, np.float64), equal_nan=True)
    except (TypeError, ValueError):  # no numbers
        return False
