"""Record: numbers over time made ready for windows: on even steps, without gaps, cut into three parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import brief, number, one_of, optional, shown, text, whole
from rnnviz.i18n import t
from rnnviz.tasks.series.gaps import filled, trimmed
from rnnviz.tasks.series.grid import STEPS, UNITS, Step, even
from rnnviz.tasks.series.reading import read
from rnnviz.tasks.series.table import Floats, Stamps, counted

__all__ = ["Record"]

_DAY = 86_400
_YEAR = 365.25 * _DAY


@dataclass(frozen=True, eq=False)
class Record:
    """A series and its parts, which follow each other in time: training, validation, test.

    Parameters
    ----------
    values : numpy.ndarray
        Axes (time, feature), float64, finite, read-only.
    names : tuple of str
        What each feature is called.
    trained, validated : int
        Rows of the training part; rows up to the end of the validation part, where the test part begins.
    missing : numpy.ndarray
        Which values were put in, axes (time, feature); none is ever scored.
    stamps : numpy.ndarray or None
        When each row was, datetime64[s].
    step : Step or None
        What lies between two rows.
    season : int or None
        Steps until things come round again, where that is known.
    name, source : str
        What the task is called, and where the data come from, a sentence.
    notes : tuple of str
        Sentences on what was done to the data.

    Examples
    --------
    >>> record = Record.of([1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    >>> record.values[:4].ravel().tolist(), record.parts["test"], record.notes
    ([1.0, 2.0, 3.0, 4.0], (8, 10), ('1 missing value was filled in, and is never scored.',))
    """

    values: Floats
    names: tuple[str, ...]
    trained: int
    validated: int
    missing: NDArray[np.bool_]
    stamps: Stamps | None = None
    step: Step | None = None
    season: int | None = None
    name: str = "series"
    source: str = ""
    notes: tuple[str, ...] = ()

    __repr__ = brief

    @classmethod
    def of(
        cls,
        values: Any,
        *,
        validation_share: float = 0.15,
        test_share: float = 0.15,
        season: int | None = None,
        name: str = "series",
        source: str = "",
    ) -> Self:
        """Return the record in what a learner hands over; see `rnnviz.tasks.from_series`.

        Raises
        ------
        TypeError, ValueError, OSError
            If ``values`` hold no series, naming the row.
        """
        season = optional(whole(1))("season", season)
        name, source = text("name", name), text("source", source)
        table, step = even(read(values))
        if not len(table.values):
            raise ValueError("values must have rows, got none.")
        table, before, after = trimmed(table)
        count = len(table.values)
        tested = round(count * share("test_share", test_share))
        validated = count - tested
        trained = validated - round(count * share("validation_share", validation_share))
        complete, missing = filled(table.values, trained)
        complete.flags.writeable = missing.flags.writeable = False
        ends = [counted("task.series.ends", before + after)] if before + after else []
        gaps = int(missing.sum())
        put = [counted("task.series.filled", gaps)] if gaps else []
        return cls(
            complete,
            table.names,
            trained,
            validated,
            missing,
            table.stamps,
            step,
            season or (None if step is None else STEPS.get(step)),
            name,
            source,
            (*table.notes, *ends, *put),
        )

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold of it, to the last digit; `from_plain` makes the same record of it."""
        gaps = np.where(self.missing, np.nan, self.values)
        rows = [[None if np.isnan(one) else float(one) for one in row] for row in gaps]
        return {
            "values": [row[0] for row in rows] if len(self.names) == 1 else rows,
            "names": list(self.names),
            "start": None if self.stamps is None else str(self.stamps[0]),
            "step": None if self.step is None else [self.step.unit, self.step.count],
            "season": self.season,
            "parts": [self.trained, self.validated],
            "name": self.name,
            "source": self.source,
            "notes": list(self.notes),
        }

    @classmethod
    def from_plain(cls, given: Mapping[str, Any]) -> Self:
        """Return the record that `plain` wrote down.

        Parameters
        ----------
        given : mapping
            From elsewhere perhaps; nothing of it is run.

        Raises
        ------
        TypeError, ValueError
            If it is none.
        """
        table = read(given["values"])
        names, count = tuple(text("names", one) for one in given["names"]), len(table.values)
        trained, validated = (whole(1, count)("parts", one) for one in given["parts"])
        if len(names) != table.values.shape[1] or trained > validated:
            raise ValueError(f"the record must have a name for each feature and parts in order, got {shown(given)}.")
        step = None if given["step"] is None else Step(one_of(UNITS)("step", given["step"][0]), int(given["step"][1]))
        start = None if given["start"] is None else np.datetime64(text("start", given["start"]), "s")
        values, missing = filled(table.values, trained)
        if np.isnan(values).any():
            raise ValueError("the record must begin with a value of each feature.")
        values.flags.writeable = missing.flags.writeable = False
        stamps = None if start is None or step is None else step.stamps(start, count)
        words = (text("name", given["name"]), text("source", given["source"]))
        notes = tuple(text("notes", one) for one in given["notes"])
        season = optional(whole(1))("season", given["season"])
        return cls(values, names, trained, validated, missing, stamps, step, season, *words, notes)

    @property
    def parts(self) -> Mapping[str, tuple[int, int]]:
        """The first row of each part and the one behind its last."""
        return MappingProxyType(
            {
                "train": (0, self.trained),
                "validation": (self.trained, self.validated),
                "test": (self.validated, len(self.values)),
            }
        )

    def check_room(self, lookback: int, horizon: int, difference: int) -> None:
        """Raise a ValueError if a window with its answers does not fit into the training part, or none is left to test.

        A validation part that is too short for one is simply never used.

        Parameters
        ----------
        lookback, horizon, difference : int
            Rows that a window reads, that it forecasts, and that lie between a row and the one it is compared with.
        """
        wanted = lookback + horizon + difference
        if self.trained < wanted + 1:
            cut = f" + difference={difference}" if difference else ""
            raise ValueError(
                f"the training part must be longer than lookback={lookback} + horizon={horizon}{cut}, got "
                f"{self.trained:,} of {len(self.values):,} rows; take a shorter lookback or a longer series."
            )
        tested = len(self.values) - self.validated
        if tested < horizon:
            raise ValueError(
                f"the test part must be at least horizon={horizon} rows long, got {tested:,} of "
                f"{len(self.values):,}; take a larger test_share or a longer series."
            )

    def axis(self, rows: NDArray[np.int64]) -> Floats:
        """Return where rows stand on an axis: decimal years, days since the first row, or their numbers."""
        if self.stamps is None:
            return np.asarray(rows, np.float64)
        seconds = (self.stamps[rows] - self.stamps[0]).astype(np.float64)
        if self._is_hourly:
            return np.asarray(seconds / _DAY, np.float64)
        year = self.stamps[rows].astype("datetime64[Y]")
        within = (self.stamps[rows] - year.astype("datetime64[s]")).astype(np.float64)
        return np.asarray(1970 + year.astype(np.int64) + within / _YEAR, np.float64)

    @property
    def x_title(self) -> str:
        """Words for that axis."""
        if self.stamps is None:
            return t("task.series.x.row")
        return t("task.series.x.day", start=str(self.stamps[0])[:10]) if self._is_hourly else t("task.series.x.year")

    def labels(self, rows: slice) -> tuple[str, ...]:
        """Return the date of each row, or its number.

        Parameters
        ----------
        rows : slice
            Which rows.
        """
        if self.stamps is None:
            return tuple(str(at) for at in range(len(self.values))[rows])
        long = 16 if self._is_hourly else 7 if self.step is not None and self.step.unit.startswith("month") else 10
        return tuple(str(one)[:long].replace("T", " ") for one in self.stamps[rows])

    @property
    def _is_hourly(self) -> bool:
        return self.step is not None and self.step.unit == "second" and self.step.count < _DAY


def recorded(name: str, given: Any) -> Mapping[str, Any]:
    """Return what a recipe holds of a record, if `Record.from_plain` makes one of it, or raise its error."""
    wanted = {"values", "names", "start", "step", "season", "parts", "name", "source", "notes"}
    if not isinstance(given, Mapping) or set(given) != wanted:
        raise TypeError(f"{name} must be an object with {', '.join(sorted(wanted))}, got {shown(given)}.")
    if not isinstance(given["values"], list):
        raise TypeError(f"{name} must have a list of values, got {shown(given['values'])}.")
    Record.from_plain(given)
    return given


def share(name: str, value: float) -> float:
    """Return a share of the rows, from 0 on and below 1."""
    return number(0, 0.9, open_end=False)(name, value)
