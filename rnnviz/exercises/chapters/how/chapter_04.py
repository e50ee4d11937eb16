"""Exercises and predictions of chapter 04, GRU."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, setting, steps
from rnnviz.exercises.answers.mistakes import any_of, sigmoid, stopped_over
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"04.gradient": "b", "04.opposite": "c", "04.time": Number(factor=1.5)}

# At the last step the direction that reads from the right has read the last symbol alone.
_BACKWARD = Exercise(
    "04.backward-half",
    1,
    mistakes=(Mistake("all-of-them", 50), Mistake("none", 0), Mistake("all-but-it", 49), Mistake("half", 25)),
)

# A line on an axis of powers of ten is nearly straight: half of the powers is half of the way, about step 50.
_HALFWAY = Exercise(
    "04.halfway",
    50,
    tolerance=10,
    mistakes=(
        Mistake("half-the-number", lambda answer: same(answer, 99, 3)),
        Mistake("all-the-way", lambda answer: same(answer, 0, 3)),
        Mistake("the-powers", -5),
    ),
)

# Untrained, 100 symbols: bias 5 brings a third to four fifths to the first step, bias 2 less than a thousandth.
_OPEN_PATH = LabExercise(
    "04.open-path",
    goals=(
        Goal("cell", setting("cell"), lambda cell: cell == "gru"),
        Goal("length", setting("seq_len"), lambda length: length >= 100),
        Goal("untrained", steps, lambda step: step == 0),
        Goal("arrives", gradient(0, over=-1), lambda ratio: ratio > 0.1, written="{:.1g}".format),
    ),
    task="temporal-order",
    mistakes=(
        Mistake("shorter", lambda snapshot: snapshot.settings.seq_len < 100),
        Mistake("trained", lambda snapshot: snapshot.step > 0),
        Mistake("half-open", lambda snapshot: (snapshot.settings.forget_bias or 0) < 3),
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
    observe=tried_on(_TRIALS, 1e-5),
)

EXERCISES = (_BACKWARD, _HALFWAY, _OPEN_PATH, _STEP)
