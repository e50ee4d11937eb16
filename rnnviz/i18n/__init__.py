"""Every word a learner sees on screen: ``t("lab.pause")`` looks it up in ``en.json``."""

import json
from functools import cache
from importlib import resources
from numbers import Integral, Real

__all__ = ["keys", "t"]


@cache
def _words(language: str) -> dict[str, str]:
    text = resources.files(__package__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


@cache
def keys(language: str = "en") -> frozenset[str]:
    """Return every key that has words in ``language``."""
    return frozenset(_words(language))


def t(key: str, **fields: object) -> str:
    """Return the English sentence for a dotted key, its ``{placeholders}`` filled in from ``fields``.

    A sentence says a noun for one thing and for many with a bar between them, as in ``{units} {units:unit|units}``. A
    KeyError tells that no sentence has that key, or that a placeholder is left without a value.

    >>> t("lab.pause"), t("score.units", units=1), t("score.units", units=32)
    ('Pause', '1 unit', '32 units')
    """
    words = _words("en")
    if key not in words:
        raise KeyError(f"key {key!r} has no words in rnnviz/i18n/en.json; add it there.")
    return words[key].format(**{name: _counting(value) for name, value in fields.items()})


def _counting(value: object) -> object:
    """Return a number that can also choose between the noun for one thing and the noun for many."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return _Whole(value) if isinstance(value, Integral) else _Measured(value)


class _Whole(int):
    def __format__(self, form: str) -> str:
        return _chosen(form, self == 1) if "|" in form else super().__format__(form)


class _Measured(float):
    def __format__(self, form: str) -> str:
        # it is read without decimals where a noun follows it
        return _chosen(form, f"{float(self):.0f}" == "1") if "|" in form else super().__format__(form)


def _chosen(form: str, alone: bool) -> str:
    one, many = form.split("|")
    return one if alone else many
