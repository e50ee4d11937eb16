"""The memory horizon: how far back the gradient reaches, timestep by training step, while the run goes on."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure
from rnnviz.training import Scale, Snapshot
from rnnviz.views.base import Focus, View, times, where
from rnnviz.views.patch import Patch, Pixels, newest, thin
from rnnviz.views.pictures.gradients.horizonstrip import HorizonStrip
from rnnviz.views.style import GATE, axis, base_layout, notice

__all__ = ["HorizonView"]


class HorizonView(View):
    """Heatmap of log10 ‖∂L/∂h_t‖; each row is a moment of the run, the newest on top."""

    name = "horizon"
    height = 340
    score = HorizonStrip()

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.horizon is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.horizon.title"),
            self.height,
            xaxis=axis(t("view.time"), domain=[0, 0.88]),
            yaxis=axis(t("view.step"), tickformat="d"),
            annotations=[notice().update(yshift=3)],
        )
        layout["margin"] |= {"t": 62}
        bar = {"title": {"text": t("view.horizon.norm"), "side": "right"}, "thickness": 9, "x": 0.89, "outlinewidth": 0}
        hover = f"{t('view.step')} %{{y}}, t = %{{x}}<br>‖∂L/∂h‖ = %{{customdata:.2e}}<extra></extra>"
        heat = go.Heatmap(zauto=False, colorscale=GATE["light"], colorbar=bar, hoverongaps=False, hovertemplate=hover)
        return go.Figure(heat, layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        horizon, scale = snapshot.horizon, snapshot.scales["gradient"]
        if horizon is None:
            return []
        width, height = (None, None) if pixels is None else (int(0.88 * pixels[0]), pixels[1])
        steps, moments = thin(horizon.norms.shape[-1], width), newest(len(horizon.steps), height)
        norms = horizon.norms[moments, focus.layer, focus.direction, steps]
        known = np.where((norms > 0) & np.isfinite(norms), norms, np.nan)
        return [
            Patch(0, "z", np.log10(known), (scale.low, scale.high)),
            # the picture carries 254 levels; hover tells the number itself
            Patch(0, "customdata", known),
            Patch(0, "x", times(snapshot)[steps]),
            Patch(0, "y", horizon.steps[moments]),
            *_colours(scale),
            Patch(None, "annotations[0].text", _words(snapshot, focus, scale, steps.step, len(moments))),
        ]


def _colours(scale: Scale) -> list[Patch]:
    every = max(1, math.ceil((scale.high - scale.low) / 5))
    ticks = tuple(range(math.floor(scale.high), math.ceil(scale.low) - 1, -every))
    return [
        Patch(0, "zmin", scale.low),
        Patch(0, "zmax", scale.high),
        Patch(0, "colorbar.tickvals", ticks),
        Patch(0, "colorbar.ticktext", tuple(f"10<sup>{tick}</sup>" for tick in ticks)),
    ]


def _words(snapshot: Snapshot, focus: Focus, scale: Scale, stride: int, moments: int) -> str:
    words = [t("view.horizon.moments", moments=moments), where(snapshot, focus, sample=False)]
    words.append(t("view.thinned.steps", steps=stride) if stride > 1 else "")
    said = " · ".join(word for word in words if word)
    if scale.previous is None:
        return said
    return t("view.horizon.widened", words=said, low=figure(scale.low), high=figure(scale.high), step=scale.since)
