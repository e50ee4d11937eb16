"""The order of the rows of a heatmap: by number, or so that units that move alike lie beside each other."""

import numpy as np

from rnnviz.training import Snapshot
from rnnviz.views.base import Focus

__all__ = ["by_correlation", "rows_of"]


def rows_of(snapshot: Snapshot, focus: Focus) -> np.ndarray:
    """Return the units in the order of their rows, from the foot up, axis (row,)."""
    units = snapshot.layer.hidden.shape[-1]
    if isinstance(focus.order, tuple):
        return np.array(focus.order)
    if focus.order == "index":
        return np.arange(units)
    at = focus.within(snapshot.layer)
    return by_correlation(snapshot.layer.hidden[at.layer, at.direction, at.sample])


def by_correlation(states: np.ndarray) -> np.ndarray:
    """Return the units so that those that move alike lie beside each other, and opposite ones far apart.

    They are sorted along the Fiedler vector of a graph whose edges weigh (1 + correlation) / 2: of all such lines it
    puts heavy edges closest together (Barnard, Pothen & Simon 1995).

    Parameters
    ----------
    states : numpy.ndarray
        Axes (time, unit); NaN past a sequence's end.

    Returns
    -------
    numpy.ndarray
        Axis (row,), from the foot up; the end that unit 0 is nearer to comes first.
    """
    known = states[np.isfinite(states).all(1)].astype(np.float64)
    units = states.shape[1]
    if len(known) < 2 or units < 3:
        return np.arange(units)
    centred = known - known.mean(0)
    sizes = np.linalg.norm(centred, axis=0)
    alike = centred.T @ centred / np.maximum(np.outer(sizes, sizes), np.finfo(np.float64).tiny)
    weights = (1 + np.clip(alike, -1, 1)) / 2
    np.fill_diagonal(weights, 0)
    _, vectors = np.linalg.eigh(np.diag(weights.sum(1)) - weights)
    along = vectors[:, 1]
    order = np.argsort(along if along[0] <= 0 else -along, kind="stable")
    return np.asarray(order)
