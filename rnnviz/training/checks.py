"""Checks of values at the public door: each returns the value, or names the argument and what came."""

import math
from collections.abc import Callable
from typing import Any

__all__ = ["flag", "number", "one_of", "optional", "whole"]


def number(low: float, *, open_end: bool) -> Callable[[str, Any], float]:
    """Return a check for a finite number from ``low`` on; with ``open_end`` above it."""

    def check(name: str, value: Any) -> float:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise TypeError(f"{name} must be a number, got {value!r}.")
        try:
            number = float(value)
        except (TypeError, ValueError):  # an array of several
            raise TypeError(f"{name} must be one number, got {value!r}.") from None
        except OverflowError:
            raise ValueError(f"{name} must be a finite number, got one that is too large.") from None
        if math.isinf(number):
            raise ValueError(f"{name} must be a finite number, got {value!r}.")
        if math.isnan(number) or number < low or (open_end and number == low):
            raise ValueError(f"{name} must be {'above' if open_end else 'at least'} {low:g}, got {value!r}.")
        return number

    return check


def optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Return a check that lets None pass and leaves the rest to ``check``."""
    return lambda name, value: None if value is None else check(name, value)


def whole(low: int, high: int | None = None) -> Callable[[str, Any], int]:
    """Return a check for a whole number from ``low`` to ``high``."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise TypeError(f"{name} must be a whole number, got {value!r}.")
        try:
            number = int(value.__index__())
        except TypeError:  # arrays and tensors have the method, whatever they hold
            raise TypeError(f"{name} must be a whole number, got {value!r}.") from None
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {value!r}.")
        if high is not None and number > high:
            raise ValueError(f"{name} must be at most {high}, got {value!r}.")
        return number

    return check


def one_of(choices: tuple[str, ...]) -> Callable[[str, Any], str]:
    """Return a check for one of ``choices``; the message lists them."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}.")
        return str(value)

    return check


def flag(name: str, value: Any) -> bool:
    """Check for True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}.")
    return value
