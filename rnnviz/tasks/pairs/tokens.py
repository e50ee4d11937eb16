"""Tokens: a text taken apart into characters as a reader sees them, or into words and marks, and put together again."""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["LEVELS", "characters", "joined", "tokens", "words"]

LEVELS = ("char", "word")
# accents, the joiner between the persons of one emoji and what follows it, tones of skin, flags of two letters
_CHARACTER = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|.(?:[\u200d].|[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f])*)",
    re.DOTALL,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # scripts that put no spaces between words


def tokens(text: str, level: str) -> list[str]:
    """Return the characters of a text as a reader sees them, or with ``"word"`` its words and marks.

    >>> tokens("où?", "char"), tokens("Don't stop, 停止!", "word")
    (['o', 'ù', '?'], ["Don't", 'stop', ',', '停', '止', '!'])
    """
    plain = unicodedata.normalize("NFC", text)
    return characters(plain) if level == "char" else words(plain)


def characters(text: str) -> list[str]:
    """Return the characters of a text, each with its accents; an emoji of several parts is one.

    >>> characters("a👩‍👧🇫🇷")
    ['a', '👩\u200d👧', '🇫🇷']
    """
    found: list[str] = []
    for one in _CHARACTER.findall(text):
        if found and unicodedata.category(one[0]).startswith("M"):
            found[-1] += one
        else:
            found.append(one)
    return found


def words(text: str) -> list[str]:
    """Return words and marks; of a script without spaces every character."""
    found: list[str] = []
    open_word = False  # whether the next letter goes on with the last word
    seen = characters(text)
    for place, one in enumerate(seen):
        following = seen[place + 1] if place + 1 < len(seen) else ""
        letter = one[0].isalnum() or (open_word and one in "'’" and following[:1].isalnum())
        if letter and open_word and not _UNSPACED.match(one):
            found[-1] += one
        elif not one.isspace():
            found.append(one)
        open_word = letter and not _UNSPACED.match(one)
    return found


def joined(parts: Sequence[str], level: str) -> str:
    """Return the text of some tokens; words with spaces between."""
    return ("" if level == "char" else " ").join(parts)
