"""Exercises and predictions of chapter 06, Training techniques."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnviz.exercises.functions import Raised, call
from rnnviz.exercises.specs import Exercise, Mistake
from rnnviz.exercises.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"06.clipped": "c", "06.padded": "c"}

_random = np.random.default_rng(6)
_MAX_NORM = 2.0
_LONG, _SHORT = 3.0 * _random.normal(size=8), 0.1 * _random.normal(size=8)
_FACTOR = _MAX_NORM / np.linalg.norm(_LONG)


def _clip_both(function: Any) -> Any:
    """Return what the function makes of a gradient above the threshold and of one below it."""
    answers = []
    for gradient in (_LONG, _SHORT):
        answer = call(function, {"gradient": gradient, "max_norm": np.asarray(_MAX_NORM)})
        if not hasattr(answer, "__len__"):
            return answer  # an error, no function, nothing, the dots
        answers.append(answer)
    return tuple(answers)


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


def _with_whole_lengths(function: Any) -> Any:
    """Return the function called with lengths as whole numbers; what is no function stays itself."""
    return (lambda states, lengths: function(states, lengths.long())) if callable(function) else function


def _stopped_over(words: str) -> Callable[[Any], bool]:
    """Return a function that recognises the error of which torch says these words."""
    return lambda answer: isinstance(answer, Raised) and words in answer.text


_LAST = Exercise(
    "06.last-valid",
    _STATES[_ROWS, _LENGTHS - 1],
    tolerance=1e-6,
    observe=lambda function: call(
        _with_whole_lengths(function), {"states": _STATES, "lengths": _LENGTHS.astype(np.float64)}
    ),
    mistakes=(
        Mistake("last-of-all", _STATES[:, -1]),
        Mistake("one-too-far", _STATES[_ROWS, _LENGTHS]),
        Mistake("every-row", lambda answer: shape_of(answer) == (4, 4, 3)),
        Mistake("time-kept", lambda answer: shape_of(answer) == (4, 1, 3)),
        Mistake("mean", lambda answer: any(same(answer, mean, 1e-6) for mean in (_STATES.mean(1), _valid_mean()))),
        Mistake("minus-length", _STATES[_ROWS, -_LENGTHS]),
        Mistake("sequence-axis", _stopped_over("out of bounds")),
    ),
)


def _valid_mean() -> Any:
    return np.stack([states[:length].mean(0) for states, length in zip(_STATES, _LENGTHS, strict=True)])


def _sigmoid(number: float) -> float:
    return float(1 / (1 + np.exp(-number)))


_GATE = Exercise(
    "06.forget-gate",
    _sigmoid(2),
    tolerance=0.0055,
    mistakes=(
        Mistake("one-bias", lambda answer: same(answer, _sigmoid(1), 0.0055)),
        Mistake("bias", 2),
        Mistake("one", 1),
        Mistake("half", 0.5),
        Mistake("tanh", lambda answer: same(answer, np.tanh(2), 0.0055) or same(answer, np.tanh(1), 0.0055)),
    ),
)

_LOSSES = _random.uniform(0.5, 1.5, size=(4, 6)) + 3.0 * (np.arange(6) >= _LENGTHS[:, None])  # larger behind the end
_VALID = np.arange(6) < _LENGTHS[:, None]


def _one_more() -> float:
    return float(_LOSSES[np.arange(6) <= _LENGTHS[:, None]].mean())


_MEAN = Exercise(
    "06.valid-mean",
    _LOSSES[_VALID].mean(),
    tolerance=1e-6,
    observe=lambda function: call(
        _with_whole_lengths(function), {"losses": _LOSSES, "lengths": _LENGTHS.astype(np.float64)}
    ),
    mistakes=(
        Mistake("all-steps", lambda answer: same(answer, _LOSSES.mean(), 1e-6)),
        Mistake("padding-counted", lambda answer: same(answer, (_LOSSES * _VALID).mean(), 1e-6)),
        Mistake("mean-of-means", lambda answer: same(answer, np.mean((_LOSSES * _VALID).sum(1) / _LENGTHS), 1e-6)),
        Mistake("sum", lambda answer: same(answer, _LOSSES[_VALID].sum(), 1e-6)),
        Mistake("one-too-many", lambda answer: same(answer, _one_more(), 1e-6)),
        Mistake("one-each", lambda answer: shape_of(answer) in {(4,), (4, 1)}),
        Mistake("mask-axis", _stopped_over("must match the size of tensor")),
    ),
)

EXERCISES = (_CLIP, _RATE, _LAST, _GATE, _MEAN)
