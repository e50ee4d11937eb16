"""Effective memory: for how many timesteps each unit keeps its state, told by the gate that keeps it."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.gatestrip import KEEPING
from rnnviz.views.style import ACCENT, GHOST, HELD_OUT, axis, base_layout, notice

__all__ = ["MemoryView", "effective_memory"]

_SMALLEST = 2.0**-24  # a float32 gate cannot be nearer to 1 without being 1


class MemoryView(View):
    """Bars of 1 / (1 − mean keep gate) in timesteps on a log axis, a bar a unit; the length of a sequence is dashed."""

    name = "memory"
    height = 340
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.layer.kind in KEEPING

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        if not self.exists(snapshot):
            raise ValueError(f"a layer of kind {snapshot.layer.kind!r} has no gate that keeps; use an LSTM or a GRU.")
        units = snapshot.layer.hidden.shape[-1]
        layout = base_layout(
            t("view.memory.title"),
            self.height,
            showlegend=False,
            bargap=0.1 if units <= 64 else 0,
            barmode="overlay",
            xaxis=axis(t("view.unit"), range=[-0.6, units - 0.4]),
            yaxis=axis(t("view.memory.steps"), type="log", exponentformat="power", autorange=False, dtick=1),
            annotations=[notice().update(yshift=3)],
        )
        layout["margin"] |= {"t": 62}
        hover = f"{t('view.unit')} %{{x}}<br>{t('view.memory.hover')}<extra></extra>"
        bars = go.Bar(name=t("view.memory.name"), marker={"color": ACCENT}, hovertemplate=hover)
        picked = go.Bar(name=t("view.picked"), marker={"color": HELD_OUT}, hovertemplate=hover, width=0.9)
        figure = go.Figure([bars, picked], layout)
        return figure.add_hline(snapshot.longest, line={"color": GHOST, "width": 2, "dash": "dash"})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps = effective_memory(snapshot, focus)
        kept = thin(len(steps), pixels and pixels[0])
        units = np.arange(len(steps))
        # the length of a sequence is always in the picture: it is what the bars are compared with
        longest = np.max(steps, initial=snapshot.longest, where=np.isfinite(steps))
        return [
            Patch(0, "x", units[kept]),
            Patch(0, "y", steps[kept]),
            Patch(1, "x", units[[focus.unit]]),
            Patch(1, "y", steps[[focus.unit]]),
            Patch(None, "yaxis.range", (0.0, float(np.ceil(np.log10(1.1 * longest))))),
            Patch(None, "annotations[0].text", _words(snapshot, focus, steps, kept.step)),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        return replace(focus, unit=round(at.x)) if isinstance(at.x, int | float) else focus


def effective_memory(snapshot: Snapshot, focus: Focus) -> np.ndarray:
    """Return 1 / (1 − mean of the keeping gate) of each unit in timesteps, the mean over sequences and steps.

    Parameters
    ----------
    snapshot : Snapshot
        Of an LSTM (the gate f) or a GRU (z).
    focus : Focus
        Which layer and direction.

    Returns
    -------
    numpy.ndarray
        Axis (unit,), from 1 to 2²⁴; NaN where no gate has a number.
    """
    gate = snapshot.layer.gates[KEEPING[snapshot.layer.kind]][focus.layer, focus.direction]
    valid = np.isfinite(gate)
    with np.errstate(invalid="ignore"):
        mean = np.sum(gate, axis=(0, 1), dtype=np.float64, where=valid) / valid.sum(axis=(0, 1))
    return np.asarray(1.0 / np.maximum(1.0 - mean, _SMALLEST))


def _words(snapshot: Snapshot, focus: Focus, steps: np.ndarray, stride: int) -> str:
    gate, length = KEEPING[snapshot.layer.kind], snapshot.longest
    mean, median = three(float(steps.mean())), three(float(np.median(steps)))
    words = [t("view.memory.mean", gate=gate, mean=mean, median=median, length=length)]
    words.append(where(snapshot, focus, sample=False))
    words.append(t("view.thinned.units", units=stride) if stride > 1 else "")
    return " · ".join(word for word in words if word)
