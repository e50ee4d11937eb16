"""Reading what a learner hands over: lists, arrays, pandas, CSV files."""

from rnnviz.tasks.series.reading.values import read

__all__ = ["read"]
