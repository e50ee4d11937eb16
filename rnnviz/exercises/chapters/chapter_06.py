"""Exercises and predictions of chapter 06, Training techniques."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.functions import call
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, failing_there, only_there, tried
from rnnviz.exercises.answers.values import plain, same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"06.clipped": "c", "06.padded": "c"}

_random = np.random.default_rng(6)
_MAX_NORM = 2.0
_LONG, _SHORT = 3.0 * _random.normal(size=8), 0.1 * _random.normal(size=8)
_FACTOR = _MAX_NORM / np.linalg.norm(_LONG)


def _clip_trial(size: int, max_norm: float, length: float) -> Trial:
    """Return a call with so many numbers, ``length`` times as long as the threshold."""
    gradient = _random.normal(size=size)
    gradient *= length * max_norm / np.linalg.norm(gradient)
    inputs = {"gradient": gradient, "max_norm": np.asarray(max_norm)}
    return Trial(inputs, gradient / max(length, 1.0))


_CLIP_TRIALS = [
    _clip_trial(size, limit, long) for size, limit in ((3, 0.5), (50, 7.0), (1, 1.0)) for long in (1.5, 0.7)
]


def _clip_both(function: Any) -> Any:
    """Return what the function makes of a gradient above the threshold and of one below it, if not right elsewhere."""
    answers = []
    for gradient in (_LONG, _SHORT):
        answer = call(function, {"gradient": gradient, "max_norm": np.asarray(_MAX_NORM)})
        if not hasattr(answer, "__len__"):
            return answer  # an error, no function, nothing, the dots
        answers.append(answer)
    both = tuple(answers)
    if not same(plain(both), _both(_LONG * _FACTOR, _SHORT), 1e-5):
        return both
    return failing_there(function, _CLIP_TRIALS, 1e-5) or both


def _both(long: Any, short: Any) -> tuple[Any, Any]:
    return np.asarray(long), np.asarray(short)


_CLIP = Exercise(
    "06.clip",
    _both(_LONG * _FACTOR, _SHORT),
    tolerance=1e-5,
    observe=_clip_both,
    mistakes=(
        Mistake("always", _both(_LONG * _FACTOR, _SHORT * _MAX_NORM / np.linalg.norm(_SHORT))),
        Mistake("by-value", _both(np.clip(_LONG, -_MAX_NORM, _MAX_NORM), _SHORT)),
        Mistake("max", _both(_LONG, _SHORT * _MAX_NORM / np.linalg.norm(_SHORT))),
        Mistake("length-one", _both(_LONG / np.linalg.norm(_LONG), _SHORT)),
        Mistake("unclipped", _both(_LONG, _SHORT)),
        Mistake("one-size", only_there),
        Mistake("by-largest", _both(_LONG * _MAX_NORM / np.abs(_LONG).max(), _SHORT)),
    ),
)

# 0.02, with StepLR(step_size=5, gamma=0.1), in epoch 12: two falls, after epochs 4 and 9.
_RATE = Exercise(
    "06.step-rate",
    2e-4,
    tolerance=1e-9,
    mistakes=(
        Mistake("one-fall", lambda answer: same(answer, 2e-3, 1e-8)),
        Mistake("three-falls", lambda answer: same(answer, 2e-5, 1e-10)),
        Mistake("each-epoch", lambda answer: same(answer, 2e-14, 1e-16)),
        Mistake("no-rounding", lambda answer: same(answer, 0.02 * 0.1 ** (12 / 5), 1e-7)),
        Mistake("factor", lambda answer: same(answer, 0.01, 1e-6)),
        Mistake("subtracted", lambda answer: same(answer, 0.02 - 0.2, 1e-6) or same(answer, 0.02 - 0.1, 1e-6)),
    ),
)

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
    "06.last-valid",
    _STATES[_ROWS, _LENGTHS - 1],
    tolerance=1e-6,
    observe=lambda function: tried(function, _LAST_TRIALS, 1e-6),
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


_GATE = Exercise(
    "06.forget-gate",
    1 / (1 + math.exp(-2)),
    tolerance=0.0055,
    mistakes=(
        Mistake("one-bias", lambda answer: same(answer, 1 / (1 + math.exp(-1)), 0.0055)),
        Mistake("bias", 2),
        Mistake("one", 1),
        Mistake("half", 0.5),
        Mistake("tanh", lambda answer: same(answer, np.tanh(2), 0.0055) or same(answer, np.tanh(1), 0.0055)),
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
    "06.valid-mean",
    _LOSSES[_VALID].mean(),
    tolerance=1e-6,
    observe=lambda function: tried(function, _MEAN_TRIALS, 1e-6),
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

EXERCISES = (_CLIP, _RATE, _LAST, _GATE, _MEAN)
