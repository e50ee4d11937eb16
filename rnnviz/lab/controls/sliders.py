"""Marks: sliders that stand on written numbers, so that what is read beside one is the number in force."""

import math
from collections.abc import Iterable
from decimal import Decimal

import ipywidgets as widgets
import numpy as np

__all__ = ["InputSlider", "marked", "round_marks", "spelled", "understood", "written"]

_PLACES = 201  # of a slider whose ends move: always as many, or a browser would meanwhile clip its place to fewer
_SMALL, _LARGE = 1e-3, 1e6  # outside, a number is read with its power of ten
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = {raised: plain for plain, raised in _RAISED.items()}
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15)


def written(number: float) -> str:
    """Return a number in short where that is the number, else in every digit it has.

    >>> written(0.001), written(0.1234567), written(1 / 3)
    ('0.001', '0.1234567', '0.3333333333333333')
    """
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def spelled(number: float) -> str:
    """Return a number as it is read on screen: with a true minus sign, very small and large ones with a power of ten.

    >>> spelled(-0.5), spelled(3e-05), spelled(1e+30), spelled(0.0)
    ('−0.5', '3 × 10⁻⁵', '1 × 10³⁰', '0')
    """
    if not number or _SMALL <= abs(number) < _LARGE:
        return written(number).replace("-", "−")
    exact = Decimal(repr(float(number)))
    power = exact.adjusted()
    digits = f"{exact.scaleb(-power).normalize():f} × 10{str(power).translate(_RAISED)}"
    return digits.replace("-", "−")


def understood(text: str) -> float:
    """Return the number that somebody has typed, as `spelled` writes it or as code does; ValueError if it is none.

    >>> understood("−0.5"), understood("3 × 10⁻⁵"), understood(" 1e-3 ")
    (-0.5, 3e-05, 0.001)
    """
    plain = text.translate(_LOWERED).replace("−", "-").replace(" ", "")
    return float(plain.replace("×10^", "e").replace("×10", "e"))


def marked(numbers: Iterable[float]) -> list[tuple[str, float]]:
    """Return the options of a slider over these numbers: pairs of words and number."""
    return [(spelled(number), number) for number in numbers]


def round_marks(low: float, high: float) -> np.ndarray:
    """Return evenly spaced round numbers around all from ``low`` to ``high``, always as many.

    Examples
    --------
    >>> marks = round_marks(-0.48, 1.48)
    >>> len(marks), float(marks[0]), float(marks[1]), float(marks[-1])
    (201, -0.5, -0.49, 1.5)
    """
    power = math.floor(math.log10((high - low) / (_PLACES - 1)))
    for step in (one * 10.0**power for one in _STEPS):
        first, last = math.floor(low / step), math.ceil(high / step)
        if (spare := _PLACES - 1 - (last - first)) >= 0:
            break
    # what is left over goes to both ends alike
    first -= spare // 2
    return np.asarray(np.round((first + np.arange(_PLACES)) * step, 1 - power) + 0.0)  # no −0


class InputSlider(widgets.SelectionSlider):  # type: ignore[misc]
    """A slider over round numbers and the one number that it was put at, which need not be round.

    A slider over a range would round that number to its grid in the browser, show it rounded, and report the rounded
    number as the learner's own.

    Examples
    --------
    >>> slider = InputSlider()
    >>> slider.span(0, 2)
    (0.0, 2.0)
    >>> slider.put(np.float32(0.84562987))
    >>> slider.label, slider.value == float(np.float32(0.84562987))
    ('0.8456', True)
    """

    def __init__(self, **more: object) -> None:
        self._marks = round_marks(0.0, 1.0)
        super().__init__(options=marked(self._marks.tolist()), **more)

    def span(self, low: float, high: float) -> tuple[float, float]:
        """Reach at least from ``low`` to ``high``, from the next `put` on; return the ends."""
        self._marks = round_marks(low, high)
        return float(self._marks[0]), float(self._marks[-1])

    @property
    def grid(self) -> float:
        """The distance of two round numbers."""
        return float(f"{self._marks[1] - self._marks[0]:.12g}")

    def put(self, number: float) -> None:
        """Stand at a number of single precision; the round number next to it makes room, and nothing else moves."""
        number = float(number)
        options = marked(self._marks.tolist())
        options[int(np.abs(self._marks - number).argmin())] = (_short(number), number)
        with self.hold_sync():  # one message: of half of it a browser would say that the number is another
            self.options = options
            self.value = number


def _short(number: float) -> str:
    """Four figures at most: what is read beside the slider, which stands at the number itself."""
    return spelled(float(f"{number:.4g}"))
