"""Exercises and predictions of chapter 06, A training loop you can trust."""

from typing import Any

import numpy as np

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.functions import call
from rnnviz.exercises.answers.measures import steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, failing_there, only_there
from rnnviz.exercises.answers.values import plain, same, shape_of
from rnnviz.training import Snapshot

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"06.threshold": Number(factor=3), "06.per-batch": "a"}

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

_PEAKS = LabExercise(
    "06.peaks",
    goals=(
        Goal("trained", steps, lambda number: number >= 100),
        Goal("seldom", lambda snapshot: _cut(snapshot), lambda share: 0 < share <= 1 / 3, written="{:.1f}".format),
    ),
    task="sunspots",
    mistakes=(Mistake("always-cut", lambda snapshot: (_cut(snapshot) or 0) > 0.9),),
)


def _cut(snapshot: Snapshot) -> float | None:
    """Return the share of the steps so far whose gradient was cut, None before the first."""
    clipped = snapshot.history["clipped"]
    return float(clipped.mean()) if len(clipped) else None


# Held-out errors whose best so far is at epoch 3, which three worse ones follow; the best of all is at epoch 9.
_PATIENCE = Exercise(
    "06.patience",
    (3, 9),
    mistakes=(
        Mistake("when-it-stops", (6, 15)),
        Mistake("best-of-all", (9, 9)),
        Mistake("counted-from-one", (4, 10)),
        Mistake("one-number", lambda answer: shape_of(np.asarray(answer)) != (2,)),
    ),
)

EXERCISES = (_CLIP, _RATE, _PEAKS, _PATIENCE)
