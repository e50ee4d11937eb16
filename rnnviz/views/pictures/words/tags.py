"""Tags, word by word: what is right and what the network says below each other, in lines as one reads them."""

from dataclasses import replace

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.pictures.words.taglines import TagLines
from rnnviz.views.style import INK1, INK2, WARN, axis, base_layout, notice, plain

__all__ = ["TagsView"]

_COLUMN, _ROW, _WIDE = 7.4, 19, 700  # pixels of a character, of a row, and of a page that has not said its width
_HEAD, _ROOM = 46, 26  # pixels above the rows, and below them for the names of the colours
_HUES = ("#0072b2", "#d55e00", "#009e73", "#c86f9f", "#56b4e9", "#e69f00", "#8d96a1", "#a08c2b")  # after Okabe & Ito
_TINT = 0.42  # words of either theme are read on it
_BOXES, _WORDS, _MARKS = range(3)  # trace numbers


class TagsView(View):
    """The sequence in focus: its words, the right tag of each and the one that was given; wrong ones have a cross."""

    name = "tags"
    height = 200
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return all(TagLines.fits(one) for one in snapshot.models.values())

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        columns = int(_WIDE / _COLUMN)
        drawn = [TagLines(snapshot, sample, columns) for sample in range(snapshot.layer.hidden.shape[2])]
        classes = drawn[0].classes
        layout = base_layout(
            t("view.tags.title"),
            _HEAD + _ROOM + _ROW * max(len(one.rows) for one in drawn),
            showlegend=False,
            annotations=[notice().update(yshift=4), *_names(classes)],
            xaxis=axis(visible=False, fixedrange=True, autorange=False),
            yaxis=axis(showgrid=False, fixedrange=True, ticks="", linecolor="rgba(0,0,0,0)", autorange=False),
        )
        layout["margin"] |= {"t": _HEAD, "b": _ROOM}
        boxes = go.Heatmap(
            colorscale=_colours(len(classes)),
            zmin=-0.5,
            zmax=len(classes) - 0.5,
            zauto=False,
            showscale=False,
            ygap=2,
            hoverongaps=False,
            hovertemplate="%{text}<extra></extra>",
        )
        font = {"family": "ui-monospace, Menlo, Consolas, monospace", "size": 11, "color": INK1}
        words = go.Scatter(mode="text", textfont=font, hoverinfo="skip", cliponaxis=False)
        cross = {"symbol": "x-thin", "size": 7, "line": {"width": 2, "color": WARN}}
        marks = go.Scatter(mode="markers", marker=cross, hoverinfo="skip", cliponaxis=False)
        return go.Figure([boxes, words, marks], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        lines = _lines(snapshot, focus, pixels)
        # rows of one height: a short sequence leaves room below it
        rows = len(lines.rows) if pixels is None else max(len(lines.rows), pixels[1] / _ROW)
        return [
            Patch(_BOXES, "z", lines.numbers, limits=(-0.5, len(lines.classes) - 0.5)),
            Patch(_BOXES, "text", lines.names),
            Patch(_WORDS, "x", lines.places[0]),
            Patch(_WORDS, "y", lines.places[1]),
            Patch(_WORDS, "text", lines.words),
            Patch(_MARKS, "x", lines.wrong[0]),
            Patch(_MARKS, "y", lines.wrong[1]),
            Patch(None, "xaxis.range", (-0.5, lines.columns - 0.5)),
            Patch(None, "yaxis.range", (rows - 0.5, -0.5)),
            Patch(None, "yaxis.tickvals", tuple(range(len(lines.rows)))),
            Patch(None, "yaxis.ticktext", lines.rows),
            Patch(None, "annotations[0].text", lines.said),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        """Return the focus on the word that was clicked."""
        name = at.y
        if not isinstance(at.x, int | float) or not isinstance(name, int | float):
            return focus
        # a click in a row of words that is longer on the page than here hits the word of the nearest column
        step = _lines(snapshot, focus, None).step_at(round(at.x), round(name))
        return focus if step is None else replace(focus, time=step)


def _lines(snapshot: Snapshot, focus: Focus, pixels: Pixels | None) -> TagLines:
    wide = _WIDE if pixels is None else max(pixels[0], 20 * _COLUMN)
    return TagLines(snapshot, focus.sample, int(wide / _COLUMN))


def _colours(count: int) -> list[list[object]]:
    """Return a scale of ``count`` even steps; more tags than hues share them, and are told apart by their names."""
    scale: list[list[object]] = []
    for index in range(count):
        red, green, blue = (int(_HUES[index % len(_HUES)][at : at + 2], 16) for at in (1, 3, 5))
        colour = f"rgba({red},{green},{blue},{_TINT})"
        scale += [[index / count, colour], [(index + 1) / count, colour]]
    return scale


def _names(classes: tuple[str, ...]) -> list[go.layout.Annotation]:
    if len(classes) > len(_HUES):  # then each box has its name
        return []
    named = zip(_HUES, map(plain, classes), strict=False)
    words = "&nbsp;&nbsp;&nbsp;".join(f'<span style="color:{hue}">■</span> {name}' for hue, name in named)
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "yshift": -6}
    return [go.layout.Annotation(text=words, showarrow=False, font={"size": 11, "color": INK2}, **place)]
