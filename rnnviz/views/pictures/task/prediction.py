"""The forecast against the truth, on the part of the series the network never trains on."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.tasks import Prediction
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, score
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.pictures.series.panels import panel_axes, panel_height
from rnnviz.views.side.forecast import SidePrediction, ends
from rnnviz.views.style import ACCENT, GHOST, base_layout, notice, plain

__all__ = ["PredictionView"]

_MOST = 3  # features; each has a panel


class PredictionView(View):
    """Truth, the network's forecast and the naive one, in the data's own units."""

    name = "prediction"
    height = 300
    shares_time = False
    score: View | None = SidePrediction()

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.prediction is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown = snapshot.prediction
        if shown is None:
            raise ValueError(
                "the task has no prediction to draw; only forecasting tasks such as 'sunspots' have this view."
            )
        answers = _answers(shown)
        axes = panel_axes(plain(shown.x_title), [plain(one.name) for one in answers])
        for panel, one in enumerate(answers):
            axes[_yaxis(panel)] |= {"rangemode": "tozero" if ends(one.truth)[0] <= 0 else "normal"}
        layout = base_layout(
            t("view.prediction.title"),
            panel_height(self.height, len(answers)),
            showlegend=True,
            annotations=[notice().update(x=1, xanchor="right", yshift=5)],
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            **axes,
        )
        return go.Figure([trace for panel in range(len(answers)) for trace in _traces(panel)], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = snapshot.prediction
        if shown is None:
            return []
        kept = thin(len(shown.x), pixels and pixels[0])
        curves = [curve for one in _answers(shown) for curve in (one.truth, one.baseline, one.forecast)]
        patches = [Patch(index, "y", curve[kept]) for index, curve in enumerate(curves)]
        patches += [Patch(index, "x", shown.x[kept]) for index in range(len(curves))]
        words = [score(snapshot)] + ([] if kept.step == 1 else [t("view.thinned.points", points=kept.step)])
        return [*patches, Patch(None, "annotations[0].text", " · ".join(words))]

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return snapshot.spans[focus.sample]


class _Answer(NamedTuple):
    """One feature that is forecast, at the last step."""

    name: str
    truth: np.ndarray
    baseline: np.ndarray
    forecast: np.ndarray


def _answers(shown: Prediction) -> list[_Answer]:
    """Return what is drawn, each in a panel: the one answer, or the first of several features."""
    paths = shown.paths
    if paths is None or len(paths.names) == 1:
        return [_Answer(shown.y_title, shown.truth, shown.baseline, shown.forecast)]
    last = [part[:, -1] for part in (paths.truth, paths.naive, paths.forecast)]
    return [_Answer(name, *(part[:, at] for part in last)) for at, name in enumerate(paths.names[:_MOST])]


def _yaxis(panel: int) -> str:
    return f"yaxis{panel + 1}" if panel else "yaxis"


def _traces(panel: int) -> list[go.Scatter]:
    looks = (("truth", GHOST, 1.6, "solid"), ("naive", GHOST, 1.0, "dot"), ("forecast", ACCENT, 2.0, "solid"))
    hover = "%{x:.2f}<br>%{y:.2f}<extra>%{fullData.name}</extra>"
    return [
        go.Scatter(
            mode="lines",
            name=t(f"view.prediction.{name}"),
            legendgroup=name,
            showlegend=not panel,
            line={"color": color, "width": width, "dash": dash},
            hovertemplate=hover,
            xaxis="x",
            yaxis=_yaxis(panel).replace("axis", ""),
        )
        for name, color, width, dash in looks
    ]
