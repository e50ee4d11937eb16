"""A CSV file as a table: comma, semicolon, tab or spaces, any line ends, with or without a first line of names."""

import codecs
import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path

from rnnviz.checks import shown
from rnnviz.tasks.series.reading.columns import table_of_text
from rnnviz.tasks.series.reading.dates import are_dates
from rnnviz.tasks.series.reading.numerals import numeral, vacant
from rnnviz.tasks.series.table import Table

__all__ = ["read_csv"]

_DELIMITERS = (";", "\t", "|", ",")
_LARGEST = 2**28  # bytes
_REMARK = re.compile(r"\s*#|\"?sep=.\"?\s*$")  # the second is a spreadsheet's own
_WHOLE_AND_PART = re.compile(r"[+-]?\d+,(\d{2,})")  # 12,05


def read_csv(path: Path) -> Table:
    """Return the numbers in a file of comma-separated values.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If a line does not fit, naming it.
    """
    lines = _lines(path)
    delimiter = _delimiter([text for _, text in lines])
    records = _trimmed([(number, _cells(text, delimiter)) for number, text in lines])
    names, records = _names(records)
    for number, cells in records:
        if len(cells) != len(names):
            others = "the first line names" if number == records[0][0] else "the others have"
            raise ValueError(
                f"line {number} of {path.name} must have {len(names)} fields, as {others}, got {len(cells)}; a decimal "
                "comma between commas needs quotes."
            )
    rows = tuple(f"line {number} of {path.name}" for number, _ in records)
    columns = {name: [cells[at] for _, cells in records] for at, name in enumerate(names)}
    if not records:
        raise ValueError(f"{path.name} must have lines of numbers, got one line, of names.")
    # who parts fields by semicolons does so because the comma is the decimal mark
    usual = "," if delimiter == ";" else "."
    return table_of_text(columns, rows, None if delimiter == "," and not _quoted_commas(records) else usual)


def _lines(path: Path) -> list[tuple[int, str]]:
    """Return each line that says something, with its number."""
    if not os.path.exists(path):  # Path's own raises where a name is too long
        raise FileNotFoundError(f"there is no file {shown(str(path))}; check its folder and name.")
    if path.is_dir():
        raise IsADirectoryError(f"values must be a CSV file, got the folder {shown(str(path))}.")
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"{path.name} must have at most 256 MB, got {path.stat().st_size / 2**20:,.0f} MB.")
    text = _decoded(path.read_bytes())
    if "\0" in text:
        raise ValueError(
            f"{path.name} must be a text file of comma-separated values, got one with zero bytes; save it as UTF-8."
        )
    found = [(number, line) for number, line in enumerate(io.StringIO(text, newline=None).read().split("\n"), 1)]
    found = [(number, line) for number, line in found if line.strip(" \t;,|") and not _REMARK.match(line)]
    if not found:
        raise ValueError(f"{path.name} must have lines of numbers, got an empty file.")
    return found


def _decoded(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _delimiter(lines: Sequence[str]) -> str:
    """Return what stands between fields: what cuts all lines into as many, and into more than one."""
    head = lines[:200]
    parts = [found[1] for line in head if (found := _WHOLE_AND_PART.fullmatch(line.strip()))]
    if len(parts) == len(head) and len({len(part) for part in parts}) == 1 and any(part[0] == "0" for part in parts):
        return ";"  # 12,05 below 11,30: one column, since a second one would not be written with zeros in front
    for delimiter in _DELIMITERS:
        counts = {len(_cells(line, delimiter)) for line in head}
        if len(counts) == 1 and counts != {1}:
            return delimiter
    common = [one for one in _DELIMITERS if sum(one in line for line in head) > 0.8 * len(head)]
    # 12,5 and 13 below each other are one column with decimal commas
    if common == [","] and all(_number(line) for line in head[1:]):
        return ";"
    if not common and all(len(line.split()) == len(head[0].split()) > 1 for line in head):
        return " "
    return common[0] if common else ";"


def _number(line: str) -> bool:
    return numeral(line.strip().strip('"'), ",") is not None


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]


def _trimmed(records: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Leave out the field behind a mark that ends every line, named or not."""
    widest = max(len(cells) for _, cells in records)
    below = records[1:] if len(records) > 1 else records
    if widest > 1 and all(len(cells) == widest and not cells[-1] for _, cells in below):
        return [(number, cells[: widest - 1] if not any(cells[widest - 1 :]) else cells) for number, cells in records]
    return records


def _names(records: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return what the columns are called, and the lines below: the first line names them if it has no number."""
    first = records[0][1]
    is_head = not any(numeral(cell, mark) is not None and not vacant(cell) for cell in first for mark in ".,")
    is_head = is_head and not any(are_dates([cell]) for cell in first)
    given = first if is_head else []
    names: list[str] = []
    for at in range(len(first)):
        name = (given[at] if is_head else "") or (f"column {at + 1}" if at or not is_head else "")
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names, records[1:] if is_head else records


def _quoted_commas(records: Sequence[tuple[int, list[str]]]) -> bool:
    return any("," in cell for _, cells in records[:200] for cell in cells)
