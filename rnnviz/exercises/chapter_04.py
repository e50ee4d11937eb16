"""Exercises and predictions of chapter 04, GRU."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.functions import Raised, call
from rnnviz.exercises.specs import Exercise, Mistake
from rnnviz.exercises.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"04.gradient": "b"}

# nn.GRU(input_size=4, hidden_size=10): three times 10·4 for W_x, 10·10 for W_h and two bias vectors of 10.
_COUNT = Exercise(
    "04.parameter-count",
    480,
    mistakes=(
        Mistake("one-block", 160),
        Mistake("two-blocks", 320),
        Mistake("four-blocks", 640),
        Mistake("one-bias", 450),
        Mistake("no-bias", 420),
    ),
)

# A book's gate u = σ(2 x − 1.5 h + 0.4) lets in; torch's z = 1 − u = σ(−2 x + 1.5 h − 0.4) keeps.
_TO_TORCH = Exercise(
    "04.to-torch",
    (-2, 1.5, -0.4),
    tolerance=1e-6,
    mistakes=(
        Mistake("as-it-is", (2, -1.5, 0.4)),
        Mistake("one-minus", (-1, 2.5, 0.6)),
        Mistake("bias-left", (-2, 1.5, 0.4)),
        Mistake("weights-left", (2, -1.5, -0.4)),
        Mistake("only-the-input", (-2, -1.5, 0.4)),
        Mistake("reciprocal", (1 / 2, -1 / 1.5, 1 / 0.4)),
    ),
)

# A book's update gate of 0.02 lets in 2 % a step, so it keeps 0.98: 1 / (1 − 0.98) steps.
_MEMORY = Exercise(
    "04.memory",
    50,
    tolerance=1e-6,
    mistakes=(
        Mistake("read-as-torch", lambda answer: same(answer, 1 / 0.98, 0.021)),
        Mistake("the-gate", 0.98),
        Mistake("the-other-gate", 0.02),
        Mistake("in-percent", 0.5),
    ),
)

_UNITS = 5
_random = np.random.default_rng(4)
_INPUTS = {
    name: _random.normal(size=shape)
    for name, shape in (
        ("x_t", (3,)),
        ("h", (_UNITS,)),
        ("W_x", (3 * _UNITS, 3)),
        ("W_h", (3 * _UNITS, _UNITS)),
        ("b", (3 * _UNITS,)),
    )
}
_H = _INPUTS["h"]
_FROM_X = np.split(_INPUTS["W_x"] @ _INPUTS["x_t"] + _INPUTS["b"], 3)
_MATRICES = np.split(_INPUTS["W_h"], 3)


def _sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    between: NDArray[Any] = 1 / (1 + np.exp(-values))
    return between


def _form(places: tuple[int, ...] = (0, 1, 2)) -> NDArray[Any]:
    """Return the new state in the first form: r before the product, z lets in; `places` are those of r, z and n."""
    (x_r, x_z, x_n), (W_r, W_z, W_n) = ([parts[place] for place in places] for parts in (_FROM_X, _MATRICES))
    r, z = _sigmoid(x_r + W_r @ _H), _sigmoid(x_z + W_z @ _H)
    new: NDArray[Any] = (1 - z) * _H + z * np.tanh(x_n + W_n @ (r * _H))
    return new


_R, _Z = (_sigmoid(_FROM_X[block] + _MATRICES[block] @ _H) for block in (0, 1))
_SUM_BEFORE = _FROM_X[2] + _MATRICES[2] @ (_R * _H)
_BEFORE = np.tanh(_SUM_BEFORE)
_AFTER = np.tanh(_FROM_X[2] + _R * (_MATRICES[2] @ _H))
_UNRESET = np.tanh(_FROM_X[2] + _MATRICES[2] @ _H)
_ALL_RESET = np.tanh(_R * (_FROM_X[2] + _MATRICES[2] @ _H))
_ORDERS = [_form(places) for places in itertools.permutations(range(3))][1:]


def _another_order(answer: Any) -> bool:
    return any(same(answer, wrong, 1e-5) for wrong in _ORDERS)


def _shapes(answer: Any) -> bool:
    return isinstance(answer, Raised) and ("size" in answer.text or "unpack" in answer.text or "mat" in answer.text)


_STEP = Exercise(
    "04.first-form",
    _form(),
    tolerance=1e-5,
    mistakes=(
        Mistake("torchs-step", (1 - _Z) * _AFTER + _Z * _H),
        Mistake("keeps-the-other-way", (1 - _Z) * _BEFORE + _Z * _H),
        Mistake("reset-after", (1 - _Z) * _H + _Z * _AFTER),
        Mistake("no-reset", (1 - _Z) * _H + _Z * _UNRESET),
        Mistake("input-reset", (1 - _Z) * _H + _Z * _ALL_RESET),
        Mistake("candidate-only", _BEFORE),
        Mistake("keeps-all", _H + _Z * _BEFORE),
        Mistake("candidate-sigmoid", (1 - _Z) * _H + _Z * _sigmoid(_SUM_BEFORE)),
        Mistake("another-order", _another_order),
        Mistake("blocks", _shapes),
    ),
    observe=lambda function: call(function, _INPUTS),
)

EXERCISES = (_COUNT, _TO_TORCH, _MEMORY, _STEP)
