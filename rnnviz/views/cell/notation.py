"""How a number and an equation are written: terms with their values, as plain text and for a page to colour."""

import math
from dataclasses import dataclass

from rnnviz.views.words import state, three

__all__ = ["Equation", "Term", "bracketed", "number", "short", "signed"]

_WIDE = 999.995  # as many digits as two decimals leave room for
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float, least: float = 0.0005) -> str:
    """Return a number with three decimals, or as a power of ten where those would not show it.

    Parameters
    ----------
    value : float
        Any; NaN is written as a dash.
    least : float
        Magnitudes below it, and from 10,000 on, are written as powers of ten.

    Examples
    --------
    >>> number(-0.4215), number(0.0), number(1.234e-05), number(0.0123, least=0.1)
    ('−0.421', '0', '1.23×10⁻⁵', '1.23×10⁻²')
    """
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if least <= abs(value) < 1e4:
        return f"{value:.3f}".replace("-", "−")
    digits, power = f"{value:.2e}".split("e")
    return f"{digits}×10{str(int(power)).translate(_SUPERSCRIPTS)}".replace("-", "−")


def short(value: float) -> str:
    """Return a number with two decimals, as a narrow column has room for; a large one in three figures."""
    return state(value) if abs(value) < _WIDE else three(value)


def bracketed(text: str) -> str:
    """Return a number as it stands behind an operator: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


@dataclass(frozen=True)
class Term:
    """A piece of an equation.

    Parameters
    ----------
    text : str
        What is written.
    sign : int
        −1 or 1 for a number that a page colours by its sign, 0 for anything else.
    note : str
        What the number is, such as ``"W_ih x_t"``; empty for what is no number.

    Examples
    --------
    >>> str(Term("0.500", 1, "W_ih x_t"))
    '0.500 [W_ih x_t]'
    """

    text: str
    sign: int = 0
    note: str = ""

    def __str__(self) -> str:
        return f"{self.text} [{self.note}]" if self.note else self.text


def signed(value: float, note: str = "", *, least: float = 0.0005, joined: bool = False) -> list[Term]:
    """Return a number as a term; with ``joined`` its sign stands before it as an operator, as within a sum."""
    sign = int(value > 0) - int(value < 0)
    if not joined:
        return [Term(number(value, least), sign, note)]
    return [Term(" − " if value < 0 else " + "), Term(number(abs(value), least), sign, note)]


@dataclass(frozen=True)
class Equation:
    """One line: a symbol, what it is called, how it comes about, what comes out.

    Parameters
    ----------
    symbol, name : str
        ``"f_t"`` and ``"forget gate f"``.
    relation : str
        Between symbol and terms: ``=``, or ``:`` where norms stand side by side.
    terms : tuple of Term
        The way to the result.
    result : Term
        The number.

    Examples
    --------
    >>> str(Equation("h_t", "", "=", (Term("tanh("), *signed(0.5, "b"), Term(")")), Term("0.462")))
    'h_t = tanh(0.500 [b]) = 0.462'
    """

    symbol: str
    name: str
    relation: str
    terms: tuple[Term, ...]
    result: Term

    def __str__(self) -> str:
        way = "".join(map(str, self.terms))
        return f"{self.symbol}{'' if self.relation == ':' else ' '}{self.relation} {way} {self.then} {self.result}"

    @property
    def then(self) -> str:
        """What stands before the result."""
        return "→" if self.relation == ":" else "="
