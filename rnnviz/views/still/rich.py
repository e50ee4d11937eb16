"""Rich: plotly's words with their few tags, as pieces that are written one after the other."""

import html
import re
from dataclasses import dataclass

from rnnviz.views.still.letters import font
from rnnviz.views.still.raster import SCALE, Raster

__all__ = ["Piece", "pieces", "width", "write"]

_TAG = re.compile(r"(<[^>]*>)")
_COLOUR = re.compile(r"color:\s*([^;\"']+)")


@dataclass(frozen=True)
class Piece:
    """Words of one look."""

    words: str
    bold: bool
    colour: str

    @property
    def font(self) -> str:
        """The name of the letters that they are written with."""
        return "bold" if self.bold else "plain"


def pieces(text: str, colour: str) -> list[list[Piece]]:
    """Return the lines of a text, each as its pieces; a tag that is not known is left out.

    >>> [[one.words for one in line] for line in pieces("<b>RNN</b> at<br>t &lt; 3", "#000000")]
    [['RNN', ' at'], ['t < 3']]
    """
    lines: list[list[Piece]] = [[]]
    bold, colours = 0, [colour]
    for part in filter(None, _TAG.split(text)):
        name = part.strip("<>/ ").split()[0].lower() if part.startswith("<") and part.endswith(">") else ""
        if not name:
            lines[-1].append(Piece(html.unescape(part), bold > 0, colours[-1]))
        elif name == "br":
            lines.append([])
        elif name == "b":
            bold += -1 if part.startswith("</") else 1
        elif name == "span":
            found = _COLOUR.search(part)
            if part.startswith("</"):
                colours = colours[:-1] or [colour]
            else:
                colours.append(found[1].strip() if found else colours[-1])
    return lines


def width(line: list[Piece]) -> float:
    """Return how many of the page's pixels a line takes."""
    return sum(font(one.font).width(one.words) for one in line) / SCALE


def write(raster: Raster, x: float, y: float, line: list[Piece], anchor: float = 0.0) -> None:
    """Write a line on ``y``, ``anchor`` of its width to the left of ``x``."""
    at = x - anchor * width(line)
    for one in line:
        at = raster.words(at, y, one.words, one.colour, one.font)
