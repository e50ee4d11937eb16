"""Questions whose answer is a number, judged by how far it may be off: by a factor, or by an amount."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnviz.checks import number, shown
from rnnviz.exercises.answers.specs import why_of
from rnnviz.i18n import keys, t
from rnnviz.i18n.numbers import figure, three

__all__ = ["Number", "NumberQuestion"]

FACTOR = 2.0  # who is right within a factor of two has the size
_any_number = number(-math.inf, open_end=False)
_above_zero = number(0.0, open_end=True)
_above_one = number(1.0, open_end=True)
_POWER = re.compile(r"\s*[·×*x]\s*10\s*\^?\s*", re.IGNORECASE)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


@dataclass(frozen=True)
class Number:
    """How a prediction of a number is judged.

    Parameters
    ----------
    answer : float, optional
        What comes out, where that is known beforehand; else ``reveal(measured=...)`` is given it.
    factor : float, optional
        Right within this factor, above 1; 2 unless ``within`` is given.
    within : float, optional
        Right within this amount, in the unit of the question.

    Raises
    ------
    TypeError, ValueError
        If one of them is no such number, or both tolerances are given.

    Examples
    --------
    >>> Number(factor=3.0).close(2.0, 5.0), Number(within=0.1).close(0.5, 0.7)
    (True, False)
    """

    answer: float | None = None
    factor: float | None = None
    within: float | None = None

    def __post_init__(self) -> None:
        if self.answer is not None:
            _any_number("answer", self.answer)
        if self.factor is not None and self.within is not None:
            raise ValueError(f"give factor or within, not both, got {shown(self.factor)} and {shown(self.within)}.")
        if self.within is not None:
            _above_zero("within", self.within)
        if self.factor is not None:
            _above_one("factor", self.factor)

    @property
    def times(self) -> float | None:
        """The factor that it may be off, None where it is an amount."""
        return None if self.within is not None else self.factor or FACTOR

    def close(self, said: float, measured: float) -> bool:
        """Say whether a prediction is near enough to what came out.

        Parameters
        ----------
        said, measured : float
            In the same unit; where a factor decides, two signs are never near.
        """
        if self.within is not None:
            # a decimal such as 0.3 is not hit exactly in binary, and no one is wrong by that
            return abs(said - measured) <= self.within * (1 + 1e-9)
        times = _times(said, measured)
        return said == measured or (times is not None and times <= (self.factor or FACTOR) * (1 + 1e-9))


@dataclass(frozen=True)
class NumberQuestion:
    """A question to answer with a number before the experiment is run.

    Parameters
    ----------
    text : str
        The question.
    number : Number
        How the answer is judged.
    unit : str
        What stands behind a number, such as ``"steps"``.
    why : callable
        Takes what was measured, by name, and returns the explanation.
    name : str
        A short name for its repr.

    Examples
    --------
    >>> asked = NumberQuestion("How many?", Number(12.0), "steps", "Because.".format)
    >>> asked.read("3,5 steps"), asked.words(3.5)
    (3.5, '3.5 steps')
    """

    text: str
    number: Number
    unit: str = ""
    why: Callable[..., str] = field(default="".format, repr=False)
    name: str = ""

    @classmethod
    def from_words(cls, name: str, number: Number) -> "NumberQuestion":
        """Build the question whose words stand in ``en.json`` under ``predict.<name>``; a unit may be among them."""
        unit = t(f"predict.{name}.unit") if f"predict.{name}.unit" in keys() else ""
        return cls(t(f"predict.{name}.question"), number, unit, why_of(name), name)

    def read(self, answer: Any) -> float:
        """Return the number that a learner committed to, as a number or as she wrote it.

        TypeError or ValueError if it is none, or not above 0 where a factor decides.
        """
        found = _written(answer, self.unit) if isinstance(answer, str) else _any_number("answer", answer)
        if self.number.times is not None and found <= 0:
            raise ValueError(f"answer must be above 0, since a factor decides whether it is near, got {figure(found)}.")
        return found

    def words(self, value: float) -> str:
        """Return a number with its unit, as short as it was said."""
        return self._with_unit(figure(value) if f"{value:g}" == f"{value:.3g}" else three(value))

    def measured(self, given: Mapping[str, object]) -> float:
        """Return what came out: ``measured`` where it is given, else the answer that was known beforehand.

        TypeError or ValueError if there is neither, or it is no number.
        """
        if "measured" in given:
            return _any_number("measured", given["measured"])
        if self.number.answer is None:
            raise TypeError("this question waits for a number: give what came out with reveal(measured=...).")
        return float(self.number.answer)

    def apart(self, said: float, measured: float) -> str:
        """Return how far a prediction lies from what came out, in words: a factor or an amount, and which way."""
        way = "low" if said < measured else "high"
        times = _times(said, measured) if self.number.within is None else None
        if times is None:
            return t(f"predict.number.{way}", amount=self._with_unit(three(abs(said - measured))))
        return t(f"predict.number.times.{way}", factor=three(times))

    @property
    def tolerance(self) -> str:
        """What counts as near enough, in words."""
        if self.number.within is not None:
            return t("predict.number.within", amount=self._with_unit(figure(self.number.within)))
        return t("predict.number.factor", factor=figure(self.number.factor or FACTOR))

    def _with_unit(self, words: str) -> str:
        return words + ("" if not self.unit else self.unit if self.unit[0] in "°′″" else f" {self.unit}")


def _times(said: float, measured: float) -> float | None:
    """Return how many times the larger is the smaller, None where one is 0 or their signs differ."""
    low, high = sorted((abs(said), abs(measured)))
    return None if low == 0 or (said < 0) != (measured < 0) else high / low


def _written(words: str, unit: str) -> float:
    """Read a number as people write it: 3.5, 3,5, 1e-6, 2 × 10⁻⁶, with the unit behind it or without."""
    plain = words.translate(_RAISED).strip().removesuffix(unit).strip()
    plain = _POWER.sub("e", plain, count=1)
    plain = plain.replace(",", ".") if plain.count(",") == 1 and not re.search(r"[1-9]\d*,\d{3}$|\.", plain) else plain
    try:
        return _any_number("answer", float(plain))
    except ValueError:
        raise ValueError(f"answer must be a number such as 3.5 or 1e-6, got {shown(words)}.") from None
