"""Notes: the words around a picture: captions, read-outs, colour bars, annotations."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnviz.views.still.marks import colours_of
from rnnviz.views.still.raster import SCALE, Box, Raster
from rnnviz.views.still.rich import pieces, width, write
from rnnviz.views.style import ACCENT, GHOST, GOOD, HAIR2, INK1, INK2, INK3, PAGE, SCALES, SERIES, WARN

__all__ = ["annotate", "caption", "colour_bar"]

_TONES = {"acc": ACCENT, "ghost": GHOST, "warn": WARN, "good": GOOD, **{f"m{n + 1}": c for n, c in enumerate(SERIES)}}
_LINE = 13  # pixels from one line of words to the next
_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}


def caption(raster: Raster, panel: Mapping[str, Any], left: float, right: float, top: float) -> None:
    """Write what stands above a panel: its name, an aside, at the right end a number or keys, and one large number."""
    y, first = top + 12, left
    if panel.get("glyph"):
        left = raster.words(left, y, f"{panel['glyph']} ", _TONES.get(str(panel.get("tone")), INK1))
    for words, colour in ((panel["name"], INK1), (panel.get("aside"), INK2)):
        for piece in pieces(str(words or ""), colour)[0]:
            left = raster.words(left, y, piece.words, piece.colour)
        left += 5
    end = right
    for name, tone in reversed(panel.get("keys") or []):
        raster.words(end, y, name, _TONES.get(tone, INK1), "bold" if tone == "acc" else "plain", anchor=1.0)
        end -= width(pieces(f"<b>{name}</b>", INK1)[0]) + 6
    if panel.get("now"):
        write(raster, right, y, pieces(f"<b>{panel['now']}</b>", INK1)[0], 1.0)
    if panel.get("big"):
        after = raster.words(first, y + 17, str(panel["big"]), INK1, "large")
        raster.words(after + 6, y + 17, str(panel.get("bigwords") or ""), INK2)


def colour_bar(raster: Raster, bar: Mapping[str, Any], box: Box) -> None:
    """Draw what the colours of a panel mean at the right of its box, with the numbers at its marks."""
    left, high = box.right + 8, round((box.bottom - box.top) * SCALE)
    levels = np.linspace(1.0, 0.0, max(high, 2))[:, None]
    low = -1.0 if bar["kind"] == "signed" else 0.0
    scale = SCALES[bar["kind"]]["light"]
    values = levels * (1.0 - low) + low
    whole = Box(left, box.top, left + 8, box.bottom)
    raster.area(whole.spread(0.5), HAIR2)
    raster.cells(whole, colours_of(values, scale, (low, 1.0)), np.ones_like(values, bool))
    for place, words in bar["labels"]:
        y = box.bottom - float(place) * (box.bottom - box.top)
        # words at an end stay within it
        raster.words(left + 12, min(max(y + 4, box.top + 9), box.bottom), str(words), INK2)


def annotate(raster: Raster, note: Mapping[str, Any], x: float, y: float, share: tuple[float, float]) -> None:
    """Write an annotation at a place; ``share`` is where that is in the picture, which decides on automatic anchors."""
    text = str(note.get("text") or "")
    if not text or note.get("visible") is False:
        return
    colour = str((note.get("font") or {}).get("color") or INK3)
    lines = pieces(text, colour)
    wide, high = max(map(width, lines)), _LINE * len(lines)
    anchor = _SHARES.get(str(note.get("xanchor")), _automatic(share[0]))
    upright = {"top": 0.0, "middle": 0.5, "bottom": 1.0}.get(str(note.get("yanchor")), 1 - _automatic(share[1]))
    left = x + float(note.get("xshift") or 0) - anchor * wide
    top = y - float(note.get("yshift") or 0) - upright * high
    if note.get("bgcolor"):
        raster.area(Box(left - 1, top, left + wide + 1, top + high), str(note.get("bgcolor") or PAGE))
    for number, line in enumerate(lines):
        write(raster, left, top + 10.5 + number * _LINE, line)


def _automatic(share: float) -> float:
    return 0.0 if share < 1 / 3 else 1.0 if share > 2 / 3 else 0.5
