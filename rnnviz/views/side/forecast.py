"""The forecast against the truth, on the part of the series the network never trains on."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.tasks import Prediction
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure
from rnnviz.views.style import ACCENT, ACCENT_SOFT, GHOST, INK3, plain
from rnnviz.views.words import three

__all__ = ["SidePrediction", "ends"]

_BEFORE, _TRUTH, _FORECAST = range(3)  # trace numbers
_ROOM = 0.16  # of the range, above the highest value: for the words there
_BELOW = 0.6  # of the range, below values far from 0: a forecast that still lags behind is there
_EDGE = 0.12  # of the axis: nearer to an end the words would stick out


class SidePrediction(SideView):
    """The form of the forecast in the narrow column; the stretch that the score reads is marked."""

    name = "prediction"

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.prediction is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown = _of(snapshot)
        hover = "%{x:.2f}<br>%{y:.3g}<extra>%{fullData.name}</extra>"
        traces = [
            line(GHOST, 1.5, "", dash="4px,3px", hovertemplate=hover),
            line(GHOST, 1, t("view.prediction.truth"), hovertemplate=hover),
            line(ACCENT, 1.75, t("view.prediction.forecast"), hovertemplate=hover),
        ]
        low, high = ends(shown.truth)
        panel = SidePanel(
            t("side.prediction"),
            plain(shown.y_title),
            150,
            200,
            big=True,
            keys=((t("view.prediction.truth"), "ghost"), (t("view.prediction.forecast"), "acc")),
            yaxis={"range": [low, high + _ROOM * (high - low)], "nticks": 4},
            above=True,
        )
        read = {
            "type": "rect",
            "xref": "x",
            "yref": "y domain",
            "y0": 0,
            "y1": 1,
            "fillcolor": ACCENT_SOFT,
            "line": {"width": 0},
            "layer": "below",
            "x0": 0,
            "x1": 0,
        }
        here = {"text": t("side.prediction.read"), "showarrow": False, "xref": "x", "yref": "y domain", "y": 1, "x": 0}
        here |= {"yanchor": "top", "bgcolor": ACCENT_SOFT, "font": {"size": 11, "color": INK3}, "borderpad": 0}
        across = {"range": [float(shown.x[0]), float(shown.x[-1])], "nticks": 4}
        return side_figure([panel], traces, xaxis=across, shapes=[read], annotations=[here])

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = _of(snapshot)
        kept = thin(len(shown.x), pixels and pixels[0])
        before = snapshot.before
        former = None if before is None else before.forecast
        patches = [
            Patch(trace, axis, values[kept])
            for trace, curve in ((_TRUTH, shown.truth), (_FORECAST, shown.forecast))
            for axis, values in (("x", shown.x), ("y", curve))
        ]
        fits = former is not None and len(former) == len(shown.x)
        patches += [
            Patch(_BEFORE, "x", shown.x[kept] if fits else shown.x[:0]),
            Patch(_BEFORE, "y", former[kept] if fits and former is not None else shown.x[:0]),
            Patch(_BEFORE, "name", "" if before is None else before.words),
        ]
        return [*patches, *_read(snapshot, focus), *_words(snapshot)]

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return snapshot.spans[focus.sample]


def ends(truth: NDArray[np.float64]) -> tuple[float, float]:
    """Return what the axis of a forecast covers: from 0, unless the values would be a line far above it.

    >>> ends(np.array([2.0, 10.0])), ends(np.array([350.0, 370.0]))
    ((0.0, 10.0), (338.0, 370.0))
    """
    low, high = float(truth.min()), float(truth.max())
    if low > high - low > 0:
        return low - _BELOW * (high - low), high
    return min(low, 0.0), high


def _of(snapshot: Snapshot) -> Prediction:
    if snapshot.prediction is None:
        raise ValueError(
            "the task has no prediction to draw; only forecasting tasks such as 'sunspots' have this view."
        )
    return snapshot.prediction


def _read(snapshot: Snapshot, focus: Focus) -> list[Patch]:
    """The stretch of the series that the strips show."""
    span = snapshot.spans[focus.sample]
    start, step = span or (0.0, 0.0)
    end = start + step * (int(snapshot.layer.lengths[focus.sample]) - 1)
    x, middle = _of(snapshot).x, (start + end) / 2
    place = (middle - x[0]) / ((x[-1] - x[0]) or 1.0)
    anchor = "left" if place < _EDGE else "right" if place > 1 - _EDGE else "center"
    return [
        Patch(None, "shapes[0].x0", start),
        Patch(None, "shapes[0].x1", end),
        Patch(None, "annotations[0].x", {"left": start, "right": end, "center": middle}[anchor]),
        Patch(None, "annotations[0].xanchor", anchor),
        Patch(None, "annotations[0].text", "" if span is None else t("side.prediction.read")),
    ]


def _words(snapshot: Snapshot) -> list[Patch]:
    rules = list(snapshot.baselines.values())
    against = (max if snapshot.higher_is_better else min)(rules) if rules else None
    key = "side.prediction.off" if against is None else "side.prediction.against"
    words = t(key, metric=plain(snapshot.metric_name), best="" if against is None else three(against))
    return [
        Patch(None, "meta.panels[0].big", three(snapshot.validation)),
        Patch(None, "meta.panels[0].bigwords", words),
    ]
