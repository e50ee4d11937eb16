"""Exercises and predictions of chapter 07, Lengths and first weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, setting, steps
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"07.rho-one": Number(factor=10), "07.padded": "c"}

_random = np.random.default_rng(7)
_STATES, _LENGTHS = _random.normal(size=(4, 6, 3)), np.array([2, 5, 1, 4])
_ROWS = np.arange(len(_STATES))
_OTHER_LENGTHS = (np.array([7, 3, 6]), np.array([1, 4, 2, 4, 3]), np.array([5, 8]))  # the longest fill their batch


def _padded(numbers: NDArray[Any], lengths: NDArray[Any], expected: Any) -> Trial:
    """Return a call with a padded batch and its lengths, which arrive as whole numbers."""
    name = "states" if numbers.ndim == 3 else "losses"
    inputs = {name: numbers, "lengths": lengths.astype(np.float64)}
    return Trial(inputs, np.asarray(expected), lambda function: lambda first, ends: function(first, ends.long()))


def _last(states: NDArray[Any], lengths: NDArray[Any]) -> Trial:
    return _padded(states, lengths, states[np.arange(len(states)), lengths - 1])


_LAST_TRIALS = [
    _last(_STATES, _LENGTHS),
    *(
        _last(_random.normal(size=(len(ends), max(ends), units)), ends)
        for units, ends in zip((5, 2, 1), _OTHER_LENGTHS, strict=True)
    ),
]
_LAST = Exercise(
    "07.last-valid",
    _STATES[_ROWS, _LENGTHS - 1],
    tolerance=1e-6,
    observe=tried_on(_LAST_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("last-of-all", _STATES[:, -1]),
        Mistake("one-too-far", _STATES[_ROWS, _LENGTHS]),
        Mistake("every-row", lambda answer: shape_of(answer) == (4, 4, 3)),
        Mistake("time-kept", lambda answer: shape_of(answer) == (4, 1, 3)),
        Mistake("mean", lambda answer: any(same(answer, mean, 1e-6) for mean in (_STATES.mean(1), _valid_mean()))),
        Mistake("minus-length", _STATES[_ROWS, -_LENGTHS]),
        Mistake("sequence-axis", stopped_over("out of bounds")),
    ),
)


def _valid_mean() -> Any:
    return np.stack([states[:length].mean(0) for states, length in zip(_STATES, _LENGTHS, strict=True)])


_ARRIVES = LabExercise(
    "07.arrives",
    goals=(
        Goal("gradient", gradient(0, over=-1), lambda share: share >= 0.1, written="{:.1g}".format),
        Goal("length", setting("seq_len"), lambda length: length >= 50),
        Goal("start", setting("init"), lambda rule: rule == "orthogonal"),
        Goal("activation", setting("nonlinearity"), lambda name: name == "tanh"),
        Goal("untrained", steps, lambda number: number == 0),
    ),
    task="temporal-order",
    mistakes=(
        Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 50),
        Mistake("trained", lambda snapshot: snapshot.step > 0),
        Mistake("too-small", lambda snapshot: (snapshot.settings.rho or 1) < 1.15),
    ),
)

_SIZES = [4, 4, 3, 2, 2, 1]  # of sequences with 3, 5, 2 and 6 steps
_BATCH_SIZES = Exercise(
    "07.batch-sizes",
    _SIZES,
    mistakes=(
        Mistake("lengths", lambda answer: sorted(np.ravel(answer)) == [2, 3, 5, 6]),
        Mistake("padding", [0, 0, 1, 2, 2, 3]),
        Mistake("endings", [0, 1, 1, 0, 1, 1]),
        Mistake("rectangle", [4, 4, 4, 4, 4, 4]),
        Mistake("backwards", _SIZES[::-1]),
        Mistake("count", lambda answer: np.ndim(answer) == 1 and np.size(answer) != 6),
    ),
)

_LOSSES = _random.uniform(0.5, 1.5, size=(4, 6)) + 3.0 * (np.arange(6) >= _LENGTHS[:, None])  # larger behind the end
_VALID = np.arange(6) < _LENGTHS[:, None]


def _mean(losses: NDArray[Any], lengths: NDArray[Any]) -> Trial:
    return _padded(losses, lengths, losses[np.arange(losses.shape[1]) < lengths[:, None]].mean())


_MEAN_TRIALS = [  # in the others nothing but the lengths tells a padded step from a valid one
    _mean(_LOSSES, _LENGTHS),
    *(_mean(_random.uniform(0.0, 4.0, size=(len(ends), max(ends) + 2)), ends) for ends in _OTHER_LENGTHS),
]


def _one_more() -> float:
    return float(_LOSSES[np.arange(6) <= _LENGTHS[:, None]].mean())


_MEAN = Exercise(
    "07.valid-mean",
    _LOSSES[_VALID].mean(),
    tolerance=1e-6,
    observe=tried_on(_MEAN_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("all-steps", lambda answer: same(answer, _LOSSES.mean(), 1e-6)),
        Mistake("padding-counted", lambda answer: same(answer, (_LOSSES * _VALID).mean(), 1e-6)),
        Mistake("mean-of-means", lambda answer: same(answer, np.mean((_LOSSES * _VALID).sum(1) / _LENGTHS), 1e-6)),
        Mistake("sum", lambda answer: same(answer, _LOSSES[_VALID].sum(), 1e-6)),
        Mistake("one-too-many", lambda answer: same(answer, _one_more(), 1e-6)),
        Mistake("one-each", lambda answer: shape_of(answer) in {(4,), (4, 1)}),
        Mistake("mask-axis", stopped_over("must match the size of tensor")),
    ),
)

EXERCISES = (_LAST, _ARRIVES, _BATCH_SIZES, _MEAN)
