"""Heatmaps as strips: unit by timestep, the exact numbers of the unit in focus beside the coloured codes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, where
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.band import Band, Bar, rows_high
from rnnviz.views.score.order import rows_of
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import PADDED, scale_of
from rnnviz.views.words import figure, said, thinned

__all__ = ["Heat", "HeatStrip", "heat_figure", "heat_patches", "signed_bar"]


@dataclass(frozen=True, eq=False)
class Heat:
    """One heatmap of a strip.

    Parameters
    ----------
    symbol : str
        What the value is called in the cell's equations.
    band : Band
        Its words, height and colour bar.
    values : numpy.ndarray
        Axes (time, unit).
    limits : tuple of float
        What the colours cover.
    natural : bool
        Whether mathematics bounds the values, so that the limits are always the same.
    fixed : bool
        Whether its colour bar is always the same, too.
    """

    symbol: str
    band: Band
    values: np.ndarray
    limits: tuple[float, float]
    natural: bool = False
    fixed: bool = False


class HeatStrip(Strip):
    """A strip of heatmaps: a click picks the unit as well as the timestep."""

    light = True

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        """Return the panels, from the top down, with this frame's values."""
        raise NotImplementedError

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return heat_figure(self.heats(snapshot, focus), snapshot)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return heat_patches(self.heats(snapshot, focus), snapshot, focus, pixels)

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        focus = super().picked(snapshot, focus, at)
        if not isinstance(at.y, int | float):
            return focus
        rows = rows_of(snapshot, focus)
        return replace(focus, unit=int(rows[min(max(round(at.y), 0), len(rows) - 1)]))


def heat_figure(heats: Sequence[Heat], snapshot: Snapshot) -> go.Figure:
    """Return the strip with one empty heatmap a panel."""
    return strip_figure(
        [_heatmap(heat, index) for index, heat in enumerate(heats)],
        [heat.band for heat in heats],
        snapshot,
        [_axis(heat.values.shape[1]) for heat in heats],
        rows=len(heats),
    )


def heat_patches(heats: Sequence[Heat], snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
    """Return the panels' values: codes no finer than the pixels they cover, and whole rows of exact numbers.

    Parameters
    ----------
    heats : sequence of Heat
        The same panels as in the figure, with this frame's values.
    snapshot, focus, pixels
        As in `View.patches`.
    """
    patches = strip_patches(snapshot, focus)
    height = sum(heat.band.whole for heat in heats)
    rows = rows_of(snapshot, focus)
    for index, heat in enumerate(heats):
        steps, units = _kept(heat, height, pixels)
        time, unit = (np.arange(size, dtype=np.float32) for size in heat.values.shape)
        values = heat.values[:, _order(heat, rows)]
        patches += [
            # plotly wants rows first: units up, time across
            Patch(index, "z", values[steps, units].T, heat.limits),
            # places 0, 1, 2 … are plotly's own, and need not travel
            Patch(index, "x", time[steps] if steps.step > 1 else None),
            Patch(index, "y", unit[units] if units.step > 1 else None),
            *_colours(index, heat),
        ]
        if index == 0:
            patches.append(Patch(None, "meta.panels[0].aside", _aside(heat, snapshot, focus, steps, units)))
    # behind the cells: past a sequence's end there are none
    padded = int(snapshot.layer.lengths[focus.sample]) < heats[0].values.shape[0]
    return [
        *patches,
        *_exact(heats, focus, rows),
        Patch(None, "plot_bgcolor", PADDED if padded else "rgba(0,0,0,0)"),
    ]


def signed_bar(limits: tuple[float, float], *, pointed: bool = False, span: int = 1) -> Bar:
    """Return the bar of a range around 0, which says its ends and, unless it is low, its middle."""
    low, high = limits
    labels = ((1.0, figure(high)), (0.5, figure((low + high) / 2)), (0.0, figure(low)))
    return Bar("signed", low, high, labels, pointed, span)


def _kept(heat: Heat, height: int, pixels: Pixels | None) -> tuple[slice, slice]:
    steps, units = heat.values.shape
    if pixels is None:
        return thin(steps, None), thin(units, None)
    # the page may have made the strip higher or lower than it is meant to be
    rows = max(round(pixels[1] * heat.band.low / height), rows_high(units, heat.band.low))
    return thin(steps, pixels[0]), thin(units, rows)


def _aside(heat: Heat, snapshot: Snapshot, focus: Focus, steps: slice, units: slice) -> str:
    """Return the plain words of the first caption, which also says which layer it is, and what is left out."""
    length = int(snapshot.layer.lengths[focus.sample])
    padding = t("view.heat.padding", length=length) if length < heat.values.shape[0] else ""
    ordered = t("score.by_correlation") if focus.order != "index" and heat.band.read is not None else ""
    return said(heat.band.aside, ordered, where(snapshot, focus, sample=False), padding, thinned(steps, units))


def _exact(heats: Sequence[Heat], focus: Focus, rows: np.ndarray) -> list[Patch]:
    """Return the numbers of the unit in focus, its row, and the units at both ends, where the rows are units."""
    if heats[0].band.read is None:
        return []
    orders = [_order(heat, rows) for heat in heats]
    picked = [min(focus.unit, len(order) - 1) for order in orders]  # models that are compared may differ in size
    numbers = [heat.values[:, unit] for heat, unit in zip(heats, picked, strict=True)]
    ends = [tuple(str(order[end]) for end in _ends(len(order))) for order in orders]
    return [
        *_table(numbers),
        Patch(None, "meta.marks", tuple(int(np.argmax(one == unit)) for one, unit in zip(orders, picked, strict=True))),
        Patch(None, "meta.panels[0].read.lead", t("score.unit", unit=focus.unit)),
        *(Patch(None, f"yaxis{_suffix(index)}.ticktext", words) for index, words in enumerate(ends)),
    ]


def _table(rows: Sequence[np.ndarray]) -> list[Patch]:
    """Return all rows in one patch; in one each where models that are compared read sequences of different lengths."""
    if len({len(row) for row in rows}) == 1:
        return [Patch(None, "meta.rows", np.stack(rows))]
    return [Patch(None, f"meta.rows[{index}]", row) for index, row in enumerate(rows)]


def _order(heat: Heat, rows: np.ndarray) -> np.ndarray:
    """Return the columns of a panel's values in the order of its rows."""
    units = heat.values.shape[1]
    return rows if heat.band.read is not None and len(rows) == units else np.arange(units)


def _colours(index: int, heat: Heat) -> list[Patch]:
    """Return the range of the colours, and what their bar marks, where these change from frame to frame."""
    bar = heat.band.bar
    told = [] if bar is None or heat.fixed else [Patch(None, f"meta.panels[{index}].bar", dict(vars(bar)))]
    low, high = heat.limits
    return told if heat.natural else [Patch(index, "zmin", low), Patch(index, "zmax", high), *told]


def _axis(units: int) -> dict[str, object]:
    ends = _ends(units)
    words = [str(end) for end in ends]
    return {"range": [-0.5, units - 0.5], "tickvals": ends, "ticktext": words, "mirror": True, "showline": True}


def _ends(units: int) -> list[int]:
    return [0, units - 1] if units > 1 else [0]


def _suffix(index: int) -> str:
    return "" if index == 0 else str(index + 1)


def _heatmap(heat: Heat, index: int) -> go.Heatmap:
    suffix = _suffix(index)
    low, high = heat.limits
    return go.Heatmap(
        zmin=low,
        zmax=high,
        zauto=False,
        colorscale=scale_of(heat.limits)["light"],
        showscale=False,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        name=heat.symbol,
        hoverongaps=False,
        hoverinfo="none",  # the caption says it, exactly
    )
