"""A small SVG canvas: boxes, nodes, arrows and words with subscripts, in the lab's palette, on a card of its own."""

import math
import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from rnnviz.views.style import ACCENT, ACCENT_TEXT, GHOST, INK1, INK2, INK3, SERIES, WARN

__all__ = [
    "ACCENT",
    "CARD",
    "FRAME",
    "GHOST",
    "GREEN",
    "INK1",
    "INK2",
    "INK3",
    "ORANGE",
    "PAGE",
    "PEACH",
    "PURPLE",
    "SEA",
    "SOFT",
    "Canvas",
    "Point",
]

Point = tuple[float, float]

# The card makes one drawing legible on light and on dark pages.
CARD, PAGE, FRAME = "#f8f9fb", "#ffffff", "#b9c0c8"
ORANGE, SEA, _, PURPLE = SERIES
SOFT, GREEN, PEACH = "#e6f1fc", "#e1f7ee", "#fee8d7"  # fills beside the accent, the sea and the orange
_AS_WORDS = {ACCENT: ACCENT_TEXT, ORANGE: WARN, INK3: INK2}  # lines may be paler than what is read
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
_SUB = re.compile(r"_\{(.+?)\}|\^\{(.+?)\}")


class Canvas:
    """Shapes in the order in which they were drawn.

    Parameters
    ----------
    width, height : int
        Of the card, in pixels.
    title : str
        What the drawing says in one sentence: the words of whoever cannot see it.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._shapes: list[str] = []

    def __str__(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" aria-labelledby="title" font-family="{_FONT}">'
        )
        card = f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{self.height - 1}" rx="8" fill="{CARD}" stroke="#e4e7eb"/>'
        return "\n".join([head, f'<title id="title">{escape(self.title)}</title>', card, *self._shapes, "</svg>", ""])

    def text(
        self, at: Point, words: str, *, size: int = 14, color: str = INK1, bold: bool = False, anchor: str = "middle"
    ) -> None:
        """Write words whose middle line is at a point; ``h_{t}`` lowers and ``h^{2}`` lifts what is in the braces."""
        x, y = at
        weight = ' font-weight="600"' if bold else ""
        self._shapes.append(
            f'<text x="{_n(x)}" y="{_n(y + 0.35 * size)}" font-size="{size}" fill="{_AS_WORDS.get(color, color)}" text-anchor="{anchor}"{weight}>'
            + "".join(_spans(words, size))
            + "</text>"
        )

    def box(
        self,
        at: Point,
        size: Point,
        words: str = "",
        *,
        fill: str = PAGE,
        stroke: str = INK2,
        color: str = INK1,
        dashed: bool = False,
        font: int = 14,
        bold: bool = False,
    ) -> None:
        """Draw a box around its middle, with words in it."""
        (x, y), (width, height) = at, size
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._shapes.append(
            f'<rect x="{_n(x - width / 2)}" y="{_n(y - height / 2)}" width="{_n(width)}" height="{_n(height)}" rx="4" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"{dash}/>'
        )
        if words:
            self.text(at, words, color=color, size=font, bold=bold)

    def node(
        self,
        at: Point,
        words: str = "",
        *,
        radius: float = 15,
        fill: str = PAGE,
        stroke: str = INK2,
        color: str = INK1,
        dashed: bool = False,
        font: int = 14,
    ) -> None:
        """Draw a circle around a point, with words in it."""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._shapes.append(
            f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="1.5"{dash}/>'
        )
        if words:
            self.text(at, words, color=color, size=font)

    def line(self, *points: Point, color: str = INK2, width: float = 1.5, dashed: bool = False) -> None:
        """Draw straight lines from point to point."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}" stroke-linejoin="round"{dash}/>'
        )

    def arrow(self, *points: Point, color: str = INK2, width: float = 1.5, dashed: bool = False) -> None:
        """Draw lines from point to point, with a head at the last one."""
        (x, y), (from_x, from_y) = points[-1], points[-2]
        length = math.hypot(x - from_x, y - from_y)
        along = (x - from_x) / length, (y - from_y) / length
        reach, half = 6 + width, 2.5 + width
        foot = x - reach * along[0], y - reach * along[1]
        self.line(*points[:-1], foot, color=color, width=width, dashed=dashed)
        corners = (
            (x, y),
            (foot[0] - half * along[1], foot[1] + half * along[0]),
            (foot[0] + half * along[1], foot[1] - half * along[0]),
        )
        path = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
        self._shapes.append(f'<polygon points="{path}" fill="{color}"/>')


def _spans(words: str, size: int) -> Iterator[str]:
    """Yield the words with what ``_{}`` lowers and ``^{}`` lifts in smaller letters."""
    end = 0
    for found in _SUB.finditer(words):
        yield escape(words[end : found.start()])
        low, high = found.groups()
        shift = 0.25 * size if low else -0.38 * size
        yield f'<tspan dy="{_n(shift)}" font-size="{_n(0.75 * size)}">{escape(low or high)}</tspan>'
        # an empty span takes no baseline back in every browser; a word joiner does
        yield f'<tspan dy="{_n(-shift)}">\u2060</tspan>'
        end = found.end()
    yield escape(words[end:])


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
