"""Exercises and predictions of chapter 09, Sequence tagging."""

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same, shape_of
from rnnviz.training import Snapshot

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"09.recolour": "c", "09.whole": Number(within=8)}

_RIGHT, _SAID, _THERE = (
    np.array([8.0, 3.0, 5.0, 0.0]),
    np.array([10.0, 12.0, 5.0, 0.0]),
    np.array([16.0, 4.0, 5.0, 0.0]),
)


def _f1(right: NDArray[Any], said: NDArray[Any], there: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = 2 * right / np.maximum(said + there, 1)
    return found


def _tags(right: list[int], said: list[int], there: list[int]) -> Trial:
    counts = [np.array(one, np.float64) for one in (right, said, there)]
    return Trial(dict(zip(("right", "said", "there"), counts, strict=True)), _f1(*counts))


_F1_TRIALS = [
    Trial({"right": _RIGHT, "said": _SAID, "there": _THERE}, _f1(_RIGHT, _SAID, _THERE)),
    _tags([2, 9], [3, 9], [5, 11]),
    _tags([0, 1, 7, 4, 0, 6], [2, 1, 9, 4, 0, 8], [3, 6, 7, 5, 0, 6]),
    _tags([3, 0, 2], [4, 0, 9], [3, 7, 2]),
]
_WITHOUT_LAST = slice(0, 3)


def _is(wrong: NDArray[Any]) -> Callable[[Any], bool]:
    """Whether an answer is this one for the tags that occur; the last never does, and may be anything."""
    return lambda answer: shape_of(answer) == (4,) and same(np.asarray(answer)[_WITHOUT_LAST], wrong, 1e-6)


_PRECISION, _RECALL = (_RIGHT[:3] / one[:3] for one in (_SAID, _THERE))
_F1 = Exercise(
    "09.f1",
    _f1(_RIGHT, _SAID, _THERE),
    tolerance=1e-6,
    observe=tried_on(_F1_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("nothing", _is(_f1(_RIGHT, _SAID, _THERE)[:3])),
        Mistake("recall", _is(_RECALL)),
        Mistake("precision", _is(_PRECISION)),
        Mistake("mean", _is((_PRECISION + _RECALL) / 2)),
        Mistake("overlap", _is(_RIGHT[:3] / (_SAID + _THERE - _RIGHT)[:3])),
    ),
)

_TARGETS = np.array([[0, 1, 1, 2, -100], [2, 2, -100, -100, -100], [1, 0, 2, 1, 0], [0, 0, 1, -100, -100]])
_ANSWERS = np.array([[0, 1, 1, 2, 0], [2, 1, 0, 0, 0], [1, 0, 2, 1, 0], [0, 2, 0, 1, 1]])


def _whole(said: NDArray[Any], targets: NDArray[Any]) -> Trial:
    inputs = {"said": said.astype(np.float64), "targets": targets.astype(np.float64)}
    share = ((said == targets) | (targets < 0)).all(1).mean()
    return Trial(
        inputs, np.asarray(share), lambda function: lambda first, second: function(first.long(), second.long())
    )


_WHOLE_TRIALS = [
    _whole(_ANSWERS, _TARGETS),
    _whole(np.array([[1, 2, 3], [1, 2, 0], [4, 4, 4]]), np.array([[1, 2, -100], [1, 2, 3], [4, -100, -100]])),
    _whole(np.array([[5, 5], [1, 0]]), np.array([[5, -100], [1, 0]])),
    _whole(
        np.zeros((5, 4), int), np.array([[0, 0, 0, -100], [0, 1, 0, 0], [1, -100, -100, -100], [2, 0, 0, 0], [0] * 4])
    ),
]
_SAME = _ANSWERS == _TARGETS
_WHOLE_RIGHT = Exercise(
    "09.whole-right",
    0.5,
    tolerance=1e-6,
    observe=tried_on(_WHOLE_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("padding", lambda answer: same(answer, _SAME.all(1).mean(), 1e-6)),
        Mistake("words", lambda answer: same(answer, _SAME[_TARGETS >= 0].mean(), 1e-6)),
        Mistake("all-places", lambda answer: same(answer, _SAME.mean(), 1e-6)),
        Mistake("count", 2),
        Mistake("each", lambda answer: shape_of(answer) in {(4,), (4, 1)}),
    ),
)

_WORD = re.compile(r"[^\W\d]\w*")


def _called(snapshot: Snapshot, kind: str, wanted: Callable[[str, set[str]], bool]) -> float | None:
    """The largest share of letters called ``kind`` in a typed word that is ``wanted``, given the line's keywords."""
    words = list(_WORD.finditer(snapshot.typed))
    if not words or snapshot.outputs is None or snapshot.confusion is None:
        return None
    said = snapshot.outputs[-1].argmax(-1) == snapshot.confusion.classes.index(kind)
    found = {word[0] for word in words}
    keywords = {
        word for word in found if iskeyword(word) and any(one != word and one.startswith(word) for one in found)
    }
    shares = [float(said[slice(*word.span())].mean()) for word in words if wanted(word[0], keywords)]
    return max(shares, default=None)


def _keyword(snapshot: Snapshot) -> float | None:
    return _called(snapshot, "keyword", lambda word, keywords: word in keywords)


def _twin(snapshot: Snapshot) -> float | None:
    return _called(snapshot, "name", lambda word, keywords: not iskeyword(word) and word.startswith(tuple(keywords)))


_TWINS = LabExercise(
    "09.twins",
    goals=(
        Goal("typed", lambda snapshot: len(snapshot.typed), lambda count: count > 0),
        Goal("keyword", _keyword, lambda share: share == 1),
        Goal("name", _twin, lambda share: share == 1),
    ),
    task="python-lines",
    mistakes=(
        Mistake("untyped", lambda snapshot: not snapshot.typed),
        Mistake("no-twin", lambda snapshot: _twin(snapshot) is None),
        Mistake("one-way", lambda snapshot: not snapshot.settings.bidirectional),
    ),
)

_SPANS = Exercise(
    "09.spans",
    2,
    mistakes=(Mistake("words", 7), Mistake("touched", 3), Mistake("all", 4)),
)

EXERCISES = (_F1, _WHOLE_RIGHT, _TWINS, _SPANS)
