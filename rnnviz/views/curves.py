"""The training curves: loss, metric, gradient norm with the clip threshold, learning rate."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.style import BLUE, GREEN, GREY, ORANGE, PURPLE, axis, base_layout, notice, plain

__all__ = ["CurvesView"]

_COLUMNS = (("loss", BLUE), ("metric", GREEN), ("grad_norm", PURPLE), ("lr", ORANGE))
_CLIP = len(_COLUMNS)  # trace number of the clip line, in the gradient-norm panel
_DOMAINS = (([0, 0.42], [0.6, 1]), ([0.58, 1], [0.6, 1]), ([0, 0.42], [0, 0.4]), ([0.58, 1], [0, 0.4]))
_WIDTH = 0.42  # of each panel, as a share of the plotting area


class CurvesView(View):
    """Four small panels over the training step; the baselines are dotted lines in the metric's panel."""

    name = "curves"
    height = 340
    shares_time = False

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(t("view.curves.title"), self.height, showlegend=False)
        layout["margin"] |= {"t": 68}
        annotations = [notice()]
        traces = []
        for index, (column, color) in enumerate(_COLUMNS):
            suffix = "" if index == 0 else str(index + 1)
            across, up = _DOMAINS[index]
            layout[f"xaxis{suffix}"] = axis(
                t("view.step") if index > 1 else "", domain=across, anchor=f"y{suffix}", rangemode="tozero"
            )
            kind = {"rangemode": "tozero"} if column == "metric" else {"type": "log", "tickformat": "~g"}
            layout[f"yaxis{suffix}"] = axis("", domain=up, anchor=f"x{suffix}", nticks=5, **kind)
            annotations.append(_heading(_title(column, snapshot), across[0], up[1]))
            traces.append(_trace(column, color, suffix))
        clip = go.Scatter(
            mode="lines",
            name=t("view.curves.clip"),
            xaxis="x3",
            yaxis="y3",
            line={"color": GREY, "width": 1.4, "dash": "dash"},
        )
        figure = go.Figure([*traces, clip], layout | {"annotations": annotations})
        for name, value in snapshot.baselines.items():
            figure.add_shape(
                type="line",
                xref="x2 domain",
                x0=0,
                x1=1,
                yref="y2",
                y0=value,
                y1=value,
                line={"color": GREY, "width": 1, "dash": "dot"},
                name=name,
            )
        return figure

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        history = snapshot.history
        steps = history["step"]
        kept = _kept(len(steps), None if pixels is None else int(pixels[0] * _WIDTH))
        patches = []
        for index, (column, _) in enumerate(_COLUMNS):
            values = history[column] if column == "metric" else np.where(history[column] > 0, history[column], np.nan)
            patches += [Patch(index, "x", steps[kept]), Patch(index, "y", values[kept])]
            patches.append(Patch(index, "mode", "lines" if len(kept) > 1 else "markers"))  # one point has no length
            patches += _ticks(f"yaxis{'' if index == 0 else index + 1}", values[kept], log=column != "metric")
        ends = steps[[0, -1]] if len(steps) else np.zeros(0)
        clip = np.full(len(ends), np.nan if snapshot.settings.clip is None else snapshot.settings.clip)
        return [
            *patches,
            Patch(_CLIP, "x", ends),
            Patch(_CLIP, "y", clip),
            Patch(None, "annotations[0].text", _score(snapshot)),
        ]


def _kept(length: int, room: int | None) -> np.ndarray:
    """Even positions, the newest always among them."""
    positions = np.arange(length)[::-1][thin(length, room)]
    return positions[::-1]


def _ticks(axis: str, values: np.ndarray, *, log: bool) -> list[Patch]:
    """Label 1, 2, 5 of each decade where there are few decades, else the decades alone; nothing on an empty axis."""
    values = values[np.isfinite(values)]
    patches = [Patch(None, f"{axis}.showticklabels", bool(len(values)))]
    if log:
        decades = math.log10(values.max() / values.min()) if len(values) else 0.0
        patches.append(Patch(None, f"{axis}.dtick", "D2" if decades < 1.5 else math.ceil(decades / 4)))
    return patches


def _score(snapshot: Snapshot) -> str:
    words = t("view.curves.held_out", metric=plain(snapshot.metric_name), value=snapshot.validation)
    if not snapshot.baselines:
        return words
    best = (max if snapshot.higher_is_better else min)(snapshot.baselines.values())
    return t("view.curves.against", score=words, best=best)


def _title(column: str, snapshot: Snapshot) -> str:
    return (
        t("view.curves.metric", metric=plain(snapshot.metric_name))
        if column == "metric"
        else t(f"view.curves.{column}")
    )


def _heading(text: str, x: float, y: float) -> go.layout.Annotation:
    return go.layout.Annotation(
        text=text,
        showarrow=False,
        xref="paper",
        yref="paper",
        x=x,
        y=y,
        xanchor="left",
        yanchor="bottom",
        font={"size": 11},
    )


def _trace(column: str, color: str, suffix: str) -> go.Scatter:
    hover = t("view.step") + " %{x}<br>%{y:.4g}<extra></extra>"
    return go.Scatter(
        mode="lines",
        name=column,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        line={"color": color, "width": 1.6},
        hovertemplate=hover,
    )
