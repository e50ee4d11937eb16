"""The series that come with packages: weekly carbon dioxide, and Seattle's weather."""

import csv
import io
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, ClassVar, Self

from rnnviz.checks import whole
from rnnviz.i18n import t
from rnnviz.tasks.series.record import Record
from rnnviz.tasks.series.series import Series

__all__ = ["CO2", "Weather"]

_YEAR = 52  # weeks
_FEATURES = ("precipitation", "temp_max", "temp_min", "wind")
_Checks = Mapping[str, Callable[[str, Any], Any]]


class CO2(Series):
    """Forecast the carbon dioxide over Mauna Loa some weeks ahead, weekly from 1958 to 2001, in ppm.

    The first 70 % of the weeks are for training, the last 15 % for scoring. Weeks that were not measured are filled in,
    and never scored.

    Parameters
    ----------
    difference : int
        0 for the concentrations themselves, 52 for what changed since the same week of the year before.
    lookback, horizon : int
        Weeks a window, weeks ahead.

    Examples
    --------
    >>> {name: round(error, 2) for name, error in CO2().baselines().items()}
    {'same as now': 1.11, 'same as 52 steps before': 1.7, 'linear in the window': 0.43}
    """

    options: ClassVar[_Checks | None] = MappingProxyType({"difference": whole(0, 520), "horizon": whole(1, 104)})

    def __init__(self, difference: int = 0, *, lookback: int = 60, horizon: int = 4) -> None:
        super().__init__(_co2(), lookback=lookback, horizon=horizon, path=False, difference=difference)

    def _again(self, lookback: int) -> Self:
        return type(self)(self.difference, lookback=lookback, horizon=self.horizon)

    def to_recipe(self) -> dict[str, Any]:
        """Return the name and how it was made; the record comes with a package."""
        return {"task": self.name, "options": {"difference": self.difference, "horizon": self.horizon}}


class Weather(Series):
    """Forecast tomorrow's highest and lowest temperature in Seattle, daily from 2012 to 2015, in °C.

    Read are rain, both temperatures and wind of the days before. The first 70 % of the days are for training, the last
    15 % for scoring.

    Parameters
    ----------
    lookback : int
        Days a window.

    Examples
    --------
    >>> Weather().answers, Weather().input_size
    (('highest °C', 'lowest °C'), 4)
    """

    options: ClassVar[_Checks | None] = MappingProxyType({})

    def __init__(self, *, lookback: int = 30) -> None:
        record = _weather()
        super().__init__(record, lookback=lookback, answers=record.names[1:3])

    def _again(self, lookback: int) -> Self:
        return type(self)(lookback=lookback)

    def to_recipe(self) -> dict[str, Any]:
        """Return the name; the record comes with a package."""
        return {"task": self.name, "options": {}}


@cache
def _co2() -> Record:
    rows = _rows("statsmodels", "datasets/co2/co2.csv")
    values = {"date": [row["date"] for row in rows], "CO₂ (ppm)": [row["co2"] for row in rows]}
    return Record.of(values, season=_YEAR, name="co2", source=t("task.co2.source"))


@cache
def _weather() -> Record:
    rows = _rows("vega_datasets", "_data/seattle-weather.csv")
    columns: dict[str, Any] = {"date": [row["date"] for row in rows]}
    columns |= {t(f"task.weather.{name}"): [row[name] for row in rows] for name in _FEATURES}
    return Record.of(columns, season=365, name="weather", source=t("task.weather.source"))


def _rows(package: str, file: str) -> list[dict[str, str]]:
    try:
        text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"these data come with {package}, which is not installed; run: pip install 'rnnviz[chapters]'",
            name=package,
        ) from None
    return list(csv.DictReader(io.StringIO(text)))
