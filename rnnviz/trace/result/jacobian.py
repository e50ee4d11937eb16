"""Jacobians of the recurrence, from the states and gates that a trace holds: how far a step stretches or shrinks.

Plain numpy, so a trace that was loaded from a file can be asked too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from rnnviz.trace.result.arrays import Array


class _Recurrence(Protocol):
    """What is asked of a layer's trace; its attributes are described there."""

    @property
    def kind(self) -> str: ...
    @property
    def nonlinearity(self) -> str: ...
    @property
    def hidden(self) -> Array: ...
    @property
    def cell(self) -> Array | None: ...
    @property
    def gates(self) -> Mapping[str, Array]: ...
    @property
    def lengths(self) -> Array: ...
    @property
    def initial_hidden(self) -> Array: ...
    @property
    def initial_cell(self) -> Array | None: ...
    @property
    def before_hidden(self) -> Array | None: ...
    @property
    def before_cell(self) -> Array | None: ...
    @property
    def weights(self) -> Mapping[str, Array]: ...


class Before(NamedTuple):
    """States before each step, axes (layer, direction, batch, time, unit)."""

    hidden: Array
    cell: Array | None


@np.errstate(all="ignore")
def step_norms(layer: _Recurrence) -> Array:
    """Spectral norm of dh_t/dh_{t-1} at fixed c_{t-1}, axes (layer, direction, batch, time)."""
    norms = np.full(layer.hidden.shape[:4], np.nan, dtype=layer.hidden.dtype)
    before = _before(layer)
    units = layer.hidden.shape[-1]
    for t in range(layer.hidden.shape[3]):
        norms[..., t] = _spectral(_state_jacobian(layer, before, t)[..., :units, :units])
    return _past_the_end(norms, layer)


@np.errstate(all="ignore")
def product_norms(layer: _Recurrence) -> Array:
    """Spectral norm of dh_last/dh_t, axes (layer, direction, batch, time), through every state there is."""
    norms = np.full(layer.hidden.shape[:4], np.nan, dtype=layer.hidden.dtype)
    before = _before(layer)
    steps, units = layer.hidden.shape[3:]
    for direction in range(layer.hidden.shape[1]):
        product = None
        # towards t = 0, the way the gradient goes: so the product grows by one factor a step
        for t in range(steps) if direction else range(steps - 1, -1, -1):
            jacobian = _state_jacobian(layer, before, t)[:, direction]
            identity = np.broadcast_to(np.eye(jacobian.shape[-1]), jacobian.shape)
            product = identity if product is None else product
            norms[:, direction, :, t] = _spectral(product[..., :units, :units])
            inside = (t < layer.lengths)[:, None, None]
            product = np.where(inside, product @ np.where(inside, jacobian, 0), product)
    return _past_the_end(norms, layer)


def _state_jacobian(layer: _Recurrence, before: Before, t: int) -> Array:
    """d(h_t, c_t)/d(h_{t-1}, c_{t-1}) at one timestep, axes (layer, direction, batch, to, from); without c: of h."""
    if "W_hh" not in layer.weights:
        raise ValueError(_unknown(layer.kind))
    W = layer.weights["W_hh"][:, :, None]  # layer, direction, batch, gate·unit, hidden
    if layer.kind == "rnn":
        return _slope(layer, t)[..., None] * W
    gates = {name: gate[..., t, :] for name, gate in layer.gates.items()}
    return _gru(layer, W, gates, before, t) if layer.kind == "gru" else _lstm(layer, W, gates, before, t)


def _unknown(kind: str) -> str:
    if kind in ("rnn", "lstm", "gru"):
        return "the Jacobians of a layer whose weights changed from one call to the next are not known."
    return f"the Jacobians of a registered cell ({kind!r}) are not known; only rnn, lstm and gru are."


def _slope(layer: _Recurrence, t: int) -> Array:
    hidden: Array = layer.hidden[..., t, :]
    return np.heaviside(hidden, 0) if layer.nonlinearity == "relu" else 1 - hidden**2


def _gru(layer: _Recurrence, W: Array, gates: dict[str, Array], before: Before, t: int) -> Array:
    """GRU: h' = (1 − z) n + z h with n = tanh(… + r (W_n h + b_n))."""
    r, z, n = (gates[name] for name in "rzn")
    W_r, W_z, W_n = np.split(W, 3, axis=-2)
    h = before.hidden[..., t, :]
    from_state = np.einsum("ldbij,ldbj->ldbi", np.broadcast_to(W_n, (*h.shape[:3], *W_n.shape[3:])), h)
    if "b_hh" in layer.weights:
        from_state = from_state + np.split(layer.weights["b_hh"], 3, axis=-1)[2][:, :, None]
    to_n = (1 - z) * (1 - n**2)
    parts = ((to_n * from_state * r * (1 - r), W_r), ((h - n) * z * (1 - z), W_z), (to_n * r, W_n))
    jacobian: Array = sum(scale[..., None] * block for scale, block in parts) + z[..., None] * np.eye(h.shape[-1])
    return jacobian


def _lstm(layer: _Recurrence, W: Array, gates: dict[str, Array], before: Before, t: int) -> Array:
    """LSTM: c' = f c + i g, h' = W_hr (o tanh c'): the four blocks of d(h', c')/d(h, c)."""
    assert layer.cell is not None
    assert before.cell is not None
    i, f, g, o = (gates[name] for name in "ifgo")
    c, squashed = before.cell[..., t, :], np.tanh(layer.cell[..., t, :])
    scales = (g * i * (1 - i), c * f * (1 - f), i * (1 - g**2), squashed * o * (1 - o))
    to = [scale[..., None] * block for scale, block in zip(scales, np.split(W, 4, axis=-2), strict=True)]
    to_c, slope = to[0] + to[1] + to[2], (o * (1 - squashed**2))[..., None]
    keep = f[..., None] * np.eye(f.shape[-1])
    h_from_h, h_from_c = slope * to_c + to[3], slope * keep
    if "W_hr" in layer.weights:
        W_hr = layer.weights["W_hr"][:, :, None]
        h_from_h, h_from_c = W_hr @ h_from_h, W_hr @ h_from_c
    return np.concatenate([np.concatenate([h_from_h, h_from_c], -1), np.concatenate([to_c, keep], -1)], -2)


def _before(layer: _Recurrence) -> Before:
    hidden, cell = layer.before_hidden, layer.before_cell
    if hidden is None:
        hidden = _shifted(layer, layer.hidden, layer.initial_hidden)
    assert hidden is not None
    return Before(hidden, _shifted(layer, layer.cell, layer.initial_cell) if cell is None else cell)


def _shifted(layer: _Recurrence, states: Array | None, start: Array | None) -> Array | None:
    """States one step earlier in the order of the recurrence, the initial ones first."""
    if states is None or start is None:
        return None
    before = np.empty_like(states)
    before[:, 0, :, 1:], before[:, 0, :, 0] = states[:, 0, :, :-1], start[:, 0]
    for direction, b in _reverse_sequences(layer):
        last = int(layer.lengths[b]) - 1
        before[:, direction, b, :-1], before[:, direction, b, last] = (
            states[:, direction, b, 1:],
            start[:, direction, b],
        )
    return before


def _reverse_sequences(layer: _Recurrence) -> Iterator[tuple[int, int]]:
    return ((1, b) for b in range(layer.hidden.shape[2]) if layer.hidden.shape[1] == 2)


def _spectral(matrices: Array) -> Array:
    """Largest singular values; infinite where a matrix has exploded, NaN where it holds NaN (as past the end)."""
    finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
    norms: Array = np.linalg.norm(np.where(finite[..., None, None], matrices, 0), ord=2, axis=(-2, -1))
    return np.where(finite, norms, np.where(np.isnan(matrices).any(axis=(-2, -1)), np.nan, np.inf))


def _past_the_end(values: Array, layer: _Recurrence) -> Array:
    return np.where(np.arange(values.shape[-1]) < layer.lengths[:, None], values, np.nan).astype(values.dtype)
