"""Series: forecasts of numbers over time, of a learner's own too."""

from rnnviz.tasks.series.own import from_series
from rnnviz.tasks.series.record import Record
from rnnviz.tasks.series.registered import co2, weather
from rnnviz.tasks.series.series import Series

__all__ = ["Record", "Series", "co2", "from_series", "weather"]
