"""Unit × time heatmaps stacked in panels: the shared machinery of the hidden-state and gate pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.style import PADDED, axis, base_layout, notice, scale_of
from rnnviz.views.words import said, thinned

__all__ = ["HeatView", "Panel", "heading", "heat_patches", "heat_skeleton", "heatmap"]

_GAP = 0.14  # of the plotting height, between two rows of panels


@dataclass(frozen=True, eq=False)
class Panel:
    """One heatmap.

    Parameters
    ----------
    symbol : str
        What hover calls the value, such as ``"h"``.
    title : str
        Words above the panel.
    values : numpy.ndarray
        Axes (time, unit).
    limits : tuple of float
        The fixed colour range.
    note : str
        Words after the title where the range is not a mathematical bound: when it was fixed, or widened.
    """

    symbol: str
    title: str
    values: np.ndarray
    limits: tuple[float, float]
    note: str = ""


class HeatView(View):
    """A picture of heatmaps: a click picks the unit as well as the timestep."""

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        focus = super().picked(snapshot, focus, at)
        return replace(focus, unit=round(at.y)) if isinstance(at.y, int | float) else focus


def heat_skeleton(title: str, height: int, panels: Sequence[Panel], columns: int) -> go.Figure:
    """Return a figure with one empty heatmap a panel, in ``columns`` columns, all on the same timesteps.

    Parameters
    ----------
    title : str
        The picture's title.
    height : int
        Pixels.
    panels : sequence of Panel
        What to draw.
    columns : int
        Panels side by side.
    """
    layout = base_layout(title, height)
    layout["margin"] |= {"r": 8, "t": 68}
    annotations = [notice()]
    figure = go.Figure()
    rows = -(-len(panels) // columns)
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        box = _box(row, column, rows, columns)
        suffix = "" if index == 0 else str(index + 1)
        lowest = index + columns >= len(panels)
        # zoomed together: the panels show the same timesteps
        shared = {} if index == 0 else {"matches": "x"}
        layout[f"xaxis{suffix}"] = axis(
            t("view.time") if lowest else "", domain=box[0], anchor=f"y{suffix}", showticklabels=lowest, **shared
        )
        layout[f"yaxis{suffix}"] = axis(
            t("view.unit") if column == 0 else "", domain=box[1], anchor=f"x{suffix}", showticklabels=column == 0
        )
        annotations.append(heading(panel.title, box))
        figure.add_trace(heatmap(panel, suffix, box))
    figure.update_layout(**layout, annotations=annotations)
    return figure


def heat_patches(
    panels: Sequence[Panel], snapshot: Snapshot, focus: Focus, columns: int, pixels: Pixels | None = None
) -> list[Patch]:
    """Return the panels' values as patches, no finer than the pixels they cover.

    Parameters
    ----------
    panels : sequence of Panel
        The same panels as in the skeleton, with this frame's values, axes (time, unit).
    snapshot, focus
        As in `View.patches`: they tell the words above, and where a sequence ends.
    columns : int
        Panels side by side.
    pixels : tuple of int, optional
        ``(width, height)`` of the whole plotting area.
    """
    rows = -(-len(panels) // columns)
    room = (None, None) if pixels is None else _room(pixels, rows, columns)
    steps, units = thin(panels[0].values.shape[0], room[0]), thin(panels[0].values.shape[1], room[1])
    time = np.arange(panels[0].values.shape[0], dtype=np.float32)[steps]
    unit = np.arange(panels[0].values.shape[1], dtype=np.float32)[units]
    patches = []
    for index, panel in enumerate(panels):
        patches += [
            # plotly wants rows first: units up, time across
            Patch(index, "z", panel.values[steps, units].T, panel.limits),
            Patch(index, "x", time),
            Patch(index, "y", unit),
            Patch(None, f"annotations[{index + 1}].text", said(panel.title, panel.note)),
        ]
    padding = _padding(snapshot, focus)
    return [
        *patches,
        Patch(None, "plot_bgcolor", PADDED if padding else "rgba(0,0,0,0)"),
        Patch(None, "annotations[0].text", said(where(snapshot, focus), padding, thinned(steps, units))),
    ]


def _padding(snapshot: Snapshot, focus: Focus) -> str:
    steps, length = snapshot.layer.hidden.shape[3], int(snapshot.layer.lengths[focus.sample])
    return t("view.heat.padding", length=length) if length < steps else ""


def _room(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """Return the pixels that the smallest panel covers; the last column also leaves a gap to its neighbour."""
    across, up = _box(0, columns - 1, rows, columns)
    return int(pixels[0] * (across[1] - across[0])), int(pixels[1] * (up[1] - up[0]))


def _box(row: int, column: int, rows: int, columns: int) -> tuple[list[float], list[float]]:
    """Return the x and y domains of one panel, leaving room for its colour bar and heading."""
    width, height = 1 / columns, (1 - _GAP * (rows - 1)) / rows
    top = 1 - row * (height + _GAP)
    return [column * width + (0.03 if column else 0), (column + 1) * width - 0.105], [max(top - height, 0), top]


def heading(text: str, box: tuple[list[float], list[float]]) -> go.layout.Annotation:
    """Return the words above a panel whose x and y domains are ``box``."""
    return go.layout.Annotation(
        text=text,
        showarrow=False,
        xref="paper",
        yref="paper",
        x=box[0][0],
        y=box[1][1],
        xanchor="left",
        yanchor="bottom",
        font={"size": 11},
    )


def heatmap(panel: Panel, suffix: str, box: tuple[list[float], list[float]]) -> go.Heatmap:
    """Return the empty heatmap of a panel on the axes ``x{suffix}`` and ``y{suffix}``, its colour bar at its right."""
    low, high = panel.limits
    bar: dict[str, Any] = {
        "x": box[0][1] + 0.008,
        "xanchor": "left",
        "y": sum(box[1]) / 2,
        "yanchor": "middle",
        "len": box[1][1] - box[1][0],
        "lenmode": "fraction",
        "thickness": 9,
        "tickvals": [low, (low + high) / 2, high],
        "tickformat": "~g",
        "tickfont": {"size": 10},
        "outlinewidth": 0,
        "ypad": 0,
    }
    return go.Heatmap(
        zmin=low,
        zmax=high,
        zauto=False,
        colorscale=scale_of(panel.limits)["light"],
        colorbar=bar,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        name=panel.symbol,
        hoverongaps=False,
        # ≈ because a live map's numbers come in 254 levels
        hovertemplate=f"{t('view.unit')} %{{y}}, t = %{{x}}<br>{panel.symbol} ≈ %{{z:.2f}}<extra></extra>",
    )
