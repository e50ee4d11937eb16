"""Exercises and predictions of chapter 03, LSTM."""

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.functions import call
from rnnviz.exercises.answers.mistakes import any_of, sigmoid, stopped_over
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"03.who-learns": "c"}

# nn.LSTM(input_size=4, hidden_size=10): four times 10·4 for W_x, 10·10 for W_h and two bias vectors of 10.
_COUNT = Exercise(
    "03.parameter-count",
    640,
    mistakes=(
        Mistake("one-block", 160),
        Mistake("three-blocks", 480),
        Mistake("one-bias", 600),
        Mistake("no-bias", 560),
        Mistake("answer-layer", 651),
    ),
)

# The gate σ(b) whose effective memory 1 / (1 − σ(b)) is 20 steps: σ(b) = 0.95, so b = ln(0.95 / 0.05).
_BIAS = Exercise(
    "03.forget-bias",
    math.log(19),
    tolerance=0.01,
    mistakes=(
        Mistake("the-gate", 0.95),
        Mistake("lost-share", 0.05),
        Mistake("sign", -math.log(19)),
        Mistake("the-memory", 20),
        Mistake("log-of-memory", math.log(20)),
        Mistake("gate-of-the-gate", 1 / (1 + math.exp(-0.95))),
    ),
)

# The first n with 0.9^n < 0.001: ln 0.001 / ln 0.9 = 65.6.
_STEPS = Exercise(
    "03.steps-back",
    66,
    mistakes=(
        Mistake("rounded-down", 65),
        Mistake("not-rounded", lambda answer: any(same(answer, 65.56, tolerance) for tolerance in (0.05, 0.1))),
        Mistake("effective-memory", 10),
        Mistake("a-line", lambda answer: any(same(answer, wrong) for wrong in (9, 1000, 900, 999))),
        Mistake("what-is-left", lambda answer: same(answer, 0.0005, 0.0005)),
    ),
)

_UNITS = 5
_random = np.random.default_rng(3)
_INPUTS = {
    name: _random.normal(size=shape)
    for name, shape in (
        ("x_t", (3,)),
        ("h", (_UNITS,)),
        ("c", (_UNITS,)),
        ("W_x", (3 * _UNITS, 3)),
        ("W_h", (3 * _UNITS, _UNITS)),
        ("b", (3 * _UNITS,)),
    )
}
_BLOCKS = np.split(_INPUTS["W_x"] @ _INPUTS["x_t"] + _INPUTS["W_h"] @ _INPUTS["h"] + _INPUTS["b"], 3)


def _states(f: NDArray[Any], i: NDArray[Any], g: NDArray[Any], o: NDArray[Any]) -> NDArray[Any]:
    """Return the new states: axes (h or c, unit)."""
    c = f * _INPUTS["c"] + i * g
    return np.stack([o * np.tanh(c), c])


def _coupled(blocks: Any) -> NDArray[Any]:
    f, g, o = blocks
    return _states(sigmoid(f), 1 - sigmoid(f), np.tanh(g), sigmoid(o))


_F, _G, _O = sigmoid(_BLOCKS[0]), np.tanh(_BLOCKS[1]), sigmoid(_BLOCKS[2])
_RIGHT = _coupled(_BLOCKS)
_ORDERS = [_coupled(blocks) for blocks in itertools.permutations(_BLOCKS)][1:]


def _one_state(answer: Any) -> bool:
    return shape_of(answer) == (_UNITS,)


_COUPLED = Exercise(
    "03.coupled-step",
    _RIGHT,
    tolerance=1e-5,
    mistakes=(
        Mistake("states-swapped", _RIGHT[::-1]),
        Mistake("one-state", _one_state),
        Mistake("not-coupled", _states(_F, _F, _G, _O)),
        Mistake("keeps-the-other-way", _states(1 - _F, _F, _G, _O)),
        Mistake("adds-all", _states(_F, np.ones(_UNITS), _G, _O)),
        Mistake("candidate-sigmoid", _states(_F, 1 - _F, sigmoid(_BLOCKS[1]), _O)),
        Mistake("no-squash", _states(_BLOCKS[0], 1 - _BLOCKS[0], _BLOCKS[1], _BLOCKS[2])),
        Mistake("no-tanh", np.stack([_O * _RIGHT[1], _RIGHT[1]])),
        Mistake("old-cell-shown", np.stack([_O * np.tanh(_INPUTS["c"]), _RIGHT[1]])),
        Mistake("another-order", any_of(_ORDERS)),
        Mistake("blocks", stopped_over("size", "unpack", "mat")),
    ),
    observe=lambda function: call(function, _INPUTS),
)

EXERCISES = (_COUNT, _BIAS, _STEPS, _COUPLED)
