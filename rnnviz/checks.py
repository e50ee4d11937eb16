"""Checks of values at the public door: each returns the value, or names the argument and what came, shortened."""

import math
import numbers
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from typing import Any

__all__ = [
    "brief",
    "flag",
    "iterable",
    "kind_of",
    "known",
    "listed",
    "number",
    "one_of",
    "optional",
    "refuse_unknown",
    "shown",
    "text",
    "visible",
    "whole",
]

_LONGEST = 100  # characters of a value in a message: a sentence stays a sentence
_ITEMS, _DEPTH = 4, 3
_NAMED = 20
_COUNTED = 2**63 - 1  # what torch and numpy can count; Python would go on, and then not write the number down
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def shown(value: Any, most: int = _LONGEST) -> str:
    """Return what came, as a message shows it: as Python writes it, cut, on one line, without an address in memory.

    >>> shown([1, 2, 3, 4, 5, 6]), shown(object())
    ('[1, 2, 3, 4, …]', 'an object')
    """
    words = _written(value, _DEPTH, most).encode("utf-8", "backslashreplace").decode()
    return words if len(words) <= most else f"{words[: most - 1]}…"


def visible(words: str) -> bool:
    """Return whether there is something to see in a text: not spaces, marks of direction or joiners alone.

    >>> visible("a"), visible("\u200b \u202e")
    (True, False)
    """
    return any(
        unicodedata.category(one)[0] not in "ZC" or unicodedata.category(one) in ("Cs", "Co", "Cn") for one in words
    )


def kind_of(value: Any) -> str:
    """Return the name of a value's type, or ``the class …`` where a class itself came."""
    return f"the class {value.__name__[:_LONGEST]}" if isinstance(value, type) else type(value).__name__[:_LONGEST]


def iterable(value: Any) -> bool:
    """Whether a value can be gone through; an array or a tensor without an axis only looks as if it could."""
    return isinstance(value, Iterable) and getattr(value, "shape", None) != ()


def brief(record: Any) -> str:
    """Write a dataclass out with its fields as `shown` writes them; to be its ``__repr__`` where they are large."""
    parts = (f"{one.name}={shown(getattr(record, one.name))}" for one in fields(record) if one.repr)
    return f"{type(record).__name__}({', '.join(parts)})"


def listed(names: Iterable[Any]) -> str:
    """Return the names that there are, for a message: the first of very many.

    Examples
    --------
    >>> listed(["a", "b"]), listed([])
    ("'a', 'b'", 'none')
    """
    known = list(names)
    more = [f"and {len(known) - _NAMED} more"] if len(known) > _NAMED else []
    return ", ".join([*(shown(one) for one in known[:_NAMED]), *more]) or "none"


def _written(value: Any, depth: int, most: int = _LONGEST) -> str:
    kind = type(value)
    if kind in (str, bytes, bytearray):
        return repr(value[:most])
    if kind is int and value.bit_length() > 256:
        return f"a number of about {int(value.bit_length() * math.log10(2)) + 1} digits"
    if kind in (list, tuple, set, frozenset, dict):
        return _listed(value, depth)
    size = _size(value)
    if size is not None and size > _ITEMS:
        return f"{_article(kind.__name__)} of shape {_listed(tuple(value.shape), depth)}"
    return _foreign(value)


def _listed(value: Any, depth: int) -> str:
    """Write a collection with its first items, in the order in which it gives them."""
    opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")") if isinstance(value, tuple) else ("{", "}")
    if not value:
        return repr(value)
    if depth == 0:
        return f"{opening}…{closing}"
    if isinstance(value, Mapping):
        parts = [f"{_written(key, 0)}: {_written(one, depth - 1)}" for key, one in islice(value.items(), _ITEMS)]
    else:
        parts = [_written(one, depth - 1) for one in islice(value, _ITEMS)]
        parts = sorted(parts) if isinstance(value, set | frozenset) else parts  # their order differs between runs
    parts += ["…"] if len(value) > _ITEMS else []
    lonely = "," if isinstance(value, tuple) and len(value) == 1 else ""
    return f"{opening}{', '.join(parts)}{lonely}{closing}"


def _size(value: Any) -> int | None:
    """Return how many numbers an array or tensor has, None for anything else."""
    shape = getattr(type(value), "shape", None) and value.shape
    return math.prod(shape) if isinstance(shape, tuple) and all(isinstance(one, int) for one in shape) else None


def _foreign(value: Any) -> str:
    plain = _article(type(value).__name__[:_LONGEST])
    if getattr(type(value), "__repr__", None) == object.__repr__:
        return plain
    try:
        words = repr(value)
    except Exception:  # a stranger's own repr may raise whatever it likes, and the sentence is about something else
        return plain
    return _ADDRESS.sub("", " ".join(words[: 4 * _LONGEST].split()))


def _article(kind: str) -> str:
    return f"{'an' if kind.startswith(('a', 'e', 'i', 'o', 'u', 'nd')) else 'a'} {kind}"


def _single(name: str, value: Any, what: str) -> Any:
    """Return the one number inside a 0-dimensional array or tensor, anything else as it is."""
    shape = getattr(type(value), "shape", None) and value.shape
    if shape is None or isinstance(value, numbers.Number):
        return value
    if tuple(shape) != ():
        raise TypeError(f"{name} must be {what}, got {shown(value)}.")
    try:
        return value.item()
    except RuntimeError:  # a tensor that has a shape and no numbers
        raise TypeError(f"{name} must be {what}, got {shown(value)}, which holds no value.") from None


def number(low: float, high: float = math.inf, *, open_end: bool) -> Callable[[str, Any], float]:
    """Return a check for a finite number from ``low`` to ``high``; with ``open_end`` above ``low``."""

    def check(name: str, value: Any) -> float:
        given = _single(name, value, "one number")
        if isinstance(given, bool) or not (isinstance(given, numbers.Real | Decimal) or _floats(given)):
            raise TypeError(f"{name} must be a number, got {shown(value)}.")
        try:
            number = float(given)
        except (TypeError, ValueError, RuntimeError):
            raise TypeError(f"{name} must be one number, got {shown(value)}.") from None
        except OverflowError:
            raise ValueError(f"{name} must be a finite number, got one that is too large.") from None
        if math.isinf(number) or (math.isnan(number) and low == -math.inf):
            raise ValueError(f"{name} must be a finite number, got {shown(value)}.")
        if math.isnan(number) or number < low or (open_end and number == low):
            raise ValueError(f"{name} must be {'above' if open_end else 'at least'} {low:g}, got {shown(value)}.")
        if number > high:
            raise ValueError(f"{name} must be at most {high:g}, got {shown(value)}.")
        return number

    return check


def _floats(value: Any) -> bool:
    """Whether something that Python knows as no number makes one; numpy's complex numbers do, and drop a part."""
    return hasattr(type(value), "__float__") and not isinstance(value, numbers.Complex)


def optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Return a check that lets None pass and leaves the rest to ``check``."""
    return lambda name, value: None if value is None else check(name, value)


def whole(low: float, high: int = _COUNTED) -> Callable[[str, Any], int]:
    """Return a check for a whole number from ``low`` to ``high``."""

    def check(name: str, value: Any) -> int:
        given = _single(name, value, "a whole number")
        if isinstance(given, bool) or not hasattr(type(given), "__index__"):
            raise TypeError(f"{name} must be a whole number, got {shown(value)}.")
        try:
            number = int(given.__index__())
        except TypeError:
            raise TypeError(f"{name} must be a whole number, got {shown(value)}.") from None
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {shown(value)}.")
        if number > high:
            raise ValueError(f"{name} must be at most {high}, got {shown(value)}.")
        return number

    return check


def one_of(choices: Iterable[str]) -> Callable[[str, Any], str]:
    """Return a check for one of ``choices``; the message lists them."""
    known = tuple(choices)

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {shown(value)}.")
        return str(value)

    return check


def refuse_unknown(
    sentence: str, names: Iterable[Any], there: Iterable[str], error: type[Exception] = ValueError
) -> None:
    """Raise an error if one of the names is not among those there are; both fill the sentence in.

    >>> refuse_unknown("no cell {unknown}; the cells are {known}.", ["gur"], ["rnn", "gru"])
    Traceback (most recent call last):
    ValueError: no cell 'gur'; the cells are rnn, gru.
    """
    there = tuple(there)
    if unknown := [one for one in names if not isinstance(one, str) or one not in there]:
        raise error(sentence.format(unknown=listed(unknown), known=", ".join(there) or "none"))


def known(sentence: str, name: Any, there: Iterable[str], error: type[Exception] = ValueError) -> str:
    """Return a name that is among those there are; for any other raise an error, as `refuse_unknown` does."""
    refuse_unknown(sentence, [name], there, error)
    return str(name)


def flag(name: str, value: Any) -> bool:
    """Check for True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {shown(value)}.")
    return value


def text(name: str, value: Any) -> str:
    """Check for a str, of any length."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be words, got {shown(value)}.")
    return value
