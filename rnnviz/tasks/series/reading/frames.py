"""pandas as a table: a Series or DataFrame, its dates from the index or from a column."""

from importlib import import_module
from typing import Any

import numpy as np

from rnnviz.checks import shown
from rnnviz.tasks.series.reading.columns import read_columns
from rnnviz.tasks.series.table import Floats, Stamps, Table

__all__ = ["is_pandas", "table_of_pandas"]


def is_pandas(values: Any) -> bool:
    """Return whether it is a pandas Series or DataFrame, without importing pandas."""
    return type(values).__module__.partition(".")[0] == "pandas" and hasattr(values, "to_numpy")


def table_of_pandas(values: Any) -> Table:
    """Return its numbers; columns of dates and of words as in a file.

    Raises
    ------
    ValueError
        If it has no numbers, or a date is missing, naming the row.
    """
    pd = import_module("pandas")

    if isinstance(values, pd.Series):
        values = values.to_frame("value" if values.name is None else values.name)
    elif not isinstance(values, pd.DataFrame):
        values = values.to_frame(index=False)
    if isinstance(values.index, pd.MultiIndex) or isinstance(values.columns, pd.MultiIndex):
        raise ValueError("values must have one index of dates, got a MultiIndex; pick one series with .loc or .xs.")
    index = values.index.to_timestamp() if isinstance(values.index, pd.PeriodIndex) else values.index
    rows = tuple(f"row {at + 1} ({shown(str(label))})" for at, label in enumerate(values.index))
    plain: dict[str, Floats] = {}
    texts: dict[str, list[str]] = {}
    names: list[str] = []
    for at, given in enumerate(values.columns):
        column, name = values.iloc[:, at], str(given)
        name = name if name not in names else f"{name} ({at + 1})"
        names.append(name)
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            index = index if isinstance(index, pd.DatetimeIndex) else pd.DatetimeIndex(column)
        elif pd.api.types.is_complex_dtype(column.dtype):
            raise TypeError(f"column {name!r} must hold real numbers, got complex ones.")
        elif pd.api.types.is_numeric_dtype(column.dtype):
            plain[name] = column.to_numpy(np.float64, na_value=np.nan)
        else:
            texts[name] = ["" if pd.isna(one) else str(one) for one in column]
    read, dated, notes = read_columns(texts, rows)
    stamps = _stamps(index, rows, pd)
    numbers = plain | read
    kept = [name for name in names if name in numbers]
    if not kept:
        raise ValueError(f"values must have a column of numbers, got {', '.join(map(shown, names)) or 'no column'}.")
    wide = np.column_stack([numbers[name] for name in kept])
    return Table(wide, tuple(kept), dated if stamps is None else stamps, rows, tuple(notes))


def _stamps(index: Any, rows: tuple[str, ...], pd: Any) -> Stamps | None:
    if not isinstance(index, pd.DatetimeIndex):
        return None
    if index.hasnans:
        at = int(np.flatnonzero(index.isna())[0])
        raise ValueError(f"{rows[at]} must have a date, got none.")
    plain = index
    if index.tz is not None:
        # days and months are those of the clock on the wall; hours are UTC's, which has none twice
        wall = index.tz_localize(None)
        plain = wall if len(set(wall.time)) == 1 else index.tz_convert("UTC").tz_localize(None)
    stamps: Stamps = plain.to_numpy().astype("datetime64[s]")
    return stamps
