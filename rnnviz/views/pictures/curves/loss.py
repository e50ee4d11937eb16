"""The loss over the training step, alone."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.curvepanels import log_ticks, wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.run_loss import SideLoss, drawn_as, smoothed
from rnnviz.views.style import ACCENT, axis, base_layout

__all__ = ["LossView"]


class LossView(View):
    """Each step's loss, thin, and the smoothed curve over it."""

    name = "loss"
    height = 240
    shares_time = False
    score = SideLoss()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        axes = {"xaxis": axis(t("view.step"), rangemode="tozero"), "yaxis": axis("", tickformat="~g", nticks=5)}
        each = {"name": t("view.curves.loss"), "line": {"color": ACCENT, "width": 1}, "opacity": 0.35}
        smooth = {"name": t("view.curves.loss.smooth"), "line": {"color": ACCENT, "width": 2}}
        return go.Figure([go.Scatter(each), go.Scatter(smooth)], base_layout(t("view.loss.title"), self.height, **axes))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps, loss = snapshot.history["step"], snapshot.history["loss"]
        log = wants_log(loss)
        patches = [Patch(None, "yaxis.type", "log" if log else "linear"), *log_ticks("yaxis", loss, log=log)]
        kept = newest(len(steps), pixels and pixels[0])
        for trace, curve in enumerate((loss, smoothed(loss, log=log))):
            patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", curve[kept]), drawn_as(trace, kept)]
        return patches
