"""Forecasts beside each other: the error at each step ahead, and curves beyond what a model was trained on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.checks import kind_of, shown
from rnnviz.i18n import t
from rnnviz.views.style import ACCENT, GHOST, SERIES, axis, base_layout, plain

__all__ = ["error_by_horizon", "forecast_curves"]

_DASHES = ("dot", "dash", "dashdot", "longdash")


def error_by_horizon(
    errors: Mapping[str, Sequence[float]], ahead: Sequence[int], *, rules: Sequence[str] = (), unit: str = ""
) -> go.Figure:
    """Return a line for each forecast: its mean absolute error against how many steps ahead it looks.

    Parameters
    ----------
    errors : mapping of str to sequence of float
        By name, axis (step,); several of one forecast, axes (seed, step), are drawn as their mean with dots.
    ahead : sequence of int
        The steps, axis (step,).
    rules : sequence of str
        Which names are simple rules: grey and dashed.
    unit : str
        What the errors are measured in.

    Raises
    ------
    ValueError
        If an error has no number for each step.

    Examples
    --------
    >>> error_by_horizon({"network": [1.0, 2.0], "same as now": [1.5, 3.0]}, [1, 2]).data[1].y.tolist()
    [1.5, 3.0]
    """
    steps = np.asarray(ahead)
    traces: list[go.Scatter] = []
    for name, (values, look) in _looks(errors, rules).items():
        if values.shape[1:] != steps.shape:
            raise ValueError(f"errors of {shown(name)} must have {len(steps)} steps, as ahead has, got {values.shape}.")
        traces.append(_line(steps, values.mean(0), name, look))
        if len(values) > 1:
            dots = {"color": look["color"], "size": 4, "opacity": 0.6}
            seeds = np.tile(steps, len(values))
            traces.append(
                go.Scatter(x=seeds, y=values.ravel(), mode="markers", marker=dots, showlegend=False, hoverinfo="skip")
            )
    label = f"MAE ({plain(unit)})" if unit else "MAE"
    return _figure(t("view.horizons.title"), t("view.horizons.x"), axis(label, rangemode="tozero"), traces)


def forecast_curves(
    x: Sequence[float],
    truth: Sequence[float],
    forecasts: Mapping[str, Sequence[float]],
    *,
    highest: float | None = None,
    x_title: str = "",
    y_title: str = "",
) -> go.Figure:
    """Return forecasts against the truth, with a line at the highest value that they were trained on.

    Parameters
    ----------
    x, truth : sequence of float
        Places and values, axis (n,).
    forecasts : mapping of str to sequence of float
        By name, axis (n,).
    highest : float, optional
        Of the training part; dashed, and named.
    x_title, y_title : str
        Words for the axes.

    Raises
    ------
    ValueError
        If a forecast is not as long as the truth.

    Examples
    --------
    >>> drawn = forecast_curves([1, 2], [5.0, 6.0], {"raw": [5.0, 5.1]}, highest=4.0)
    >>> [trace.name for trace in drawn.data], drawn.layout.shapes[0].y0
    (['truth', 'raw'], 4.0)
    """
    places, wanted = np.asarray(x), np.asarray(truth, np.float64)
    traces = [_line(places, wanted, t("view.prediction.truth"), {"color": GHOST, "width": 2})]
    for name, (values, look) in _looks(forecasts, ()).items():
        if values.shape[1:] != wanted.shape:
            raise ValueError(
                f"forecast {shown(name)} must have {len(wanted)} values, as truth has, got {values.shape}."
            )
        traces.append(_line(places, values[0], name, look))
    figure = _figure(t("view.prediction.title"), plain(x_title), axis(plain(y_title)), traces)
    if highest is not None:
        words = {"text": t("view.beyond.highest"), "x": 1, "xref": "x domain", "xanchor": "right", "showarrow": False}
        figure.add_annotation(**words, y=highest, yanchor="top", font={"size": 11})
        figure.add_shape(
            type="line",
            xref="x domain",
            x0=0,
            x1=1,
            y0=highest,
            y1=highest,
            line={"color": GHOST, "dash": "dash", "width": 1},
        )
    return figure


def _looks(curves: Mapping[str, Any], rules: Sequence[str]) -> dict[str, tuple[np.ndarray, dict[str, Any]]]:
    """Return each curve with axes (seed, place), and its colour, width and dash: the accent first, rules in grey."""
    if not isinstance(curves, Mapping):
        raise TypeError(f"errors and forecasts must be a mapping of names, got {kind_of(curves)}.")
    colours, dashes = iter((ACCENT, *SERIES * len(curves))), iter(_DASHES * (len(rules) + 1))
    found = {}
    for name, values in curves.items():
        look = {"color": GHOST, "dash": next(dashes), "width": 1.5} if name in rules else {"color": next(colours)}
        found[name] = np.atleast_2d(np.asarray(values, np.float64)), {"width": 2, **look}
    return found


def _line(x: np.ndarray, y: np.ndarray, name: str, look: Mapping[str, Any]) -> go.Scatter:
    hover = "%{x}<br>%{y:.4g}<extra>%{fullData.name}</extra>"
    return go.Scatter(x=x, y=y, name=plain(name), mode="lines", line=dict(look), hovertemplate=hover)


def _figure(title: str, x_title: str, y_axis: dict[str, Any], traces: list[go.Scatter]) -> go.Figure:
    legend = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}
    layout = base_layout(title, 320, showlegend=True, legend=legend, xaxis=axis(x_title), yaxis=y_axis)
    layout["margin"] |= {"t": 74}
    return go.Figure(traces, layout)
