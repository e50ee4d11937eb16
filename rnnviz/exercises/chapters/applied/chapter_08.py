"""Exercises and predictions of chapter 08, Text classification."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same
from rnnviz.training import Snapshot
from rnnviz.views.pictures.words.running import has_verdict, running

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"08.first-letter": Number(within=7), "08.ngrams": "b"}

_FILM = {"<PAD>": 0, "<UNK>": 1, "a": 2, "fine": 3, "film": 4, "the": 5, "is": 6, "bad": 7}
_OTHER = {"<PAD>": 0, "<UNK>": 1, "slow": 2, "and": 3, "long": 4}
_TEXTS: Sequence[tuple[str, Mapping[str, int], list[int]]] = (
    ("The film is Superb a fine Film", _FILM, [5, 4, 6, 1, 2, 3, 4]),
    ("bad BAD bad bad", _FILM, [7, 7, 7, 7]),
    ("Slow and very long", _OTHER, [2, 3, 1, 4]),
)


def _handed(row: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Hand a text and a vocabulary over in place of the number that stands for them: trials know numbers alone."""
    text, vocabulary, _ = _TEXTS[row]
    return lambda function: lambda _text: function(text, dict(vocabulary))


_ENCODE_TRIALS = [
    Trial({"text": np.asarray(float(row))}, np.asarray(numbers), _handed(row))
    for row, (_, _, numbers) in enumerate(_TEXTS)
]
_ENCODE = Exercise(
    "08.encode",
    np.asarray(_TEXTS[0][2]),
    observe=tried_on(_ENCODE_TRIALS, 0),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("case", [1, 4, 6, 1, 2, 3, 1]),
        Mistake("dropped", [5, 4, 6, 2, 3, 4]),
        Mistake("padding", [5, 4, 6, 0, 2, 3, 4]),
        Mistake("unknown", stopped_over("superb")),
        Mistake("unknown-case", stopped_over("The")),
    ),
)

_RAGGED: Sequence[list[list[int]]] = ([[5, 3, 4, 9], [7, 2], [6]], [[2, 8], [4, 4, 4]], [[3]])


def _block(rows: list[list[int]], wide: int | None = None, *, front: bool = False, fill: int = 0) -> NDArray[Any]:
    wide = max(map(len, rows)) if wide is None else wide
    padded = [[*[fill] * (wide - len(row)), *row] if front else [*row, *[fill] * (wide - len(row))] for row in rows]
    return np.array([row[:wide] for row in padded])


def _given(place: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda function: lambda _rows: function([list(row) for row in _RAGGED[place]])


_PAD_TRIALS = [
    Trial({"rows": np.asarray(float(place))}, _block(rows), _given(place)) for place, rows in enumerate(_RAGGED)
]
_PAD = Exercise(
    "08.collate",
    _block(_RAGGED[0]),
    observe=tried_on(_PAD_TRIALS, 0),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("front", _block(_RAGGED[0], front=True)),
        Mistake("unknown", _block(_RAGGED[0], fill=1)),
        Mistake("cut", _block([row[:1] for row in _RAGGED[0]])),
        Mistake("time-first", lambda answer: same(answer, _block(_RAGGED[0]).T, 0)),
        Mistake("ragged", stopped_over("expected sequence of length")),
    ),
)

_EPOCH = Exercise(
    "08.best-epoch",
    2,
    mistakes=(
        Mistake("train", 8),
        Mistake("accuracy", 5),
        Mistake("position", 1),
    ),
)


def _typed(snapshot: Snapshot) -> str | None:
    return snapshot.typed or None


def _shares(snapshot: Snapshot) -> NDArray[np.float64] | None:
    """Return the shares after the last letter but one and after the last, axes (2, class); None without two letters."""
    if not snapshot.typed or not has_verdict(snapshot):
        return None
    shares = running(snapshot, len(snapshot.time_labels) - 1).shares
    shares = shares[np.isfinite(shares[:, 0])]
    return shares[-2:] if len(shares) > 1 else None


def _winner_before(snapshot: Snapshot) -> float | None:
    """Return the share that the last winner had one letter earlier, in percent."""
    shares = _shares(snapshot)
    return None if shares is None else float(100 * shares[0, shares[1].argmax()])


def _sure(snapshot: Snapshot) -> float | None:
    shares = _shares(snapshot)
    return None if shares is None else float(100 * shares[1].max())


def _turned(snapshot: Snapshot) -> str | None:
    shares = _shares(snapshot)
    return None if shares is None else "another" if shares[0].argmax() != shares[1].argmax() else "the same"


def _at_least(share: float) -> str:
    """Write a share that is to be high; one that will do without its last digits, which processors differ in."""
    return "more than 80 %" if share >= 80 else f"{math.floor(share)} %"


def _at_most(share: float) -> str:
    return "less than 50 %" if share <= 50 else f"{math.ceil(share)} %"


_FLIP = LabExercise(
    "08.flip",
    goals=(
        Goal("typed", _typed, lambda text: bool(text)),
        Goal("turned", _turned, lambda which: which == "another"),
        Goal("sure", _sure, lambda share: share >= 80, written=_at_least),
        Goal("before", _winner_before, lambda share: share <= 50, written=_at_most),
    ),
    task="surnames",
    mistakes=(
        Mistake("nothing", lambda snapshot: not snapshot.typed),
        Mistake("short", lambda snapshot: len(snapshot.typed.strip()) == 1),
        Mistake("same", lambda snapshot: _turned(snapshot) == "the same"),
    ),
)

EXERCISES = (_ENCODE, _PAD, _EPOCH, _FLIP)
