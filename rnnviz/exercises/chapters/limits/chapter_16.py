"""Exercises and predictions of chapter 16, Where RNNs stand today."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import held_out, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"16.parity": "c", "16.cache": Number(factor=3)}

_random = np.random.default_rng(16)


def _softmax(scores: NDArray[Any]) -> NDArray[Any]:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def _heated(shape: tuple[int, ...], temperature: float) -> Trial:
    scores = 2 * _random.normal(size=shape)
    return Trial(
        {"scores": scores},
        _softmax(scores / temperature),
        lambda function: lambda values: function(values, temperature),
    )


_HEATED = [_heated((5,), 0.5), _heated((8,), 2.0), _heated((3, 4), 0.8), _heated((2, 6), 1.3)]
_SCORES = _HEATED[0].inputs["scores"]
_TEMPERATURE = Exercise(
    "16.temperature",
    _HEATED[0].expected,
    tolerance=1e-6,
    observe=tried_on(_HEATED, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("multiplied", _softmax(_SCORES * 0.5)),
        Mistake("ignored", _softmax(_SCORES)),
        Mistake("divided-late", _softmax(_SCORES) / 0.5),
        Mistake("scores", _SCORES / 0.5),
    ),
)


def _two_steps(units: int) -> Trial:
    given = {name: _random.normal(size=units) for name in ("a1", "b1", "a2", "b2")}
    a1, b1, a2, b2 = given.values()
    return Trial(given, np.stack([a2 * a1, a2 * b1 + b2]))


_TWO_STEPS = [_two_steps(3), _two_steps(1), _two_steps(6)]
_A1, _B1, _A2, _B2 = (_TWO_STEPS[0].inputs[name] for name in ("a1", "b1", "a2", "b2"))
_TOGETHER = Exercise(
    "16.together",
    _TWO_STEPS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_TWO_STEPS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("swapped", np.stack([_A1 * _A2, _A1 * _B2 + _B1])),
        Mistake("unscaled", np.stack([_A1 * _A2, _B1 + _B2])),
        Mistake("added", np.stack([_A1 + _A2, _A2 * _B1 + _B2])),
    ),
)


def _rows(answer: Any) -> list[int]:
    return sorted({int(one) for one in np.ravel(answer)})


_HONEST = Exercise(
    "16.honest",
    lambda answer: np.ndim(answer) == 1 and _rows(answer) == [0, 2],
    mistakes=(
        Mistake("sometimes", lambda answer: _rows(answer) == [0]),
        Mistake("learned-first", lambda answer: 1 in _rows(answer)),
        Mistake("second-reading", lambda answer: 3 in _rows(answer)),
    ),
)

_SIGN = LabExercise(
    "16.sign",
    goals=(
        Goal("last", held_out, lambda right: right >= 0.95, written="{:.2f}".format),
        Goal("layer", lambda snapshot: snapshot.layer.kind, lambda kind: kind == "minlstm"),
    ),
    task="parity",
    mistakes=(
        Mistake("untrained", lambda snapshot: steps(snapshot) < 50),
        Mistake("other-cell", lambda snapshot: snapshot.layer.kind != "minlstm"),
    ),
)

EXERCISES = (_TEMPERATURE, _TOGETHER, _HONEST, _SIGN)
