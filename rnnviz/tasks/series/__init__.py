"""Series: forecasts of numbers over time, of a learner's own too."""

from rnnviz.tasks.series.own import from_series
from rnnviz.tasks.series.record import Record
from rnnviz.tasks.series.registered import CO2, Weather
from rnnviz.tasks.series.rolling import Interval, Rolling, rolling_origins
from rnnviz.tasks.series.series import Series

__all__ = ["CO2", "Interval", "Record", "Rolling", "Series", "Weather", "from_series", "rolling_origins"]
