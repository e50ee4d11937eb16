"""A learner's own series as a task."""

from typing import Any

from rnnviz.checks import number, optional, text
from rnnviz.i18n import t
from rnnviz.tasks.series.record import Record
from rnnviz.tasks.series.series import Series

__all__ = ["from_series"]


def from_series(
    values: Any, *, lookback: int, horizon: int = 1, test_share: float = 0.2, name: str | None = None
) -> Series:
    """Return a task that forecasts a series of your own.

    Rows are put in order of time and on even steps; what is missing is filled in from what was known at the time, and
    never scored. What was done stands in the task's ``source``. The last ``test_share`` of the rows are held out, half
    as many before them are kept for validation, and all that is computed of the data, of the rest alone.

    Parameters
    ----------
    values : list, numpy.ndarray, torch.Tensor, pandas.Series, pandas.DataFrame, mapping or path
        Axes (time,) or (time, feature); of a DataFrame the index or a column may hold dates. The path of a CSV file may
        have commas, semicolons, tabs or spaces between fields, decimal points or commas, and dates in a column.
    lookback : int
        How many steps of the past a window has.
    horizon : int
        How many steps ahead to forecast, all at once.
    test_share : float
        How much of the series is held out, above 0 and at most 0.8.
    name : str, optional
        What to call the task.

    Returns
    -------
    Series
        Every feature is read, and every feature is forecast.

    Raises
    ------
    TypeError, ValueError, OSError
        If ``values`` hold no series that can be forecast; the message names the row.

    Examples
    --------
    >>> task = from_series([10.0, 12.0, 11.0, 13.0] * 50, lookback=8, horizon=2)
    >>> {name: round(error, 2) for name, error in task.baselines().items()}
    {'same as now': 1.5, 'linear in the window': 0.0}
    """
    test_share = number(0, 0.8, open_end=False)("test_share", test_share)
    if test_share == 0:
        raise ValueError("test_share must be above 0, so that something is held out, got 0.")
    name = optional(text)("name", name) or t("task.series.name")
    record = Record.of(
        values,
        test_share=test_share,
        validation_share=min(test_share / 2, (1 - test_share) / 2),
        name=name,
        source=t("task.series.own"),
    )
    return Series(record, lookback=lookback, horizon=horizon)
