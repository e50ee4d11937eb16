"""The memory horizon as a strip: below the other strips, how far back the gradient reached at earlier moments."""

import math
from dataclasses import asdict

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Horizon, Scale, Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch, Pixels, newest, thin
from rnnviz.views.score.band import Band, Bar, Read
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import GATE
from rnnviz.views.words import raised, said, thinned

__all__ = ["HorizonStrip"]

_LOW, _HIGH = 64, 96  # pixels


class HorizonStrip(Strip):
    """Heatmap of log10 ‖∂L/∂h_t‖, a row a moment of the run, the newest on top."""

    name = "horizon"

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.horizon is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        scale = snapshot.scales["gradient"]
        band = Band(t("score.horizon"), "", _LOW, _HIGH, bar=_bar(scale), read=Read(0, None))
        heat = go.Heatmap(
            name=t("score.horizon"),
            zauto=False,
            zmin=scale.low,
            zmax=scale.high,
            colorscale=GATE["light"],
            showscale=False,
            hoverongaps=False,
            hoverinfo="none",
        )
        axis = {"tickvals": [0], "ticktext": ["0"], "mirror": True, "showline": True}
        return strip_figure([heat], [band], snapshot, [axis], rows=1)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        horizon, scale = snapshot.horizon, snapshot.scales["gradient"]
        if horizon is None:
            return []
        norms = horizon.norms[:, focus.layer, focus.direction]
        steps, moments = thin(norms.shape[1], pixels and pixels[0]), newest(len(norms), pixels and _LOW)
        shown = norms[moments][:, steps]
        known = np.where((shown > 0) & np.isfinite(shown), shown, np.nan)
        return [
            *strip_patches(snapshot, focus),
            Patch(0, "z", np.log10(known), (scale.low, scale.high)),
            Patch(0, "x", np.arange(norms.shape[1], dtype=np.float32)[steps] if steps.step > 1 else None),
            Patch(0, "zmin", scale.low),
            Patch(0, "zmax", scale.high),
            *_moments(horizon, moments),
            Patch(None, "meta.rows[0]", norms[-1]),
            Patch(None, "meta.panels[0].aside", _aside(len(moments), steps)),
            Patch(None, "meta.panels[0].bar", asdict(_bar(scale))),
        ]


def _moments(horizon: Horizon, moments: np.ndarray) -> list[Patch]:
    """Return the axis of the moments, with the training steps of the first and the last."""
    last = len(moments) - 1
    ends = [0, last] if last else [0]
    return [
        Patch(None, "yaxis.range", (-0.5, last + 0.5)),
        Patch(None, "yaxis.tickvals", tuple(ends)),
        Patch(None, "yaxis.ticktext", tuple(f"{int(horizon.steps[moments[end]]):,}" for end in ends)),
    ]


def _aside(moments: int, steps: slice) -> str:
    return said(t("view.horizon.moments", moments=moments), thinned(steps, slice(None, None, 1)))


def _bar(scale: Scale) -> Bar:
    low, high = (f"10{raised(power)}" for power in (math.floor(scale.low), math.floor(scale.high)))
    return Bar("gate", scale.low, scale.high, ((1.0, high), (0.0, low)))
