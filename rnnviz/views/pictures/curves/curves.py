"""The training curves: loss, metric, gradient norm with the clip threshold, learning rate."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, score
from rnnviz.views.curvepanels import Curve, curve_patches, curves_figure
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.training_curves import SideCurves
from rnnviz.views.side.watched_curves import SideWatchedCurves
from rnnviz.views.style import ACCENT, GHOST, HELD_OUT, plain, with_mark

__all__ = ["CURVES", "CurvesView", "WatchedCurvesView", "curve_title", "score_patches"]

CURVES = (Curve("loss", ACCENT), Curve("metric", ACCENT, log=False), Curve("grad_norm", ACCENT), Curve("lr", ACCENT))
_CLIP = len(CURVES)  # trace number of the clip line, in the gradient-norm panel
_HELD_OUT = _CLIP + 1  # and of the held-out scores, in the metric's
_WATCHED = (Curve("loss", ACCENT), Curve("grad_norm", ACCENT))


class CurvesView(View):
    """Four small panels over the training step; in the metric's are dots for held-out scores, dotted baselines."""

    name = "curves"
    height = 340
    shares_time = False
    score = SideCurves()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        figure = curves_figure(CURVES, [curve_title(curve.column, snapshot) for curve in CURVES], self.height)
        figure.add_scatter(
            mode="lines",
            name=t("view.curves.clip"),
            xaxis="x3",
            yaxis="y3",
            line={"color": GHOST, "width": 1.4, "dash": "dash"},
        )
        held_out = t("view.curves.held_out.name", metric=plain(snapshot.metric_name))
        figure.add_scatter(
            mode="lines+markers",
            name=held_out,
            xaxis="x2",
            yaxis="y2",
            line={"color": HELD_OUT, "width": 1},
            marker={"size": 5},
            hovertemplate=f"{t('view.step')} %{{x}}<br>{held_out} %{{y:.4g}}<extra></extra>",
        )
        for name, value in snapshot.baselines.items():
            figure.add_shape(
                type="line",
                xref="x2 domain",
                x0=0,
                x1=1,
                yref="y2",
                y0=value,
                y1=value,
                line={"color": GHOST, "width": 1, "dash": "dot"},
                name=name,
            )
        return figure

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps = snapshot.history["step"]
        ends = steps[[0, -1]] if len(steps) else np.zeros(0)
        clip = None if snapshot.settings is None else snapshot.settings.clip
        return [
            *curve_patches(CURVES, snapshot.history, pixels),
            Patch(_CLIP, "x", ends),
            Patch(_CLIP, "y", np.full(len(ends), np.nan if clip is None else clip)),
            *score_patches(_HELD_OUT, snapshot),
            Patch(None, "annotations[0].text", _score(snapshot)),
        ]


class WatchedCurvesView(View):
    """Loss and gradient norm of a training loop that is not ours."""

    name = "curves"
    height = 340
    shares_time = False
    score = SideWatchedCurves()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        norm = t("view.curves.grad_norm") if snapshot.unclipped else t("view.curves.grad_norm.seen")
        titles = [t("view.curves.loss"), norm]
        return curves_figure(_curves(snapshot), titles, self.height)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        curves = _curves(snapshot)
        patches = curve_patches(curves, snapshot.history, pixels)
        for axis, curve in zip(("yaxis", "yaxis2"), curves, strict=True):
            patches.append(Patch(None, f"{axis}.type", "log" if curve.log else "linear"))
            patches += [] if curve.log else [Patch(None, f"{axis}.dtick", None)]
        return patches


def _curves(snapshot: Snapshot) -> list[Curve]:
    """A loss may be negative: that has no place on an axis in powers of ten."""
    return [one._replace(log=not bool((snapshot.history[one.column] < 0).any())) for one in _WATCHED]


def _score(snapshot: Snapshot) -> str:
    words = with_mark(score(snapshot), HELD_OUT)  # the colour of the held-out scores' line
    if not len(snapshot.history["step"]):
        return t("view.curves.empty", score=words)
    if not snapshot.baselines:
        return words
    best = (max if snapshot.higher_is_better else min)(snapshot.baselines.values())
    return t("view.curves.against", score=words, best=three(best))


def score_patches(trace: int, snapshot: Snapshot) -> list[Patch]:
    """Return the held-out scores as the points of a trace; none before the first training step."""
    began = slice(None if len(snapshot.history["step"]) else 0)
    return [Patch(trace, axis, snapshot.scores[column][began]) for axis, column in (("x", "step"), ("y", "metric"))]


def curve_title(column: str, snapshot: Snapshot) -> str:
    """Return the words above the panel of a column."""
    return (
        t("view.curves.metric", metric=plain(snapshot.metric_name))
        if column == "metric"
        else t(f"view.curves.{column}")
    )
