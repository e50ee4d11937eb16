"""Tagged lines: words and tags of one sequence laid out in rows of characters, broken where a page is full."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.style import plain, visible

__all__ = ["TagLines"]


@dataclass(frozen=True)
class _Word:
    step: int
    text: str
    line: int
    column: int
    width: int


class TagLines:
    """One probe sequence as rows of characters: words, the right tags, and those that each model gives.

    Words that are single characters stand in their boxes; longer ones have a row of their own, and the boxes their
    tags' names. A tag that is not known has no box.

    Parameters
    ----------
    snapshot : Snapshot
        Of a task that wants a class at every timestep; of a comparison every model has rows of its own.
    sample : int
        Which sequence.
    columns : int
        Characters that a row has room for.

    Attributes
    ----------
    rows : tuple of str
        What each row is, from the top; empty for those that part two lines.
    numbers : numpy.ndarray
        The number of the tag at each place, NaN where there is none, axes (row, column).
    names : tuple of tuple of str
        Its name, by row and column.
    words, places
        What is written, and its columns and rows.
    wrong : tuple of numpy.ndarray
        Columns and rows of the crosses below wrong answers.

    Raises
    ------
    ValueError
        If the task wants no class at every timestep.
    """

    def __init__(self, snapshot: Snapshot, sample: int, columns: int) -> None:
        if not all(self.fits(one) for one in snapshot.models.values()):
            raise ValueError(
                "the task wants no class at every timestep; this picture needs one that does, such as 'python-tokens'."
            )
        models = snapshot.models
        first = next(iter(models.values()))
        self.columns, self.classes = columns, _classes(first)
        end = int(np.asarray(first.layer.lengths)[sample])
        self._targets = np.asarray(first.targets)[sample, :end]
        self._answers = {label: np.asarray(one.outputs)[sample, :end].argmax(-1) for label, one in models.items()}
        labels = first.time_labels[sample]
        tokens = [str(one) for one in (np.asarray(first.inputs)[sample] if labels is None else labels)][:end]
        self.apart = max(map(len, tokens), default=1) > 1
        self._placed = self._place([visible(one) for one in tokens])
        said = [row for label in models for row in (plain(label) or t("view.tags.said"), "")]
        self._block = [*([t("view.tags.words")] if self.apart else []), t("view.tags.truth"), *said]
        lines = 1 + max((one.line for one in self._placed), default=0)
        self.rows = tuple(self._block * lines)
        self._fill()

    @staticmethod
    def fits(snapshot: Snapshot) -> bool:
        """Return whether a class is wanted at every timestep."""
        if snapshot.outputs is None or snapshot.targets is None:
            return False
        return snapshot.outputs.ndim == 3 and snapshot.targets.ndim == 2 and bool(_classes(snapshot))

    @property
    def said(self) -> str:
        """How many of the sequence's tags are right, in words; of several models each."""
        wanted = self._targets >= 0
        total = int(wanted.sum())
        parts = []
        for label, answers in self._answers.items() if total else ():
            words = t("view.tags.right", right=int((answers == self._targets)[wanted].sum()), total=total)
            parts.append(f"{plain(label)}: {words}" if label else words)
        return " · ".join(parts)

    def step_at(self, column: int, row: int) -> int | None:
        """Return the timestep of the word that stands there, or None."""
        line = row // len(self._block)
        return next((w.step for w in self._placed if w.line == line and w.column <= column < w.column + w.width), None)

    def _place(self, tokens: list[str]) -> list[_Word]:
        placed: list[_Word] = []
        line = column = 0
        for step, token in enumerate(tokens):
            width = min(self._width(step, token), self.columns)
            if column and column + width > self.columns:
                line, column = line + 1, 0
            placed.append(_Word(step, token, line, column, width))
            column += width + self.apart
        return placed

    def _width(self, step: int, token: str) -> int:
        if not self.apart:
            return 1
        shown = [int(one[step]) for one in (self._targets, *self._answers.values())]
        return max(len(token), *(len(self.classes[one]) for one in shown if one >= 0))

    def _fill(self) -> None:
        self.numbers: NDArray[np.float64] = np.full((len(self.rows), self.columns), np.nan)
        names = [[""] * self.columns for _ in self.rows]
        written: list[tuple[str, float, int]] = []
        crosses: list[tuple[float, int]] = []
        rows = (int(self.apart), *range(self.apart + 1, len(self._block), 2))
        for word in self._placed:
            top, middle = word.line * len(self._block), word.column + (word.width - 1) / 2
            text, truth = plain(word.text), int(self._targets[word.step])
            if self.apart:
                written.append((f"<b>{text}</b>", middle, top))
            answers = [truth, *(int(one[word.step]) for one in self._answers.values())]
            for row, answer in zip(rows, answers, strict=True):
                if answer < 0:
                    continue
                place, tag = slice(word.column, word.column + word.width), plain(self.classes[answer])
                self.numbers[top + row, place] = answer
                names[top + row][place] = [f"{text}: {tag}"] * word.width
                written.append((tag if self.apart else text, middle, top + row))
                if truth >= 0 and answer != truth:
                    crosses.append((middle, top + row + 1))
        self.names = tuple(map(tuple, names))
        self.words = tuple(one[0] for one in written)
        self.places = tuple(np.array([one[part] for one in written], np.float32) for part in (1, 2))
        self.wrong = tuple(np.array([one[part] for one in crosses], np.float32) for part in (0, 1))


def _classes(snapshot: Snapshot) -> tuple[str, ...]:
    return () if snapshot.confusion is None else snapshot.confusion.classes
