"""The series that come with packages: weekly carbon dioxide, and Seattle's weather."""

import csv
import io
from functools import cache
from importlib import resources
from typing import Any

from rnnviz.i18n import t
from rnnviz.tasks.series.record import Record
from rnnviz.tasks.series.series import Series

__all__ = ["co2", "weather"]

_YEAR = 52  # weeks
_FEATURES = ("precipitation", "temp_max", "temp_min", "wind")


def co2(difference: int = 0, *, lookback: int = 60, horizon: int = 4) -> Series:
    """Return the task that forecasts the carbon dioxide over Mauna Loa some weeks ahead, weekly from 1958 to 2001.

    Parameters
    ----------
    difference : int
        0 for the concentrations themselves, 52 for what changed since the same week of the year before.
    lookback, horizon : int
        Weeks a window, weeks ahead.

    Examples
    --------
    >>> {name: round(error, 2) for name, error in co2().baselines().items()}
    {'same as now': 1.11, 'same as 52 steps before': 1.7, 'linear in the window': 0.43}
    """
    return Series(_co2(), lookback=lookback, horizon=horizon, path=False, difference=difference)


def weather(*, lookback: int = 30) -> Series:
    """Return the task that forecasts tomorrow's highest and lowest temperature in Seattle, daily from 2012 to 2015.

    Read are precipitation, both temperatures and wind of the days before.

    Parameters
    ----------
    lookback : int
        Days a window.

    Examples
    --------
    >>> weather().answers, weather().input_size
    (('highest °C', 'lowest °C'), 4)
    """
    return Series(_weather(), lookback=lookback, answers=_weather().names[1:3])


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
