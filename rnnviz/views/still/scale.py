"""Scale: from an axis of a figure to places in the picture, and the numbers that stand beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.words import figure, raised

__all__ = ["Scale", "numbers", "ticks"]

_MARGIN = 0.06  # of the range of the data, beyond its ends


@dataclass(frozen=True)
class Scale:
    """One axis.

    Parameters
    ----------
    low, high : float
        The values at ``start`` and ``end``; of a log axis, powers of ten.
    start, end : float
        Places, in the page's pixels.
    log : bool
        Whether it counts in powers of ten.
    words : tuple of str
        The words of an axis of words, whose places are 0, 1, 2, …
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, axis: Mapping[str, Any], values: Sequence[Any], start: float, end: float) -> "Scale":
        """Return the scale of plotly's ``axis``; without a range of its own it covers the ``values`` drawn along it."""
        words = tuple(dict.fromkeys(str(one) for part in values for one in part if isinstance(one, str)))
        log = axis.get("type") == "log"
        given = axis.get("range")
        if given is not None:
            low, high = (float(one) for one in given)
        elif words:
            low, high = -0.5, len(words) - 0.5
        else:
            low, high = _covered(values, log)
        if axis.get("autorange") == "reversed":
            low, high = high, low
        return cls(low, high if high != low else low + 1, start, end, log, words)

    def at(self, values: Any, *, counted: bool = False) -> NDArray[np.float64]:
        """Return the places of values; ``counted`` ones are powers of ten already, if the axis counts in those."""
        found = self._counted(values) if not counted else np.asarray(values, float)
        return np.asarray(self.start + (found - self.low) / (self.high - self.low) * (self.end - self.start))

    def _counted(self, values: Any) -> NDArray[np.float64]:
        if self.words:
            known = {word: place for place, word in enumerate(self.words)}
            return np.array([known.get(str(one), one if isinstance(one, int | float) else math.nan) for one in values])
        found = numbers(values)
        if not self.log:
            return found
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(found > 0, np.log10(np.where(found > 0, found, 1.0)), np.nan)


def numbers(values: Any) -> NDArray[np.float64]:
    """Return values as numbers, NaN for what is none."""
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        return np.array([one if isinstance(one, int | float) else math.nan for one in np.ravel(values)], np.float64)


def _covered(values: Sequence[Any], log: bool) -> tuple[float, float]:
    every = np.concatenate([numbers(part).ravel() for part in values]) if values else np.zeros(0)
    every = every[np.isfinite(every) & (every > 0 if log else True)]
    if not len(every):
        return 0.0, 1.0
    every = np.log10(every) if log else every
    low, high = float(every.min()), float(every.max())
    room = _MARGIN * (high - low) or 0.5
    return low - room, high + room


def ticks(axis: Mapping[str, Any], scale: Scale) -> list[tuple[float, str]]:
    """Return the places and the words of an axis' marks."""
    low, high = sorted((scale.low, scale.high))
    if axis.get("tickvals") is not None:
        values = [float(one) for one in axis["tickvals"]]
        said = [str(one) for one in axis.get("ticktext") or [figure(one) for one in values]]
    elif scale.words:
        values, said = [float(one) for one in range(len(scale.words))], list(scale.words)
    elif scale.log:
        values = _decades(low, high)
        said = [_decade(one) for one in values]
    else:
        values = _round_numbers(low, high, int(axis.get("nticks") or 6))
        said = [_told(one, str(axis.get("tickformat") or "")) for one in values]
    places = scale.at(values) if values else np.zeros(0)
    inside = sorted((scale.start, scale.end))
    pairs = zip(places.tolist(), said, strict=False)
    return [(place, word) for place, word in pairs if inside[0] - 0.5 <= place <= inside[1] + 0.5]


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Return numbers 1, 2 or 5 times a power of ten apart, at most so many."""
    apart = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(apart * times for times in (1, 2, 5, 10, 20) if (high - low) / (apart * times) < most)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Return powers of ten, of a short range also 2 and 5 times these."""
    first, last = math.floor(low), math.ceil(high)
    times = (1, 2, 5) if high - low < 1.5 else (1,)
    apart = max(1, math.ceil((high - low) / 5))
    found = [number * 10.0**power for power in range(first, last + 1) if power % apart == 0 for number in times]
    return [one for one in found if low - 1e-9 <= math.log10(one) <= high + 1e-9]


def _decade(value: float) -> str:
    power = round(math.log10(value))
    return (
        f"10{raised(power)}" if abs(power) > 2 and math.isclose(value, 10.0**power) else figure(float(f"{value:.3g}"))
    )


def _told(value: float, form: str) -> str:
    if form.endswith("%"):
        return f"{value:.0%}"
    if form == ",":
        return f"{value:,.0f}"
    return figure(value)
