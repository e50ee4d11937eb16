"""Letters: words as shades of ink, from pictures of letters beside this file (DejaVu Sans, made by .ci/letters)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Letters", "font"]

_FILE = Path(__file__).with_name("letters.npz")
_UNKNOWN = "□"
_BASELINE = 1.05  # of the size, below the top of the pictures
_SIZES = {"plain": 22, "bold": 22, "large": 32}


@dataclass(frozen=True, eq=False)
class Letters:
    """One font, in the pixels of the file: two for each of the page's.

    Parameters
    ----------
    known : mapping of str to int
        The place of each letter.
    ink : numpy.ndarray
        Their pictures side by side, axes (row, column), 0 to 255.
    starts, lefts : numpy.ndarray
        Where each picture begins, and how far from the letter's place it is drawn.
    steps : numpy.ndarray
        How far the next letter is.
    baseline : int
        The row on which they stand.
    """

    known: dict[str, int]
    ink: NDArray[np.uint8]
    starts: NDArray[np.int32]
    lefts: NDArray[np.int16]
    steps: NDArray[np.float32]
    baseline: int

    def width(self, words: str) -> float:
        """Return how many pixels of the file the words take."""
        return float(sum(self.steps[self._place(one)] for one in words))

    def mask(self, words: str) -> NDArray[np.uint8]:
        """Return the words as shades, axes (row, column), with room for what leans out at either end."""
        shades = np.zeros((self.ink.shape[0], int(np.ceil(self.width(words))) + 2 * self.room), np.uint8)
        at = float(self.room)
        for one in words:
            place = self._place(one)
            picture = self.ink[:, self.starts[place] : self.starts[place + 1]]
            left = max(round(at) + int(self.lefts[place]), 0)
            here = shades[:, left : left + picture.shape[1]]
            np.maximum(here, picture[:, : here.shape[1]], out=here)
            at += float(self.steps[place])
        return shades

    @property
    def room(self) -> int:
        """Pixels at either end of a mask."""
        return 4

    def _place(self, letter: str) -> int:
        # spaces of another width, or such as hold words together, are spaces
        return self.known.get(letter, self.known[" " if letter.isspace() else _UNKNOWN])


@cache
def font(name: str) -> Letters:
    """Return the letters of a font: ``"plain"``, ``"bold"`` or ``"large"``."""
    with np.load(_FILE, allow_pickle=False) as kept:
        known = {chr(code): place for place, code in enumerate(kept["letters"].tolist())}
        ink, starts, lefts, steps = (kept[f"{name}_{part}"] for part in ("ink", "starts", "lefts", "steps"))
    return Letters(known, ink, starts, lefts, steps, round(_BASELINE * _SIZES[name]))
