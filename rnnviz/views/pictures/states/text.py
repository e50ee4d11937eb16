"""Text coloured by one unit: what a single unit does while the network reads, token by token."""

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import PADDED, SIGNED, base_layout, notice, plain, visible

__all__ = ["TextView"]

_LINE = 40  # characters of one line, the space between tokens counted


class TextView(View):
    """Tokens in lines, coloured by the state of the unit in focus after reading each. After Karpathy et al. (2015)."""

    name = "text"
    light = True
    height = 480
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.time_labels[0] is not None and snapshot.spans[0] is None  # a calendar's labels are no text

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shape = _wrapped(np.zeros(_steps(snapshot)), _columns(snapshot)).shape
        hidden: dict[str, Any] = {"visible": False, "fixedrange": True}
        layout = base_layout(
            t("view.text.title"),
            int(np.clip(80 + 30 * shape[0], 140, self.height)),
            annotations=[notice().update(yshift=4)],
            xaxis={**hidden, "range": (-0.5, shape[1] - 0.5)},
            # upside down: the first line on top
            yaxis={**hidden, "range": (shape[0] - 0.5, -0.5)},
        )
        layout["margin"] |= {"l": 14, "b": 14}
        bar = {"thickness": 9, "outlinewidth": 0, "tickformat": "~g", "tickfont": {"size": 10}, "nticks": 3}
        tokens = go.Heatmap(
            colorscale=SIGNED["light"],
            zauto=False,
            zmin=-1,
            zmax=1,
            colorbar=bar,
            ygap=3,
            hoverongaps=False,
            texttemplate="%{text}",
            textfont={"family": "monospace", "size": 13},
            hovertemplate="t = %{customdata}: %{text}<br>h ≈ %{z:.2f}<extra></extra>",
        )
        return go.Figure([tokens, *([_padding()] if snapshot.padded else [])], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        values = snapshot.layer.hidden[focus.layer, focus.direction, focus.sample, :, focus.unit]
        columns, scale = _columns(snapshot), snapshot.scales["hidden"]
        labels = snapshot.time_labels[focus.sample] or ("",) * len(values)
        words = np.array([plain(visible(one)) for one in labels], object)
        text = _wrapped(words, columns, "")
        said = [t("view.text.which", unit=focus.unit), where(snapshot, focus)]
        said.append(t("view.text.range", low=figure(scale.low), high=figure(scale.high)))
        end = int(snapshot.ends[focus.sample])
        if 0 < end < len(values):
            said.append(t("view.heat.padding", length=end))
            words[end:] = ""
        past = np.where(np.arange(len(values)) < end, np.nan, 0.0)
        return [
            *([Patch(1, "z", _wrapped(past, columns))] if snapshot.padded else []),
            Patch(0, "z", _wrapped(values, columns)),
            Patch(0, "customdata", _wrapped(np.arange(len(values)), columns)),
            # words travel as JSON, numbers as bytes
            Patch(0, "text", tuple(tuple(row) for row in text)),
            Patch(0, "zmin", scale.low),
            Patch(0, "zmax", scale.high),
            Patch(None, "annotations[0].text", " · ".join(one for one in said if one)),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        if not isinstance(at.x, int | float) or not isinstance(at.y, int | float):
            return focus
        time = round(at.y) * _columns(snapshot) + round(at.x)
        return replace(focus, time=min(time, _steps(snapshot) - 1))


def _padding() -> go.Heatmap:
    grey = [[0, PADDED], [1, PADDED]]
    return go.Heatmap(colorscale=grey, zauto=False, zmin=-1, zmax=1, showscale=False, ygap=3, hoverinfo="skip")


def _steps(snapshot: Snapshot) -> int:
    return int(snapshot.layer.hidden.shape[3])


def _columns(snapshot: Snapshot) -> int:
    """Return how many tokens fit on a line: the longest of all sequences decides, so that lines do not jump."""
    longest = max((len(one) for labels in snapshot.time_labels for one in labels or ()), default=1)
    return max(1, min(_LINE // (1 if longest == 1 else longest + 1), _steps(snapshot)))


def _wrapped(values: np.ndarray, columns: int, rest: Any = np.nan) -> np.ndarray:
    """Lay values out in lines, the last one filled up with ``rest``; axes (line, place)."""
    lines = -(-len(values) // columns)
    padded = np.full(lines * columns, rest, object if values.dtype == object else np.float64)
    padded[: len(values)] = values
    return padded.reshape(lines, columns)
