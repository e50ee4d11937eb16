"""Four roads from an early step to a late one: step by step, by skips, by attention, along slow clocks."""

import itertools

from canvas import ACCENT, GHOST, INK2, INK3, ORANGE, PEACH, SOFT, Canvas, Point

__all__ = ["roads"]

_XS = [160.0 + 54 * k for k in range(9)]
_ROAD = 2.5  # how wide a road is that counts


def roads() -> Canvas:
    """Draw how far it is from step 0 to step 8 for each kind of network."""
    c = Canvas(
        720,
        452,
        "From step 0 to step 8 it is eight steps in a plain recurrent network, two with a skip of four, two ticks of a "
        "clock of period four, and one with attention, however long the sequence.",
    )
    for x, k in zip(_XS, range(9), strict=True):
        c.text((x, 26), str(k), color=INK3, size=12)
    c.text((86, 26), "step", color=INK3, size=12, anchor="end")
    _row(c, 72, "recurrent", "8 steps", range(9))
    _row(c, 166, "a skip of 4", "2 steps", (0, 4, 8))
    _clockwork(c, 262, 312)
    _row(c, 410, "attention", "1 step", (0, 8))
    return c


def _row(c: Canvas, y: float, name: str, length: str, places: range | tuple[int, ...]) -> None:
    """Draw nine states, what joins neighbours, and the road over these places."""
    apart = places[1] - places[0]
    _names(c, y, name, length)
    if apart > 1:
        lift = 38 if apart == 4 else 46
        for start, end in itertools.pairwise(places):
            c.arrow(*_arch(_XS[start], _XS[end], y, lift), color=ORANGE, width=_ROAD)
    for k in range(8):
        if apart < 8:  # attention has no chain
            on_road = apart == 1
            c.arrow(
                (_XS[k] + 14, y),
                (_XS[k + 1] - 14, y),
                color=ORANGE if on_road else GHOST,
                width=_ROAD if on_road else 1.5,
            )
    for k, x in enumerate(_XS):
        marked = k in (0, 8)
        c.node((x, y), radius=13, fill=PEACH if marked else SOFT, stroke=ORANGE if marked else ACCENT)


def _clockwork(c: Canvas, slow: float, fast: float) -> None:
    """Draw a slow group that stands still between its ticks, and a fast one that reads it."""
    _names(c, (slow + fast) / 2, "Clockwork", "2 ticks")
    c.text((645, (slow + fast) / 2 + 20), "of period 4", color=INK2, size=12)
    for start, end in ((0, 4), (4, 8)):
        c.box(((_XS[start] + _XS[end]) / 2 - 6, slow), (_XS[end] - _XS[start] - 34, 10), fill=SOFT, stroke=GHOST)
        c.arrow((_XS[start] + 14, slow), (_XS[end] - 14, slow), color=ORANGE, width=_ROAD)
    for k in range(8):
        c.arrow((_XS[k] + 14, fast), (_XS[k + 1] - 14, fast), color=GHOST)
    for k, x in enumerate(_XS):
        marked = k in (0, 8)
        c.node((x, fast), radius=13, fill=SOFT, stroke=ACCENT)
        if k % 4 == 0:
            c.arrow((x, slow + 14), (x, fast - 14), color=GHOST)
            c.node((x, slow), radius=13, fill=PEACH if marked else SOFT, stroke=ORANGE if marked else ACCENT)
    c.text((86, slow), "slow", color=INK3, size=12, anchor="start")
    c.text((86, fast), "fast", color=INK3, size=12, anchor="start")


def _names(c: Canvas, y: float, name: str, length: str) -> None:
    c.text((18, y), name, bold=True, size=13, anchor="start")
    c.text((645, y), length, color=ORANGE, bold=True)


def _arch(start: float, end: float, y: float, lift: float) -> tuple[Point, ...]:
    """Return the corners of a road over what lies between."""
    return (start, y - 13), (start + 12, y - lift), (end - 12, y - lift), (end, y - 13)
