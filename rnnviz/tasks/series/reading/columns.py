"""Columns of text: which one holds the dates, which hold numbers, which are words to be left out."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnnviz.checks import shown
from rnnviz.i18n import t
from rnnviz.tasks.series.reading.dates import are_dates, are_times, epochs, look_like_dates, parsed
from rnnviz.tasks.series.reading.numerals import decimal_mark, numeral, vacant
from rnnviz.tasks.series.table import Floats, Stamps, Table

__all__ = ["read_columns", "table_of_text"]

_DATE_NAMES = {"date", "day", "time", "timestamp", "datetime", "month", "year", "week", "quarter", "ds", "period"}
_EPOCH_NAMES = {*_DATE_NAMES, "epoch", "unix", "unixtime", "unix_time", "ts"}
_COUNTS = {"", "index", "unnamed: 0", "id", "row", "no", "nr"}
_WORDS = 0.5  # of a column's cells: with more, it is a column of words, and not of numbers with a slip


def table_of_text(columns: Mapping[str, Sequence[str]], rows: Sequence[str], usual: str | None = ".") -> Table:
    """Return the table that columns of text hold: cells by the column's name; ``rows`` are what messages call each row.

    ``usual`` is the decimal mark where 1,234 could be either; None where a comma can only part fields.

    Raises
    ------
    ValueError
        If a number or a date cannot be read, naming its row, or there is no column of numbers.
    """
    numbers, stamps, notes = read_columns(columns, rows, usual)
    if not numbers:
        raise ValueError(f"there must be a column of numbers, got {_without_numbers(columns, rows)}.")
    return Table(np.column_stack(list(numbers.values())), tuple(numbers), stamps, tuple(rows), tuple(notes))


def read_columns(
    columns: Mapping[str, Sequence[str]], rows: Sequence[str], usual: str | None = "."
) -> tuple[dict[str, Floats], Stamps | None, list[str]]:
    """Return the columns of numbers by name, the dates of the first column of dates, and what was left out."""
    dated = _dated(columns)
    rest = {name: cells for name, cells in columns.items() if name != dated}
    stamps = None
    if dated is not None:
        cells = columns[dated]
        if hours := _hours(rest, cells):
            cells = [f"{day.strip()} {hour.strip()}" for day, hour in zip(cells, rest.pop(hours), strict=True)]
        stamps = _moments(dated, cells, rows)
    mark, unsettled = decimal_mark((cell for cells in rest.values() for cell in cells), usual) if usual else (".", None)
    numbers: dict[str, Floats] = {}
    notes: list[str] = []
    for name, cells in rest.items():
        read = [numeral(cell, mark) for cell in cells]
        if _is_words(name, cells, read, rows):
            notes.append(t("task.series.words", column=name))
        elif len(rest) > 1 and name == next(iter(columns)) and _counts(name, read):
            notes.append(t("task.series.counting"))
        else:
            numbers[name] = np.array(read, np.float64)
    if unsettled is not None and numbers:
        notes.append(t("task.series.unsettled", cell=unsettled, number=f"{numeral(unsettled, mark):g}"))
    return numbers, stamps, notes


def _is_words(name: str, cells: Sequence[str], read: Sequence[float | None], rows: Sequence[str]) -> bool:
    """Return whether it is a column of words, to be left out; raise a ValueError for a slip among numbers."""
    words = [at for at, one in enumerate(read) if one is None]
    if not words:
        return False
    at = words[0]
    if any(numeral(cells[one], other) is not None for one in words for other in ".,"):
        raise ValueError(
            f"{rows[at]}, column {name!r}, must have the decimal mark of the other numbers, got {shown(cells[at])}."
        )
    if len(words) < _WORDS * sum(not vacant(cell) for cell in cells):
        raise ValueError(f"{rows[at]}, column {name!r}, must be a number, got {shown(cells[at])}.")
    if look_like_dates(cells):
        raise ValueError(
            f"{rows[at]}, column {name!r}, must have a date that can be read, such as '2020-03-28' or "
            f"'2020-03-28 14:00+01:00', got {shown(cells[at])}."
        )
    return True


def _without_numbers(columns: Mapping[str, Sequence[str]], rows: Sequence[str]) -> str:
    """Return what a table without numbers has in their place."""
    for name, cells in reversed(list(columns.items())):
        if (
            not are_dates(cells)
            and (at := next((at for at, cell in enumerate(cells) if not vacant(cell)), None)) is not None
        ):
            return f"{shown(cells[at])} in {rows[at]}, column {name!r}"
    return ", ".join(map(shown, columns)) or "no column"


def _counts(name: str, numbers: Sequence[float | None]) -> bool:
    """Whether a column is the row numbers that pandas and spreadsheets write in front."""
    return name.strip().lower() in _COUNTS and bool((np.diff(np.array(numbers, np.float64)) == 1).all())


def _dated(columns: Mapping[str, Sequence[str]]) -> str | None:
    for name, cells in columns.items():
        known = name.strip().lower()
        if are_dates(cells) or (known in _DATE_NAMES and _years(cells)) or (known in _EPOCH_NAMES and epochs(cells)):
            return name
    return None


def _hours(columns: Mapping[str, Sequence[str]], days: Sequence[str]) -> str | None:
    """Return the column of times of day beside a column of days."""
    if any(":" in day for day in days):
        return None
    return next((name for name, cells in columns.items() if are_times(cells)), None)


def _moments(name: str, cells: Sequence[str], rows: Sequence[str]) -> Stamps:
    for row, cell in zip(rows, cells, strict=True):
        if vacant(cell):
            raise ValueError(f"{row}, column {name!r}, must have a date, got {shown(cell)}.")
    return parsed(cells, rows)


def _years(cells: Sequence[str]) -> bool:
    return all(len(cell.strip()) == 4 and cell.strip().isdigit() for cell in cells)
