"""The learning rate of each training step."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.curvepanels import wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure, ticks
from rnnviz.views.side.run_loss import FOOT, counted, rounded_up
from rnnviz.views.style import ACCENT
from rnnviz.views.words import three

__all__ = ["SideRate", "rate_patches", "rate_trace"]

_LOW, _HIGH = 80, 104  # pixels


class SideRate(SideView):
    """The form of the learning rate in the narrow column."""

    name = "rate"

    def exists(self, snapshot: Snapshot) -> bool:
        return "lr" in snapshot.history

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        panel = SidePanel(t("view.rate.name"), t("side.rate.aside"), _LOW, _HIGH, True, 4, t("side.rate.empty"))
        xaxis = {"range": [0, 1], "tickformat": ",", "nticks": 4}
        return side_figure([panel], [rate_trace()], foot=FOOT, xaxis=xaxis, annotations=[counted()])

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps, rate = snapshot.history["step"], snapshot.history["lr"]
        return [
            *rate_patches(snapshot, pixels),
            Patch(None, "xaxis.range", (0.0, rounded_up(float(steps[-1])) if len(steps) else 1.0)),
            Patch(None, "xaxis.showticklabels", bool(len(steps))),
            Patch(None, "meta.panels[0].now", three(float(rate[-1])) if len(rate) else ""),
            Patch(None, "meta.panels[0].empty", "" if len(rate) else t("side.rate.empty")),
        ]


def rate_trace() -> go.Scatter:
    """Return the curve: constant from one step to the next."""
    hover = f"{t('view.step')} %{{x:,}}<br>%{{y:.3g}}<extra></extra>"
    return line(ACCENT, 1.75, t("view.rate.name"), line_shape="hv", hovertemplate=hover)


def rate_patches(snapshot: Snapshot, pixels: Pixels | None) -> list[Patch]:
    """Return the points of the curve, and the kind and the ticks of its axis."""
    steps, rate = snapshot.history["step"], snapshot.history["lr"]
    kept, log = newest(len(steps), pixels and pixels[0]), wants_log(rate)
    return [
        Patch(0, "x", steps[kept]),
        Patch(0, "y", rate[kept]),
        Patch(0, "mode", "lines" if len(kept) > 1 else "markers"),  # one point has no length
        Patch(None, "yaxis.type", "log" if log else "linear"),
        *ticks("yaxis", rate, log=log),
    ]
