"""The gradient through time: how much the loss listens to each step, ‖∂L/∂h_t‖ on a log axis."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure
from rnnviz.training import Scale, Snapshot
from rnnviz.views.base import Focus, View, times
from rnnviz.views.pastend import past_end
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.gradientstrip import GradientStrip, norm_through_time, positive
from rnnviz.views.style import ACCENT, axis, base_layout, notice

__all__ = ["GHOSTS", "GradientsView", "gradient_words"]

GHOSTS = 5
_DIRECT, _TOTAL = GHOSTS, GHOSTS + 1  # trace numbers: the recent gradients lie underneath
_HIDDEN = {"both": (), "total": (_DIRECT,), "direct": (*range(GHOSTS), _TOTAL)}  # the recent gradients are the total's


class GradientsView(View):
    """Total gradient (solid), direct gradient (dashed), and the last few frames fading behind."""

    name = "gradients"
    height = 340
    score = GradientStrip()

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.layer.grad_hidden is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.gradients.title"),
            self.height,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(t("view.time"), range=[-0.5, len(times(snapshot)) - 0.5]),
            yaxis=axis(t("view.gradients.norm"), type="log", exponentformat="power", autorange=False),
            annotations=[_low_notice()],
            shapes=past_end(snapshot),
        )
        recent_gradients = [
            _line("", ACCENT, 1.2, opacity=0.10 + 0.06 * age, hoverinfo="skip", showlegend=False)
            for age in range(GHOSTS)
        ]
        hover = "t = %{x}<br>%{y:.2e}<extra>%{fullData.name}</extra>"
        direct = _line(t("view.gradients.direct"), ACCENT, 1.2, dash="dash", mode="lines+markers", hovertemplate=hover)
        total = _line(t("view.gradients.total"), ACCENT, 2.4, hovertemplate=hover)
        return go.Figure([*recent_gradients, direct, total], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        at = (focus.layer, focus.direction)
        total = norm_through_time(snapshot.layer.grad_hidden)[at]
        direct = norm_through_time(snapshot.layer.grad_hidden_direct)[at]
        # always as many traces: one that has no past yet is drawn nowhere
        recent_gradients = [np.full_like(total, np.nan)] * (GHOSTS - len(snapshot.recent_gradients)) + [
            ghost[at] for ghost in snapshot.recent_gradients
        ]
        kept = thin(len(total), pixels and pixels[0])
        patches = []
        for index, curve in enumerate([*recent_gradients, direct, total]):
            patches += [Patch(index, "x", times(snapshot)[kept]), Patch(index, "y", positive(curve)[kept])]
            patches.append(Patch(index, "visible", index not in _HIDDEN[focus.gradient]))
        scale = snapshot.scales["gradient"]
        return [
            *patches,
            Patch(None, "yaxis.range", (scale.low, scale.high)),
            Patch(None, "yaxis.dtick", max(1, math.ceil((scale.high - scale.low) / 8))),
            Patch(None, "annotations[0].text", gradient_words(direct, scale, kept.step)),
        ]


def _line(name: str, color: str, width: float, dash: str = "solid", mode: str = "lines", **more: object) -> go.Scatter:
    return go.Scatter(
        mode=mode, name=name, line={"color": color, "width": width, "dash": dash}, marker={"size": 5}, **more
    )


def _low_notice() -> go.layout.Annotation:
    note = notice()
    note.update(y=0, yshift=4, yanchor="bottom", xanchor="right", x=0.99)
    return note


def gradient_words(direct: np.ndarray, scale: Scale, stride: int) -> str:
    """Return what the picture leaves out or has changed: exact zeros, a widened range, thinned steps."""
    zeros = int((direct == 0).sum())
    words = [t("view.gradients.zeros", zeros=zeros, steps=int(np.isfinite(direct).sum()))] if zeros else []
    if scale.previous is not None:
        words.append(t("view.range.decades", low=figure(scale.low), high=figure(scale.high), step=scale.since))
    if stride > 1:
        words.append(t("view.thinned.steps", steps=stride))
    return "<br>".join(words)
