"""Paths: forecasts of several steps or features from many origins, for pictures, in real units."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import brief

__all__ = ["Paths"]


@dataclass(frozen=True, eq=False)
class Paths:
    """What was forecast from each held-out origin, and the record around it.

    Parameters
    ----------
    x : numpy.ndarray
        Where each row of the record stands, on the prediction's axis, axis (row,).
    known : numpy.ndarray
        The record itself, axes (row, answer).
    origins : numpy.ndarray
        The last row that each forecast knew, axis (origin,).
    ahead : tuple of int
        Which steps after the origin are forecast, axis (step,).
    forecast : numpy.ndarray
        Axes (origin, step, answer).
    naive : numpy.ndarray
        The simple rule's forecast, of the same axes.
    names : tuple of str
        What each answer is called.

    Examples
    --------
    >>> x, one = np.arange(4.0), np.array([[[2.5], [3.5]]])
    >>> Paths(x, x[:, None], np.array([1]), (1, 2), one, one, ("y",)).truth
    array([[[2.],
            [3.]]])
    """

    x: NDArray[np.float64]
    known: NDArray[np.float64]
    origins: NDArray[np.int64]
    ahead: tuple[int, ...]
    forecast: NDArray[np.float64]
    naive: NDArray[np.float64]
    names: tuple[str, ...]

    __repr__ = brief

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows that are forecast, axes (origin, step)."""
        return np.asarray(self.origins[:, None] + np.array(self.ahead), np.int64)

    @property
    def truth(self) -> NDArray[np.float64]:
        """What came, axes (origin, step, answer)."""
        return self.known[self.rows]
