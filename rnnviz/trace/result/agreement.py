"""Whether the arrays of a layer's trace fit each other: checked where one is made, by a user or from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from rnnviz.checks import kind_of, shown
from rnnviz.trace.result.arrays import Array

__all__ = ["agreed", "numeric"]

_NUMBERS = "biufc"
_GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
_NONLINEARITIES = ("tanh", "relu")


class _Layer(Protocol):
    """What is checked; `rnnviz.trace.LayerTrace` describes it."""

    @property
    def kind(self) -> str: ...
    @property
    def hidden(self) -> Array: ...
    @property
    def cell(self) -> Array | None: ...
    @property
    def initial_cell(self) -> Array | None: ...
    @property
    def before_cell(self) -> Array | None: ...
    @property
    def gates(self) -> Mapping[str, Array]: ...
    @property
    def lengths(self) -> Array: ...
    @property
    def weights(self) -> Mapping[str, Array]: ...
    @property
    def weight_grad_norms(self) -> Mapping[str, Mapping[str, Array]] | None: ...
    @property
    def nonlinearity(self) -> str: ...


def numeric(name: str, value: Any) -> Array:
    """Return an array of numbers, or raise a TypeError that names it."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in _NUMBERS:
        raise TypeError(f"{name} must be a numpy array of numbers, got {_came(value)}.")
    return value


def agreed(layer: _Layer) -> None:
    """Raise a TypeError or a ValueError unless every array has the axes that `LayerTrace` gives it."""
    _words(layer)
    hidden = numeric("hidden", layer.hidden)
    if hidden.ndim != 5:
        raise ValueError(f"hidden must have axes (layer, direction, batch, time, unit), got shape {hidden.shape}.")
    if hidden.shape[1] not in (1, 2):
        raise ValueError(f"hidden must have one or two directions, got shape {hidden.shape}.")
    _lengths(layer.lengths, *hidden.shape[2:4])
    steps, states = hidden.shape[:4], (*hidden.shape[:3],)
    units = hidden.shape[4]
    cells = units if layer.cell is None else _fits("cell", layer.cell, (*steps, None))[-1]
    for name, shape, needed in (
        ("grad_hidden", (*steps, units), False),
        ("grad_hidden_direct", (*steps, units), False),
        ("before_hidden", (*steps, units), False),
        ("initial_hidden", (*states, units), True),
        ("grad_cell", (*steps, cells), False),
        ("before_cell", (*steps, cells), False),
        ("initial_cell", (*states, cells), False),
    ):
        value = getattr(layer, name)
        if needed or value is not None:
            _fits(name, value, shape)
    for gate, value in _mapping("gates", layer.gates).items():
        _fits("gates", value, (*steps, None), gate)
    _weights(layer, hidden.shape, cells)
    _norms(layer.weight_grad_norms, hidden.shape)


def _words(layer: _Layer) -> None:
    if not isinstance(layer.kind, str):
        raise TypeError(f"kind must be a name such as 'lstm', got {_came(layer.kind)}.")
    if not isinstance(layer.nonlinearity, str) or layer.nonlinearity not in _NONLINEARITIES:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {shown(layer.nonlinearity)}.")


def _lengths(lengths: Any, batch: int, time: int) -> None:
    _fits("lengths", lengths, (batch,))
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"lengths must be whole numbers, got dtype {lengths.dtype}.")
    if batch and not (int(lengths.min()) >= 0 and int(lengths.max()) <= time):
        raise ValueError(f"lengths must be from 0 to the {time} timesteps there are, got {shown(lengths.tolist())}.")


def _weights(layer: _Layer, shape: tuple[int, ...], cells: int) -> None:
    """The Jacobians multiply what is here, so the matrix, its gates and their number must fit the states."""
    weights = _mapping("weights", layer.weights)
    for name, value in weights.items():
        _fits("weights", value, (*shape[:2], *[None] * (np.ndim(value) - 2)), name)
    if "W_hh" not in weights or layer.kind not in _GATES:
        return
    rows = (len(_GATES[layer.kind]) or 1) * cells
    for name, wanted in (("W_hh", (rows, shape[4])), ("b_hh", (rows,)), ("W_hr", (shape[4], cells))):
        if name in weights:
            _fits("weights", weights[name], (*shape[:2], *wanted), name)
    for gate in _GATES[layer.kind]:
        if gate not in layer.gates:
            raise ValueError(f"gates of the kind {layer.kind!r} must have {gate!r}, got {shown(list(layer.gates))}.")
        _fits("gates", layer.gates[gate], (*shape[:4], cells), gate)
    if layer.kind == "lstm" and layer.cell is None:
        raise ValueError("cell must be an array where kind is 'lstm', got None.")
    if layer.kind == "lstm" and layer.initial_cell is None and layer.before_cell is None:
        raise ValueError("initial_cell must be an array where kind is 'lstm' and no before_cell is given, got None.")


def _norms(norms: Any, shape: tuple[int, ...]) -> None:
    if norms is None:
        return
    for weight, blocks in _mapping("weight_grad_norms", norms).items():
        for gate, value in _mapping("weight_grad_norms", blocks, weight).items():
            _fits("weight_grad_norms", value, shape[:2], weight, gate)


def _mapping(name: str, value: Any, *keys: str) -> Mapping[str, Any]:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise TypeError(f"{_place(name, keys)} must be a mapping from names to arrays, got {_came(value)}.")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{_place(name, keys)} must have names as keys, got {shown(list(value))}.")
    return value


def _fits(name: str, value: Any, wanted: tuple[int | None, ...], *keys: str) -> tuple[int, ...]:
    """Return the shape of an array, which must be the one wanted; None stands for any length."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in _NUMBERS:
        numeric(_place(name, keys), value)
    found: tuple[int, ...] = value.shape
    if found != wanted and not _is_like(found, wanted):
        axes = ", ".join("any" if one is None else str(one) for one in wanted)
        raise ValueError(f"{_place(name, keys)} must have shape ({axes}), as hidden says, got {found}.")
    return found


def _is_like(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    for one, size in zip(wanted, found, strict=False):
        if one is not None and one != size:
            return False
    return len(found) == len(wanted)


def _place(name: str, keys: tuple[str, ...]) -> str:
    """Where an array is, for a message: to write it out takes longer than all checks."""
    return name + "".join(f"[{shown(key)}]" for key in keys)


def _came(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return "None" if value is None else kind_of(value)
