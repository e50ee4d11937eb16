"""Exercises and predictions of chapter 11, Machine translation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import held_out, steps
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same, shape_of
from rnnviz.training import Snapshot

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"11.exact": Number(factor=3), "11.reversed": "b"}

# after <BOS>: a .6, b .4; after a: x .4, y .3, z .3; after b: x .9, y .05, z .05
_BEAM = Exercise(
    "11.beam-by-hand",
    0.4 * 0.9,
    tolerance=1e-3,
    mistakes=(
        Mistake("greedy", 0.6 * 0.4),
        Mistake("last-factor", 0.9),
        Mistake("first-factor", 0.4),
        Mistake("sum", 0.4 + 0.9),
        Mistake("logarithm", lambda answer: same(answer, np.log(0.36), 0.01)),
        Mistake("best-of-each", 0.6 * 0.9),
    ),
)

_random = np.random.default_rng(11)


def _softmax(scores: NDArray[Any], axis: int = 1) -> NDArray[Any]:
    raised = np.exp(scores - scores.max(axis, keepdims=True))
    found: NDArray[Any] = raised / raised.sum(axis, keepdims=True)
    return found


def _trial(batch: int, time: int, units: tuple[int, int], lengths: list[int]) -> Trial:
    """Return a call with states on the padding too, which must not be looked at."""
    s, h = _random.normal(size=(batch, units[0])), _random.normal(size=(batch, time, units[1]))
    w, mask = _random.normal(size=units), np.arange(time) < np.array(lengths)[:, None]
    weights = _softmax(np.where(mask, np.einsum("bu,uv,btv->bt", s, w, h), -np.inf))
    inputs = {"s": s, "h": h, "W": w, "mask": mask.astype(np.float64)}
    return Trial(
        inputs,
        np.einsum("bt,btv->bv", weights, h),
        lambda function: lambda s, h, w, mask: function(s, h, w, mask.bool()),
    )


_TRIALS = [
    _trial(4, 6, (3, 3), [6, 2, 5, 3]),
    _trial(2, 7, (5, 4), [4, 7]),
    _trial(3, 5, (2, 6), [1, 5, 3]),
    _trial(5, 4, (6, 7), [4] * 5),
]
_S, _H, _W, _MASK = (np.asarray(one) for one in _TRIALS[0].inputs.values())
_SCORES = np.einsum("bu,uv,btv->bt", _S, _W, _H)
_MASKED = np.where(_MASK > 0, _SCORES, -np.inf)


def _mixed(weights: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.einsum("bt,btu->bu", weights, _H)
    return found


def _without_w() -> NDArray[Any]:
    return _mixed(_softmax(np.where(_MASK > 0, np.einsum("bu,btu->bt", _S, _H), -np.inf)))


def _turned() -> NDArray[Any]:
    return _mixed(_softmax(np.where(_MASK > 0, np.einsum("bu,vu,btv->bt", _S, _W, _H), -np.inf)))


_ATTEND = Exercise(
    "11.attend",
    _TRIALS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("no-mask", _mixed(_softmax(_SCORES))),
        Mistake("masked-after", _mixed(_softmax(_SCORES) * _MASK)),
        Mistake("masked-to-zero", _mixed(_softmax(_SCORES * _MASK))),
        Mistake("inverted", lambda answer: shape_of(answer) == (4, 3) and bool(np.isnan(np.asarray(answer)).any())),
        Mistake("batch-axis", _mixed(_softmax(np.where(_MASK > 0, _SCORES, -1e30), 0))),
        Mistake("without-w", _without_w()),
        Mistake("turned", _turned()),
        Mistake("weights", lambda answer: shape_of(answer) in {(4, 6), (4, 1, 6), (4, 6, 1)}),
        Mistake("one-axis-more", lambda answer: shape_of(answer) == (4, 1, 3)),
        Mistake("mean", _mixed(_MASK / _MASK.sum(1, keepdims=True))),
        Mistake("shapes", stopped_over("must match", "cannot be multiplied", "xpected size", "broadcast")),
    ),
)


def _attention(snapshot: Snapshot) -> str:
    known = snapshot.translations
    return "there" if known and known[0].alone.weights is not None else "missing"


_SOONER = LabExercise(
    "11.sooner",
    goals=(
        Goal("exact", held_out, lambda share: share >= 0.5, written="{:.1f}".format),
        Goal("steps", steps, lambda number: 0 < number <= 50),
        Goal("attention", _attention, lambda word: word == "there"),
    ),
    task="dates",
    mistakes=(
        Mistake("too-long", lambda snapshot: snapshot.step > 50),
        Mistake("slow", lambda snapshot: (snapshot.settings.lr or 0) < 0.008),
    ),
)

_LOOKED = [1, 2, 5]  # the letters of "knight" that N, AY and T look at most
_SOUNDS = Exercise(
    "11.sounds",
    _LOOKED,
    mistakes=(
        Mistake("from-one", [2, 3, 6]),
        Mistake("in-order", [0, 1, 2]),
        Mistake("columns", lambda answer: np.ndim(answer) == 1 and np.size(answer) == 6),
        Mistake("end-too", lambda answer: np.ndim(answer) == 1 and np.size(answer) == 4),
        Mistake("backwards", _LOOKED[::-1]),
    ),
)

EXERCISES = (_BEAM, _ATTEND, _SOONER, _SOUNDS)
