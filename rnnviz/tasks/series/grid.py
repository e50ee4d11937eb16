"""Rows in order of time, on an even grid: sorted, doubles told, missing rows put in."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.tasks.series.table import Stamps, Table, counted

__all__ = ["STEPS", "UNITS", "Step", "even", "spread", "step_of"]

UNITS = ("month", "month end", "weekday", "second")
_DAY = 86_400
_FILLED = 0.5  # of the grid's rows: with fewer, straight lines would be most of the series


@dataclass(frozen=True)
class Step:
    """What lies between two rows.

    Parameters
    ----------
    unit : {"month", "month end", "weekday", "second"}
        Months of the calendar, on one day or on the last of each; days from Monday to Friday; or seconds.
    count : int
        How many.
    """

    unit: str
    count: int

    def places(self, stamps: Stamps) -> NDArray[np.int64]:
        """Return each moment's place in units from the first one on; moments between two places have the earlier."""
        if self.unit.startswith("month"):
            months = stamps.astype("datetime64[M]").astype(np.int64)
            return np.asarray(months - months[0], np.int64)
        if self.unit == "weekday":
            days = stamps.astype("datetime64[D]")
            return np.asarray(np.busday_count(days[0], days), np.int64)
        return np.asarray((stamps - stamps[0]).astype(np.int64), np.int64)

    def stamps(self, first: np.datetime64, count: int) -> Stamps:
        """Return ``count`` moments from ``first`` on, a step apart."""
        steps = np.arange(count) * self.count
        if self.unit == "month end":
            days = (first.astype("datetime64[M]") + steps + 1).astype("datetime64[D]") - 1
            return np.asarray(
                days.astype("datetime64[s]") + (first - first.astype("datetime64[D]").astype("datetime64[s]"))
            )
        if self.unit == "month":
            months = first.astype("datetime64[M]")
            return np.asarray((months + steps).astype("datetime64[s]") + (first - months.astype("datetime64[s]")))
        if self.unit == "weekday":
            return np.busday_offset(first.astype("datetime64[D]"), steps).astype("datetime64[s]")
        return first + steps.astype("timedelta64[s]")


# how many steps until things come round again, where the step says it
STEPS = {
    Step("month", 1): 12,
    Step("month end", 1): 12,
    Step("month", 3): 4,
    Step("month end", 3): 4,
    Step("weekday", 1): 5,
    Step("second", 7 * _DAY): 52,
    Step("second", _DAY): 7,
    Step("second", 3600): 24,
    Step("second", 1800): 48,
    Step("second", 900): 96,
}


def step_of(stamps: Stamps) -> Step:
    """Return the step that most neighbours are apart, of moments that rise.

    >>> step_of(np.array(["2020-01-01", "2020-02-01", "2020-03-01"], "datetime64[s]"))
    Step(unit='month', count=1)
    """
    seconds = np.diff(stamps).astype(np.int64)
    months = np.diff(stamps.astype("datetime64[M]").astype(np.int64))
    within = (stamps - stamps.astype("datetime64[M]")).astype(np.int64) // _DAY  # day of the month, from 0
    at_end = (stamps.astype("datetime64[D]") + 1).astype("datetime64[M]") > stamps.astype("datetime64[M]")
    if seconds.min() >= 28 * _DAY and (len(np.unique(within)) == 1 or at_end.all()):
        # by weeks, 28 days apart, the day of the month moves
        return Step("month end" if at_end.all() else "month", int(np.gcd.reduce(months)))
    counted, times = np.unique(seconds, return_counts=True)
    usual = int(counted[times.argmax()])
    weekdays = np.is_busday(stamps.astype("datetime64[D]")).all() and not (stamps.astype(np.int64) % _DAY).any()
    if usual == _DAY and weekdays and len(stamps) > 7:
        return Step("weekday", 1)
    return Step("second", usual)


def spread(stamps: Stamps) -> tuple[int, int]:
    """Return how many moments, in any order, lie beside the steps of the others, and how many steps they take up.

    >>> spread(np.array(["2020-01-03", "2020-01-01", "2020-01-02"], "datetime64[s]"))
    (0, 3)
    """
    moments = np.unique(stamps)
    if len(moments) < 2:
        return 0, len(moments)
    step = step_of(moments)
    places = step.places(moments)
    return int((places % step.count > 0).sum()), int(places[-1]) // step.count + 1


def even(table: Table) -> tuple[Table, Step | None]:
    """Return the rows in order of time on an even grid, missing ones put in as NaN, and the grid's step.

    Raises
    ------
    ValueError
        If two rows of one moment differ, or a row stands beside the grid, naming them.
    """
    if table.stamps is None or len(table.rows) < 2:
        return table, None
    table = _distinct(_sorted(table))
    assert table.stamps is not None
    if len(table.rows) < 2:
        return table, None
    step = step_of(table.stamps)
    places = step.places(table.stamps)
    off = np.flatnonzero(places % step.count)
    if len(off):
        moments = (table.stamps[0], table.stamps[off[0]])
        raise ValueError(
            f"{table.rows[off[0]]} ({_written(moments[1])}) lies between two steps of the series, which are "
            f"{_length(step)} apart; put the series on even steps first, such as with pandas' resample."
        )
    places = places // step.count
    if len(np.unique(places)) < len(places):
        at = int(np.flatnonzero(np.diff(places) == 0)[0])
        raise ValueError(f"{table.rows[at]} and {table.rows[at + 1]} lie in one step of the series; keep one of them.")
    return _filled(table, step, places), step


def _sorted(table: Table) -> Table:
    assert table.stamps is not None
    order = np.argsort(table.stamps, kind="stable")
    if (order == np.arange(len(order))).all():
        return table
    return table.taken(order).noted(t("task.series.sorted"))


def _distinct(table: Table) -> Table:
    """Leave out rows that come twice."""
    assert table.stamps is not None
    twice = np.flatnonzero(np.diff(table.stamps) == np.timedelta64(0, "s"))
    for at in twice:
        if not np.array_equal(table.values[at], table.values[at + 1], equal_nan=True):
            raise ValueError(
                f"{table.rows[at]} and {table.rows[at + 1]} have the same date, {_written(table.stamps[at])}, and "
                "different values; keep one of them, or give their mean."
            )
    if not len(twice):
        return table
    return table.taken(np.delete(np.arange(len(table.rows)), twice)).noted(counted("task.series.doubles", len(twice)))


def _filled(table: Table, step: Step, places: NDArray[np.int64]) -> Table:
    """Put in the rows of the grid that are missing, as NaN."""
    count = int(places[-1]) + 1
    if count == len(places):
        return table
    if len(places) < _FILLED * count:
        assert table.stamps is not None
        at = int(np.diff(places).argmax())
        raise ValueError(
            f"the series must fill at least half of its steps of {_length(step)}, got {len(places):,} rows for "
            f"{count:,} steps; the widest gap is between {table.rows[at]} and {table.rows[at + 1]}."
        )
    assert table.stamps is not None
    values = np.full((count, table.values.shape[1]), np.nan)
    values[places] = table.values
    rows = np.full(count, t("task.series.row.missing"), object)
    rows[places] = table.rows
    full = replace(table, values=values, stamps=step.stamps(table.stamps[0], count), rows=tuple(rows))
    return full.noted(counted("task.series.missing", count - len(places)))


def _written(stamp: np.datetime64) -> str:
    text = str(stamp.astype("datetime64[s]"))
    return text.removesuffix("T00:00:00").replace("T", " ")


def _length(step: Step) -> str:
    if step.unit == "second" and step.count % _DAY == 0:
        days = step.count // _DAY
        return "a day" if days == 1 else f"{days} days"
    if step.unit == "second":
        return f"{step.count} seconds"
    return f"{step.count} {step.unit}{'s' * (step.count > 1)}"
