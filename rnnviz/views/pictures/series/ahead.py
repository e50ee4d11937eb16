"""The path ahead: what the network says of the steps after the sequence on show, in a band of its usual error."""

from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.tasks import Paths
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.pictures.series.panels import panel_axes, panel_height
from rnnviz.views.style import ACCENT, GHOST, base_layout, notice, plain

__all__ = ["LEVEL", "MOST", "AheadView", "bands"]

LEVEL = 0.8
MOST = 3  # answers; each has a panel
_BAND = "rgba(25,118,210,0.16)"
_TRACES = 6  # of a panel
_KNOWN, _LOW, _HIGH, _NAIVE, _TRUTH, _FORECAST = range(_TRACES)


class Bands(NamedTuple):
    """Edges around all forecasts, and how much they held: axes (origin, step, answer); one share."""

    low: np.ndarray
    high: np.ndarray
    held: float


def bands(paths: Paths) -> Bands:
    """Return, for each half of the origins, a band as wide as the errors in the other half, and what the bands held.

    Parameters
    ----------
    paths : Paths
        In order of time. No forecast has a band that its own error has made.

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> said = np.zeros((4, 2, 1))
    >>> found = bands(Paths(x, np.ones((8, 1)), np.arange(1, 5), (1, 2), said, said, ("y",)))
    >>> found.low[0].ravel().tolist(), found.held
    ([1.0, 1.0], 1.0)
    """
    errors, middle = paths.truth - paths.forecast, len(paths.origins) // 2
    edges = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    first, second = (np.quantile(half, edges, axis=0) for half in (errors[:middle], errors[middle:]))
    wide = np.where(
        (np.arange(len(errors)) < middle)[:, None, None, None], second, first
    )  # (origin, edge, step, answer)
    low, high = (paths.forecast + wide[:, edge] for edge in (0, 1))
    return Bands(low, high, float(((low <= paths.truth) & (paths.truth <= high)).mean()))


class AheadView(View):
    """The window on show, what came after it, and the network's and the naive path from its end."""

    name = "ahead"
    height = 280
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        shown = None if snapshot.prediction is None else snapshot.prediction.paths
        return shown is not None and len(shown.ahead) > 1 and len(shown.origins) > 1

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        paths = _of(snapshot)
        names = [plain(one) for one in paths.names[:MOST]]
        title = "" if snapshot.prediction is None else plain(snapshot.prediction.x_title)
        layout = base_layout(
            t("view.ahead.title"),
            panel_height(self.height, len(names)),
            showlegend=True,
            annotations=[notice().update(yshift=22)],
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            **panel_axes(title, names),
        )
        layout["margin"] |= {"t": 74}
        return go.Figure([trace for panel in range(len(names)) for trace in _traces(panel)], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        paths, found = _of(snapshot), bands(_of(snapshot))
        at = _origin(snapshot, paths, focus)
        origin = int(paths.origins[at])
        known = np.arange(origin - int(snapshot.layer.lengths[focus.sample]) + 1, origin + 1)
        ahead = np.concatenate([[origin], paths.rows[at]])
        patches: list[Patch] = []
        for panel in range(min(len(paths.names), MOST)):
            last = paths.known[origin, panel]
            curves = [found.low[at], found.high[at], paths.naive[at], paths.truth[at], paths.forecast[at]]
            drawn = [np.concatenate([[last], curve[:, panel]]) for curve in curves]  # all begin at the last known value
            for trace, curve in zip((_LOW, _HIGH, _NAIVE, _TRUTH, _FORECAST), drawn, strict=True):
                patches += [Patch(_TRACES * panel + trace, "x", paths.x[ahead])]
                patches += [Patch(_TRACES * panel + trace, "y", curve)]
            patches += [Patch(_TRACES * panel + _KNOWN, "x", paths.x[known])]
            patches += [Patch(_TRACES * panel + _KNOWN, "y", paths.known[known, panel])]
        words = t("view.ahead.held", level=percent(LEVEL), held=percent(found.held), count=len(paths.origins))
        return [*patches, Patch(None, "annotations[0].text", words)]

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return snapshot.spans[focus.sample]


def _of(snapshot: Snapshot) -> Paths:
    if snapshot.prediction is None or snapshot.prediction.paths is None:
        raise ValueError(
            "the task forecasts no path; this picture needs one of several steps, such as from_series(…, horizon=12)."
        )
    return snapshot.prediction.paths


def _origin(snapshot: Snapshot, paths: Paths, focus: Focus) -> int:
    """Return which of the origins ends the sequence on show."""
    span = snapshot.spans[focus.sample]
    if span is None:
        return 0
    end = span[0] + span[1] * (int(snapshot.layer.lengths[focus.sample]) - 1)
    return int(np.abs(paths.x[paths.origins] - end).argmin())


def _traces(panel: int) -> list[go.Scatter]:
    edge = {"width": 0}
    places: dict[str, Any] = {"xaxis": "x", "yaxis": f"y{panel + 1}" if panel else "y"}
    share = percent(LEVEL)
    return [
        _curve(t("view.ahead.known"), panel, line={"color": GHOST, "width": 1.2}, **places),
        _curve("", panel, line=edge, hidden=True, **places),
        _curve(t("view.ahead.band", level=share), panel, line=edge, fill="tonexty", fillcolor=_BAND, **places),
        _curve(t("view.prediction.naive"), panel, line={"color": GHOST, "width": 1, "dash": "dot"}, **places),
        _curve(t("view.prediction.truth"), panel, line={"color": GHOST, "width": 2}, **places),
        _curve(t("view.prediction.forecast"), panel, line={"color": ACCENT, "width": 2}, **places),
    ]


def _curve(name: str, panel: int, hidden: bool = False, **more: Any) -> go.Scatter:
    hover = "%{x:.2f}<br>%{y:.4g}<extra>%{fullData.name}</extra>"
    shown = {"showlegend": not panel and not hidden, "legendgroup": name}
    return go.Scatter(mode="lines", name=name, hovertemplate=hover, **shown, **more)
