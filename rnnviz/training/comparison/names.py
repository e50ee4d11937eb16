"""What the models of a comparison are called on screen; their labels are what code knows them by."""

import ast
from typing import Any

from rnnviz.i18n import keys, t
from rnnviz.training.snapshots.before import value_words

__all__ = ["model_name", "model_short"]

_SHORT = 8  # letters


def model_name(label: str) -> str:
    """Return the words for a label: cells and settings by the names that a lab's knobs have."""
    return ", ".join(_said(part, named=True) for part in label.split(", "))


def model_short(label: str) -> str:
    """Return the name where there is little room for it: of settings the values alone, and those cut short."""
    whole = model_name(label)
    words = whole if len(whole) <= _SHORT else ", ".join(_said(part, named=False) for part in label.split(", "))
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"


def _said(part: str, *, named: bool) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return t(f"knob.cell.{part}") if f"knob.cell.{part}" in keys() else part
    if f"knob.{name}" not in keys():
        return part
    try:
        words = value_words(name, _value(value))
    except KeyError:  # a menu's word of somebody's own
        words = value
    return t("before.setting", name=t(f"knob.{name}"), value=words) if named else words


def _value(words: str) -> Any:
    try:
        return ast.literal_eval(words)
    except (ValueError, SyntaxError):
        return words
