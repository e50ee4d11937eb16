"""The forecast against the truth, on the part of the series the network never trains on."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, score
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.side.forecast import SidePrediction
from rnnviz.views.style import ACCENT, GHOST, axis, base_layout, notice, plain

__all__ = ["PredictionView"]


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
        layout = base_layout(
            t("view.prediction.title"),
            self.height,
            showlegend=True,
            annotations=[notice().update(x=1, xanchor="right", yshift=5)],
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(plain(shown.x_title)),
            yaxis=axis(plain(shown.y_title), rangemode="tozero"),
        )
        truth = _line(t("view.prediction.truth"), GHOST, 1.6)
        naive = _line(t("view.prediction.naive"), GHOST, 1.0, dash="dot")
        forecast = _line(t("view.prediction.forecast"), ACCENT, 2.0)
        return go.Figure([truth, naive, forecast], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = snapshot.prediction
        if shown is None:
            return []
        kept = thin(len(shown.x), pixels and pixels[0])
        curves = (shown.truth, shown.baseline, shown.forecast)
        patches = [Patch(index, "y", curve[kept]) for index, curve in enumerate(curves)]
        patches += [Patch(index, "x", shown.x[kept]) for index in range(len(curves))]
        words = [score(snapshot)] + ([] if kept.step == 1 else [t("view.thinned.points", points=kept.step)])
        return [*patches, Patch(None, "annotations[0].text", " · ".join(words))]

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return snapshot.spans[focus.sample]


def _line(name: str, color: str, width: float, dash: str = "solid") -> go.Scatter:
    hover = "%{x:.2f}<br>%{y:.2f}<extra>%{fullData.name}</extra>"
    return go.Scatter(mode="lines", name=name, line={"color": color, "width": width, "dash": dash}, hovertemplate=hover)
