"""Heatmaps of several models side by side: a column a model, a row a quantity, one colour scale a row."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, where
from rnnviz.views.comparison.models import ComparedModel, compared_models
from rnnviz.views.heatpanels import HeatView, Panel, heading, heatmap
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.pictures.states.hidden import heat_ranges, time_words
from rnnviz.views.style import axis, base_layout, notice
from rnnviz.views.words import said, thinned

__all__ = ["ComparedHeatmaps"]

_TOP, _BOTTOM, _ROW, _BETWEEN = 84, 42, 118, 30  # pixels
_NOTICE = 32  # pixels above the panels, clear of their two lines of words
_BARS = 0.055  # of the plotting width, at the right
_GUTTER = 0.012  # of the plotting width, between two columns
_CROWDED, _LONG = 4, 18  # columns, and letters above a panel: more would reach into the next one


class ComparedHeatmaps(HeatView):
    """The panels of a picture of heatmaps, for every model.

    Parameters
    ----------
    name : str
        That of the picture of one model, whose words it shares.
    panels : callable
        Called with a snapshot and a focus; returns the panels of one model, in the order of the rows.
    strips : View
        How a comparison draws it in its score.
    """

    def __init__(self, name: str, panels: Callable[[Snapshot, Focus], list[Panel]], strips: View) -> None:
        self.name, self._panels, self._strips = name, panels, strips

    @property
    def score(self) -> View:
        return self._strips

    def exists(self, snapshot: Snapshot) -> bool:
        return bool(self._cells(snapshot, Focus()))

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        cells = self._cells(snapshot, focus)
        grid = _Grid(1 + max(cell.row for cell in cells), 1 + max(cell.column for cell in cells))
        layout = base_layout(t(f"view.{self.name}.title"), grid.height + _TOP + _BOTTOM)
        layout["margin"] |= {"r": 8, "t": _TOP, "b": _BOTTOM}
        annotations, traces = [notice().update(yshift=_NOTICE)], []
        drawn = _drawn(cells)
        for index, (cell, panel) in enumerate(drawn):
            box, suffix = grid.box(cell), "" if index == 0 else str(index + 1)
            layout |= _axes(cell, drawn, box, suffix)
            annotations.append(heading(panel.title, box).update(align="left"))
            one = heatmap(panel, suffix, ([0, 1 - _BARS], box[1]))  # the colour bar stands at the right edge
            traces.append(one.update(showscale=_leads(cell, drawn)))
        some = {cell.column for cell, _ in drawn}
        gaps = [cell for cell in cells if cell.panel is None and (cell.column in some or not cell.row)]
        annotations += [_nothing(cell, grid.box(cell)) for cell in gaps]
        return go.Figure(traces, layout | {"annotations": annotations})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        cells = self._cells(snapshot, focus)
        drawn = _drawn(cells)
        columns = 1 + max(cell.column for cell in cells)
        room = (None, None) if pixels is None else (int(pixels[0] * _width(columns)), _ROW)
        patches: list[Patch] = []
        coarsest = slice(None, None, 1), slice(None, None, 1)
        for index, (cell, panel) in enumerate(drawn):
            kept = thin(panel.values.shape[0], room[0]), thin(panel.values.shape[1], room[1])
            # what is said of the whole picture is true of its coarsest panel
            coarsest = max(coarsest, kept, key=lambda one: (one[0].step, one[1].step))
            patches += [*_values(index, panel, *kept), _words(index, cell, panel, columns, focus)]
        words = said(_which(snapshot, focus), *_notes(drawn), thinned(*coarsest))
        return [*patches, *heat_ranges([panel for _, panel in drawn]), Patch(None, "annotations[0].text", words)]

    def _cells(self, snapshot: Snapshot, focus: Focus) -> list["_Cell"]:
        """The grid, row by row; panels of one row have the same limits."""
        compared = compared_models(snapshot)
        columns = [self._panels(one.snapshot, focus.within(one.snapshot.layer)) for one in compared]
        cells = []
        for row, panels in enumerate(zip_longest(*columns)):
            ranges = [panel.limits for panel in panels if panel is not None]
            limits = min(low for low, _ in ranges), max(high for _, high in ranges)
            # one range a row: the same colour is the same number in every model
            for column, (model, panel) in enumerate(zip(compared, panels, strict=True)):
                cells.append(_Cell(row, column, model, panel and replace(panel, limits=limits)))
        return cells


class _Cell(NamedTuple):
    """A panel at its place in the grid; None where the model has no such quantity."""

    row: int
    column: int
    model: ComparedModel
    panel: Panel | None


_Drawn = Sequence[tuple[_Cell, Panel]]
_Box = tuple[list[float], list[float]]


class _Grid(NamedTuple):
    """Where panels lie, as shares of the plotting area."""

    rows: int
    columns: int

    @property
    def height(self) -> int:
        return self.rows * _ROW + (self.rows - 1) * _BETWEEN

    def box(self, cell: _Cell) -> _Box:
        width = _width(self.columns)
        left, top = cell.column * (width + _GUTTER), 1 - cell.row * (_ROW + _BETWEEN) / self.height
        return [left, left + width], [max(top - _ROW / self.height, 0), top]


def _width(columns: int) -> float:
    return (1 - _BARS - _GUTTER * (columns - 1)) / columns


def _drawn(cells: Sequence[_Cell]) -> _Drawn:
    return [(cell, cell.panel) for cell in cells if cell.panel is not None]


def _axes(cell: _Cell, drawn: _Drawn, box: _Box, suffix: str) -> dict[str, Any]:
    """The axes of one panel: all show the same timesteps and units, and only the outer ones are labelled."""
    lowest = not any(one.column == cell.column and one.row > cell.row for one, _ in drawn)
    leads = _leads(cell, drawn)
    along, up = ({"matches": "x"}, {"matches": "y"}) if suffix else ({}, {})
    return {
        f"xaxis{suffix}": axis(
            t("view.time") if lowest else "", domain=box[0], anchor=f"y{suffix}", showticklabels=lowest, **along
        ),
        f"yaxis{suffix}": axis(
            t("view.unit") if leads else "", domain=box[1], anchor=f"x{suffix}", showticklabels=leads, **up
        ),
    }


def _leads(cell: _Cell, drawn: _Drawn) -> bool:
    """Whether it is the first of its row, which carries the row's labels, notes and colour bar."""
    return cell.column == min(one.column for one, _ in drawn if one.row == cell.row)


def _nothing(cell: _Cell, box: _Box) -> go.layout.Annotation:
    """In place of a panel: above it in the first row, further down where the axis of the panel above leaves room."""
    words = heading("<br>".join([*_label(cell), t("view.heatmaps.none")]), box)
    return words.update(align="left", y=sum(box[1]) / 2 if cell.row else box[1][1])


def _label(cell: _Cell) -> list[str]:
    """Whose column it is: said once, above the first row."""
    return [cell.model.with_mark(cell.model.label)] if cell.model.label and not cell.row else []


def _values(index: int, panel: Panel, steps: slice, units: slice) -> list[Patch]:
    time, unit = (np.arange(size, dtype=np.float32) for size in panel.values.shape)
    return [
        Patch(index, "z", panel.values[steps, units].T, panel.limits),
        Patch(index, "x", time[steps]),
        Patch(index, "y", unit[units]),
    ]


def _words(index: int, cell: _Cell, panel: Panel, columns: int, focus: Focus) -> Patch:
    """What the panel shows, and of which layer if it lacks the one asked for."""
    at = focus.within(cell.model.snapshot.layer)
    title = panel.symbol if columns >= _CROWDED and len(panel.title) > _LONG else panel.title
    layer = t("view.where.layer", layer=at.layer) if at.layer != focus.layer else ""
    return Patch(None, f"annotations[{index + 1}].text", "<br>".join([*_label(cell), said(title, layer)]))


def _which(snapshot: Snapshot, focus: Focus) -> str:
    """Which sequence it is, and of what time where the task has a calendar."""
    time = time_words(snapshot, focus)
    return said(where(snapshot, focus), time if time != t("view.time") else "")


def _notes(drawn: _Drawn) -> list[str]:
    """Once a row, what happened to its range of colours."""
    return [f"{panel.title}: {panel.note}" for cell, panel in drawn if panel.note and _leads(cell, drawn)]
