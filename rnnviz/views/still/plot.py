"""Plot: one figure in its place: areas behind, grid, traces, axes and words in front."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.views.still.marks import draw_between, draw_shape, draw_trace
from rnnviz.views.still.notes import annotate, caption, colour_bar
from rnnviz.views.still.raster import Box, Raster
from rnnviz.views.still.rich import pieces, width, write
from rnnviz.views.still.scale import Scale, ticks
from rnnviz.views.style import HAIR, HAIR2, INK1, INK2, INK3

__all__ = ["Plot"]

_MARGIN = {"l": 62.0, "r": 14.0, "t": 46.0, "b": 42.0}
_CAPTION = 16
_AXIS = re.compile(r"([xy])axis(\d*)")


@dataclass(frozen=True)
class _Panel:
    """Two axes and the box between them."""

    across: Scale
    up: Scale
    box: Box


class Plot:
    """A figure as plain data, and where it stands.

    Parameters
    ----------
    figure : mapping
        ``"data"`` and ``"layout"``, every value in it.
    left, top, width : float
        Its place, in the page's pixels; its height is that of the layout.
    """

    def __init__(self, figure: Mapping[str, Any], left: float, top: float, width: float) -> None:
        self._data, self._layout = figure["data"], figure["layout"]
        margin = _MARGIN | {key: float(one) for key, one in (self._layout.get("margin") or {}).items() if key in "lrtb"}
        self.height = float(self._layout.get("height") or 300)
        self._whole = Box(left, top, left + width, top + self.height)
        self._area = Box(
            left + margin["l"], top + margin["t"], left + width - margin["r"], top + self.height - margin["b"]
        )
        self._panels: dict[tuple[str, str], _Panel] = {}

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the layout tells the page."""
        meta = self._layout.get("meta")
        return meta if isinstance(meta, dict) else {}

    def draw(self, raster: Raster) -> None:
        """Draw areas, grid, traces, axes and words, each over what came before."""
        pairs = dict.fromkeys((str(one.get("xaxis") or "x"), str(one.get("yaxis") or "y")) for one in self._data)
        panels = {pair: self._panel(*pair) for pair in pairs or {("x", "y"): None}}
        for panel in panels.values():
            raster.area(panel.box, str(self._layout.get("plot_bgcolor") or "rgba(0,0,0,0)"))
        self._shapes(raster, "below")
        for pair, panel in panels.items():
            self._grid(raster, pair, panel)
        before: Mapping[str, Any] = {}
        for trace in self._data:
            panel = panels[str(trace.get("xaxis") or "x"), str(trace.get("yaxis") or "y")]
            if trace.get("fill") == "tonexty":
                draw_between(raster, before, trace, panel.across, panel.up)
            draw_trace(raster, trace, panel.across, panel.up, panel.box)
            before = trace
        for pair, panel in panels.items():
            self._axes(raster, pair, panel)
        self._shapes(raster, "above")
        self._captions(raster)
        self._annotations(raster)
        self._titles(raster)

    def _axis(self, name: str) -> Mapping[str, Any]:
        found = self._layout.get(f"{name[0]}axis{name[1:]}")
        return found if isinstance(found, dict) else {}

    def _panel(self, x: str, y: str) -> _Panel:
        if (x, y) not in self._panels:
            across, up, area = self._axis(x), self._axis(y), self._area
            wide, high = area.right - area.left, area.bottom - area.top
            x0, x1 = (area.left + float(one) * wide for one in across.get("domain") or (0, 1))
            y0, y1 = (area.bottom - float(one) * high for one in up.get("domain") or (0, 1))
            if up.get("scaleanchor"):  # one is as long across as up: a circle is a circle
                x1 = min(x1, x0 + y0 - y1)
            scales = Scale.of(across, self._values("x", x), x0, x1), Scale.of(up, self._values("y", y), y0, y1)
            self._panels[x, y] = _Panel(*scales, Box(x0, y1, x1, y0))
        return self._panels[x, y]

    def _values(self, letter: str, axis: str) -> list[Any]:
        """Return what is drawn along an axis."""
        along = [one for one in self._data if str(one.get(f"{letter}axis") or letter) == axis]
        found = []
        for trace in along:
            other = trace.get("z") if trace.get("type") == "heatmap" else trace.get("x" if letter == "y" else "y")
            values = trace.get(letter)
            if values is None and other is not None:
                values = np.arange(np.shape(other)[0 if letter == "y" or np.ndim(other) == 1 else 1])
            found += [values] if values is not None and len(values) else []
        return found

    def _grid(self, raster: Raster, pair: tuple[str, str], panel: _Panel) -> None:
        x, y = map(self._axis, pair)
        box = panel.box
        for axis, scale, level in ((x, panel.across, False), (y, panel.up, True)):
            zero = float(scale.at([0.0])[0]) if not scale.log else scale.start
            for at, _ in ticks(axis, scale) if axis.get("showgrid", True) and axis.get("visible", True) else []:
                colour = str(axis.get("gridcolor") or HAIR)
                raster.rule(
                    (box.left, at) if level else (at, box.top), (box.right, at) if level else (at, box.bottom), colour
                )
            if axis.get("zeroline") and min(scale.start, scale.end) <= zero <= max(scale.start, scale.end):
                colour = str(axis.get("zerolinecolor") or HAIR2)
                raster.rule(
                    (box.left, zero) if level else (zero, box.top),
                    (box.right, zero) if level else (zero, box.bottom),
                    colour,
                )

    def _axes(self, raster: Raster, pair: tuple[str, str], panel: _Panel) -> None:
        x, y = map(self._axis, pair)
        box = panel.box
        # panels below each other share one axis, which stands under the last
        if (x.get("anchor") or pair[1]) != pair[1]:
            x = {"visible": False, "mirror": x.get("mirror")}
        if x.get("visible", True) and x.get("showline"):
            raster.rule((box.left, box.bottom), (box.right, box.bottom), str(x.get("linecolor") or HAIR2))
        if y.get("visible", True) and y.get("showline"):
            raster.rule((box.left, box.top), (box.left, box.bottom), str(y.get("linecolor") or HAIR2))
        if x.get("mirror") and y.get("mirror"):
            raster.rule((box.left, box.top), (box.right, box.top), HAIR2)
            raster.rule((box.right, box.top), (box.right, box.bottom), HAIR2)
        if x.get("visible", True) and x.get("showticklabels", True):
            for at, words in ticks(x, panel.across):
                write(raster, at, box.bottom + 14, pieces(words, INK2)[0], 0.5)
        if y.get("visible", True) and y.get("showticklabels", True):
            for at, words in ticks(y, panel.up):
                # words at the ends of a heatmap stay within it
                place = min(max(at + 4, box.top + 9), box.bottom) if y.get("mirror") else at + 4
                write(raster, box.left - 6, place, pieces(words, INK2)[0], 1.0)

    def _captions(self, raster: Raster) -> None:
        for panel in self.notes.get("panels") or []:
            found = next((one for key, one in self._panels.items() if key[1] == panel["axis"]), None)
            if found is None:
                continue
            head = float(panel.get("head") or _CAPTION)
            caption(raster, panel, self._whole.left, found.box.right, found.box.top - head)
            if panel.get("empty"):
                middle = (found.box.left + found.box.right) / 2, (found.box.top + found.box.bottom) / 2
                raster.words(*middle, str(panel["empty"]), INK3, anchor=0.5)
            if panel.get("bar"):
                colour_bar(raster, panel["bar"], self._spanned(panel, found.box))

    def _spanned(self, panel: Mapping[str, Any], box: Box) -> Box:
        """Return the box from a panel down to the last one that its colour bar stands beside."""
        every = [str(one["axis"]) for one in self.notes["panels"]]
        last = every[min(every.index(str(panel["axis"])) + int(panel["bar"].get("span") or 1), len(every)) - 1]
        foot = next((one.box.bottom for key, one in self._panels.items() if key[1] == last), box.bottom)
        return Box(box.left, box.top, box.right, foot)

    def _shapes(self, raster: Raster, layer: str) -> None:
        for shape in self._layout.get("shapes") or []:
            if shape.get("visible") is not False and (shape.get("layer") or "above") == layer:
                x, y = (tuple(self._place(shape, f"{axis}{end}", False) for end in (0, 1)) for axis in "xy")
                draw_shape(raster, shape, (x[0], x[1]), (y[0], y[1]), self._area)

    def _annotations(self, raster: Raster) -> None:
        for note in self._layout.get("annotations") or []:
            x, y = self._place(note, "x", True), self._place(note, "y", True)
            if np.isfinite(x) and np.isfinite(y):
                area = self._area
                share = (x - area.left) / (area.right - area.left), (area.bottom - y) / (area.bottom - area.top)
                annotate(raster, note, x, y, share)

    def _place(self, one: Mapping[str, Any], key: str, counted: bool) -> float:
        """Return where a shape or an annotation stands; an annotation on a log axis counts in powers of ten."""
        letter, value = key[0], one.get(key)
        if value is None:
            return float("nan")
        name, _, domain = str(one.get(f"{letter}ref") or letter).partition(" ")
        if name == "paper":
            start, end = (self._area.left, self._area.right) if letter == "x" else (self._area.bottom, self._area.top)
            return start + float(value) * (end - start)
        pair = next((pair for pair in self._panels if pair[letter == "y"] == name), None)
        panel = self._panels[pair] if pair else self._panel(*((name, "y") if letter == "x" else ("x", name)))
        scale = panel.across if letter == "x" else panel.up
        if domain:
            return scale.start + float(value) * (scale.end - scale.start)
        return float(scale.at([value], counted=counted and not scale.words)[0])

    def _titles(self, raster: Raster) -> None:
        """Write the picture's title and those of its axes, and which mark means what."""
        title = self._layout.get("title")
        words = title.get("text") if isinstance(title, dict) else title
        end = self._whole.left + 10
        if words:
            upright = next((_title_of(self._axis(key[1])) for key in self._panels), "")
            # what is written upwards on a page stands beside the title
            aside = f'<span style="color:{INK2}">↑ {upright}</span>' if upright else ""
            line = pieces(f"<b>{words}</b>  {aside}", INK1)[0]
            write(raster, end, self._whole.top + 20, line)
            end += width(line)
        for key, panel in self._panels.items():
            x, box = self._axis(key[0]), panel.box
            if x.get("visible", True):
                write(raster, (box.left + box.right) / 2, box.bottom + 30, pieces(_title_of(x), INK2)[0], 0.5)
        if self._layout.get("showlegend"):
            self._legend(raster, end + 10)

    def _legend(self, raster: Raster, left: float) -> None:
        """Name the traces, as many as there is room for; the last one is at the right."""
        x, y = self._area.right, self._whole.top + 20
        for trace in reversed([one for one in self._data if one.get("name") and one.get("showlegend", True)]):
            look = (trace.get("marker") or {}).get("color") or (trace.get("line") or {}).get("color")
            colour = trace.get("fillcolor") or (look if isinstance(look, str) else INK1)
            line = pieces(f'<span style="color:{colour}">●</span> {trace["name"]}', INK2)[0]
            if x - width(line) < left:
                return
            write(raster, x, y, line, 1.0)
            x -= width(line) + 12


def _title_of(axis: Mapping[str, Any]) -> str:
    title = axis.get("title")
    return str((title.get("text") if isinstance(title, dict) else title) or "")
