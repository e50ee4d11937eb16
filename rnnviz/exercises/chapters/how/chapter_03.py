"""Exercises and predictions of chapter 03, LSTM."""

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.functions import call
from rnnviz.exercises.answers.measures import held_out, setting
from rnnviz.exercises.answers.mistakes import any_of, sigmoid, stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

# 49 halvings are 15 powers of ten; measured are 10 to 11.
PREDICTIONS = {"03.arrives": Number(within=5), "03.who-learns": "c"}

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

# Untrained, 100 symbols: the product of the gates brings 10^-27, 10^-13, 10^-5 and a half to the first step.
_HALF = Exercise(
    "03.half-arrives",
    5,
    mistakes=(
        Mistake("bias-two", 2),
        Mistake("the-share", 0.5),
        Mistake("half-open", 0),
        Mistake("the-gate", lambda answer: same(answer, 0.993, 0.004)),
    ),
)

# From a run that was stuck at forget bias 0, bias 3 leads every one of three seeds above .6; guessing is .25.
_RESCUE = LabExercise(
    "03.rescue",
    goals=(
        Goal("length", setting("seq_len"), lambda length: length >= 50),
        Goal("cell", setting("cell"), lambda cell: cell == "lstm"),
        Goal("knows", held_out, lambda share: share > 0.6, written="{:.1f}".format),
    ),
    task="temporal-order",
    mistakes=(
        Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 50),
        Mistake("still-shut", lambda snapshot: (snapshot.settings.forget_bias or 0) < 1),
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

EXERCISES = (_BIAS, _HALF, _RESCUE, _COUPLED)
