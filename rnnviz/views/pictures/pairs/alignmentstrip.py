"""The strip of an alignment: the source on the score's time axis, below it a row for each token that is written."""

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.pictures.pairs.attended import AttendedTokens, attended_tokens, of_decoder, shown
from rnnviz.views.score.band import Band, Bar, Read, rows_high
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import ACCENT, GATE, INK1, INK3
from rnnviz.views.words import said

__all__ = ["AlignmentStrip", "row_picked"]

_TOKENS, _MARKED, _WEIGHTS, _WRITTEN, _ROW = range(5)  # trace numbers
_SOURCE, _LOW, _HIGH = 18, 132, 180  # pixels
_NARROW = 7.5  # pixels that a letter needs
_WIDTH = 308  # pixels of a plot before the page has said how many there are
_ROOM = 5  # letters at the left of a row


class AlignmentStrip(Strip):
    """Weights of the attention, 0 … 1; the row in focus is framed, and what it looks at stands bold in the source."""

    def __init__(self, name: str, *, forced: bool) -> None:
        self.name, self.forced = name, forced

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        turned, weights = of_decoder(snapshot), self._attended(snapshot, focus).weights
        rows = weights.shape[1] if turned else weights.shape[0]
        bar = Bar("gate", 0.0, 1.0, ((1.0, "1"), (0.5, "0.5"), (0.0, "0")))
        words = [t("view.alignment.reads"), t(f"view.{self.name}.rows")]
        across, down = reversed(words) if turned else words
        tokens = Band(across, "", _SOURCE, _SOURCE, gap=0, above=True)
        picture = Band(down, "", rows_high(rows, _LOW), rows_high(rows, _HIGH), bar=bar, read=Read(0))
        text = {"mode": "text", "hoverinfo": "skip", "cliponaxis": False}
        traces = [
            go.Scatter(**text, name="", textfont={"size": 11, "color": INK3}),
            go.Scatter(**text, name="", textfont={"size": 12, "color": ACCENT}),
            go.Heatmap(
                xaxis="x2",
                yaxis="y2",
                zmin=0,
                zmax=1,
                zauto=False,
                colorscale=GATE["light"],
                showscale=False,
                hoverongaps=False,
                hovertemplate="%{customdata}<br>%{z:.2f}<extra></extra>",
                name=t("view.alignment.weight"),
            ),
            go.Scatter(
                **{**text, "hoverinfo": None},
                xaxis="x2",
                yaxis="y2",
                name="",
                textposition="middle left",
                textfont={"size": 11, "color": INK1},
                hovertemplate="%{customdata}<extra></extra>",
            ),
            go.Scatter(
                xaxis="x2", yaxis="y2", mode="lines", name="", line={"color": ACCENT, "width": 1.5}, hoverinfo="skip"
            ),
        ]
        flat: dict[str, Any] = {"range": [-1, 1], "showticklabels": False}
        # the first token on top, as one reads; the page puts no numbers at the corners of a picture without ticks
        upright = {"range": [rows - 0.5, -0.5], "tickvals": [], "ticktext": [], "mirror": True, "showline": True}
        return strip_figure(traces, [tokens, picture], snapshot, [flat, upright], rows=1)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        looks = self._attended(snapshot, focus)
        row = min(focus.written, max(len(looks.written) - 1, 0))
        room = pixels[0] if pixels else _WIDTH
        told = [
            *strip_patches(snapshot, focus),
            Patch(None, "meta.panels[1].aside", _aside(snapshot, focus, looks)),
        ]
        if of_decoder(snapshot):
            return [*told, *_turned(looks, row, room, snapshot.layer.hidden.shape[3])]
        written = shown(looks.written[row]) if looks.written else ""
        left = np.full(len(looks.written), -0.5, np.float32)  # further out plotly draws nothing
        return [
            *told,
            *_source(looks, row, room / looks.weights.shape[1]),
            Patch(_WEIGHTS, "z", looks.weights, (0.0, 1.0)),
            Patch(_WEIGHTS, "customdata", looks.cells),
            Patch(_WRITTEN, "x", left),
            Patch(_WRITTEN, "y", np.arange(len(looks.written), dtype=np.float32)),
            Patch(_WRITTEN, "text", tuple(_short(one) for one in looks.labels)),
            Patch(_WRITTEN, "customdata", tuple(looks.sentence(row) for row in range(len(looks.written)))),
            Patch(_ROW, "x", np.array([-0.5, looks.weights.shape[1] - 0.5] * 2, np.float32)[[0, 1, 1, 0, 0]]),
            Patch(_ROW, "y", np.array([-0.5, -0.5, 0.5, 0.5, -0.5], np.float32) + row),
            Patch(None, "meta.rows[0]", looks.weights[row]),
            Patch(None, "meta.panels[1].read.lead", t("view.alignment.lead", token=written)),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        focus = super().picked(snapshot, focus, at)
        if of_decoder(snapshot):  # the timestep is the token that is written
            return focus if at.time is None else replace(focus, written=at.time)
        return focus if at.trace in (_TOKENS, _MARKED) else row_picked(snapshot, focus, at)

    def _attended(self, snapshot: Snapshot, focus: Focus) -> AttendedTokens:
        return attended_tokens(snapshot, focus.sample, forced=self.forced)


def row_picked(snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
    """Return the focus after a click on a row: the token that it writes."""
    if not isinstance(at.y, int | float):
        return focus
    last = max(len(snapshot.translations[focus.sample].alone.tokens) - 1, 0)
    return replace(focus, written=min(max(round(at.y), 0), last))


def _turned(looks: AttendedTokens, column: int, room: float, steps: int) -> list[Patch]:
    """Return the picture over the decoder's time: what is written across, what is read down."""
    shown_ones, bold = looks.labels[:steps], looks.marked(column)
    weights = np.full((looks.weights.shape[1], steps), np.nan, np.float32)
    kept = min(steps, len(looks.weights))
    weights[:, :kept] = looks.weights[:kept].T
    others = [] if room / steps < _NARROW else [place for place in range(len(shown_ones)) if place != column]
    cells = [[cell[row] for cell in looks.cells[:kept]] + [""] * (steps - kept) for row in range(len(weights))]
    here = [column] if column < len(shown_ones) else []
    side = np.array([-0.5, -0.5, 0.5, 0.5, -0.5], np.float32) + column
    ends = np.array([-0.5, len(weights) - 0.5, len(weights) - 0.5, -0.5, -0.5], np.float32)
    return [
        *_words(_TOKENS, others, [shown_ones[place] for place in others]),
        *_words(_MARKED, here, [f"<b>{shown_ones[place]}</b>" for place in here]),
        Patch(_WEIGHTS, "z", weights, (0.0, 1.0)),
        Patch(_WEIGHTS, "customdata", tuple(tuple(line) for line in cells)),
        Patch(_WRITTEN, "x", np.full(len(bold), -0.5, np.float32)),
        Patch(_WRITTEN, "y", np.array(bold, np.float32)),
        Patch(_WRITTEN, "text", tuple(_short(shown(looks.source[place])) for place in bold)),
        Patch(_WRITTEN, "customdata", tuple(looks.sentence(column) for _ in bold)),
        Patch(_ROW, "x", side),
        Patch(_ROW, "y", ends),
        Patch(None, "meta.rows[0]", np.nanmax(np.where(np.isnan(weights), -1.0, weights), axis=0)),
        Patch(None, "meta.panels[1].read.lead", t("view.alignment.most")),
    ]


def _words(trace: int, places: list[int], words: list[str]) -> list[Patch]:
    return [
        Patch(trace, "x", np.array(places, np.float32)),
        Patch(trace, "y", np.zeros(len(places), np.float32)),
        Patch(trace, "text", tuple(words)),
    ]


def _source(looks: AttendedTokens, row: int, room: float) -> list[Patch]:
    """Return the source's tokens; those that the row looks at alone where there is no room for all."""
    bold = looks.marked(row)
    longest = max(map(len, looks.source), default=1)
    plain_ones = [place for place in range(len(looks.source)) if place not in bold]
    if room < _NARROW * longest:
        plain_ones = []
    return [
        patch
        for trace, places in ((_TOKENS, plain_ones), (_MARKED, bold))
        for patch in _words(trace, places, [_word(looks.source[place], bold=trace == _MARKED) for place in places])
    ]


def _word(token: str, *, bold: bool) -> str:
    word = shown(token) if bold or token.strip() else ""
    return f"<b>{word}</b>" if bold else word


def _short(label: str) -> str:
    """Return what fits beside a row, a blank away from its frame, which a dash would disappear in."""
    return f"{label if len(label) <= _ROOM else f'{label[: _ROOM - 1]}…'}\u00a0"


def _aside(snapshot: Snapshot, focus: Focus, looks: AttendedTokens) -> str:
    right = snapshot.translations[focus.sample].right
    verdict = "" if right is None else t("view.alignment.right") if right else t("view.alignment.wrong")
    more = t("view.alignment.more", more=looks.more) if looks.more else ""
    return said(verdict, more)
