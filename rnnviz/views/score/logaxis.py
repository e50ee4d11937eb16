"""The log axis of a strip: one of few ranges, and what lies below it said in words instead of drawn as a flat line."""

import math
from dataclasses import dataclass

import numpy as np

from rnnviz.i18n import t
from rnnviz.views.patch import Patch
from rnnviz.views.style import HAIR
from rnnviz.views.words import raised, three

__all__ = ["LogRange", "below_bar", "below_place", "below_words", "log_axis"]

_TOP = 1.0  # powers of ten
_LOWS = (-9.0, -14.0, -20.0)  # the first that leaves nothing out; what goes deeper than the last is cut at the first
_LEAPS = 5.0  # powers of ten: a range that must go higher does so in leaps, so that it does not breathe
_LABELS = 4  # at most
_BAR = 1.5  # pixels from the foot to the middle of the bar
_WORDS = 4  # pixels from the foot, or from a line, to the words above it
_LETTER, _LINE = 6.4, 13.0  # pixels of a letter and a line of words: the widest of the fonts


@dataclass(frozen=True)
class LogRange:
    """What a log axis covers, in powers of ten.

    Parameters
    ----------
    low, high : float
        The ends.

    Examples
    --------
    >>> LogRange.of(np.array([1e-5, 0.6])), LogRange.of(np.array([1e-26, 0.6]))
    (LogRange(low=-9.0, high=1.0), LogRange(low=-9.0, high=1.0))
    >>> LogRange.of(np.array([1e-17, 0.6]))
    LogRange(low=-20.0, high=1.0)
    """

    low: float
    high: float

    @classmethod
    def of(cls, *curves: np.ndarray) -> "LogRange":
        """Return the range for some curves: down to 1e-9, or to 1e-14 or 1e-20 where that shows one of them whole."""
        logs = [np.log10(curve[np.isfinite(curve) & (curve > 0)]) for curve in curves]
        lows = [float(np.min(one, initial=0.0)) for one in logs]
        # one that no range shows whole is cut, and better seen where the axis is short
        lowest = min((low for low in lows if low >= _LOWS[-1]), default=0.0)
        highest = max((float(np.max(one, initial=0.0)) for one in logs), default=0.0)
        high = _TOP if highest <= _TOP else _LEAPS * math.ceil(highest / _LEAPS)
        return cls(next(low for low in _LOWS if low <= lowest), high)

    def below(self, curve: np.ndarray) -> np.ndarray:
        """Return where a curve lies below the range, exact zeros included."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log10(curve) < self.low)

    def drawn(self, curve: np.ndarray) -> np.ndarray:
        """Return the curve with gaps where it lies below the range: it ends where the range ends."""
        return np.where(self.below(curve), np.nan, curve)

    def height_of(self, pixels: float, height: int) -> float:
        """Return the power of ten that stands so many pixels above the foot of a picture."""
        return self.low + pixels / height * (self.high - self.low)

    def patches(self, axis: str) -> list[Patch]:
        """Return the range and its few labels for an axis such as ``"yaxis"``."""
        every = max(1, math.ceil((self.high - self.low) / _LABELS))
        every += every > 2 and every % 2  # 4 and 6 are read more easily than 3 and 5
        powers = range(every * math.floor(self.high / every), math.ceil(self.low) - 1, -every)
        return [
            Patch(None, f"{axis}.range", (self.low, self.high)),
            Patch(None, f"{axis}.tickvals", tuple(10.0**power for power in powers)),
            Patch(None, f"{axis}.ticktext", tuple(f"10{raised(power)}" for power in powers)),
        ]


def log_axis() -> dict[str, object]:
    """Return what never changes of the axis: faint lines at its labels."""
    return {"autorange": False, "showgrid": True, "gridcolor": HAIR, "tickmode": "array"}


def below_bar(trace: int, curve: np.ndarray, reach: LogRange, height: int) -> list[Patch]:
    """Return the bar at the foot, below every timestep at which the curve lies below the range."""
    below = np.concatenate([[False], reach.below(curve), [False]])
    edges = np.flatnonzero(below[1:] != below[:-1]).reshape(-1, 2)  # first and one past the last of each stretch
    level = 10.0 ** reach.height_of(_BAR, height)
    x = [value for first, end in edges for value in (first - 0.5, end - 0.5, np.nan)]
    y = [value for _ in edges for value in (level, level, np.nan)]
    return [Patch(trace, "x", np.array(x, np.float32)), Patch(trace, "y", np.array(y, np.float32))]


def below_words(note: int, curve: np.ndarray, reach: LogRange, pixels: tuple[int, int]) -> list[Patch]:
    """Return the words above the bar: the smallest value and its timestep, or none; ``pixels`` is the plot's size."""
    found = _below(curve, reach, pixels)
    if found is None:
        return [Patch(None, f"annotations[{note}].text", "")]
    words, right, foot = found
    return [
        Patch(None, f"annotations[{note}].text", words),
        Patch(None, f"annotations[{note}].x", float(len(curve) - 1 if right else 0)),
        Patch(None, f"annotations[{note}].xanchor", "right" if right else "left"),
        Patch(None, f"annotations[{note}].y", reach.height_of(foot, pixels[1])),
        Patch(None, f"annotations[{note}].yanchor", "bottom"),
    ]


def below_place(curve: np.ndarray, reach: LogRange, pixels: tuple[int, int]) -> list[tuple[float, float, float]]:
    """Return the place of those words, if there are any: where they begin and end, and their foot, in pixels."""
    found = _below(curve, reach, pixels)
    if found is None:
        return []
    words, right, foot = found
    width = _LETTER * len(words)
    return [(pixels[0] - width, float(pixels[0]), foot) if right else (0.0, width, foot)]


def _below(curve: np.ndarray, reach: LogRange, pixels: tuple[int, int]) -> tuple[str, bool, float] | None:
    """Return the words above the bar, whether they stand at the right end, and how many pixels above the foot."""
    below = np.flatnonzero(reach.below(curve))
    if not below.size:
        return None
    least = int(below[np.argmin(curve[below])])
    words = t("score.below", value=three(float(curve[least])), time=least)
    return words, *_clear(curve, reach, words, pixels, right=bool(below[0] > len(curve) / 2))


def _clear(
    curve: np.ndarray, reach: LogRange, words: str, pixels: tuple[int, int], *, right: bool
) -> tuple[bool, float]:
    """Return at which end words stand and how many pixels above the foot, so that they cover no part of the curve."""
    width, height = pixels
    covered = math.ceil(_LETTER * len(words) / width * len(curve))
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = (np.log10(reach.drawn(curve)) - reach.low) / (reach.high - reach.low) * height
    for end in (right, not right):
        beside = heights[-covered:] if end else heights[:covered]
        drawn = beside[np.isfinite(beside)]
        lowest, highest = float(np.min(drawn, initial=height)), float(np.max(drawn, initial=0.0))
        if lowest > _WORDS + _LINE:
            return end, _WORDS
        if highest + _WORDS + _LINE <= height:
            return end, highest + _WORDS
    return right, _WORDS
