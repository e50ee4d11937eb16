"""Exercises and predictions of chapter 02, Bidirectional and deep."""

from typing import Any

import numpy as np

from rnnviz.exercises.answers.functions import NotAFunction, Raised, call
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"02.changed-character": "b", "02.slow-layer": "c"}

# nn.RNN(4, 10, num_layers=2, bidirectional=True): each direction has 10·4 + 10·10 + 20 in the lower layer, and in the
# upper one, which reads both directions' states, 10·20 + 10·10 + 20.
_COUNT = Exercise(
    "02.parameter-count",
    960,
    mistakes=(
        Mistake("upper-reads-one", 760),
        Mistake("upper-reads-input", 640),
        Mistake("one-layer", 320),
        Mistake("one-direction", lambda answer: any(same(answer, wrong) for wrong in (380, 480))),
        Mistake("one-bias", 920),
        Mistake("no-bias", 880),
    ),
)

# h_n of nn.RNN(3, 20, num_layers=3, bidirectional=True) has six states; asked for is the middle layer's, backward.
_WHICH = Exercise(
    "02.which-state",
    lambda answer: same(answer, 3) or same(answer, -3),
    mistakes=(
        Mistake("forward-first", 4),
        Mistake("forward", lambda answer: same(answer, 2) or same(answer, -4)),
        Mistake("bottom", 1),
        Mistake("top", lambda answer: same(answer, 5) or same(answer, -1)),
        Mistake("shape", lambda answer: same(answer, (6, 8, 20)) or same(answer, 6)),
    ),
)

_random = np.random.default_rng(2)
_X = _random.normal(size=(7, 3))  # axes (time, feature)
_NEWS, _MEMORY = _random.normal(size=(2, 3)), _random.normal(size=(2, 2))


def _read(x: Any) -> Any:
    """Read ``x`` (time, feature), a tensor, from left to right; return the states, (time, unit)."""
    news, memory, state, states = x.new_tensor(_NEWS), x.new_tensor(_MEMORY), x.new_zeros(2), x.new_zeros(len(x), 2)
    for step, row in enumerate(x):
        state = (memory @ state + news @ row).tanh()
        states[step] = state
    return states


def _states(x: np.ndarray) -> np.ndarray:
    """Return the same as `_read`, for an array."""
    state, states = np.zeros(2), []
    for row in x:
        state = np.tanh(_MEMORY @ state + _NEWS @ row)
        states.append(state)
    return np.array(states)


def _another_axis(answer: Any) -> bool:
    wrong = _states(_X[:, ::-1])
    return any(same(answer, one, 1e-9) for one in (wrong, wrong[:, ::-1], _states(_X[::-1])[:, ::-1]))


_BACKWARD = Exercise(
    "02.right-to-left",
    _states(_X[::-1])[::-1],
    tolerance=1e-9,
    mistakes=(
        Mistake("not-turned-back", _states(_X[::-1])),
        Mistake("forward", _states(_X)),
        Mistake("only-states-turned", _states(_X)[::-1]),
        Mistake("another-axis", _another_axis),
        Mistake("input-turned", lambda answer: shape_of(answer) == _X.shape),
        Mistake("one-state", lambda answer: shape_of(answer) == (2,)),
        Mistake("negative-step", lambda answer: isinstance(answer, Raised) and "greater than zero" in answer.text),
    ),
    observe=lambda function: (
        call(lambda x: function(_read, x), {"x": _X}) if callable(function) else NotAFunction(type(function).__name__)
    ),
)

EXERCISES = (_COUNT, _WHICH, _BACKWARD)
