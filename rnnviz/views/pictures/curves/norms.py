"""Gradient norm, weight norm and length of an update, for each parameter, over the training step."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.training.parameter_norms import Norms
from rnnviz.views.base import Focus, View
from rnnviz.views.curvepanels import log_ticks
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.style import GHOST, INK3, SERIES, axis, base_layout, notice, plain

__all__ = ["MOST", "NormsView"]

MOST = 24  # parameters that are drawn
_KINDS = ("gradients", "weights", "updates")
_GAP, _WIDTH = 0.065, 0.29
_COLOURS = {"weight_hh": 0, "weight_ih": 2, "bias": 3}  # of the series; everything else has the one left over
_DASHES = ("solid", "dash", "dot", "dashdot")
_USUAL = 1e-3  # of its own norm: where the updates of a run that goes well usually are


class NormsView(View):
    """Three panels with a curve a parameter; a colour a kind of weight, a dash a layer."""

    name = "norms"
    height = 270
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.norms is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        names = _of(snapshot).names[:MOST]
        layout = base_layout(
            t("view.norms.title"),
            self.height,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": -0.33, "yanchor": "top", "bgcolor": "rgba(0,0,0,0)"},
            annotations=[notice(), *(_heading(kind, place) for place, kind in enumerate(_KINDS))],
        )
        layout["margin"] |= {"t": 68, "b": 96}
        for place in range(len(_KINDS)):
            suffix, left = _suffix(place), place * (_WIDTH + _GAP)
            across = {"domain": [left, left + _WIDTH], "anchor": f"y{suffix}", "rangemode": "tozero", "nticks": 4}
            layout[f"xaxis{suffix}"] = axis(t("view.step"), **across)
            layout[f"yaxis{suffix}"] = axis("", type="log", tickformat="~g", anchor=f"x{suffix}", nticks=5)
        curves = [_curve(place, index, name) for place in range(len(_KINDS)) for index, name in enumerate(names)]
        return go.Figure([*curves, _usual()], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        norms = _of(snapshot)
        count = min(len(norms.names), MOST)
        kept = newest(len(norms.steps), None if pixels is None else int(pixels[0] * _WIDTH))
        steps, patches = norms.steps[kept], []
        for place, kind in enumerate(_KINDS):
            table = getattr(norms, kind)[kept, :count]
            shown = np.where(np.isfinite(table) & (table > 0), table, np.nan)
            for index in range(count):
                trace = place * count + index
                patches += [Patch(trace, "x", steps), Patch(trace, "y", shown[:, index])]
                patches.append(Patch(trace, "mode", "lines" if len(kept) > 1 else "markers"))
            patches += log_ticks(f"yaxis{_suffix(place)}", shown.ravel(), log=True)
            patches.append(Patch(None, f"xaxis{_suffix(place)}.showticklabels", bool(len(steps))))
        ends = steps[[0, -1]] if len(steps) else np.zeros(0)
        patches += [Patch(3 * count, "x", ends), Patch(3 * count, "y", np.full(len(ends), _USUAL))]
        return [*patches, Patch(None, "annotations[0].text", _words(norms))]


def _of(snapshot: Snapshot) -> Norms:
    if snapshot.norms is None:
        raise ValueError("there are no norms of parameters here; a loop that is not ours does not note them.")
    return snapshot.norms


def _words(norms: Norms) -> str:
    if not len(norms.steps):
        return t("view.norms.empty")
    left_out = len(norms.names) - MOST
    return t("view.norms.left_out", shown=MOST, count=len(norms.names)) if left_out > 0 else ""


def _suffix(place: int) -> str:
    return "" if place == 0 else str(place + 1)


def _curve(place: int, index: int, name: str) -> go.Scatter:
    kind = next((kind for kind in _COLOURS if kind in name), None)
    line = {"color": SERIES[_COLOURS.get(kind or "", 1)], "width": 1.6, "dash": _DASHES[_layer(name) % len(_DASHES)]}
    suffix = _suffix(place)
    return go.Scatter(
        name=plain(name),
        legendgroup=name,
        showlegend=place == 0,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        line=line,
        marker={"size": 5},
        hovertemplate=f"{t('view.step')} %{{x}}<br>%{{y:.3g}}<extra>{plain(name)}</extra>",
    )


def _layer(name: str) -> int:
    """Return the depth that torch writes at the end of a recurrent layer's weight, 0 for any other."""
    number = name.removesuffix("_reverse").rpartition("_l")[2]
    return int(number) if number.isdecimal() else 0


def _usual() -> go.Scatter:
    line = {"color": GHOST, "width": 1, "dash": "4px,3px"}
    return go.Scatter(
        mode="lines", name=t("view.norms.usual"), xaxis="x3", yaxis="y3", line=line, hoverinfo="skip", showlegend=True
    )


def _heading(kind: str, place: int) -> go.layout.Annotation:
    return go.layout.Annotation(
        text=t(f"view.norms.{kind}"),
        showarrow=False,
        xref="paper",
        yref="paper",
        x=place * (_WIDTH + _GAP),
        y=1,
        xanchor="left",
        yanchor="bottom",
        font={"size": 11, "color": INK3},
    )
