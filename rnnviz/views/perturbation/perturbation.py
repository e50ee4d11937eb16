"""A perturbation: how far a changed input travels forward, against how far the gradient travels backward."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure, three
from rnnviz.training import Perturbation
from rnnviz.views.patch import Patch, Pixels, apply, thin
from rnnviz.views.style import ACCENT, GHOST, SERIES, SIGNED, axis, base_layout, notice

__all__ = ["colour_limit", "perturbation_figure", "perturbation_patches", "perturbation_skeleton"]

HEIGHT = 390
_UPPER, _LOWER = (0.6, 1.0), (0.0, 0.44)
_RIGHT = 0.93  # of the width; the rest is the colour bar's
_LOWEST = -16.0  # decades below a curve's largest value: double precision tells no more
_PALE = 20.0  # a colour range is kept until the largest value is that many times smaller


def perturbation_figure(seen: Perturbation, *, layer: int = -1, direction: int = 0) -> go.Figure:
    """Return the complete picture of a perturbation, every value in it.

    Parameters
    ----------
    seen : Perturbation
        What to draw.
    layer, direction : int
        Of which states; the last layer, read forward, by default.

    Examples
    --------
    >>> from rnnviz.training import Session, perturb
    >>> seen = perturb(Session("adding", seq_len=10, hidden_size=4, device="cpu"), time=5, value=2.0)
    >>> perturbation_figure(seen).data[2].z.shape
    (4, 10)
    """
    return apply(perturbation_skeleton(seen), perturbation_patches(seen, layer=layer, direction=direction))


def perturbation_skeleton(seen: Perturbation) -> go.Figure:
    """Return the picture without its numbers: two curves above, the map of Δh below, on the same timesteps.

    Parameters
    ----------
    seen : Perturbation
        Whose number of timesteps the axes cover.

    Examples
    --------
    >>> from rnnviz.training import Session, perturb
    >>> seen = perturb(Session("adding", seq_len=10, hidden_size=4, device="cpu"), time=5, value=2.0)
    >>> [trace.type for trace in perturbation_skeleton(seen).data]
    ['scatter', 'scatter', 'heatmap']
    """
    steps, units = seen.delta_hidden.shape[2:]
    layout = base_layout(t("view.perturbation.title"), HEIGHT, showlegend=True)
    layout["margin"] |= {"t": 74, "r": 30}
    layout |= {
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": axis(domain=(0, _RIGHT), anchor="y", range=[-0.5, steps - 0.5], showticklabels=False),
        "xaxis2": axis(t("view.time"), domain=(0, _RIGHT), anchor="y2", matches="x"),
        "yaxis": axis(t("view.perturbation.norm"), domain=_UPPER, type="log", exponentformat="power"),
        "yaxis2": axis(t("view.unit"), domain=_LOWER, anchor="x2", range=[-0.5, units - 0.5]),
        "annotations": [notice().update(yshift=22), _below()],
        "shapes": [
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": GHOST, "dash": "dot"},
            }
        ],
    }
    forward = _line(t("view.perturbation.forward"), ACCENT, "solid")
    backward = _line(t("view.perturbation.backward"), SERIES[0], "dash")
    return go.Figure([forward, backward, _map()], layout)


def perturbation_patches(
    seen: Perturbation, *, layer: int = -1, direction: int = 0, pixels: Pixels | None = None, limit: float | None = None
) -> list[Patch]:
    """Return the numbers of a perturbation.

    Parameters
    ----------
    seen : Perturbation
        What to draw.
    layer, direction : int
        Of which states.
    pixels : tuple of int, optional
        ``(width, height)`` of the plotting area; ``None`` keeps every value.
    limit : float, optional
        The colours cover −limit … limit; by default what `colour_limit` says.

    Examples
    --------
    >>> from rnnviz.training import Session, perturb
    >>> seen = perturb(Session("adding", seq_len=10, hidden_size=4, device="cpu"), time=5, value=2.0)
    >>> patches = perturbation_patches(seen, limit=0.5)
    >>> next(patch.limits for patch in patches if patch.key == "z")
    (-0.5, 0.5)
    """
    at = (layer, direction)
    delta, curves = seen.delta_hidden[at], (seen.norm[at], seen.grad_norm[at])
    limit = colour_limit(seen) if limit is None else limit
    room = (None, None) if pixels is None else (int(pixels[0] * _RIGHT), int(pixels[1] * (_LOWER[1] - _LOWER[0])))
    steps, units = thin(delta.shape[0], room[0]), thin(delta.shape[1], room[1])
    time = np.arange(delta.shape[0], dtype=np.float32)[steps]
    patches = []
    for index, curve in enumerate(curves):
        patches += [
            Patch(index, "x", time),
            Patch(index, "y", _relative(curve)[steps]),
            Patch(index, "customdata", curve[steps]),
        ]
    patches += [
        Patch(2, "z", delta[steps, units].T, (-limit, limit)),
        Patch(2, "x", time),
        Patch(2, "y", np.arange(delta.shape[1], dtype=np.float32)[units]),
        *_colours(limit),
        Patch(None, "yaxis.range", (_lowest(curves), 0.3)),
        Patch(None, "yaxis.dtick", max(1, math.ceil(-_lowest(curves) / 5))),
        Patch(None, "shapes[0].x0", float(seen.time)),
        Patch(None, "shapes[0].x1", float(seen.time)),
        Patch(None, "annotations[0].text", _words(*curves)),
        Patch(None, "annotations[1].text", t("view.perturbation.map", limit=figure(limit))),
    ]
    return patches


def colour_limit(seen: Perturbation, before: float | None = None) -> float:
    """Return the largest Δh that the colours tell apart, of all layers and directions: 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    seen : Perturbation
        Whose values to cover.
    before : float, optional
        The limit until now, kept while it fits, so that a colour keeps its meaning.

    Examples
    --------
    >>> from rnnviz.training import Session, perturb
    >>> seen = perturb(Session("adding", seq_len=10, hidden_size=4, device="cpu"), time=5, value=2.0)
    >>> str(colour_limit(seen)).strip("0.")[0] in "125"
    True
    """
    largest = float(np.nanmax(np.abs(seen.delta_hidden), initial=0.0))
    if before is not None and largest <= before and (largest == 0 or largest > before / _PALE):
        return before
    if largest == 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(float(f"{times * power:.0e}") for times in (1, 2, 5, 10) if times * power >= largest * (1 - 1e-9))


def _relative(curve: np.ndarray) -> np.ndarray:
    """Divide by the largest value; exact zeros have no place on a log axis and stay out."""
    return np.where(curve > 0, curve / (np.nanmax(curve, initial=0.0) or 1.0), np.nan)


def _lowest(curves: tuple[np.ndarray, ...]) -> float:
    """Return the axis' lower end, in whole pairs of decades, so that it seldom moves."""
    values = np.concatenate([relative[relative > 0] for relative in map(_relative, curves)])
    lowest = math.log10(values.min()) if len(values) else 0.0
    return max(_LOWEST, 2.0 * math.floor(min(lowest, -1.0) / 2))


def _words(forward: np.ndarray, backward: np.ndarray) -> str:
    forward, backward = (curve[~np.isnan(curve)] for curve in (forward, backward))  # as past a sequence's end
    if not forward.any():
        return t("view.perturbation.none")
    return t(
        "view.perturbation.largest",
        forward=three(float(forward.max())),
        backward=three(float(backward.max())),
        zeros=int((forward == 0).sum()),
        steps=len(forward),
    )


def _colours(limit: float) -> list[Patch]:
    ticks = (-limit, 0.0, limit)
    return [Patch(2, "zmin", -limit), Patch(2, "zmax", limit), Patch(2, "colorbar.tickvals", ticks)]


def _line(name: str, color: str, dash: str) -> go.Scatter:
    return go.Scatter(
        mode="lines+markers",
        name=name,
        line={"color": color, "width": 2, "dash": dash},
        marker={"size": 4},
        hovertemplate="t = %{x}<br>%{customdata:.3e}<extra>%{fullData.name}</extra>",
    )


def _map() -> go.Heatmap:
    bar: dict[str, Any] = {
        "x": _RIGHT + 0.008,
        "y": sum(_LOWER) / 2,
        "len": _LOWER[1] - _LOWER[0],
        "thickness": 9,
        "ypad": 0,
    }
    bar |= {
        "xanchor": "left",
        "yanchor": "middle",
        "tickvals": [-1, 0, 1],
        "tickformat": "~g",
        "tickfont": {"size": 10},
        "outlinewidth": 0,
    }
    return go.Heatmap(
        colorscale=SIGNED["light"],
        zauto=False,
        zmin=-1,
        zmax=1,
        colorbar=bar,
        xaxis="x2",
        yaxis="y2",
        name="Δh",
        hovertemplate=f"{t('view.unit')} %{{y}}, t = %{{x}}<br>Δh ≈ %{{z:.2g}}<extra></extra>",
    )


def _below() -> go.layout.Annotation:
    heading = notice()
    heading.update(y=_LOWER[1], yshift=1, name="map")
    return heading
