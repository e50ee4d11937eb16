"""Columns of text: which one holds the dates, which hold numbers, which are words to be left out."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnnviz.checks import shown
from rnnviz.i18n import t
from rnnviz.tasks.series.reading.dates import are_dates, parsed
from rnnviz.tasks.series.reading.numerals import decimal_mark, numeral, vacant
from rnnviz.tasks.series.table import Floats, Stamps, Table

__all__ = ["read_columns", "table_of_text"]

_DATE_NAMES = {"date", "day", "time", "timestamp", "datetime", "month", "year", "week", "quarter", "ds", "period"}
_COUNTS = {"", "index", "unnamed: 0", "id", "row", "no", "nr"}
_WORDS = 0.5  # of a column's cells: with more, it is a column of words, and not of numbers with a slip


def table_of_text(columns: Mapping[str, Sequence[str]], rows: Sequence[str], mark: str | None = None) -> Table:
    """Return the table that columns of text hold.

    Raises
    ------
    ValueError
        If a number or a date cannot be read, naming its row, or there is no column of numbers.
    """
    numbers, stamps, notes = read_columns(columns, rows, mark)
    if not numbers:
        raise ValueError(f"there must be a column of numbers, got {', '.join(map(shown, columns)) or 'no column'}.")
    return Table(np.column_stack(list(numbers.values())), tuple(numbers), stamps, tuple(rows), tuple(notes))


def read_columns(
    columns: Mapping[str, Sequence[str]], rows: Sequence[str], mark: str | None = None
) -> tuple[dict[str, Floats], Stamps | None, list[str]]:
    """Return the columns of numbers by name, the dates of the first column of dates, and what was left out."""
    dated = _dated(columns)
    stamps = None if dated is None else _moments(dated, columns[dated], rows)
    rest = {name: cells for name, cells in columns.items() if name != dated}
    mark = mark or decimal_mark(cell for cells in rest.values() for cell in cells)
    numbers: dict[str, Floats] = {}
    notes: list[str] = []
    for name, cells in rest.items():
        read = [numeral(cell, mark) for cell in cells]
        words = sum(one is None for one in read)
        if words and words >= _WORDS * sum(not vacant(cell) for cell in cells):
            notes.append(t("task.series.words", column=name))
        elif words:
            at = read.index(None)
            raise ValueError(f"{rows[at]}, column {name!r}, must be a number, got {shown(cells[at])}.")
        elif len(rest) > 1 and name == next(iter(columns)) and _counts(name, read):
            notes.append(t("task.series.counting"))
        else:
            numbers[name] = np.array(read, np.float64)
    return numbers, stamps, notes


def _counts(name: str, numbers: Sequence[float | None]) -> bool:
    """Whether a column is the row numbers that pandas and spreadsheets write in front."""
    return name.strip().lower() in _COUNTS and bool((np.diff(np.array(numbers, np.float64)) == 1).all())


def _dated(columns: Mapping[str, Sequence[str]]) -> str | None:
    for name, cells in columns.items():
        if are_dates(cells) or (name.strip().lower() in _DATE_NAMES and _years(cells)):
            return name
    return None


def _moments(name: str, cells: Sequence[str], rows: Sequence[str]) -> Stamps:
    for row, cell in zip(rows, cells, strict=True):
        if vacant(cell):
            raise ValueError(f"{row}, column {name!r}, must have a date, got {shown(cell)}.")
    return parsed(cells, rows)


def _years(cells: Sequence[str]) -> bool:
    return all(len(cell.strip()) == 4 and cell.strip().isdigit() for cell in cells)
