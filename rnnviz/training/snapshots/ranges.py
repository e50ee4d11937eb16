"""Scales: ranges fixed at a run's first frame, and widened only when a value leaves them."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from rnnviz.trace import LayerTrace
from rnnviz.training.snapshots.snapshot import Floats, Scale

__all__ = ["FLOOR_DECADE", "fit", "fit_states"]

FLOOR_DECADE = -20.0  # a gradient below 1e-20 is drawn as 1e-20
_HEADROOM = 3.0  # for what training may still do to the first frame's values
_REGROWTH = 1.5  # the same once training is under way: less, or the picture goes pale
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LADDER = (1.0, 2.0, 5.0, 10.0)  # ends of what colours cover, times powers of ten
_COLOURED = 97.0  # per cent of the values within the colours; at 99 three units of 32 would take them all
_LOOKED_AT = 4096  # values at most that a range of colours is made from
_SPARE = 0.8  # of a smaller range must be enough before colours change back to it
_UNIT = Scale(-1.0, 1.0, natural=True)
_NO_GRADIENT = (-6.0, 0.0)


def fit(
    layer: LayerTrace, curves: tuple[Floats, ...], *, relu: bool, step: int, before: Mapping[str, Scale]
) -> Mapping[str, Scale]:
    """Return the scales for a frame: those of the frame before unless a value lies outside.

    They cover the layer's states, and the gradient norms in ``curves``, of any axes; zeros are left out, as a logarithm
    has no place for them. What mathematics does not bound has a range of colours, too, such as ``"cell.colours"``:
    1, 2 or 5 × 10ⁿ, within which lie 97 in 100 of the values. It grows when they leave it, and shrinks when four
    fifths of the next smaller one are enough, so that it does not flicker. The other parameters are those of
    `fit_states`.
    """
    scales = fit_states(layer.hidden, layer.cell, relu=relu, step=step, before=before)
    scales["gradient"] = _decades(curves, step, before.get("gradient"))
    for name, values in (("hidden", layer.hidden if relu else None), ("cell", layer.cell)):
        if values is not None:
            scales[f"{name}.colours"] = _coloured(values, step, before.get(f"{name}.colours"))
    return MappingProxyType(scales)


def fit_states(
    hidden: Floats, cell: Floats | None, *, relu: bool, step: int, before: Mapping[str, Scale]
) -> dict[str, Scale]:
    """Return the scales of states alone, of any axes.

    Parameters
    ----------
    hidden, cell : numpy.ndarray
        States to cover; NaN are left out.
    relu : bool
        Whether the hidden state is unbounded.
    step, before
        Noted in a scale that is fixed or widened now; the scales of the run's previous frame, empty at the first.
    """
    scales = {"hidden": _states(hidden, step, before.get("hidden")) if relu else _UNIT}
    if cell is not None:
        scales["cell"] = _states(cell, step, before.get("cell"))
    return scales


def nice(value: float) -> float:
    """Return the next round number at or above ``value``.

    >>> nice(0.7), nice(23.0), nice(110.0)
    (0.8, 30.0, 150.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    # 1e-9: a value that is round itself, but for the last bit, is its own next round number
    return next(round(step * power, 12) for step in _NICE if step * power >= value * (1 - 1e-9))


def _states(values: Floats, step: int, before: Scale | None) -> Scale:
    largest = _largest(values)
    if before is not None and largest <= before.high:
        return before
    # at least 1: states that begin near 0 would else widen the range with every frame
    end = nice(max(1.0, (_REGROWTH if step else _HEADROOM) * largest))
    return Scale(-end, end, since=step, previous=None if before is None else (before.low, before.high))


def _coloured(values: Floats, step: int, before: Scale | None) -> Scale:
    flat = values.reshape(-1)
    sizes = np.abs(flat[:: max(1, -(-flat.size // _LOOKED_AT)) | 1])  # an odd stride meets every unit
    if not math.isfinite(float(sizes.max(initial=0.0))):
        sizes = sizes[np.isfinite(sizes)]
    # one of them, not between two: `np.percentile` takes ten times as long
    place = math.ceil((sizes.size - 1) * _COLOURED / 100)
    most = float(np.partition(sizes, place)[place]) if sizes.size else 0.0
    if before is not None and (most == 0 or most <= before.high < _rung(most / _SPARE) * (1 + 1e-9)):
        return before
    end = _rung(most) if most > 0 else 1.0
    if before is not None and end < before.high:
        end = _rung(most / _SPARE)
    previous = None if before is None else (before.low, before.high)
    return Scale(-end, end, since=step, previous=previous)


def _rung(value: float) -> float:
    """Return the next of 1, 2 and 5 × 10ⁿ at or above a positive number.

    >>> _rung(0.21), _rung(2.0), _rung(5.1)
    (0.5, 2.0, 10.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return next(round(one * power, 12) or one * power for one in _LADDER if one * power >= value * (1 - 1e-9))


def _largest(values: Floats) -> float:
    """Return the largest magnitude of the finite values; as a rule all are, and then two passes are enough."""
    found = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    return found if math.isfinite(found) else float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values)))


def _decades(curves: tuple[Floats, ...], step: int, before: Scale | None) -> Scale:
    values = np.concatenate([curve.ravel() for curve in curves]) if curves else np.zeros(0)
    values = values[np.isfinite(values) & (values > 0)]
    if before is not None and not len(values):
        return before
    logs = np.maximum(np.log10(values), FLOOR_DECADE) if len(values) else np.array(_NO_GRADIENT)
    low, high = float(logs.min()), float(logs.max())
    if before is None:
        return Scale(_room_below(low), math.ceil(high) + 2.0, since=step)
    if before.low <= low and high <= before.high:
        return before
    low = before.low if before.low <= low else _room_below(low)
    high = before.high if high <= before.high else math.ceil(high) + 2.0
    return Scale(low, high, since=step, previous=(before.low, before.high))


def _room_below(low: float) -> float:
    return max(FLOOR_DECADE, math.floor(low) - 2.0)
