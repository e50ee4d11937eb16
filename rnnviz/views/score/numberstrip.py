"""The strip of numbers: a line a feature, in the data's own units; dots mark the timesteps that decide the answer."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.pastend import past_end, past_end_patches
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.band import Band, Read
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.score.ranges import below
from rnnviz.views.score.strip import strip_figure, strip_patches
from rnnviz.views.style import ACCENT, GHOST, HAIR, HAIR2, INK1, INK2, INK3
from rnnviz.views.words import figure

__all__ = ["FEATURES", "number_figure", "number_patches"]

_LOOKS = ((INK1, "solid"), (INK2, "4px,3px"), (INK3, "2px,2px"), (GHOST, "solid"))
FEATURES = len(_LOOKS)  # more of them are a heatmap
_LOW, _HIGH = 36, 48  # pixels
_MARGIN = 0.04  # of the range, beyond its ends


def number_figure(snapshot: Snapshot, focus: Focus) -> go.Figure:
    """Return the strip without its numbers; its range covers all probe sequences, so that it holds still."""
    shown = [Inputs.of(snapshot, sample) for sample in range(snapshot.layer.hidden.shape[2])]
    picture = shown[focus.sample].picture
    read = Read(0, picture.digits, picture.unit, dot=INK1)
    band = Band(t("score.input"), picture.words, _LOW, _HIGH, read=read)
    traces = [
        go.Scatter(
            mode="lines",
            name=_name(index, shown[0].values.shape[1]),
            line={"color": color, "dash": dash, "width": 1.25},
            hoverinfo="none",
        )
        for index, (color, dash) in enumerate(_LOOKS[: shown[0].values.shape[1]])
    ]
    marked = go.Scatter(
        mode="markers", name=t("score.input.marked"), marker={"size": 7, "color": ACCENT}, hoverinfo="none"
    )
    values = np.concatenate([one.values.ravel() for one in shown])
    return strip_figure([*traces, marked], [band], snapshot, [_axis(values)], rows=1, shapes=past_end(snapshot))


def number_patches(snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
    """Return the numbers of the sequence in focus."""
    shown = Inputs.of(snapshot, focus.sample)
    steps, features = shown.values.shape
    kept = thin(steps, pixels and pixels[0])
    time = np.arange(steps, dtype=np.float32)
    patches = [*strip_patches(snapshot, focus), *past_end_patches(snapshot, shown.end)]
    for index in range(features):
        patches += [
            Patch(index, "x", time[kept] if kept.step > 1 else None),
            Patch(index, "y", shown.values[kept, index]),
        ]
    keys = np.array(shown.picture.key_steps, int)
    answer = shown.picture.answer
    return [
        *patches,
        Patch(features, "x", time[keys]),
        Patch(features, "y", shown.values[keys, 0]),
        Patch(None, "meta.rows[0]", shown.values[:, 0]),
        Patch(None, "meta.panels[0].aside", shown.picture.words),
        Patch(None, "meta.panels[0].now", t("score.input.answer", answer=answer) if answer else ""),
    ]


def _name(index: int, features: int) -> str:
    return t("score.input") if features == 1 else t("score.input.feature", number=index)


def _axis(values: np.ndarray) -> dict[str, object]:
    """Return a range that holds 0 and all values, with lines at 0 and at round numbers near its ends."""
    values = values[np.isfinite(values)]
    low, high = float(np.min(values, initial=0.0)), float(np.max(values, initial=0.0))
    low, high = (low, high) if low < high else (-1.0, 1.0)
    ends = [math.copysign(below(abs(end)), end) for end in (low, high) if end]
    # a small end has no room for a label beside the other one's
    ticks = sorted({0.0, *(end for end in ends if abs(end) > 0.2 * (high - low))})
    return {
        "range": [low - _MARGIN * (high - low), high + _MARGIN * (high - low)],
        "tickvals": ticks,
        "ticktext": [figure(one) for one in ticks],
        "showgrid": True,
        "gridcolor": HAIR,
        "zeroline": True,
        "zerolinecolor": HAIR2,
    }
