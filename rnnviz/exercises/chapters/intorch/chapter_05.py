"""Exercises and predictions of chapter 05, Three models in PyTorch."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.functions import Raised
from rnnviz.exercises.answers.measures import gradient, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"05.over-forty": Number(within=0.2), "05.from-the-right": "b"}

_LINE = Exercise("05.which-line", "b", mistakes=(Mistake("last-only", "a"), Mistake("lower-layer", "c")))


def _coarse(share: float) -> str:
    """Write a share so that every processor writes the same where it is tiny."""
    return "less than a millionth" if share < 1e-6 else f"{share:.0e}"


_OUT_OF_REACH = LabExercise(
    "05.out-of-reach",
    goals=(
        Goal("gradient", gradient(0, over=-1), lambda share: share < 1e-6, written=_coarse),
        Goal("untrained", steps, lambda number: number == 0),
    ),
    task="adding",
    mistakes=(
        Mistake("trained", lambda snapshot: snapshot.step > 0),
        Mistake("too-short", lambda snapshot: snapshot.settings.seq_len < 30),
    ),
)

_UNITS = 5
_STATES = np.random.default_rng(5).normal(size=(4, 6, 2 * _UNITS))  # what a layer returns: (batch, time, 2 · unit)
_FORWARD, _BACKWARD = _STATES[:, -1, :_UNITS], _STATES[:, 0, _UNITS:]


def _ends(states: NDArray[Any]) -> Trial:
    """Return a call with a bidirectional layer's states, half of whose numbers are the units of one direction."""
    units = states.shape[2] // 2
    both = np.concatenate([states[:, -1, :units], states[:, 0, units:]], 1)
    return Trial({"out": states}, both, lambda function: lambda out: function(out, units))


_ENDS = [
    _ends(_STATES),
    *(_ends(np.random.default_rng(sum(shape)).normal(size=shape)) for shape in ((3, 7, 8), (2, 5, 12), (5, 1, 2))),
]


def _one_direction(answer: Any) -> bool:
    return same(answer, _FORWARD, 1e-9) or same(answer, _BACKWARD, 1e-9)


def _not_joined(answer: Any) -> bool:
    return any(same(answer, np.stack([_FORWARD, _BACKWARD], axis), 1e-9) for axis in (0, 1, 2))


_LAST_STATES = Exercise(
    "05.last-states",
    np.concatenate([_FORWARD, _BACKWARD], 1),
    tolerance=1e-9,
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("last-step", _STATES[:, -1]),
        Mistake("first-step", _STATES[:, 0]),
        Mistake("ends-exchanged", np.concatenate([_STATES[:, 0, :_UNITS], _STATES[:, -1, _UNITS:]], 1)),
        Mistake("swapped", np.concatenate([_BACKWARD, _FORWARD], 1)),
        Mistake("one-direction", _one_direction),
        Mistake("not-joined", _not_joined),
        Mistake("joined-along-batch", lambda answer: shape_of(answer) == (8, _UNITS)),
        Mistake("time-first", lambda answer: shape_of(answer) in {(6, 2 * _UNITS), (6, _UNITS), (12, _UNITS)}),
    ),
    observe=tried_on(_ENDS, 1e-9),
)


class _Layer:
    """A layer that is called as an `nn.LSTM` of one layer is, and refuses pieces of more than ``longest`` steps."""

    def __init__(self, weights: NDArray[Any], longest: int) -> None:
        self.weights, self.longest = weights, longest  # axes (feature, unit)

    def __call__(self, x: Any, first: Any = None) -> Any:
        if x.shape[1] > self.longest:
            raise ValueError(f"a piece of {x.shape[1]} steps")
        news = x @ x.new_tensor(self.weights)
        zeros = news.new_zeros(1, len(x), news.shape[2])
        h, c = (zeros, zeros) if first is None else first
        if (h.shape, c.shape) != (zeros.shape, zeros.shape):
            raise RuntimeError(f"Expected two states of {tuple(zeros.shape)}, got {tuple(h.shape)}, {tuple(c.shape)}")
        if {h.dtype, c.dtype} != {x.dtype}:
            raise RuntimeError(f"Expected two states of {x.dtype}, got {h.dtype}, {c.dtype}")
        states = news.clone()
        for step in range(x.shape[1]):
            c = 0.5 * c + news[:, step] + 0.5 * h
            h = c.tanh()
            states[:, step] = h[0]
        return states, (h, c)


def _read(news: NDArray[Any], seams: Sequence[int] = ()) -> NDArray[Any]:
    """Return what `_Layer` makes of its share of the input, with the memory put back to 0 at the seams."""
    states, (h, c) = [], np.zeros((2, len(news), news.shape[2]))
    for step in range(news.shape[1]):
        h, c = (0 * h, 0 * c) if step in seams else (h, c)
        c = 0.5 * c + news[:, step] + 0.5 * h
        h = np.tanh(c)
        states.append(h)
    return np.stack(states, 1)


def _stream(shape: tuple[int, int, int], units: int, length: int) -> tuple[Trial, NDArray[Any]]:
    """Return a call with a stream of this shape, to be read in pieces, and the layer's share of the input."""
    random = np.random.default_rng(sum(shape))
    x, weights = random.normal(size=shape), random.normal(size=(shape[2], units))
    news = x @ weights

    def asked(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x: function(_Layer(weights, length), x, length)

    return Trial({"x": x}, _read(news), asked), news


# Sizes that tell a piece of `length` steps from a cut into `length` pieces; the layer may also take all in one go.
_PIECE = 3
_FIRST_STREAM, _NEWS = _stream((2, 10, 4), units=5, length=_PIECE)
_STREAMS = [
    _FIRST_STREAM,
    *(_stream(*asked)[0] for asked in (((3, 12, 2), 6, 1), ((1, 8, 3), 2, 5), ((4, 5, 1), 3, 9))),
]
_IN_PIECES = Exercise(
    "05.in-pieces",
    _FIRST_STREAM.expected,
    tolerance=1e-9,
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("afresh", _read(_NEWS, seams=range(0, 10, _PIECE))),
        Mistake("whole", lambda answer: isinstance(answer, Raised) and answer.text.startswith("a piece of")),
        Mistake("rest-dropped", _FIRST_STREAM.expected[:, :9]),
        Mistake("last-piece", lambda answer: shape_of(answer) == (2, 1, 5)),
        Mistake("not-joined", lambda answer: isinstance(answer, tuple)),
        Mistake("batch-axis", lambda answer: isinstance(answer, Raised) and "Sizes of tensors" in answer.text),
        Mistake("one-state", lambda answer: isinstance(answer, Raised) and "values to unpack" in answer.text),
    ),
    observe=tried_on(_STREAMS, 1e-9),
)

EXERCISES = (_LINE, _LAST_STATES, _OUT_OF_REACH, _IN_PIECES)
