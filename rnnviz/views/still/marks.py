"""Marks: traces and shapes of a figure as lines, dots, bars and cells."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.patch import MISSING, encode
from rnnviz.views.still.raster import SCALE, Box, Raster, rgb
from rnnviz.views.still.rich import pieces, write
from rnnviz.views.still.scale import Scale, numbers
from rnnviz.views.style import ACCENT, HAIR, INK2, TEXT

__all__ = ["colours_of", "draw_between", "draw_shape", "draw_trace"]

_LEVELS = 254  # of colours, as many as the page tells apart
_DASHES = {"solid": (), "dash": (6.0, 4.0), "dot": (1.5, 2.5), "dashdot": (6.0, 3.0, 1.5, 3.0), "longdash": (9.0, 5.0)}
_SHIFTS = {"left": (1.0, -6, 0), "right": (0.0, 6, 0), "center": (0.5, 0, 0)}

Trace = Mapping[str, Any]


def draw_trace(raster: Raster, trace: Trace, across: Scale, up: Scale, box: Box) -> None:
    """Draw one trace between its two axes, inside the box; a kind that is not known is left out."""
    kinds: dict[str, Callable[..., None]] = {
        "scatter": _scatter,
        "scattergl": _scatter,
        "heatmap": _cells,
        "bar": _bars,
    }
    draw = kinds.get(str(trace.get("type", "scatter")))
    if draw is not None and trace.get("visible", True) is True:
        draw(raster, trace, across, up, box)


def draw_between(raster: Raster, one: Trace, other: Trace, across: Scale, up: Scale) -> None:
    """Fill what lies between two curves over the same places in the second one's colour, column by column."""
    if one.get("y") is None or other.get("y") is None or other.get("x") is None or not len(other["x"]):
        return
    x = across.at(other["x"])
    columns = np.arange(np.ceil(np.nanmin(x) * SCALE), np.floor(np.nanmax(x) * SCALE)) / SCALE
    first, second = (np.interp(columns, x, up.at(trace["y"])) for trace in (one, other))
    for column, high, low in zip(columns, np.minimum(first, second), np.maximum(first, second), strict=True):
        raster.area(Box(column, high, column + 1 / SCALE, low), str(other.get("fillcolor") or HAIR))


def colours_of(values: NDArray[Any], scale: list[Any], limits: tuple[float, float]) -> NDArray[np.uint8]:
    """Return the colour of each value on plotly's ``scale``, axes (…, colour), as the page's 254 levels have it."""
    stops = np.array([float(stop) for stop, _ in scale])
    tones = np.array([rgb(colour)[0] for _, colour in scale])
    at = np.arange(_LEVELS + 1) / _LEVELS
    table = np.stack([np.interp(at, stops, tones[:, part]) for part in range(3)], axis=1)
    found = np.vstack([np.rint(table), np.zeros((1, 3))]).astype(np.uint8)
    return np.asarray(found[encode(values, limits)])


def _cells(raster: Raster, trace: Trace, across: Scale, up: Scale, box: Box) -> None:
    values = np.atleast_2d(numbers(trace["z"]))
    if not values.size:
        return
    limits = _limits(trace, values)
    left, right = _edges(trace.get("x"), values.shape[1], across)
    bottom, top = _edges(trace.get("y"), values.shape[0], up)
    if right < left:
        left, right, values = right, left, values[:, ::-1]
    if bottom < top:  # the axis runs down
        bottom, top = top, bottom
    else:
        values = values[::-1]
    known = encode(values, limits) != MISSING
    raster.cells(Box(left, top, right, bottom), colours_of(values, trace["colorscale"], limits), known)
    if trace.get("texttemplate") and trace.get("text") is not None:
        _cell_words(
            raster, trace, across, up, colours_of(np.atleast_2d(numbers(trace["z"])), trace["colorscale"], limits)
        )


def _limits(trace: Trace, values: NDArray[np.float64]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low = float(trace["zmin"]) if trace.get("zmin") is not None else float(known.min(initial=0.0))
    high = float(trace["zmax"]) if trace.get("zmax") is not None else float(known.max(initial=0.0))
    return (low, high) if low < high else (low, low + 1)


def _edges(places: Any, count: int, scale: Scale) -> tuple[float, float]:
    """Return where the cells of an axis begin and end: half a cell beyond the first and the last place."""
    at = scale.at(places) if places is not None and len(places) else scale.at(np.arange(count), counted=True)
    half = (
        (at[-1] - at[0]) / (2 * (count - 1)) if count > 1 else (scale.end - scale.start) / (scale.high - scale.low) / 2
    )
    return float(at[0] - half), float(at[-1] + half)


def _cell_words(raster: Raster, trace: Trace, across: Scale, up: Scale, colours: NDArray[np.uint8]) -> None:
    for row, words in enumerate(trace["text"]):
        y = float(up.at([row], counted=True)[0])
        for column, word in enumerate(words):
            dark = float(colours[row, column] @ (0.299, 0.587, 0.114)) < 140
            x = float(across.at([column], counted=True)[0])
            raster.words(x, y + 4, str(word), "#ffffff" if dark else "#212121", anchor=0.5)


def _scatter(raster: Raster, trace: Trace, across: Scale, up: Scale, box: Box) -> None:
    y_values = trace.get("y")
    if y_values is None or not len(y_values):
        return
    x_values = trace.get("x")
    x = across.at(x_values) if x_values is not None and len(x_values) else across.at(np.arange(len(y_values)))
    y = up.at(y_values)
    mode, opacity = str(trace.get("mode") or "lines"), float(trace.get("opacity") or 1.0)
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    if "lines" in mode and len(x) > 1 and line.get("width") != 0:
        width, dash = float(line.get("width", 2)), _dash(line.get("dash"))
        raster.line(x, y, str(line.get("color") or ACCENT), width, dash=dash, within=box, opacity=opacity)
    if "markers" in mode:
        _markers(raster, {"color": line.get("color") or ACCENT, **marker}, x, y, opacity)
    if "text" in mode:
        _texts(raster, trace, x, y)


def _markers(raster: Raster, marker: Trace, x: NDArray[np.float64], y: NDArray[np.float64], opacity: float) -> None:
    sizes, colours = (np.resize(np.asarray(marker.get(name, none)), len(x)) for name, none in _LOOK)
    for size, colour in dict.fromkeys(zip(sizes.tolist(), colours.tolist(), strict=True)):
        here = (sizes == size) & (colours == colour)
        cover = opacity * float(np.ravel(marker.get("opacity") or 1.0)[0])
        if size > 0 and "open" in str(marker.get("symbol")):
            raster.dots(x[here], y[here], str(colour), float(size), 0.25)
        elif size > 0:
            raster.dots(x[here], y[here], str(colour), float(size), cover)


_LOOK = (("size", 6), ("color", ACCENT))


def _texts(raster: Raster, trace: Trace, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    where = str(trace.get("textposition") or "middle center").split()
    anchor, right, _ = _SHIFTS.get(where[-1], _SHIFTS["center"])
    colour = str((trace.get("textfont") or {}).get("color") or INK2)
    words = trace.get("text")
    every = [words] * len(x) if isinstance(words, str) else words or []
    for at_x, at_y, text in zip(x.tolist(), y.tolist(), every, strict=False):
        if np.isfinite(at_x) and np.isfinite(at_y):
            write(raster, at_x + right, at_y + 4, pieces(str(text), colour)[0], anchor)


def _bars(raster: Raster, trace: Trace, across: Scale, up: Scale, box: Box) -> None:
    level = trace.get("orientation") == "h"
    along, to = (trace.get("y"), trace.get("x")) if level else (trace.get("x"), trace.get("y"))
    ends, zero = numbers(to), (across if level else up)
    places = (up if level else across).at(along if along is not None else np.arange(len(ends)))
    scale = up if level else across
    wide = abs(scale.end - scale.start) / abs(scale.high - scale.low) * float(np.ravel(trace.get("width") or 0.7)[0])
    colours = np.resize(np.asarray((trace.get("marker") or {}).get("color", TEXT)), len(ends)).tolist()
    start = float(zero.at([0.0])[0]) if not zero.log else zero.start
    for place, end, colour in zip(places.tolist(), zero.at(ends).tolist(), colours, strict=False):
        if np.isfinite(place) and np.isfinite(end):
            low, high = sorted((start, end))
            half = wide / 2
            bar = Box(low, place - half, high, place + half) if level else Box(place - half, low, place + half, high)
            raster.area(_inside(bar, box), str(colour))


def _inside(one: Box, box: Box) -> Box:
    left, right = (min(max(at, box.left), box.right) for at in (one.left, one.right))
    top, bottom = (min(max(at, box.top), box.bottom) for at in (one.top, one.bottom))
    return Box(left, top, right, bottom)


def draw_shape(raster: Raster, shape: Trace, x: tuple[float, float], y: tuple[float, float], box: Box) -> None:
    """Draw a shape between two places on each axis: a line, or an area."""
    line = shape.get("line") or {}
    if shape.get("type") == "rect" and shape.get("fillcolor"):
        raster.area(_inside(Box(min(x), min(y), max(x), max(y)), box), str(shape["fillcolor"]))
    elif shape.get("type") == "line" and float(line.get("width", 1)) > 0:
        ends, width = (np.array(x), np.array(y)), float(line.get("width", 1))
        raster.line(*ends, str(line.get("color") or TEXT), width, dash=_dash(line.get("dash")), within=box.spread(0.5))


def _dash(dash: Any) -> tuple[float, ...]:
    """Return pixels on and off, of plotly's word or of its list such as ``"4px,3px"``."""
    words = str(dash or "solid")
    if words in _DASHES:
        return _DASHES[words][:2]
    return tuple(float(one.strip().removesuffix("px")) for one in words.split(",")[:2])
