"""Exercises and predictions of chapter 01, Why recurrence."""

from typing import Any

import numpy as np

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.functions import Raised, call
from rnnviz.exercises.answers.measures import held_out
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

# The largest state of three seeds with ReLU: 6.8, 8.9 and 3.7.
PREDICTIONS = {"01.shuffled": "b", "01.relu-height": Number(factor=2.5)}

# nn.RNN(input_size=4, hidden_size=10): 10·4 for W_xh, 10·10 for W_hh, and two bias vectors of 10.
_COUNT = Exercise(
    "01.parameter-count",
    160,
    mistakes=(
        Mistake("one-bias", 150),
        Mistake("no-bias", 140),
        Mistake("answer-layer", 171),
        Mistake("no-recurrence", lambda answer: any(same(answer, wrong) for wrong in (40, 50, 60))),
        Mistake("only-recurrence", lambda answer: any(same(answer, wrong) for wrong in (100, 110, 120))),
        Mistake("times-length", lambda answer: any(same(answer, wrong * 50) for wrong in (140, 150, 160))),
    ),
)

_random = np.random.default_rng(1)
_INPUTS = {
    name: _random.normal(size=shape)
    for name, shape in (("x_t", (3,)), ("h", (5,)), ("W_xh", (5, 3)), ("W_hh", (5, 5)), ("b_h", (5,)))
}
_FROM_INPUT = _INPUTS["W_xh"] @ _INPUTS["x_t"]
_FROM_STATE = _INPUTS["W_hh"] @ _INPUTS["h"]
_SUM = _FROM_INPUT + _FROM_STATE + _INPUTS["b_h"]


def _another_activation(answer: Any) -> bool:
    return any(same(answer, wrong, 1e-5) for wrong in (np.maximum(_SUM, 0), 1 / (1 + np.exp(-_SUM))))


def _wrong_shape(answer: Any) -> bool:
    return shape_of(answer) not in (None, (5,))


_STEP = Exercise(
    "01.step",
    np.tanh(_SUM),
    tolerance=1e-5,
    mistakes=(
        Mistake("no-activation", _SUM),
        Mistake("other-activation", _another_activation),
        Mistake("no-bias", np.tanh(_FROM_INPUT + _FROM_STATE)),
        Mistake("no-memory", np.tanh(_FROM_INPUT + _INPUTS["b_h"])),
        Mistake("no-input", np.tanh(_FROM_STATE + _INPUTS["b_h"])),
        Mistake("transposed-state", np.tanh(_FROM_INPUT + _INPUTS["h"] @ _INPUTS["W_hh"] + _INPUTS["b_h"])),
        Mistake("elementwise", _wrong_shape),
        Mistake("star", stopped_over("must match the size of tensor b (5) at non-singleton dimension 1")),
        Mistake("vector-first", stopped_over("mat1 and mat2 shapes")),
        Mistake("shapes", lambda answer: isinstance(answer, Raised) and "size" in answer.text + answer.type),
    ),
    observe=lambda function: call(function, _INPUTS),
)

# Of the lab's 132 months, from the first state to the last.
_PATHS = Exercise(
    "01.paths",
    131,
    mistakes=(
        Mistake("one-too-many", 132),
        Mistake("drawing", lambda answer: any(same(answer, wrong) for wrong in (2, 3))),
        Mistake("other-matrix", 1),
        Mistake("distinct", lambda answer: any(same(answer, wrong) for wrong in (16, 256))),
    ),
)

# Three seeds with ReLU and the task's own learning rate reach 3.7 to 8.9 after 300 steps, and errors of 22 to 26.
_POSITIVE = LabExercise(
    "01.only-positive",
    goals=(
        Goal(
            "negative", lambda snapshot: snapshot.layer.hidden.min(), lambda least: least >= 0, written="{:.0f}".format
        ),
        Goal("high", lambda snapshot: snapshot.layer.hidden.max(), lambda most: most > 1.5, written="{:.0f}".format),
        Goal("error", held_out, lambda error: error < 28, written="{:.0f}".format),
    ),
    task="sunspots",
    mistakes=(Mistake("tanh", lambda snapshot: snapshot.settings.nonlinearity == "tanh"),),
)

EXERCISES = (_COUNT, _STEP, _PATHS, _POSITIVE)
