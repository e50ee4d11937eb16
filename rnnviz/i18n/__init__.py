"""Every word a learner sees on screen: ``t("lab.pause")`` looks it up in ``en.json``."""

import json
from functools import cache
from importlib import resources

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

    A KeyError tells that no sentence has that key, or that a placeholder is left without a value.

    >>> t("lab.pause")
    'Pause'
    """
    words = _words("en")
    if key not in words:
        raise KeyError(f"key {key!r} has no words in rnnviz/i18n/en.json; add it there.")
    return words[key].format(**fields)
