"""The clipping meter: the gradient's norm before and after clipping, and how often the threshold cut in."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.curvepanels import log_ticks
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.style import ACCENT, GHOST, INK2, axis, base_layout, notice

__all__ = ["ClippingView"]

_LAST = 100  # steps that count as recent


class ClippingView(View):
    """Norm before clipping, after it, and the threshold that was in force at each training step."""

    name = "clipping"
    height = 340
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return "clip" in snapshot.history

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.clipping.title"),
            self.height,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(t("view.step"), rangemode="tozero"),
            yaxis=axis(t("view.clipping.norm"), type="log", tickformat="~g"),
            annotations=[notice().update(x=1, xanchor="right", yshift=24)],
        )
        layout["margin"] |= {"t": 78}
        before = _line(t("view.clipping.before"), GHOST, 1.2)
        after = _line(t("view.clipping.after"), ACCENT, 2.0)
        threshold = _line(t("view.curves.clip"), INK2, 1.4, dash="dash", shape="hv")
        return go.Figure([before, after, threshold], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        history = snapshot.history
        steps, before, threshold = history["step"], history["grad_norm"], history["clip"]
        kept = newest(len(steps), pixels and pixels[0])
        patches = []
        for index, curve in enumerate((before, np.minimum(before, threshold), threshold)):
            shown = np.where(np.isfinite(curve) & (curve > 0), curve, np.nan)[kept]
            patches += [Patch(index, "x", steps[kept]), Patch(index, "y", shown)]
            patches.append(Patch(index, "mode", "lines" if len(kept) > 1 else "markers"))  # one point has no length
        norms = np.concatenate([patch.value for patch in patches if patch.key == "y"])
        return [*patches, *log_ticks("yaxis", norms, log=True), Patch(None, "annotations[0].text", _words(snapshot))]


def _words(snapshot: Snapshot) -> str:
    steps, clipped = snapshot.history["step"], snapshot.history["clipped"]
    if not len(steps):
        return t("view.clipping.empty")
    recent = clipped[steps > steps[-1] - _LAST]
    told = {name: percent(float(which.mean()), 1) for name, which in {"all": clipped, "recent": recent}.items()}
    shares = t("view.clipping.shares", **told, last=_LAST)
    if len(steps) == steps[-1]:
        return shares
    return t("view.clipping.noted", shares=shares, noted=len(recent), rows=len(steps))


def _line(name: str, color: str, width: float, dash: str = "solid", shape: str = "linear") -> go.Scatter:
    hover = t("view.step") + " %{x}<br>%{y:.3e}<extra>%{fullData.name}</extra>"
    line = {"color": color, "width": width, "dash": dash, "shape": shape}
    return go.Scatter(mode="lines", name=name, line=line, hovertemplate=hover)
