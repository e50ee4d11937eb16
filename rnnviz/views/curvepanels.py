"""Small panels of curves over the training step: what every picture of a run's numbers is put together from."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.style import axis, base_layout, notice

__all__ = ["Curve", "curve_patches", "curve_points", "curve_ticks", "curves_figure", "log_ticks", "wants_log"]

_WIDTH = 0.42  # of each panel, as a share of the plotting area
_LEFT, _RIGHT = (0.0, _WIDTH), (1 - _WIDTH, 1.0)
_WHOLE, _UPPER, _LOWER = (0.0, 1.0), (0.6, 1.0), (0.0, 0.4)
_PLACES = {
    2: [(_LEFT, _WHOLE), (_RIGHT, _WHOLE)],
    4: [(_LEFT, _UPPER), (_RIGHT, _UPPER), (_LEFT, _LOWER), (_RIGHT, _LOWER)],
}


class Curve(NamedTuple):
    """One panel: a column of the history, its colour, and whether its axis counts in powers of ten."""

    column: str
    color: str
    log: bool = True


def curves_figure(curves: Sequence[Curve], titles: Sequence[str], height: int) -> go.Figure:
    """Return two or four panels without data; annotation 0 is the notice, then the titles.

    Parameters
    ----------
    curves : sequence of Curve
        In reading order.
    titles : sequence of str
        Above each panel.
    height : int
        Pixels.
    """
    layout = base_layout(t("view.curves.title"), height, showlegend=False)
    layout["margin"] |= {"t": 68}
    annotations = [notice()]
    for index, (across, up) in enumerate(_PLACES[len(curves)]):
        suffix = _suffix(index)
        words = t("view.step") if up[0] == 0 else ""
        layout[f"xaxis{suffix}"] = axis(words, domain=across, anchor=f"y{suffix}", rangemode="tozero")
        kind = {"type": "log", "tickformat": "~g"} if curves[index].log else {"rangemode": "tozero"}
        layout[f"yaxis{suffix}"] = axis("", domain=up, anchor=f"x{suffix}", nticks=5, **kind)
        annotations.append(_heading(titles[index], across[0], up[1]))
    traces = [_trace(curve, _suffix(index)) for index, curve in enumerate(curves)]
    return go.Figure(traces, layout | {"annotations": annotations})


def curve_patches(curves: Sequence[Curve], history: Mapping[str, np.ndarray], pixels: Pixels | None) -> list[Patch]:
    """Return points and ticks of every panel, from columns of equal length; without ``pixels`` every value is kept."""
    return [*curve_points(curves, history, pixels), *curve_ticks(curves, [history])]


def curve_points(
    curves: Sequence[Curve], history: Mapping[str, np.ndarray], pixels: Pixels | None, first: int = 0
) -> list[Patch]:
    """Return the points of every panel, for the traces from number ``first`` on."""
    steps = history["step"]
    kept = newest(len(steps), None if pixels is None else int(pixels[0] * _WIDTH))
    patches = []
    for index, curve in enumerate(curves, first):
        patches += [Patch(index, "x", steps[kept]), Patch(index, "y", _values(curve, history)[kept])]
        patches.append(Patch(index, "mode", "lines" if len(kept) > 1 else "markers"))  # one point has no length
    return patches


def curve_ticks(curves: Sequence[Curve], histories: Sequence[Mapping[str, np.ndarray]]) -> list[Patch]:
    """Return the ticks of every panel, which may hold the curves of several histories."""
    patches = []
    for index, curve in enumerate(curves):
        values = np.concatenate([_values(curve, history) for history in histories])
        patches += log_ticks(f"yaxis{_suffix(index)}", values, log=curve.log)
    return patches


def _values(curve: Curve, history: Mapping[str, np.ndarray]) -> np.ndarray:
    values = history[curve.column]
    return np.where(values > 0, values, np.nan) if curve.log else values


def _suffix(index: int) -> str:
    return "" if index == 0 else str(index + 1)


def wants_log(values: np.ndarray) -> bool:
    """Return whether an axis in powers of ten serves these values: all positive, the largest twice the smallest.

    >>> wants_log(np.array([0.2, 1.0])), wants_log(np.array([1.38, 1.4])), wants_log(np.array([-1.0, 5.0]))
    (True, False, False)
    """
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() > 0 and known.max() >= 2 * known.min())


def log_ticks(axis: str, values: np.ndarray, *, log: bool) -> list[Patch]:
    """Label 1, 2, 5 of each decade where there are few decades, else the decades alone; nothing on an empty axis.

    Parameters
    ----------
    axis : str
        Such as ``"yaxis2"``.
    values : numpy.ndarray
        What is drawn on it, positive or NaN on a log axis.
    log : bool
        Whether the axis counts in powers of ten.
    """
    values = values[np.isfinite(values)]
    patches = [Patch(None, f"{axis}.showticklabels", bool(len(values)))]
    if log:
        # an axis with nothing on it spans seven decades, and needs no line for each
        decades = math.log10(values.max() / values.min()) if len(values) else 12.0
        # "D2" is plotly's word for 1, 2 and 5
        patches.append(Patch(None, f"{axis}.dtick", "D2" if decades < 1.5 else math.ceil(decades / 4)))
    return patches


def _heading(text: str, x: float, y: float) -> go.layout.Annotation:
    return go.layout.Annotation(
        text=text,
        showarrow=False,
        xref="paper",
        yref="paper",
        x=x,
        y=y,
        xanchor="left",
        yanchor="bottom",
        font={"size": 11},
    )


def _trace(curve: Curve, suffix: str) -> go.Scatter:
    hover = t("view.step") + " %{x}<br>%{y:.4g}<extra></extra>"
    return go.Scatter(
        mode="lines",
        name=curve.column,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        line={"color": curve.color, "width": 1.6},
        hovertemplate=hover,
    )
