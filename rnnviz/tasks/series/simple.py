"""Forecasts without a network, from many origins: same as now, same as a season before, linear in the window."""

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.series.table import Floats

__all__ = ["Linear", "last_value", "season_ago"]

_PER_WEIGHT = 3  # training windows a weight of the linear rule


def last_value(values: Floats, origins: NDArray[np.int64], steps: int) -> Floats:
    """Return the value at each origin, for each step after it: axes (origin, step, feature)."""
    return np.repeat(values[origins][:, None], steps, axis=1)


def season_ago(values: Floats, origins: NDArray[np.int64], steps: int, season: int) -> Floats:
    """Return the value of the same place in the last season known at each origin: axes (origin, step, feature).

    >>> season_ago(np.arange(10.0)[:, None], np.array([6]), 5, season=3).ravel().tolist()
    [4.0, 5.0, 6.0, 4.0, 5.0]
    """
    ahead = np.arange(1, steps + 1)
    back = season * -(-ahead // season)  # whole seasons, so that nothing after the origin is read
    return np.asarray(values[origins[:, None] + ahead - back], np.float64)


class Linear:
    """Least squares from the last values of all features and a constant, a set of weights for each step ahead.

    Parameters
    ----------
    values : numpy.ndarray
        Axes (time, feature); only the first ``trained`` rows are read for the weights.
    lookback, steps, trained : int
        Rows read at most, steps ahead, rows of the training part.
    answers : sequence of int
        Which features are forecast.

    Examples
    --------
    >>> growing = 3 + 2 * np.arange(60.0)[:, None]
    >>> Linear(growing, lookback=4, steps=2, trained=40, answers=[0]).forecast(growing, np.array([50])).ravel().round(6)
    array([105., 107.])
    """

    def __init__(self, values: Floats, lookback: int, steps: int, trained: int, answers: NDArray[np.int64]) -> None:
        # as many weights as windows would learn the training part by heart
        most = (trained - steps) // (_PER_WEIGHT * values.shape[1] + 1)
        self._read, self._steps, self._answers = max(1, min(lookback, most)), steps, answers
        origins = np.arange(self._read - 1, trained - steps)
        ahead = origins[:, None] + np.arange(1, steps + 1)
        wanted = values[:, answers][ahead].reshape(len(origins), -1)
        self._weights = np.linalg.lstsq(self._windows(values, origins), wanted, rcond=None)[0]

    def forecast(self, values: Floats, origins: NDArray[np.int64]) -> Floats:
        """Return what the rule says after each origin, axes (origin, step, answer)."""
        said = self._windows(values, origins) @ self._weights
        return np.asarray(said.reshape(len(origins), self._steps, -1), np.float64)

    def _windows(self, values: Floats, origins: NDArray[np.int64]) -> Floats:
        back = np.arange(1 - self._read, 1)
        read = values[origins[:, None] + back].reshape(len(origins), -1)
        return np.column_stack([read, np.ones(len(origins))])
