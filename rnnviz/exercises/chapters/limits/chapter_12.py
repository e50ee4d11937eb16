"""Exercises and predictions of chapter 12, Vanishing and exploding gradients."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, setting, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"12.how-small": Number(factor=10), "12.peak": Number(within=2), "12.who-learns": "a"}

_BOUND = Exercise(
    "12.bound",
    132,  # the first k with 0.9 ** k below a millionth
    mistakes=(
        Mistake("radius", lambda answer: 61 <= answer <= 62),
        Mistake("not-yet", 131),
        Mistake("no-whole", lambda answer: 131 < answer < 132),
        Mistake("one-digit", lambda answer: 6 <= answer <= 7),
    ),
)

_SHARE = 0.1  # of the new part in the residual network
_random = np.random.default_rng(12)
Arrays = dict[str, NDArray[Any]]


def _run(length: int, units: int) -> Arrays:
    """Return a run of the residual network forwards, with a direct gradient for each step."""
    weights = _random.normal(size=(units, units)) / np.sqrt(units)
    states, squashed = [_random.normal(size=units)], []
    for x in _random.normal(size=(length, units)):
        squashed.append(np.tanh(weights @ states[-1] + x))
        states.append(states[-1] + _SHARE * squashed[-1])
    direct = _random.normal(size=(length, units))
    return {"direct": direct, "squashed": np.array(squashed), "states": np.array(states), "W": weights}


def _gradient(run: Arrays, *, around: float = 1.0, through: float = 1.0, share: float = _SHARE) -> NDArray[Any]:
    """Return dL/dW by a walk back; ``around`` and ``through`` say how much of each way is taken."""
    direct, squashed, states, weights = run.values()
    delta, total = np.zeros(len(weights)), np.zeros_like(weights)
    for t in reversed(range(len(direct))):
        delta = delta + direct[t]
        at_sum = share * (1 - squashed[t] ** 2) * delta
        total += np.outer(at_sum, states[t])
        delta = around * delta + through * weights.T @ at_sum
    return total


def _changed(run: Arrays, **changes: NDArray[Any]) -> NDArray[Any]:
    return _gradient({**run, **changes})


_TRIALS = [Trial(run, _gradient(run)) for run in (_run(7, 4), _run(11, 6), _run(3, 5), _run(1, 2))]
_FIRST: Arrays = dict(_TRIALS[0].inputs)
_RESIDUAL = Exercise(
    "12.residual-sum",
    _TRIALS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("transposed", _TRIALS[0].expected.T),
        Mistake("no-way-around", _gradient(_FIRST, around=0.0)),
        Mistake("no-way-through", _gradient(_FIRST, through=0.0)),
        Mistake("direct-only", _gradient(_FIRST, around=0.0, through=0.0)),
        Mistake("no-share", _gradient(_FIRST, share=1.0)),
        Mistake("share-at-the-end", _TRIALS[0].expected / _SHARE),
        Mistake("no-slope", _changed(_FIRST, squashed=np.zeros_like(_FIRST["squashed"]))),
        Mistake("newer-state", _changed(_FIRST, states=_FIRST["states"][1:])),
        Mistake("wrong-matrix", _changed(_FIRST, W=_FIRST["W"].T)),
    ),
)

_DETACHED = Exercise(
    "12.detached",
    12,
    mistakes=(
        Mistake("pieces", 5),
        Mistake("cuts", 4),
        Mistake("next-to", lambda answer: answer in (11, 13)),
        Mistake("all", lambda answer: answer in (59, 60)),
    ),
)

_arriving = gradient(0, over=-1)
_BALANCE = LabExercise(
    "12.balance",
    goals=(
        Goal("gradient", _arriving, lambda share: 0.01 <= share <= 100, written="{:.0e}".format),
        Goal("length", setting("seq_len"), lambda length: length >= 60),
        Goal("bend", setting("nonlinearity"), lambda name: name == "relu"),
        Goal("start", setting("init"), lambda rule: rule == "orthogonal"),
        Goal("untrained", steps, lambda number: number == 0),
    ),
    task="adding",
    mistakes=(
        Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 60),
        Mistake("trained", lambda snapshot: snapshot.step > 0),
        Mistake("tanh", lambda snapshot: snapshot.settings.nonlinearity == "tanh"),
        Mistake("as-it-starts", lambda snapshot: (snapshot.settings.rho or 1) <= 1),
    ),
)

EXERCISES = (_BOUND, _RESIDUAL, _DETACHED, _BALANCE)
