"""Insight: one thing to say about a run, with its number, its timestep, and what to try."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnviz.i18n import t

Act = Mapping[str, Any] | str | None

__all__ = ["Act", "Insight", "percent", "power", "short", "told_apart"]

_MOVED = 2.0  # a number that has changed by less than this factor does not make another sentence


@dataclass(frozen=True)
class Insight:
    """What a rule has seen.

    Parameters
    ----------
    rule : str
        Which rule speaks, such as ``"vanishing"``.
    words : str
        What is seen, a whole sentence.
    numbers : mapping of str to float
        The numbers in that sentence.
    advice : str
        What to try, with knobs by the names they have on screen; empty where there is nothing to change.
    good : bool
        Whether it is good news.
    brief, number : str
        The same for a line that has room for one short sentence: plain words, and then the number that shows it.
    act : mapping, str or None
        What one press can do about it: settings to set, ``"play"`` to train on, ``"undo"`` to take the new model back;
        None where nothing fits.

    Examples
    --------
    >>> Insight("clipping", "All of the last 50 steps were clipped.", {"share": 1.0}, "Raise clip at.")
    Insight('clipping': All of the last 50 steps were clipped. Raise clip at.)
    """

    rule: str
    words: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    advice: str = ""
    good: bool = False
    brief: str = ""
    number: str = ""
    act: Act = None

    @classmethod
    def of(
        cls,
        key: str,
        told: Mapping[str, object],
        numbers: Mapping[str, float],
        advice: str = "",
        *,
        good: bool = False,
        act: Act = None,
    ) -> "Insight":
        """Return what the sentence ``insight.key`` says of what is ``told``; the key begins with the rule's name."""
        words, brief, number = (t(f"insight.{key}{end}", **told) for end in ("", ".brief", ".number"))
        return cls(key.partition(".")[0], words, numbers, advice, good, brief, number, act)

    def __repr__(self) -> str:
        return f"Insight({self.rule!r}: {' '.join(filter(None, (self.words, self.advice)))})"

    @property
    def trouble(self) -> bool:
        """Whether something is wrong; what a change has done is neither good nor bad."""
        return not self.good and self.rule != "changed"

    def agrees(self, other: "Insight") -> bool:
        """Whether the other says the same: the same rule, and numbers of about the same size.

        Examples
        --------
        >>> Insight("clipping", "", {"share": 0.9}).agrees(Insight("clipping", "", {"share": 1.0}))
        True
        """
        if (self.rule, self.act) != (other.rule, other.act) or self.numbers.keys() != other.numbers.keys():
            return False
        return all(_alike(value, other.numbers[name]) for name, value in self.numbers.items())


def _alike(one: float, other: float) -> bool:
    if one == other or not (math.isfinite(one) and math.isfinite(other)):
        return repr(one) == repr(other)
    low, high = sorted((abs(one), abs(other)))
    return one * other >= 0 and high <= _MOVED * low


def power(value: float, digits: int = 1) -> str:
    """Write a number as digits, one unless told otherwise, and a power of ten.

    Examples
    --------
    >>> power(1.2e-9), power(7.6e7), power(0.0), power(1.26e-9, 2)
    ('1e-9', '8e7', '0', '1.3e-9')
    """
    if value == 0:
        return "0"
    digit, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{digit}e{int(exponent)}"


def short(value: float, digits: int = 2) -> str:
    """Write a number with two digits, without an exponent where it can be read without; with it one digit less.

    >>> short(0.1567), short(11.04), short(5432.1), short(5.4e12)
    ('0.16', '11', '5400', '5e12')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:g}" if rounded == 0 or 1e-3 <= abs(rounded) < 1e5 else power(value, digits - 1)


def told_apart(one: float, other: float) -> tuple[str, str] | None:
    """Write two numbers with as many digits, five at most, as they need to differ; None where these are not enough.

    >>> told_apart(0.1742, 0.1739), told_apart(0.5, 0.1749), told_apart(0.5, 0.5000001)
    (('0.1742', '0.1739'), ('0.5', '0.17'), None)
    """
    written = ((short(one, digits), short(other, digits)) for digits in range(2, 6))
    return next((pair for pair in written if pair[0] != pair[1]), None)


def percent(share: float, decimals: int = 0) -> str:
    """Write a share in per cent; as 0 or as 100 only where it is none or all, with more decimals where it needs them.

    Examples
    --------
    >>> percent(0.567), percent(1.0), percent(0.9964), percent(0.0004)
    ('57%', '100%', '99.6%', '0.04%')
    """
    whole = math.isclose(share, 0.0, abs_tol=1e-9) or math.isclose(share, 1.0, abs_tol=1e-9)
    written = [f"{share:.{places}%}" for places in range(decimals, decimals + 6)]
    return next((text for text in written if whole or float(text[:-1]) not in (0.0, 100.0)), written[-1])
