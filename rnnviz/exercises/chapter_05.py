"""Exercises and predictions of chapter 05, Three models in PyTorch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.functions import NotAFunction, Raised, call
from rnnviz.exercises.specs import Exercise, Mistake
from rnnviz.exercises.values import same, shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"05.last-step": "c", "05.from-the-right": "b"}

# SequenceTagger(vocabulary=100, embedding_size=8, hidden_size=16, tags=5): 100·8, 2·(64·8 + 64·16 + 2·64), 5·32 + 5.
_EMBEDDING, _DIRECTION, _HEAD = 800, 1664, 165
_COUNT = Exercise(
    "05.tagger-parameters",
    _EMBEDDING + 2 * _DIRECTION + _HEAD,
    mistakes=(
        Mistake("one-direction", _EMBEDDING + _DIRECTION + _HEAD),
        Mistake("head-one-direction", _EMBEDDING + 2 * _DIRECTION + 85),
        Mistake("no-embedding", 2 * _DIRECTION + _HEAD),
        Mistake("no-head", _EMBEDDING + 2 * _DIRECTION),
        Mistake("one-bias", _EMBEDDING + 2 * (_DIRECTION - 64) + _HEAD),
        Mistake("one-block", _EMBEDDING + 2 * _DIRECTION // 4 + _HEAD),
    ),
)

_UNITS = 5
_STATES = np.random.default_rng(5).normal(size=(4, 6, 2 * _UNITS))  # what a layer returns: (batch, time, 2 · unit)
_FORWARD, _BACKWARD = _STATES[:, -1, :_UNITS], _STATES[:, 0, _UNITS:]


def _one_direction(answer: Any) -> bool:
    return same(answer, _FORWARD, 1e-9) or same(answer, _BACKWARD, 1e-9)


def _not_joined(answer: Any) -> bool:
    return any(same(answer, np.stack([_FORWARD, _BACKWARD], axis), 1e-9) for axis in (0, 1, 2))


_LAST_STATES = Exercise(
    "05.last-states",
    np.concatenate([_FORWARD, _BACKWARD], 1),
    tolerance=1e-9,
    mistakes=(
        Mistake("last-step", _STATES[:, -1]),
        Mistake("first-step", _STATES[:, 0]),
        Mistake("ends-exchanged", np.concatenate([_STATES[:, 0, :_UNITS], _STATES[:, -1, _UNITS:]], 1)),
        Mistake("swapped", np.concatenate([_BACKWARD, _FORWARD], 1)),
        Mistake("one-direction", _one_direction),
        Mistake("not-joined", _not_joined),
        Mistake("joined-along-batch", lambda answer: shape_of(answer) == (8, _UNITS)),
        Mistake("time-first", lambda answer: shape_of(answer) in {(6, 2 * _UNITS), (6, _UNITS), (12, _UNITS)}),
    ),
    observe=lambda function: _called(function, {"out": _STATES}, lambda out: function(out, _UNITS)),
)


@dataclass(frozen=True)
class _State:
    """What there is to say about a first state; ``device`` is that of one made from an x on the meta device."""

    shape: tuple[int, ...]
    zeros: bool
    dtype: str
    device: str


def _called(function: Any, inputs: dict[str, Any], with_sizes: Callable[[Any], Any]) -> Any:
    return call(with_sizes, inputs) if callable(function) else NotAFunction(type(function).__name__)


def _described(function: Any) -> Any:
    """Call a function of x and a number of units with x on the CPU and on the meta device; describe the state made."""
    inputs = {"x": np.zeros((4, 9, 3))}
    here = _called(function, inputs, lambda x: function(x, 7))
    if not hasattr(here, "dtype") or not hasattr(here, "device"):
        return here
    there = call(lambda x: function(x.to("meta"), 7), inputs)
    if not hasattr(there, "device"):
        return there
    return _State(tuple(here.shape), bool((here == 0).all()), str(here.dtype), there.device.type)


def _about(test: Callable[[_State], bool]) -> Callable[[Any], bool]:
    return lambda answer: isinstance(answer, _State) and test(answer)


_FIRST_STATE = Exercise(
    "05.first-state",
    _about(lambda state: state == _State((1, 4, 7), True, "torch.float64", "meta")),
    mistakes=(
        Mistake("two-states", lambda answer: isinstance(answer, tuple) and len(answer) == 2),
        Mistake("batch-first", _about(lambda state: state.shape == (4, 1, 7))),
        Mistake("no-layer", _about(lambda state: state.shape in {(4, 7), (7,)})),
        Mistake("feature-size", _about(lambda state: state.shape in {(1, 4, 3), (4, 9, 3)})),
        Mistake("time-axis", _about(lambda state: state.shape == (1, 9, 7))),
        Mistake("not-zeros", _about(lambda state: state.shape == (1, 4, 7) and not state.zeros)),
        Mistake("device", _about(lambda state: state.shape == (1, 4, 7) and state.device != "meta")),
        Mistake("dtype", _about(lambda state: state.shape == (1, 4, 7) and state.dtype != "torch.float64")),
    ),
    observe=_described,
)

_PIECE = 3
_STREAM = np.random.default_rng(50).normal(size=(2, 7, 4))  # axes (batch, time, unit): pieces of 3, 3 and 1 steps


def _layer(x: Any, first: Any = None) -> Any:
    """Read ``x`` as an `nn.LSTM` of one layer is called: two states go in and come out, axes (layer, batch, unit)."""
    if x.shape[1] > _PIECE:
        raise ValueError(f"a piece of {x.shape[1]} steps")
    h, c = (x.new_zeros(1, len(x), 4),) * 2 if first is None else first
    states = x.clone()
    for step in range(x.shape[1]):
        c = 0.5 * c + x[:, step] + 0.5 * h
        h = c.tanh()
        states[:, step] = h[0]
    return states, (h, c)


def _read(pieces: tuple[tuple[int, int], ...], handed_on: bool = True) -> NDArray[Any]:
    """Return the states of these stretches of the stream, one behind the other: what `_layer` gives, for arrays."""
    states, h, c = [], np.zeros((2, 4)), np.zeros((2, 4))
    for start, end in pieces:
        h, c = (h, c) if handed_on else (np.zeros((2, 4)), np.zeros((2, 4)))
        for step in range(start, end):
            c = 0.5 * c + _STREAM[:, step] + 0.5 * h
            h = np.tanh(c)
            states.append(h)
    return np.stack(states, 1)


_PIECES = ((0, 3), (3, 6), (6, 7))
_IN_PIECES = Exercise(
    "05.in-pieces",
    _read(_PIECES),
    tolerance=1e-9,
    mistakes=(
        Mistake("afresh", _read(_PIECES, handed_on=False)),
        Mistake("whole", lambda answer: isinstance(answer, Raised) and answer.text.startswith("a piece of")),
        Mistake("rest-dropped", _read(_PIECES[:2])),
        Mistake("last-piece", lambda answer: shape_of(answer) == (2, 1, 4)),
        Mistake("not-joined", lambda answer: isinstance(answer, tuple)),
        Mistake("batch-axis", lambda answer: isinstance(answer, Raised) and "Sizes of tensors" in answer.text),
        Mistake("one-state", lambda answer: isinstance(answer, Raised) and "values to unpack" in answer.text),
    ),
    observe=lambda function: _called(function, {"x": _STREAM}, lambda x: function(_layer, x, _PIECE)),
)

EXERCISES = (_COUNT, _LAST_STATES, _FIRST_STATE, _IN_PIECES)
