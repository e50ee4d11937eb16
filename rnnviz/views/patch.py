"""Patch: one array or one text that changes between two frames of a picture."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

__all__ = ["META", "MISSING", "Patch", "Pixels", "apply", "decode", "encode", "newest", "noted", "thin"]

Pixels = tuple[int, int]
META = "meta."
MISSING = 255  # the code that stands for "no value here" (NaN)
_LEVELS = 254  # even, so that the middle of a symmetric range, 0, has a code of its own


@dataclass(frozen=True, eq=False)
class Patch:
    """A change to one attribute of a figure.

    Parameters
    ----------
    trace : int or None
        Index into ``figure.data``; ``None`` addresses the layout.
    key : str
        Attribute path, such as ``"z"`` or ``"annotations[0].text"``; what begins with ``"meta."`` is in the layout's
        notes, which plotly does not draw.
    value : numpy.ndarray or str or bool or tuple
        The new value. Arrays have one or two axes. A note may also be a dict, ready for JSON.
    limits : tuple of float, optional
        ``(low, high)``: the array travels as one byte a number over this fixed range. Without it, as float32.

    Examples
    --------
    >>> Patch(0, "z", np.zeros((2, 3)), limits=(-1, 1)).key
    'z'
    """

    trace: int | None
    key: str
    value: Any
    limits: tuple[float, float] | None = None


def apply(figure: go.Figure, patches: Iterable[Patch]) -> go.Figure:
    """Write patches into a figure, exactly as the browser does, and return it.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Changed in place.
    patches : iterable of Patch
        In order; each addresses something that the figure has.

    Raises
    ------
    IndexError, ValueError
        If the figure has no such trace or attribute, or plotly refuses the value.

    Examples
    --------
    >>> figure = apply(go.Figure(go.Scatter()), [Patch(0, "y", np.array([1.0, 2.0]))])
    >>> figure.data[0].y
    array([1., 2.])
    """
    for patch in patches:
        if patch.trace is None and patch.key.startswith(META):
            _note(figure.layout.meta, patch)
        else:
            target = figure.layout if patch.trace is None else figure.data[patch.trace]
            target[patch.key] = patch.value
    return figure


def noted(meta: Any, key: str) -> tuple[Any, Any]:
    """Return what holds a note of the layout, and under which name or number: of ``"meta.rows[0]"`` rows and 0.

    Raises
    ------
    ValueError
        If there is no such note.
    """
    *path, last = [int(one) if one.isdigit() else one for one in re.split(r"[.\[\]]+", key)[1:] if one]
    try:
        for one in path:
            meta = meta[one]
        meta[last]
    except (KeyError, IndexError, TypeError):
        raise ValueError(f"the layout's meta has no {key!r}; let skeleton make what is changed.") from None
    return meta, last


def _note(meta: Any, patch: Patch) -> None:
    holder, last = noted(meta, patch.key)
    # as the page reads them: float32, and ready for JSON
    array = isinstance(patch.value, np.ndarray)
    holder[last] = np.asarray(patch.value, "<f4").tolist() if array else patch.value


def encode(values: npt.NDArray[Any], limits: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """Return one byte a number: 0…254 spans ``limits``, 255 is a missing value.

    Values outside the range are drawn at its edge.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape.
    limits : tuple of float
        ``(low, high)``, low < high.

    Examples
    --------
    >>> encode(np.array([-1.0, 0.0, 1.0, np.nan]), (-1.0, 1.0))
    array([  0, 127, 254, 255], dtype=uint8)
    """
    low, high = limits
    scaled = np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0) * _LEVELS
    # NaN is set aside before the cast, which would be undefined
    scaled[np.isnan(scaled)] = MISSING
    return np.rint(scaled).astype(np.uint8)


def decode(codes: npt.NDArray[np.uint8], limits: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Return the values that the browser draws for ``codes``: at most half a level from the truth.

    Parameters
    ----------
    codes : numpy.ndarray
        Bytes from `encode`, any shape; 255 becomes NaN.
    limits : tuple of float
        Those that `encode` was given.

    Examples
    --------
    >>> decode(np.array([0, 127, 254], np.uint8), (-1.0, 1.0))
    array([-1.,  0.,  1.])
    """
    low, high = limits
    values = low + codes.astype(np.float64) * ((high - low) / _LEVELS)
    return np.where(codes == MISSING, np.nan, values)


def thin(length: int, room: int | None) -> slice:
    """Return the slice that keeps at most ``room`` of ``length`` things, evenly, the first included.

    A picture never carries more columns or rows than it has pixels; what it does show are true values, not averages.

    Parameters
    ----------
    length : int
        How many there are.
    room : int, optional
        Pixels, at least 1; None keeps all.

    Examples
    --------
    >>> thin(1000, 300), thin(50, 300), thin(50, None)
    (slice(None, None, 4), slice(None, None, 1), slice(None, None, 1))
    """
    # rounded up: no more than there is room for
    stride = 1 if room is None else -(-length // max(room, 1))
    return slice(None, None, max(stride, 1))


def newest(length: int, room: int | None) -> npt.NDArray[np.int64]:
    """Return the positions of at most ``room`` of ``length`` things, evenly, the last always among them.

    Parameters
    ----------
    length : int
        How many there are.
    room : int, optional
        Pixels, at least 1; None keeps all.

    Examples
    --------
    >>> newest(10, 4), newest(3, None)
    (array([0, 3, 6, 9]), array([0, 1, 2]))
    """
    return np.arange(length)[::-1][thin(length, room)][::-1]
