"""Tables: columns as a DataFrame of pandas, or as CSV, which needs nothing that is not here."""

import csv
import importlib
import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz import files

__all__ = ["Table", "by_model", "to_csv", "to_frame"]

Table = Mapping[str, NDArray[Any]]


def to_frame(table: Table) -> Any:
    """Return columns of one length as a ``pandas.DataFrame``.

    Raises
    ------
    ImportError
        If pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")  # no dependency: only who asks for a DataFrame needs it
    except ImportError:
        raise ImportError(
            "to_frame() makes a DataFrame, and pandas is not installed; install pandas, or take to_csv(), which needs "
            "nothing else."
        ) from None
    return pandas.DataFrame({name: np.array(values) for name, values in table.items()})


def to_csv(table: Table, path: Any = None) -> str | None:
    r"""Return columns of one length as text, a row a line; with a path write it there, whole or not at all.

    A number is written in the fewest digits that are that number; what is not a number is left empty.

    Examples
    --------
    >>> to_csv({"step": np.array([1, 2]), "loss": np.array([0.5, np.nan])})
    'step,loss\n1,0.5\n2,\n'
    """
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(table)
    lines.writerows(zip(*(_written(values) for values in table.values()), strict=True))
    if path is None:
        return text.getvalue()
    files.write(files.checked_path(path, example="lab.csv"), lambda file: file.write(text.getvalue().encode()))
    return None


def by_model(tables: Mapping[str, Table]) -> dict[str, NDArray[Any]]:
    """Return the tables of several models as one, whose first column names the model; NaN where one has no such column.

    Examples
    --------
    >>> joined = by_model({"rnn": {"h": np.array([0.5])}, "lstm": {"h": np.array([0.1]), "c": np.array([2.0])}})
    >>> list(joined), joined["c"]
    (['model', 'h', 'c'], array([nan,  2.]))
    """
    lengths = {label: len(next(iter(table.values()), ())) for label, table in tables.items()}
    names = list(dict.fromkeys(name for table in tables.values() for name in table))
    joined: dict[str, NDArray[Any]] = {"model": np.repeat(np.array(list(lengths), object), list(lengths.values()))}
    for name in names:
        parts = [table[name] if name in table else np.full(lengths[label], np.nan) for label, table in tables.items()]
        joined[name] = np.concatenate(parts)
    return joined


def _written(values: NDArray[Any]) -> Iterable[str]:
    if values.dtype.kind != "f":
        return map(str, values.tolist())
    # numpy writes a number of single precision as such: 0.1, not 0.10000000149011612
    words = values.astype(str)
    words[np.isnan(values)] = ""
    return map(str, words.tolist())
