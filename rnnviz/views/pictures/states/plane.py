"""The plane in which states of many units are seen: their first two principal components, turned as the run goes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.training import Snapshot
from rnnviz.views.base import Focus

__all__ = ["Plane", "plane_of", "valid"]

_Numbers = NDArray[np.float64]
_KNOWN = 256  # planes of earlier moments that a run keeps for each layer and direction
_ROOM = 1.15  # beyond the outermost state


class Plane(NamedTuple):
    """Where a picture's axes lie among the states.

    Attributes
    ----------
    mean : numpy.ndarray
        Of all states, axis (unit,): the picture's centre.
    axes : numpy.ndarray
        Two unit vectors, axes (2, unit); the second is 0 where there is one unit only.
    shares : tuple of float
        Of the states' variance, what lies along the first component and along the second.
    reach : tuple of float
        From the centre to the picture's edges, to the side and up.
    """

    mean: _Numbers
    axes: _Numbers
    shares: tuple[float, float]
    reach: tuple[float, float]

    def seen(self, states: NDArray[Any]) -> _Numbers:
        """Return where states, axes (…, unit), are drawn, axes (…, 2)."""
        found: _Numbers = (states - self.mean) @ self.axes.T
        return found


def plane_of(snapshot: Snapshot, focus: Focus) -> Plane:
    """Return the plane of the probe's valid states in the layer and direction in focus.

    It is that of the first two principal components. Which way they point is open, and where both are alike so is the
    whole turn: the axes are turned within the plane to lie as near as can be to those of the nearest moment that the
    run knows. At first the largest part of each points up. The reach grows as far as states go, and stays.
    """
    states = snapshot.layer.hidden[focus.layer, focus.direction][valid(snapshot)].astype(np.float64)
    known = snapshot.remembered.setdefault(("plane", focus.layer, focus.direction), {})
    fingerprint = len(states), float(states.sum())
    if snapshot.step in known and known[snapshot.step][0] == fingerprint:
        found: Plane = known[snapshot.step][1]  # to the last bit: nothing is drawn anew
        return found
    near = known[min(known, key=lambda step: abs(step - snapshot.step))][1] if known else None
    mean, axes, shares = _components(states)
    axes = _upright(axes) if near is None else _turned(axes, near.axes)
    aside, up = np.abs((states - mean) @ axes.T).max(0, initial=0.0).tolist()
    former = (0.0, 0.0) if near is None else near.reach
    plane = Plane(mean, axes, shares, (_reach(aside, former[0]), _reach(up, former[1])))
    known[snapshot.step] = fingerprint, plane
    if len(known) > _KNOWN:
        known.pop(sorted(known)[1])  # the oldest but the first
    return plane


def valid(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Return which states are there and finite, axes (batch, time): none past a sequence's end."""
    inside = np.arange(snapshot.layer.hidden.shape[3]) < np.asarray(snapshot.ends)[:, None]
    return np.asarray(inside & np.isfinite(snapshot.layer.hidden).all((0, 1, 4)))


def _components(states: _Numbers) -> tuple[_Numbers, _Numbers, tuple[float, float]]:
    """Return the mean of the states, axes (state, unit), their first two components and the shares of the variance."""
    units = states.shape[1]
    mean = states.mean(0) if len(states) else np.zeros(units)
    centred = states - mean
    # of the covariance, whose size is that of a layer, however many states there are
    variances, vectors = np.linalg.eigh(centred.T @ centred)
    axes = np.zeros((2, units))
    axes[: min(units, 2)] = vectors.T[::-1][:2]
    largest = [*np.maximum(variances[::-1][:2], 0.0), 0.0][:2]
    total = float(max(variances.sum(), np.finfo(float).tiny))
    return mean, axes, (float(largest[0]) / total, float(largest[1]) / total)


def _upright(axes: _Numbers) -> _Numbers:
    signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(1)])
    found: _Numbers = axes * np.where(signs == 0, 1.0, signs)[:, None]
    return found


def _turned(axes: _Numbers, former: _Numbers) -> _Numbers:
    """Turn or mirror axes within their plane to lie as near as can be to former ones (orthogonal Procrustes)."""
    left, _, right = np.linalg.svd(former @ axes.T)
    found: _Numbers = left @ right @ axes
    return found


def _reach(furthest: float, former: float) -> float:
    """Return how far an axis goes: as before as long as that is enough, else to the next of few round numbers."""
    if furthest * _ROOM <= former or not np.isfinite(furthest):
        return former or 1.0
    size = 10.0 ** np.floor(np.log10(max(furthest * _ROOM, 1e-6)))
    return float(next(size * times for times in (1, 1.5, 2, 3, 5, 7, 10) if furthest * _ROOM <= size * times))
