"""Dates as people write them, a column of one form."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

import numpy as np

from rnnviz.checks import shown
from rnnviz.tasks.series.grid import spread
from rnnviz.tasks.series.table import Stamps

__all__ = ["are_dates", "are_times", "epochs", "look_like_dates", "parsed"]

_DAY_FIRST = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y")
_OTHERS = ("%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%Y %b", "%b-%y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
_QUARTER = re.compile(r"(\d{4})[- ]?[Qq]([1-4])")
_LONGEST = 64  # characters of a date: a search through very long words would take for ever
_CLEAR = re.compile(
    r"\d{4}-\d|\d{1,4}[./-]\d{1,2}[./-]\d|\d{8}(T\d+)?$|\d{4}-?W\d\d|\d{4}[- ]?[Qq][1-4]$|.*[A-Za-z]{3}.*\d"
)

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?")
_LIKE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|\d{4}-?W\d\d")
_EPOCH = re.compile(r"\d{10}|\d{13}")  # since 1970, in seconds or thousandths


def are_times(cells: Sequence[str]) -> bool:
    """Return whether all cells are times of day, such as 08:00 or 9:30:15."""
    return bool(cells) and all(_TIME.fullmatch(cell.strip()) for cell in cells)


def epochs(cells: Sequence[str]) -> bool:
    """Return whether all cells are seconds, or all thousandths of them, since the year 1970."""
    stripped = [cell.strip() for cell in cells]
    return len({len(cell) for cell in stripped}) == 1 and all(_EPOCH.fullmatch(cell) for cell in stripped)


def look_like_dates(cells: Sequence[str]) -> bool:
    """Return whether most cells begin as a date does, whatever follows.

    >>> look_like_dates(["2020-03-28 14:00 CET", "2020-03-28 15:00 CET"]), look_like_dates(["Bonn", "Rome"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    return sum(_LIKE.match(cell) is not None for cell in filled) > len(filled) / 2


def are_dates(cells: Sequence[str]) -> bool:
    """Return whether a column's cells are dates beyond doubt: plain numbers are only as 19580329.

    >>> are_dates(["1958-03-29", "1958-04-05"]), are_dates(["1958", "1959"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    head = filled[:5]
    if not head or not all(len(cell) <= _LONGEST and _CLEAR.match(cell) for cell in head):
        return False
    if head[0].isdigit() and not all(1500 <= int(cell[:4]) <= 2300 for cell in head):
        return False
    return any(_one(cell, form) is not None for cell in head for form in _forms())


def parsed(cells: Sequence[str], rows: Sequence[str]) -> Stamps:
    """Return the moments that a column's cells name.

    Raises
    ------
    ValueError
        If one is no date in the form of the others, naming its row.
    """
    stripped = [cell.strip() for cell in cells]
    if epochs(stripped):
        return np.array([int(cell[:10]) for cell in stripped], "datetime64[s]")
    # fifty forms on every cell would take seconds: those that read most of the first twenty are tried on all
    read = {form: sum(_one(cell, form) is not None for cell in stripped[:20]) for form in _forms()}
    likely = [form for form, count in read.items() if count == max(read.values())]
    fitting = [form for form in likely if all(_one(cell, form) is not None for cell in stripped)]
    if not fitting:
        failing = {form: [i for i, cell in enumerate(stripped) if _one(cell, form) is None] for form in likely}
        form = min(failing, key=lambda one: len(failing[one]))
        at = failing[form][0]
        raise ValueError(
            f"{rows[at]} must have a date in the form of the others, such as {shown(_example(stripped, form))}, "
            f"got {shown(cells[at])}."
        )
    columns = [_moments(stripped, form, rows) for form in fitting]
    # 03/04/2020 is two dates: the even steps tell which one was meant
    return min(columns, key=spread)


def _forms() -> list[str | None]:
    """All forms; None is ISO 8601."""
    return [None, *(one + time for one in (*_OTHERS, *_DAY_FIRST, *_MONTH_FIRST) for time in _TIMES), "%Y"]


def _example(cells: Sequence[str], form: str | None) -> str:
    return next((cell for cell in cells if _one(cell, form) is not None), "2020-01-31")


def _one(cell: str, form: str | None) -> datetime | None:
    try:
        if form is not None:
            return datetime.strptime(cell, form)
        if quarter := _QUARTER.fullmatch(cell):
            return datetime(int(quarter[1]), 3 * int(quarter[2]) - 2, 1)
        return datetime.fromisoformat(cell.removesuffix(" UTC").removesuffix(" GMT"))
    except ValueError:
        return None


def _moments(cells: Sequence[str], form: str | None, rows: Sequence[str]) -> Stamps:
    moments = [moment for cell in cells if (moment := _one(cell, form)) is not None]
    zones: list[tzinfo | None] = [moment.tzinfo for moment in moments]
    if None in zones and any(zone is not None for zone in zones):
        at = zones.index(None) if zones[0] is not None else next(i for i, zone in enumerate(zones) if zone is not None)
        raise ValueError(
            f"{rows[at]} must name a time zone as the others do, or none as they do, got {shown(cells[at])}."
        )
    wall = [moment.replace(tzinfo=None) for moment in moments]
    # days and months are those of the clock on the wall; hours are UTC's, which has none twice
    is_daily = zones[0] is None or len({moment.time() for moment in wall}) == 1
    plain = wall if is_daily else [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    return np.array(plain, "datetime64[s]")
