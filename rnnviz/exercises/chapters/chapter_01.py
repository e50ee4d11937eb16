"""Exercises and predictions of chapter 01, Why recurrence."""

from typing import Any

import numpy as np

from rnnviz.exercises.answers.functions import Raised, call
from rnnviz.exercises.answers.mistakes import stopped_over
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"01.shuffled": "b"}

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

# nn.RNN(3, 20, batch_first=True) on inputs of shape (8, 50, 3).
_SHAPE = Exercise(
    "01.state-shape",
    (1, 8, 20),
    mistakes=(
        Mistake("handed-over", lambda answer: shape_of(answer) is not None and len(shape_of(answer) or ()) > 1),
        Mistake("batch-first", (8, 1, 20)),
        Mistake("all-steps", (8, 50, 20)),
        Mistake("no-layer", (8, 20)),
        Mistake("input-size", lambda answer: any(same(answer, wrong) for wrong in ((1, 8, 3), (8, 3)))),
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

# h = relu(w_xh x + w_hh h + b) counts zeros: each step adds the bias 1, a 1 takes it back (w_xh = -1), w_hh = 1 keeps.
_COUNTER = Exercise(
    "01.counter",
    (-1, 1, 1),
    tolerance=1e-6,
    mistakes=(
        Mistake("counts-ones", (1, 1, 0)),
        Mistake("never-rises", lambda answer: any(same(answer, wrong) for wrong in ((-1, 1, 0), (0, 1, 0)))),
        Mistake("every-step", (0, 1, 1)),
        Mistake("no-memory", (-1, 0, 1)),
        Mistake("another-order", lambda answer: any(same(answer, wrong) for wrong in ((1, -1, 1), (1, 1, -1)))),
        Mistake("not-three", lambda answer: not same(np.shape(answer), (3,))),
    ),
)

EXERCISES = (_COUNT, _SHAPE, _STEP, _COUNTER)
