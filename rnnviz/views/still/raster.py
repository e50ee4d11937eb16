"""Raster: areas, lines, dots, cells and words laid over each other as pixels, two for each of the page's."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.still.letters import font

__all__ = ["SCALE", "Box", "Raster", "rgb"]

SCALE = 2  # pixels of the file for one of the page's
_APART = 0.9  # pixels between two of the dots that make a line
_SHADES = 4  # of an edge: more are not seen at this size, and would be most of what the file holds


@dataclass(frozen=True)
class Box:
    """A place in the picture, in the page's pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def spread(self, by: float) -> "Box":
        """Return the box with so much more at each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


def rgb(colour: str) -> tuple[NDArray[np.float64], float]:
    """Return red, green and blue of ``#rrggbb`` or ``rgba(r,g,b,a)``, else black, and how much it covers."""
    if colour.startswith("#") and len(colour) == 7:
        return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], float), 1.0
    if colour.startswith("rgb"):
        parts = [float(one) for one in colour[colour.index("(") + 1 : -1].split(",")]
        return np.array(parts[:3]), parts[3] if len(parts) > 3 else 1.0
    return np.zeros(3), 1.0


class Raster:
    """A picture of so many of the page's pixels; every place is given in those."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self.pixels = np.empty((height * SCALE, width * SCALE, 3), np.uint8)
        self.pixels[:] = rgb(paper)[0].astype(np.uint8)

    def area(self, box: Box, colour: str) -> None:
        """Fill a box."""
        tone, cover = rgb(colour)
        here = self._part(*(round(one * SCALE) for one in (box.left, box.top, box.right, box.bottom)))
        here[:] = np.rint(here * (1 - cover) + tone * cover)

    def rule(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """Draw a level or upright line, one pixel of the page wide."""
        (x0, y0), (x1, y1) = start, end
        across = x0 != x1
        self.area(
            Box(x0, y0 - 0.5, x1, y0 + 0.5) if across else Box(x0 - 0.5, min(y0, y1), x0 + 0.5, max(y0, y1)), colour
        )

    def cells(self, box: Box, colours: NDArray[np.uint8], known: NDArray[np.bool_]) -> None:
        """Fill a box with cells, axes (row from the top, column, colour); what is not ``known`` stays as it is."""
        left, top, right, bottom = (round(one * SCALE) for one in (box.left, box.top, box.right, box.bottom))
        here = self._part(left, top, right, bottom)
        rows = (np.arange(here.shape[0]) * colours.shape[0]) // max(bottom - top, 1)
        columns = (np.arange(here.shape[1]) * colours.shape[1]) // max(right - left, 1)
        found = np.ix_(rows, columns)
        np.copyto(here, colours[found], where=known[found][..., None])

    def line(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        colour: str,
        width: float,
        *,
        dash: tuple[float, ...] = (),
        within: Box | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Draw a line through places; where one is NaN it has a gap. ``dash`` are the page's pixels on and off."""
        at_x, at_y, along = _dotted(x * SCALE, y * SCALE)
        if dash and len(along):
            phase = along % (sum(dash) * SCALE)
            at_x, at_y = at_x[phase < dash[0] * SCALE], at_y[phase < dash[0] * SCALE]
        self._dots(at_x, at_y, width * SCALE / 2, colour, within, opacity)

    def dots(self, x: NDArray[np.float64], y: NDArray[np.float64], colour: str, size: float, opacity: float) -> None:
        """Draw a dot at each place."""
        known = np.isfinite(x) & np.isfinite(y)
        self._dots(x[known] * SCALE, y[known] * SCALE, size * SCALE / 2, colour, None, opacity)

    def words(self, x: float, y: float, words: str, colour: str, name: str = "plain", anchor: float = 0.0) -> float:
        """Write words on the line ``y``, ``anchor`` of their width to the left of ``x``; return where they end."""
        letters = font(name)
        width = letters.width(words)
        left = round(x * SCALE - anchor * width)
        top = round(y * SCALE) - letters.baseline
        self._blend(left - letters.room, top, np.rint(letters.mask(words) * (_SHADES / 255)) / _SHADES, colour)
        return (left + width) / SCALE

    def _dots(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        radius: float,
        colour: str,
        within: Box | None,
        opacity: float,
    ) -> None:
        """Lay discs over each other as one shape, cut off at a box, so that a line does not cover itself twice."""
        box = within or Box(0, 0, self.pixels.shape[1] / SCALE, self.pixels.shape[0] / SCALE)
        low, high = np.array([box.left, box.top]) * SCALE - radius, np.array([box.right, box.bottom]) * SCALE + radius
        inside = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])
        x, y = x[inside], y[inside]
        if not len(x):
            return
        reach = math.ceil(radius + 0.5)
        left, top = int(x.min()) - reach, int(y.min()) - reach
        shades = np.zeros((int(y.max()) + reach + 2 - top, int(x.max()) + reach + 2 - left))
        columns, rows = np.floor(x).astype(int) - left, np.floor(y).astype(int) - top
        down, over = (part.ravel() for part in np.mgrid[-reach : reach + 1, -reach : reach + 1])
        far = np.hypot(np.floor(x)[:, None] + over + 0.5 - x[:, None], np.floor(y)[:, None] + down + 0.5 - y[:, None])
        cover = np.rint(np.clip(radius + 0.5 - far, 0.0, 1.0) * _SHADES).astype(np.uint8).ravel()
        places = ((rows[:, None] + down) * shades.shape[1] + columns[:, None] + over).ravel()
        # what covers most is written last, and stays
        order = np.argsort(cover, kind="stable")
        shades.ravel()[places[order]] = cover[order] / _SHADES
        if within is not None:
            _cut(shades, left, top, box)
        self._blend(left, top, shades * opacity, colour)

    def _blend(self, left: int, top: int, shades: NDArray[np.float64], colour: str) -> None:
        tone, cover = rgb(colour)
        here = self._part(left, top, left + shades.shape[1], top + shades.shape[0])
        skip_y, skip_x = max(-top, 0), max(-left, 0)
        part = shades[skip_y : skip_y + here.shape[0], skip_x : skip_x + here.shape[1]] * cover
        inked = np.nonzero(part)  # a line leaves most of the box around it as it is
        share = part[inked][:, None]
        here[inked] = np.rint(here[inked] * (1 - share) + tone * share)

    def _part(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        return self.pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]


def _cut(shades: NDArray[np.float64], left: int, top: int, box: Box) -> None:
    """Empty what lies outside a box."""
    x0, y0 = round(box.left * SCALE) - left, round(box.top * SCALE) - top
    x1, y1 = round(box.right * SCALE) - left, round(box.bottom * SCALE) - top
    shades[: max(y0, 0)] = 0
    shades[max(y1, 0) :] = 0
    shades[:, : max(x0, 0)] = 0
    shades[:, max(x1, 0) :] = 0


def _dotted(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return places along a line, closer than a pixel, and how far along each is."""
    whole = np.isfinite(x) & np.isfinite(y)
    pairs = whole[:-1] & whole[1:]
    x0, y0 = x[:-1][pairs], y[:-1][pairs]
    dx, dy = np.diff(x)[pairs], np.diff(y)[pairs]
    long = np.hypot(dx, dy)
    counts = np.minimum(np.ceil(long / _APART), 20_000).astype(int) + 1
    which = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)) / np.repeat(
        np.maximum(counts - 1, 1), counts
    )
    along = np.repeat(np.cumsum(long) - long, counts) + share * long[which]
    return x0[which] + share * dx[which], y0[which] + share * dy[which], along
