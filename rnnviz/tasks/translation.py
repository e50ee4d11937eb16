"""Translation: what a translator makes of one source, token by token, and where it looked."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import brief

__all__ = ["Translation", "Written"]


@dataclass(frozen=True, eq=False)
class Written:
    """Tokens of a target, and how the translator looked at the source for each.

    Parameters
    ----------
    tokens : tuple of str
        What was scored highest, its end among them.
    weights : numpy.ndarray or None
        Of the attention, axes (token, source token), each row adding up to 1; None without attention.
    text : str
        The tokens put together, without the end.
    """

    tokens: tuple[str, ...]
    weights: NDArray[np.floating[Any]] | None = None
    text: str = ""

    __repr__ = brief


@dataclass(frozen=True, eq=False)
class Translation:
    """One source, its translation by a person, and what the translator writes.

    Parameters
    ----------
    source : tuple of str
        Tokens, as they are read.
    wanted : tuple of str
        Tokens of the right target, its end among them; empty where nobody knows it.
    alone : Written
        By itself: each token goes on from those that it wrote.
    forced : Written or None
        Each token goes on from the right ones before it; None where nobody knows them.
    source_text, wanted_text : str
        The tokens put together, the source from its beginning.

    Examples
    --------
    >>> Translation(("a", "b"), ("x", "<EOS>"), Written(("x", "<EOS>"))).right
    True
    """

    source: tuple[str, ...]
    wanted: tuple[str, ...]
    alone: Written
    forced: Written | None = None
    source_text: str = ""
    wanted_text: str = ""

    __repr__ = brief

    @property
    def right(self) -> bool | None:
        """Whether all of what it writes by itself is right; None where nobody knows."""
        return self.alone.tokens == self.wanted if self.wanted else None
