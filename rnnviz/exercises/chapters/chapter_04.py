"""Exercises and predictions of chapter 04, GRU."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.mistakes import any_of, sigmoid, stopped_over
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried
from rnnviz.exercises.answers.values import same

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


@dataclass(frozen=True)
class _Drawn:
    """Arguments of a step, drawn at random, and what is calculated from them on the way."""

    inputs: dict[str, NDArray[Any]]

    @classmethod
    def of_size(cls, units: int, features: int, seed: int) -> "_Drawn":
        random = np.random.default_rng(seed)
        rows = 3 * units
        shapes = {"x_t": (features,), "h": (units,), "W_x": (rows, features), "W_h": (rows, units), "b": (rows,)}
        return cls({name: random.normal(size=shape) for name, shape in shapes.items()})

    @property
    def h(self) -> NDArray[Any]:
        return self.inputs["h"]

    @property
    def from_x(self) -> list[NDArray[Any]]:
        return np.split(self.inputs["W_x"] @ self.inputs["x_t"] + self.inputs["b"], 3)

    @property
    def matrices(self) -> list[NDArray[Any]]:
        return np.split(self.inputs["W_h"], 3)

    def form(self, places: tuple[int, ...] = (0, 1, 2)) -> NDArray[Any]:
        """Return the new state: r before the product, z lets in; ``places`` are those of r, z and n."""
        (x_r, x_z, x_n), (W_r, W_z, W_n) = ([parts[at] for at in places] for parts in (self.from_x, self.matrices))
        r, z = sigmoid(x_r + W_r @ self.h), sigmoid(x_z + W_z @ self.h)
        new: NDArray[Any] = (1 - z) * self.h + z * np.tanh(x_n + W_n @ (r * self.h))
        return new


_FIRST = _Drawn.of_size(5, 3, seed=4)
_OTHERS = [_Drawn.of_size(units, features, seed) for units, features, seed in ((2, 6, 40), (7, 4, 41), (1, 1, 42))]
_TRIALS = [Trial(drawn.inputs, drawn.form()) for drawn in (_FIRST, *_OTHERS)]
_H, _FROM_X, _MATRICES = _FIRST.h, _FIRST.from_x, _FIRST.matrices
_R, _Z = (sigmoid(_FROM_X[block] + _MATRICES[block] @ _H) for block in (0, 1))
_SUM_BEFORE = _FROM_X[2] + _MATRICES[2] @ (_R * _H)
_BEFORE = np.tanh(_SUM_BEFORE)
_AFTER = np.tanh(_FROM_X[2] + _R * (_MATRICES[2] @ _H))
_UNRESET = np.tanh(_FROM_X[2] + _MATRICES[2] @ _H)
_ALL_RESET = np.tanh(_R * (_FROM_X[2] + _MATRICES[2] @ _H))
_ORDERS = [_FIRST.form(places) for places in itertools.permutations(range(3))][1:]


_STEP = Exercise(
    "04.first-form",
    _FIRST.form(),
    tolerance=1e-5,
    mistakes=(
        Mistake("torchs-step", (1 - _Z) * _AFTER + _Z * _H),
        Mistake("keeps-the-other-way", (1 - _Z) * _BEFORE + _Z * _H),
        Mistake("reset-after", (1 - _Z) * _H + _Z * _AFTER),
        Mistake("no-reset", (1 - _Z) * _H + _Z * _UNRESET),
        Mistake("input-reset", (1 - _Z) * _H + _Z * _ALL_RESET),
        Mistake("candidate-only", _BEFORE),
        Mistake("keeps-all", _H + _Z * _BEFORE),
        Mistake("candidate-sigmoid", (1 - _Z) * _H + _Z * sigmoid(_SUM_BEFORE)),
        Mistake("one-size", only_there),
        Mistake("another-order", any_of(_ORDERS)),
        Mistake("blocks", stopped_over("size", "unpack", "mat")),
    ),
    observe=lambda function: tried(function, _TRIALS, 1e-5),
)

EXERCISES = (_COUNT, _TO_TORCH, _MEMORY, _STEP)
