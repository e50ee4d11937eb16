"""Vocabulary: tokens that are words as they are written, each a word and a shape; what is unknown still has a shape."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

__all__ = ["PAD", "UNK", "Vocabulary", "bare", "shape"]

PAD, UNK = "<PAD>", "<UNK>"
_LETTER, _DIGIT, _RUN = re.compile(r"[^\W\d_]"), re.compile(r"\d"), re.compile(r"(.)\1+")


def shape(word: str) -> str:
    """Return what a word looks like: X and x for letters, 0 for digits, runs cut to two.

    >>> shape("60614"), shape("Chicago,"), shape("N."), shape("23A")
    ('00', 'Xxx,', 'X.', '00X')
    """
    letters = _LETTER.sub(lambda found: "X" if found[0].isupper() else "x", word)
    return _RUN.sub(r"\1\1", _DIGIT.sub("0", letters))


def bare(word: str) -> str:
    """Return a word in lower case and without the comma or full stop at its end."""
    return word.casefold().rstrip(".,") or word


class Vocabulary:
    """The tokens of the training part: 0 is padding, 1 what is unknown, then words, then the shapes of unknown words.

    Parameters
    ----------
    sentences : iterable of sequence of str
        Of the training part.
    min_count : int
        How often a word, as `bare` writes it, has to come to be known.
    shapes : bool
        Whether tokens have a shape; characters have none.

    Attributes
    ----------
    symbols : tuple of str
        What each token is called: the word as it was first written, or of an unknown one its shape, such as ``‹Xxx›``.
    word_of, shape_of : tuple of int
        For each token the numbers of its word and of its shape.

    Examples
    --------
    >>> words = Vocabulary([["12", "Elm", "St"], ["77", "Oak", "St,"]], min_count=2)
    >>> words.symbols
    ('<PAD>', '<UNK>', 'St', '‹00›', '‹Xxx›')
    >>> [words.symbols[number] for number in words.encode(["35", "Main", "st"])]
    ['‹00›', '‹Xxx›', 'St']
    """

    def __init__(self, sentences: Iterable[Sequence[str]], *, min_count: int = 2, shapes: bool = True) -> None:
        written = Counter(word for words in sentences for word in words)
        self._bare: Callable[[str], str] = bare if shapes else str
        self._shape: Callable[[str], str] = shape if shapes else lambda word: ""
        count, looks = Counter[str](), Counter[str]()
        for word, times in written.items():
            count[self._bare(word)] += times
            looks[self._shape(word)] += times
        known = [word for word, times in count.items() if times >= min_count]
        self._words = {word: number for number, word in enumerate(known, 2)}
        often = [look for look, times in looks.items() if times >= 2 and look]
        self._shapes = {look: number for number, look in enumerate(often, 1)}
        self._tokens: dict[tuple[int, int], int] = {(0, 0): 0, (1, 0): 1}
        self._usual: dict[int, int] = {}  # of each word the token that comes most
        symbols = [PAD, UNK]
        for word, _ in sorted(written.items(), key=lambda pair: -pair[1]):
            pair = self._pair(word)
            if pair[0] > 1 and pair not in self._tokens:
                self._usual.setdefault(pair[0], len(symbols))
                self._tokens[pair] = len(symbols)
                symbols.append(word)
        for look, number in self._shapes.items():
            self._tokens[1, number] = len(symbols)
            symbols.append(f"‹{look}›")
        self.symbols = tuple(symbols)
        self.word_of, self.shape_of = (tuple(pair[part] for pair in self._tokens) for part in (0, 1))

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, words: Sequence[str]) -> list[int]:
        """Return the token of each word; of a known word in a shape that it never had, its usual one."""
        return [self._token(word) for word in words]

    def _token(self, word: str) -> int:
        pair = self._pair(word)
        return self._tokens[pair] if pair in self._tokens else self._usual[pair[0]]

    def _pair(self, word: str) -> tuple[int, int]:
        return self._words.get(self._bare(word), 1), self._shapes.get(self._shape(word), 0)
