"""The learning rate over the training step: what a schedule does to it, and a hand on the knob."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.learning_rate import SideRate, rate_patches, rate_trace
from rnnviz.views.style import axis, base_layout

__all__ = ["RateView"]


class RateView(View):
    """The learning rate that was in force at each training step."""

    name = "rate"
    height = 240
    shares_time = False
    score = SideRate()

    def exists(self, snapshot: Snapshot) -> bool:
        return "lr" in snapshot.history

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        axes = {"xaxis": axis(t("view.step"), rangemode="tozero"), "yaxis": axis("", tickformat="~g", nticks=5)}
        return go.Figure([rate_trace()], base_layout(t("view.rate.title"), self.height, showlegend=False, **axes))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return rate_patches(snapshot, pixels)
