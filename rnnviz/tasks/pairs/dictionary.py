"""Dictionary: the tokens of one side, their numbers, and the way from text to numbers and back."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rnnviz.models.search import EOS, UNK
from rnnviz.tasks.pairs.tokens import joined, tokens

__all__ = ["SPECIAL", "Dictionary"]

SPECIAL = ("<PAD>", "<UNK>", "<BOS>", "<EOS>")  # numbers 0 to 3: padding, unknown, beginning, end


class Dictionary:
    """The tokens that some texts hold, the most frequent first, after the four special ones.

    Parameters
    ----------
    texts : iterable of str
        Those of the training part: what only the held-out part has must stay unknown.
    level : {"char", "word"}
        What a token is.

    Attributes
    ----------
    symbols : tuple of str
        What each number stands for.

    Examples
    --------
    >>> known = Dictionary(["abba"], "char")
    >>> known.symbols, known.numbers("abc"), known.text([5, 4, 3, 0])
    (('<PAD>', '<UNK>', '<BOS>', '<EOS>', 'a', 'b'), [4, 5, 1], 'ba')
    """

    def __init__(self, texts: Iterable[str], level: str) -> None:
        counts = Counter(token for text in texts for token in tokens(text, level))
        self.level = level
        self.symbols = (*SPECIAL, *sorted(counts, key=lambda one: (-counts[one], one)))
        self._numbers = {token: number for number, token in enumerate(self.symbols) if number >= len(SPECIAL)}

    def __len__(self) -> int:
        return len(self.symbols)

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens; 1 for what is unknown."""
        return [self._numbers.get(token, UNK) for token in tokens(text, self.level)]

    def text(self, numbers: Sequence[int]) -> str:
        """Return the text that numbers stand for, up to the end token; other special ones as they are written."""
        ended = list(numbers).index(EOS) if EOS in numbers else len(numbers)
        return joined([self.symbols[number] for number in numbers[:ended]], self.level)
