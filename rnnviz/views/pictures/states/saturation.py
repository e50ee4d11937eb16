"""Saturation: how often each unit's gates sit at the low and at the high end of their range."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import GHOST, SERIES, TEXT, axis, base_layout, notice, plain

__all__ = ["SaturationView"]

_TANH = {"lstm": "g", "gru": "n"}  # the candidate: −1…1 where the gates are 0…1
_LOOKS = tuple(zip(SERIES, ("circle", "diamond", "square", "triangle-up"), strict=True))


class SaturationView(View):
    """Scatter of left- against right-saturated fractions of the steps, a colour a gate and a point a unit.

    After Karpathy, Johnson and Fei-Fei (2015), figure 4: a gate is left-saturated below 0.1 and right-saturated above
    0.9. What a tanh makes, the candidates and the state of a plain RNN, is so below −0.9 and above 0.9.
    """

    name = "saturation"
    height = 340
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        layer = snapshot.layer
        return bool(layer.gates) or (layer.kind == "rnn" and layer.nonlinearity == "tanh")

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.saturation.title"),
            self.height,
            showlegend=True,
            legend={
                "x": 1,
                "y": 1,
                "xanchor": "right",
                "yanchor": "top",
                "bgcolor": "rgba(0,0,0,0)",
            },  # no point can lie there
            xaxis=axis(t("view.saturation.left"), range=[-0.03, 1.03], tickformat=".0%"),
            yaxis=axis(t("view.saturation.right"), range=[-0.03, 1.03], tickformat=".0%"),
            annotations=[notice().update(yshift=3)],
            shapes=[{"type": "line", "x0": 0, "y0": 1, "x1": 1, "y1": 0, "line": {"color": GHOST, "dash": "dot"}}],
        )
        gates = [
            _points(plain(name), *_LOOKS[index % 4]) for index, (name, *_) in enumerate(_fractions(snapshot, focus))
        ]
        ring = {"symbol": "circle-open", "size": 14, "color": TEXT, "line": {"width": 1.6}}
        picked = go.Scatter(mode="markers", marker=ring, name=t("view.picked"), hoverinfo="skip")
        return go.Figure([*gates, picked], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        patches, rings = [], []
        for index, (_, left, right) in enumerate(_fractions(snapshot, focus)):
            patches += [Patch(index, "x", left), Patch(index, "y", right)]
            rings.append((left[focus.unit], right[focus.unit]))
        around = np.array(rings)
        patches += [Patch(len(rings), "x", around[:, 0]), Patch(len(rings), "y", around[:, 1])]
        words = [t("view.saturation.unit", unit=focus.unit), where(snapshot, focus, sample=False)]
        return [*patches, Patch(None, "annotations[0].text", " · ".join(word for word in words if word))]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        gates = list(_fractions(snapshot, focus))
        if at.trace >= len(gates) or not (isinstance(at.x, int | float) and isinstance(at.y, int | float)):
            return focus
        _, left, right = gates[at.trace]
        # the nearest point: those of several units may lie on top of each other
        return replace(focus, unit=int(np.argmin(np.hypot(left - at.x, right - at.y))))


def _fractions(snapshot: Snapshot, focus: Focus) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield each gate's name and its fractions of valid steps at the left and at the right end, axis (unit,)."""
    layer, at = snapshot.layer, (focus.layer, focus.direction)
    if not layer.gates:
        yield "h", *_tanh_ends(layer.hidden[at])
    for name in layer.gates:
        if name == _TANH.get(layer.kind):
            yield name, *_tanh_ends(layer.gates[name][at])
        else:
            yield name, layer.saturation[name].low[at], layer.saturation[name].high[at]


def _tanh_ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    steps = max(int(np.isfinite(values[..., 0]).sum()), 1)
    return (values < -0.9).sum(axis=(0, 1)) / steps, (values > 0.9).sum(axis=(0, 1)) / steps


def _points(name: str, color: str, symbol: str) -> go.Scatter:
    hover = f"{t('view.unit')} %{{pointNumber}}<br>{t('view.saturation.hover')}<extra>{name}</extra>"
    marker = {"color": color, "size": 8, "symbol": symbol, "opacity": 0.7}
    return go.Scatter(mode="markers", name=name, marker=marker, hovertemplate=hover)
