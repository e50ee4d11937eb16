"""What a learner hands over as a series: lists, numpy, torch, pandas, or the path of a CSV file."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rnnviz.checks import iterable, kind_of, shown
from rnnviz.tasks.series.reading.columns import table_of_text
from rnnviz.tasks.series.reading.csvfile import read_csv
from rnnviz.tasks.series.reading.dates import are_dates
from rnnviz.tasks.series.reading.frames import is_pandas, table_of_pandas
from rnnviz.tasks.series.table import Floats, Table

__all__ = ["read"]

FEATURES = 256  # columns
LARGEST = 1e150  # beyond, a square is no number


def read(values: Any) -> Table:
    """Return the table in ``values``.

    Raises
    ------
    TypeError, ValueError, OSError
        If it holds no series; the message names the row.
    """
    table = _read(values)
    if table.values.shape[1] > FEATURES:
        raise ValueError(
            f"values must have at most {FEATURES} features, got {table.values.shape[1]:,}; axes are (time, feature): "
            "was the time put last?"
        )
    bad = np.argwhere(~(np.abs(table.values) <= LARGEST) & ~np.isnan(table.values))
    if len(bad):
        row, column = bad[0]
        where = f", column {table.names[column]!r}," if len(table.names) > 1 else ""
        number = table.values[row, column]
        what = "an infinite value" if np.isinf(number) else f"{number:.3g}, beyond {LARGEST:.0e}"
        raise ValueError(f"{table.rows[row]}{where} must be a finite number, got {what}; put NaN where none is known.")
    return table


def _read(values: Any) -> Table:
    if isinstance(values, str | os.PathLike):
        return read_csv(Path(values).expanduser())
    if is_pandas(values):
        return table_of_pandas(values)
    if isinstance(values, Mapping):
        return _of_mapping(values)
    if isinstance(values, torch.Tensor):
        if values.is_meta or values.layout != torch.strided:
            kind = "one without numbers" if values.is_meta else f"one of layout {values.layout}"
            raise TypeError(f"values must be a dense tensor of numbers, got {kind}.")
        values = values.detach().cpu()
        values = (values.double() if values.is_floating_point() else values).numpy()
    if isinstance(values, bytes) or not iterable(values):
        raise TypeError(
            "values must be numbers over time: a list, an array, a pandas Series or DataFrame, or the path of a CSV "
            f"file, got {kind_of(values)}."
        )
    return _of_array(values)


def _of_mapping(values: Mapping[Any, Any]) -> Table:
    if values and not any(isinstance(column, Iterable) and not isinstance(column, str) for column in values.values()):
        # a number for each date
        cells = {"date": list(map(_text, values)), "value": list(map(_text, values.values()))}
        if not are_dates(cells["date"]):
            raise TypeError(
                f"values must have a column of numbers for each name, or a number for each date, got {shown(values)}."
            )
        return table_of_text(cells, _rows(len(values)))
    columns = {str(name): list(column) for name, column in values.items()}
    if len({len(column) for column in columns.values()}) > 1:
        sizes = ", ".join(f"{name!r} {len(column)}" for name, column in columns.items())
        raise ValueError(f"values must have columns of one length, got {sizes}.")
    rows = _rows(len(next(iter(columns.values()), [])))
    return table_of_text({name: [_text(one) for one in column] for name, column in columns.items()}, rows)


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _is_date(value: Any) -> bool:
    return isinstance(value, date | np.datetime64) or (isinstance(value, str) and are_dates([value]))


def _of_array(values: Iterable[Any]) -> Table:
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    array = values if isinstance(values, np.ndarray) else _stacked(list(values))
    if array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind == "O" and array.size and _is_date(array[0, 0]):
        columns = ["date", *(f"value {at}" if array.shape[1] > 2 else "value" for at in range(1, array.shape[1]))]
        return table_of_text(
            {name: list(map(_text, array[:, at])) for at, name in enumerate(columns)}, _rows(len(array))
        )
    if array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise ValueError(f"values must have axes (time,) or (time, feature), got shape {array.shape}.")
    wide = array[:, None] if array.ndim == 1 else array
    if wide.dtype.kind in "fiu":
        numbers = wide.astype(np.float64)
    elif wide.dtype.kind == "O":
        numbers = _each(wide)
    else:
        at = shown(wide[0, 0]) if wide.size else "nothing"
        raise TypeError(f"values must be numbers, got {wide.dtype.name}: row 1 is {at}.")
    width = numbers.shape[1]
    names = tuple(f"value {at + 1}" for at in range(width)) if width > 1 else ("value",)
    return Table(numbers, names, None, _rows(len(numbers)))


def _stacked(rows: list[Any]) -> np.ndarray[Any, Any]:
    """Return a list of numbers or of equally long rows as an array of objects."""
    nested = [hasattr(row, "__len__") and not isinstance(row, str | bytes | Mapping) for row in rows]
    if rows and any(nested):
        wide = len(rows[0]) if nested[0] else 1
        for at, (row, inner) in enumerate(zip(rows, nested, strict=True)):
            if not inner or len(row) != wide:
                got = f"{len(row)}" if inner else shown(row)
                raise ValueError(f"row {at + 1} must have {wide} numbers, as row 1 has, got {got}.")
    wide = len(rows[0]) if rows and nested[0] else 1
    array = np.empty((len(rows), wide), object)
    for at, row in enumerate(rows):
        array[at] = [*row] if nested[at] else [row]
    return array


def _each(wide: np.ndarray[Any, Any]) -> Floats:
    numbers = np.empty(wide.shape)
    for (row, column), value in np.ndenumerate(wide):
        numbers[row, column] = _number(value, row, column, wide.shape[1])
    return numbers


def _number(value: Any, row: int, column: int, wide: int) -> float:
    if value is None:
        return float("nan")
    try:
        if isinstance(value, str | bytes | bool | complex | np.datetime64 | np.timedelta64):
            raise TypeError
        return float(value)
    except OverflowError:
        return float("inf")
    except (TypeError, ValueError):
        where = f"row {row + 1}, column {column + 1}," if wide > 1 else f"row {row + 1}"
        raise TypeError(f"{where} must be a number, got {shown(value)}.") from None


def _rows(count: int) -> tuple[str, ...]:
    return tuple(f"row {at + 1}" for at in range(count))
