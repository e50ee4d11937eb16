"""Every model's forecast against the truth, on the part of the series that none of them trains on."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.comparison.models import compared_models
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure
from rnnviz.views.side.forecast import ends
from rnnviz.views.style import GHOST

__all__ = ["SideForecasts"]


class SideForecasts(SideView):
    """The form of the forecasts in the narrow column; what is read is marked by the cursor alone."""

    name = "prediction"

    def exists(self, snapshot: Snapshot) -> bool:
        return all(one.prediction is not None for one in snapshot.models.values())

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        compared, shown = compared_models(snapshot), snapshot.prediction
        if shown is None:
            raise ValueError(
                "the task has no prediction to draw; only forecasting tasks such as 'sunspots' have this view."
            )
        hover = "%{x:.2f}<br>%{y:.3g}<extra>%{fullData.name}</extra>"
        traces = [line(GHOST, 1, t("view.prediction.truth"), hovertemplate=hover)]
        traces += [line(model.color, 1.75, model.name, hovertemplate=hover) for model in compared]
        keys = [(t("view.prediction.truth"), "ghost"), *((f"{one.glyph} {one.name}", one.tone) for one in compared)]
        low, high = ends(shown.truth)
        panel = SidePanel(
            t("side.prediction"),
            "",
            130,
            170,
            keys=tuple(keys),
            yaxis={"range": [low, high + 0.08 * (high - low)], "nticks": 4},
        )
        return side_figure([panel], traces, xaxis={"range": [float(shown.x[0]), float(shown.x[-1])], "nticks": 4})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        patches: list[Patch] = []
        for index, model in enumerate(compared_models(snapshot), 1):
            shown = model.snapshot.prediction
            if shown is None:
                continue
            kept = thin(len(shown.x), pixels and pixels[0])
            curves = {index: shown.forecast} | ({0: shown.truth} if index == 1 else {})
            for trace, curve in curves.items():
                patches += [Patch(trace, "x", shown.x[kept]), Patch(trace, "y", curve[kept])]
        return patches

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return snapshot.spans[focus.sample]
