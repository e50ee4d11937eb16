"""Sheet: a whole still: a sentence, strips over one time axis, the narrow column, what is wider than both below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.still.inpieces import InPieces
from rnnviz.views.still.letters import font
from rnnviz.views.still.plot import Plot
from rnnviz.views.still.pngfile import png
from rnnviz.views.still.raster import SCALE, Box, Raster
from rnnviz.views.still.rich import pieces, write
from rnnviz.views.still.scale import Scale, ticks
from rnnviz.views.style import HAIR, HAIR2, INK1, INK2, INK3, PAGE

__all__ = ["WIDTH", "Sheet", "Table"]

WIDTH = 880  # of the page's pixels
_EDGE, _BETWEEN, _COLUMN = 16, 28, 276
_LINE, _ROW = 16, 17
_MOST = 147_000  # bytes: 196,000 as a notebook writes them
_FOOT = 34  # below the strips, for the time axis


@dataclass(frozen=True)
class Table:
    """Words in rows and columns, under a heading; the first column is at the left, the others at the right."""

    heading: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """What a still shows.

    Parameters
    ----------
    sentence : str
        What it is a picture of.
    score, column, wide : sequence of mapping
        Figures as plain data, in reading order.
    tables : sequence of Table
        Below the column.
    """

    sentence: str
    score: Sequence[Mapping[str, Any]] = ()
    column: Sequence[Mapping[str, Any]] = ()
    wide: Sequence[Mapping[str, Any]] = ()
    tables: Sequence[Table] = ()

    def png(self) -> InPieces[tuple[bytes, tuple[int, int]]]:
        """Draw the still, one figure a piece: a PNG, and its size in the page's pixels."""
        lines = _wrapped(self.sentence, WIDTH - 2 * _EDGE)
        top = _EDGE + _LINE * len(lines) + 10
        score, foot = _stacked(self.score, _EDGE, top, self._score_width)
        column, end = _stacked(self.column, self._column_left, top, WIDTH - _EDGE - self._column_left)
        tables, end = self._tables(end + 4)
        below = max(foot + (_FOOT if score else 0), end) + 6
        wide, bottom = _stacked(self.wide, _EDGE, below, WIDTH - 2 * _EDGE)
        raster = Raster(WIDTH, int(bottom) + _EDGE, PAGE)
        for number, line in enumerate(lines):
            raster.words(_EDGE, _EDGE + 10 + _LINE * number, line, INK1)
        for plot in (*score, *column, *wide):
            yield
            plot.draw(raster)
        yield
        if score:
            _time_axis(raster, score[-1].notes, foot, _EDGE, self._score_width)
        for table, at in tables:
            _write(raster, table, self._column_left, WIDTH - _EDGE, at)
        size = raster.pixels.shape[1] // SCALE, raster.pixels.shape[0] // SCALE
        made = yield from _small(raster.pixels)
        return made, size

    @property
    def _score_width(self) -> float:
        alone = not self.column and not self.tables
        return WIDTH - 2 * _EDGE - (0 if alone else _COLUMN + _BETWEEN)

    @property
    def _column_left(self) -> float:
        return _EDGE if not self.score else WIDTH - _EDGE - _COLUMN

    def _tables(self, top: float) -> tuple[list[tuple[Table, float]], float]:
        found = []
        for table in self.tables:
            found.append((table, top))
            top += _ROW * (len(table.rows) + bool(table.heading)) + 8
        return found, top


def _small(pixels: NDArray[np.uint8]) -> InPieces[bytes]:
    """Make the file; where it would be too large for a notebook, harder packed, and in the end with fewer pixels."""
    made = yield from png(pixels)
    if _MOST < len(made) < 1.1 * _MOST:  # as much as more work may save, and it takes five times as long
        made = yield from png(pixels, level=9)
    while len(made) > _MOST:
        rows, columns = (size - size % 2 for size in pixels.shape[:2])
        fours = pixels[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2, 3)
        pixels = fours.mean(axis=(1, 3)).astype(np.uint8)
        made = yield from png(pixels)
    return made


def _wrapped(sentence: str, room: float) -> list[str]:
    lines = [""]
    for word in sentence.split():
        longer = f"{lines[-1]} {word}".strip()
        if font("plain").width(longer) / SCALE <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _stacked(figures: Sequence[Mapping[str, Any]], left: float, top: float, width: float) -> tuple[list[Plot], float]:
    plots = []
    for figure in figures:
        plots.append(Plot(figure, left, top, width))
        top += plots[-1].height
    return plots, top


def _time_axis(raster: Raster, notes: Mapping[str, Any], top: float, left: float, width: float) -> None:
    """Draw the one time axis under the strips."""
    rows, axes = notes.get("rows", []), notes.get("axes") or []
    if not axes:
        return
    words = axes[min(int(notes.get("sample") or 0), len(axes) - 1)]
    steps = notes.get("longest") or len(words["labels"] or (rows[0] if len(rows) else []))
    start, end = left + 36, left + width - 48
    raster.rule((start, top), (end, top), HAIR2)
    if steps:
        scale = Scale(-0.5, steps - 0.5, start, end)
        for at, word in ticks({"nticks": 8}, scale):
            raster.rule((at, top), (at, top + 3), HAIR2)
            raster.words(at, top + 14, word, INK2, anchor=0.5)
    for x, word, anchor in (
        (start, words["first"], 0.0),
        ((start + end) / 2, words["title"], 0.5),
        (end, words["last"], 1.0),
    ):
        raster.words(x, top + 28, str(word), INK3, anchor=anchor)


def _write(raster: Raster, table: Table, left: float, right: float, top: float) -> None:
    if table.heading:
        raster.words(left, top + 12, table.heading, INK1, "bold")
        top += _ROW
    places = np.linspace(left, right, max((len(row) for row in table.rows), default=0) + 1)[1:]
    for row in table.rows:
        raster.area(Box(left, top, right, top + 0.5), HAIR)
        for number, words in enumerate(row):
            line = pieces(words, INK1)[0]
            first = number == 0
            write(raster, left if first else float(places[number]), top + 12.5, line, 0.0 if first else 1.0)
        top += _ROW
