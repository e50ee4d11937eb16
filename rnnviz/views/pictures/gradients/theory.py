"""Theory beside measurement: how a gradient should fade through time, and how it does."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, times, where
from rnnviz.views.pastend import past_end
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.pictures.gradients.spectrum import eigenvalues, recurrent_block
from rnnviz.views.pictures.gradients.theorystrip import TheoryStrip
from rnnviz.views.score.gatestrip import KEEPING
from rnnviz.views.score.gradientstrip import norm_through_time
from rnnviz.views.style import ACCENT, GHOST, INK2, axis, base_layout, notice

__all__ = ["TheoryView"]

_LINES = {"rnn": ("rho", "sigma"), "lstm": ("forget",), "gru": ("update",)}
_EDGE = 20  # powers of ten: what lies further from 1 is not drawn
_HEADROOM = 0.5  # powers of ten
_DECADES = 2  # the axis grows in leaps of so many


class TheoryView(View):
    """The measured gradient relative to its last step, and what a simple theory says of it.

    A plain RNN's theory is ρ(W_hh) to the power of the steps back, with σ_max(W_hh) in place of ρ as a bound; that of
    an LSTM and of a GRU the product of the gates f or z of all later steps, averaged over sequences and units.
    """

    name = "theory"
    height = 340

    @property
    def score(self) -> TheoryStrip:
        return TheoryStrip(_names, _curves, self.exists)

    def exists(self, snapshot: Snapshot) -> bool:
        known = snapshot.layer.kind in KEEPING or recurrent_block(snapshot, Focus()) is not None
        return known and snapshot.layer.grad_hidden is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        kind = snapshot.layer.kind
        state = "c" if kind == "lstm" else "h"
        layout = base_layout(
            t("view.theory.title"),
            self.height,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(t("view.time"), range=[-0.5, len(times(snapshot)) - 0.5]),
            yaxis=axis(t("view.theory.share", state=state), type="log", exponentformat="power", autorange=False),
            annotations=[notice().update(y=0, yshift=4, x=0.99, xanchor="right")],
            shapes=past_end(snapshot),
        )
        measured = _line(t("view.theory.measured"), ACCENT, 2.4, "solid")
        looks = ((GHOST, 1.8, "dash"), (INK2, 1.6, "dot"))
        lines = [_line(name, *look) for name, look in zip(_names(snapshot), looks, strict=False)]
        return go.Figure([measured, *lines], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        found, words = _curves(snapshot, focus)
        curves = [_drawable(curve) for curve in found]
        kept = thin(len(curves[0]), pixels and pixels[0])
        patches = []
        for index, curve in enumerate(curves):
            patches += [Patch(index, "x", times(snapshot)[kept]), Patch(index, "y", curve[kept])]
        low, high = _range(curves[:2])  # a loose bound may leave the picture
        said = [words, where(snapshot, focus, sample=False)]
        said.append(t("view.thinned.steps", steps=kept.step) if kept.step > 1 else "")
        return [
            *patches,
            Patch(None, "yaxis.range", (low, high)),
            Patch(None, "yaxis.dtick", max(1, math.ceil((high - low) / 8))),
            Patch(None, "annotations[0].text", " · ".join(word for word in said if word)),
        ]


def _names(snapshot: Snapshot) -> list[str]:
    return [t(f"view.theory.{name}") for name in _LINES[snapshot.layer.kind]]


def _curves(snapshot: Snapshot, focus: Focus) -> tuple[list[np.ndarray], str]:
    """Return what was measured, then what theory says, and words on the latter."""
    theory, words = _powers(snapshot, focus) if snapshot.layer.kind == "rnn" else _products(snapshot, focus)
    return [_measured(snapshot, focus), *theory], words


def _measured(snapshot: Snapshot, focus: Focus) -> np.ndarray:
    """‖dL/dh_t‖ (of an LSTM ‖dL/dc_t‖) as a share of that at the step that was read last, axis (time,)."""
    layer = snapshot.layer
    norms = norm_through_time(layer.grad_cell if layer.kind == "lstm" else layer.grad_hidden)
    norms = norms[focus.layer, focus.direction]
    last = norms[0 if focus.direction else snapshot.asked - 1]
    return np.asarray(norms / last) if last > 0 else np.full(len(norms), np.nan)


def _powers(snapshot: Snapshot, focus: Focus) -> tuple[list[np.ndarray], str]:
    block = recurrent_block(snapshot, focus)
    if block is None:
        return [np.full(len(times(snapshot)), np.nan)] * 2, ""
    rho = float(np.abs(eigenvalues(block)).max())
    sigma = float(np.linalg.norm(block.astype(np.float64), 2)) if np.isfinite(block).all() else math.nan
    ahead = np.arange(snapshot.asked)
    back = ahead if focus.direction else ahead[::-1]  # steps to the one that was read last
    beyond = [np.full(len(times(snapshot)) - len(back), np.nan)]
    with np.errstate(over="ignore"):
        curves = [np.concatenate([np.power(base, back), *beyond]) for base in (rho, sigma)]
    return curves, t("view.theory.powers", rho=rho, sigma=sigma)


def _products(snapshot: Snapshot, focus: Focus) -> tuple[list[np.ndarray], str]:
    gate = KEEPING[snapshot.layer.kind]
    values = snapshot.layer.gates[gate][focus.layer, focus.direction].astype(np.float64)  # batch, time, unit
    mean = math.nan if np.isnan(values).all() else float(np.nanmean(values))  # numpy warns of no value
    there = ~np.isnan(values).all(2)  # batch, time
    values = np.where(np.isnan(values), 1.0, values)  # past a sequence's end nothing is kept or lost
    later = values if focus.direction else values[:, ::-1]  # the step that was read last comes first
    product = np.cumprod(np.concatenate([np.ones_like(later[:, :1]), later[:, :-1]], axis=1), axis=1)
    product = (product if focus.direction else product[:, ::-1]).mean(2)
    known = there.sum(0)
    curve = np.where(known > 0, (product * there).sum(0) / np.maximum(known, 1), np.nan)
    return [curve], t("view.theory.gate", gate=gate, mean=mean)


def _drawable(curve: np.ndarray) -> np.ndarray:
    """Leave gaps where nothing is drawn: zeros, and what is far beyond the picture."""
    with np.errstate(invalid="ignore"):
        return np.where((curve > 1e-30) & (curve < 1e30), curve, np.nan)


def _range(curves: list[np.ndarray]) -> tuple[float, float]:
    """Return whole leaps of decades that hold 1 and the curves, up to the edge."""
    values = np.concatenate(curves)
    logs = np.log10(values[np.isfinite(values)])
    # whole leaps of two decades, so that the axis does not breathe with every frame
    low = _DECADES * math.floor(max(-_EDGE, logs.min(initial=-1.0)) / _DECADES)
    high = _DECADES * math.ceil(min(_EDGE, logs.max(initial=0.0)) / _DECADES - _HEADROOM / _DECADES)
    return float(low), high + _HEADROOM


def _line(name: str, color: str, width: float, dash: str) -> go.Scatter:
    hover = "t = %{x}<br>%{y:.2e}<extra>%{fullData.name}</extra>"
    return go.Scatter(mode="lines", name=name, line={"color": color, "width": width, "dash": dash}, hovertemplate=hover)
