"""Vocabulary: texts cut into words or characters, and each of these as a number."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

__all__ = ["LEVELS", "PAD", "UNK", "Vocabulary", "letters", "tokens"]

LEVELS = ("word", "char")
PAD, UNK = "<PAD>", "<UNK>"  # numbers 0 and 1 of every vocabulary
_JOINER = "\u200d"
_SKINS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_APOSTROPHES = "'’"
# scripts that put no space between words: there every character is a word
_UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFF))


def tokens(text: str, level: str) -> tuple[str, ...]:
    """Return what a text is read as, in lower case: its words and marks, or its characters.

    A character is what a person sees as one: a letter with its accents, an emoji of several parts, a flag. With
    ``level="word"`` spaces only separate; with ``"char"`` a run of them is read as one, never at the start.

    >>> tokens("It's GOOD!", "word"), tokens("Ó  Sé", "char")
    (("it's", 'good', '!'), ('ó', ' ', 's', 'é'))
    """
    plain = unicodedata.normalize("NFC", text).lower()
    ended = " " if plain[-1:].isspace() and plain.strip() else ""  # who types may be about to go on
    seen = letters(" ".join(plain.split()) + ended)
    return tuple(seen) if level == "char" else tuple(_words(seen))


def letters(text: str) -> list[str]:
    """Return what a person sees as single characters.

    >>> letters("e\u0301👍🏽🇮🇪")
    ['e\u0301', '👍🏽', '🇮🇪']
    """
    found: list[str] = []
    for one in text:
        if found and (_belongs(one) or found[-1].endswith(_JOINER) or _closes_flag(found[-1], one)):
            found[-1] += one
        else:
            found.append(one)
    return found


def _belongs(one: str) -> bool:
    """Whether a code point is drawn on the one before it."""
    return unicodedata.category(one) in ("Mn", "Mc", "Me") or one == _JOINER or ord(one) in _SKINS


def _closes_flag(before: str, one: str) -> bool:
    return len(before) == 1 and ord(before) in _FLAGS and ord(one) in _FLAGS


def _words(seen: list[str]) -> list[str]:
    found: list[str] = []
    open_ = False  # whether the last word may go on
    for index, one in enumerate(seen):
        inside = _is_word(one)
        after = seen[index + 1] if index + 1 < len(seen) else " "
        joins = one in _APOSTROPHES and open_ and _is_word(after)  # don't, l'eau
        if open_ and (inside or joins) and not _is_unspaced(one):
            found[-1] += one
        elif not one.isspace():
            found.append(one)
        open_ = (inside or joins) and not _is_unspaced(one)
    return found


def _is_word(one: str) -> bool:
    return one[0].isalnum() or one[0] == "_"


def _is_unspaced(one: str) -> bool:
    return any(low <= ord(one[0]) <= high for low, high in _UNSPACED)


class Vocabulary:
    """The tokens that a network knows: `PAD` is number 0, `UNK` stands for all others and is number 1.

    Parameters
    ----------
    texts : iterable of str
        Those of the training part alone: what only held-out texts hold must stay unknown.
    level : {"word", "char"}
        What a token is.
    min_count : int
        How often a token must come to be known.

    Attributes
    ----------
    symbols : tuple of str
        The tokens by number: the frequent ones first, of equally frequent ones in the order of the alphabet.

    Examples
    --------
    >>> known = Vocabulary(["to be or not", "to be"], "word")
    >>> known.symbols, known.encode("to see")
    (('<PAD>', '<UNK>', 'be', 'to', 'not', 'or'), [3, 1])
    """

    def __init__(self, texts: Iterable[str], level: str, min_count: int = 1) -> None:
        counts = Counter(token for text in texts for token in tokens(text, level))
        kept = sorted((-count, token) for token, count in counts.items() if count >= min_count)
        self.level, self.min_count = level, min_count
        self.symbols = (PAD, UNK, *(token for _, token in kept))
        self._numbers = {token: number for number, token in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens; what is unknown has the number of `UNK`."""
        return [self._numbers.get(token, 1) for token in tokens(text, self.level)]
