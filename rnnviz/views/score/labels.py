"""Names beside lines: each stands where it covers no line, as near as that allows to where it is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnviz.views.patch import Patch
from rnnviz.views.score.logaxis import LogRange
from rnnviz.views.style import plain

__all__ = ["Label", "placed"]

_LETTER, _LINE = 6.4, 13.0  # pixels of a letter and a line of words: the widest of the fonts
_AWAY = 4.0  # pixels between a line and its name


@dataclass(frozen=True, eq=False)
class Label:
    """The name of a line.

    Parameters
    ----------
    text : str
        Words.
    curve : numpy.ndarray
        The line, positive or NaN, axis (time,).
    wanted : float
        At which part of the width its words should begin.
    bold : bool
        Whether it is written bold.
    """

    text: str
    curve: np.ndarray
    wanted: float
    bold: bool = False


def placed(
    labels: list[Label],
    first: int,
    reach: LogRange,
    pixels: tuple[int, int],
    others: Sequence[tuple[float, float, float]] = (),
) -> list[Patch]:
    """Return the annotations from number ``first`` on, for a plot of so many pixels.

    ``others`` are words that stand there already: where each begins and ends, and its foot, in pixels.
    """
    width, height = pixels
    scale = height / (reach.high - reach.low)
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = [(np.log10(label.curve) - reach.low) * scale for label in labels]  # pixels above the foot
    taken = list(others)
    patches = []
    for index, label in enumerate(labels):
        begin, foot, words = _place(label, heights, index, taken, (width, height))
        taken.append((begin, begin + words, foot))
        steps = len(label.curve)
        text = plain(label.text)
        patches += [
            Patch(None, f"annotations[{first + index}].text", f"<b>{text}</b>" if label.bold else text),
            Patch(None, f"annotations[{first + index}].x", begin / width * steps - 0.5),
            Patch(None, f"annotations[{first + index}].y", reach.low + foot / scale),
            Patch(None, f"annotations[{first + index}].yanchor", "bottom"),
        ]
    return patches


def _place(
    label: Label, heights: list[np.ndarray], own: int, taken: list[tuple[float, float, float]], pixels: tuple[int, int]
) -> tuple[float, float, float]:
    """Return where words begin and stand, and how wide they are, in pixels: free of every line, near what is wanted."""
    width, height = pixels
    steps = len(label.curve)
    words = min(_LETTER * len(label.text) * (1.08 if label.bold else 1.0), width)
    covered = min(max(1, round(words / width * steps)), steps)
    windows = [sliding_window_view(np.nan_to_num(one, nan=-1e3), covered) for one in heights]
    tops, feet = [one.max(1) for one in windows], [np.where(one < -500, 1e3, one).min(1) for one in windows]
    starts = np.arange(steps - covered + 1)
    best, least = (0.0, 0.0), np.inf
    for foot in (tops[own] + _AWAY, feet[own] - _AWAY - _LINE):
        cost = np.abs(starts / steps - label.wanted)
        cost = cost + 1e3 * ((foot < 0) | (foot + _LINE > height))
        for top, low in zip(tops, feet, strict=True):
            cost = cost + 10.0 * ((foot < top + 1) & (foot + _LINE > low - 1))
        for begin, end, other in taken:
            across = (starts / steps * width < end) & (starts / steps * width + words > begin)
            cost = cost + 100.0 * (across & (np.abs(foot - other) < _LINE))  # worse than words on a line
        found = int(np.argmin(cost))
        if cost[found] < least:
            least, best = float(cost[found]), (found / steps * width, float(np.clip(foot[found], 0, height - _LINE)))
    return best[0], best[1], words
