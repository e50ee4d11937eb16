"""The log axis of a strip: one of few ranges, and what lies below it said in words instead of drawn as a flat line."""

import math
from dataclasses import dataclass

import numpy as np

from rnnviz.i18n import t
from rnnviz.views.patch import Patch
from rnnviz.views.style import HAIR
from rnnviz.views.words import raised, three

__all__ = ["LogRange", "below_bar", "below_words", "log_axis"]

_TOP = 1.0  # powers of ten
_LOWS = (-9.0, -14.0, -20.0)  # the first that leaves nothing out; nothing goes deeper than the last
_LEAPS = 5.0  # powers of ten: a range that must go higher does so in leaps, so that it does not breathe
_LABELS = 4  # at most
_BAR = 1.5  # pixels from the foot to the middle of the bar
_WORDS = 4  # pixels from the foot to the words above it


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
    (LogRange(low=-9.0, high=1.0), LogRange(low=-20.0, high=1.0))
    """

    low: float
    high: float

    @classmethod
    def of(cls, *curves: np.ndarray) -> "LogRange":
        """Return the range for some curves: down to 1e-9, 1e-14 or, where one of them goes deeper, 1e-20."""
        values = np.concatenate(curves)
        logs = np.log10(values[np.isfinite(values) & (values > 0)])
        lowest, highest = float(np.min(logs, initial=0.0)), float(np.max(logs, initial=0.0))
        high = _TOP if highest <= _TOP else _LEAPS * math.ceil(highest / _LEAPS)
        return cls(next((low for low in _LOWS if low <= lowest), _LOWS[-1]), high)

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


def below_words(note: int, curve: np.ndarray, reach: LogRange, height: int) -> list[Patch]:
    """Return the words above the bar: the smallest value and its timestep, or none."""
    below = np.flatnonzero(reach.below(curve))
    if not below.size:
        return [Patch(None, f"annotations[{note}].text", "")]
    least = int(below[np.argmin(curve[below])])
    last = bool(below[0] > len(curve) / 2)
    words = t("score.below", value=three(float(curve[least])), time=least)
    return [
        Patch(None, f"annotations[{note}].text", words),
        Patch(None, f"annotations[{note}].x", float(below[-1] if last else below[0])),
        Patch(None, f"annotations[{note}].xanchor", "right" if last else "left"),
        Patch(None, f"annotations[{note}].y", reach.height_of(_WORDS, height)),
        Patch(None, f"annotations[{note}].yanchor", "bottom"),
    ]
