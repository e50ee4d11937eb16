"""States and gates of a layer on one sequence, by themselves: what a picture needs twenty times a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnviz.trace.isolation.precision import full_precision
from rnnviz.trace.modules.layers import GATES, Weights, kind_of
from rnnviz.trace.recompute.layers_inside import packed
from rnnviz.trace.result.arrays import Array
from rnnviz.trace.scan.kernels import tanh

__all__ = ["OneSequence", "one_sequence"]


class OneSequence(NamedTuple):
    """What a layer did on a sequence, axes (layer, direction, time, unit); a plain RNN has no gates.

    The time axis runs in the order of the input, also for the reverse direction.
    """

    hidden: Array
    cell: Array | None
    gates: dict[str, Array]

    @property
    def is_finite(self) -> bool:
        """Whether there is a number for every state."""
        return all(bool(np.isfinite(one).all()) for one in (self.hidden, self.cell) if one is not None)


class _Part(NamedTuple):
    """One layer and direction, axes (time, unit); gates side by side."""

    hidden: Tensor
    cell: Tensor | None
    gates: Tensor | None


@torch.no_grad()
def one_sequence(layer: nn.RNNBase, sequence: Tensor, weights: Sequence[Tensor] | None = None) -> OneSequence:
    """Run a layer of torch's own on one sequence, from zeros, and work out its gates, all of them in one product.

    What `rnnviz.trace` finds, but for rounding, in a fifth of the time: no hooks, nothing to put back, no gradients. So
    the layer is one without dropout, projection, hooks and parametrizations.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Its weights are read, in place.
    sequence : torch.Tensor
        Axes (time, feature); of a padded one, the part before its end.
    weights : sequence of torch.Tensor, optional
        In place of the layer's own, in the order in which it keeps them.

    Examples
    --------
    >>> found = one_sequence(nn.LSTM(2, 3, num_layers=2), torch.zeros(5, 2))
    >>> found.hidden.shape, found.gates["f"].shape
    ((2, 1, 5, 3), (2, 1, 5, 3))
    """
    kind = kind_of(layer)
    assert kind is not None
    parts = list(_parts(layer, kind, sequence, layer._flat_weights if weights is None else weights))
    names = GATES[kind]
    gates = [_laid([one.gates for one in parts], layer)] if names else []
    size = layer.hidden_size
    return OneSequence(
        _laid([one.hidden for one in parts], layer),
        _laid([one.cell for one in parts], layer) if kind == "lstm" else None,
        {name: gates[0][..., k * size : (k + 1) * size] for k, name in enumerate(names)},
    )


def _parts(layer: nn.RNNBase, kind: str, sequence: Tensor, flat: Any) -> Iterator[_Part]:
    """Yield layer by layer, the directions of each in turn; a layer reads both directions of the one below."""
    directions, size = 2 if layer.bidirectional else 1, layer.hidden_size
    count = len(flat) // (layer.num_layers * directions)
    fused: Any = getattr(torch, kind if kind != "rnn" else f"rnn_{layer.nonlinearity}")
    start = sequence.new_zeros((directions, 1, size))
    state: Any = (start, start) if kind == "lstm" else start
    for depth in range(layer.num_layers):
        own = packed(layer, flat[depth * directions * count : (depth + 1) * directions * count])
        given = sequence.unsqueeze(1).contiguous()
        output = fused(given, state, own, layer.bias, 1, 0.0, False, layer.bidirectional, False)[0][:, 0]
        for direction in range(directions):
            weights = Weights(*own[direction * count : (direction + 1) * count], *[None] * (5 - count))
            hidden = output[:, direction * size : (direction + 1) * size]
            yield _part(kind, sequence, hidden, weights, reverse=direction == 1)
        sequence = output


def _part(kind: str, sequence: Tensor, hidden: Tensor, weights: Weights, *, reverse: bool) -> _Part:
    if kind == "rnn":
        return _Part(hidden, None, None)
    before = torch.zeros_like(hidden, memory_format=torch.contiguous_format)
    if reverse:
        before[:-1] = hidden[1:]
    else:
        before[1:] = hidden[:-1]
    with full_precision():
        by_input, by_state = linear(sequence, weights.W_ih, weights.b_ih), linear(before, weights.W_hh, weights.b_hh)
    if kind == "gru":
        return _Part(hidden, None, _gru_gates(by_input, by_state))
    gates = by_input.add_(by_state)
    size = hidden.shape[1]
    candidate = tanh(gates[:, 2 * size : 3 * size])
    gates.sigmoid_()[:, 2 * size : 3 * size] = candidate
    return _Part(hidden, _cell_states(gates, reverse=reverse), gates)


def _gru_gates(by_input: Tensor, by_state: Tensor) -> Tensor:
    size = by_input.shape[1] // 3
    from_state = by_state[:, 2 * size :].clone()
    gates = by_input.add_(by_state)
    gates[:, : 2 * size].sigmoid_()
    # r scales what comes from the state alone, b_hn included: that part is taken off once, and put back scaled
    new = gates[:, 2 * size :].addcmul_(gates[:, :size] - 1, from_state)
    new.copy_(tanh(new))
    return gates


def _cell_states(gates: Tensor, *, reverse: bool) -> Tensor:
    """c_t = f_t c_{t-1} + i_t g_t from 0, axes (time, unit)."""
    i, f, g, _ = gates.chunk(4, dim=1)
    cell = i * g
    if not cell.is_cpu:
        return _carried_by_torch(cell, f, reverse=reverse)
    way = slice(None, None, -1) if reverse else slice(None)
    now, keeps = cell.numpy()[way], f.numpy()[way]
    kept = np.empty_like(now[0])
    multiply, add = np.multiply, np.add
    with np.errstate(all="ignore"):  # states that explode are infinite, as torch's are
        for before, keep, after in zip(now, keeps[1:], now[1:], strict=False):
            multiply(before, keep, kept)
            add(after, kept, after)
    return cell


def _carried_by_torch(cell: Tensor, forget: Tensor, *, reverse: bool) -> Tensor:
    steps = list(zip(cell.unbind(), forget.unbind(), strict=True))[:: -1 if reverse else 1]
    before = None
    for now, keep in steps:
        if before is not None:
            now.addcmul_(keep, before)
        before = now
    return cell


def _laid(parts: list[Any], layer: nn.RNNBase) -> Array:
    """(time, unit) each → (layer, direction, time, unit) on the host."""
    found = (parts[0] if len(parts) == 1 else torch.stack(parts)).cpu()
    array: Array = found.numpy()
    return array.reshape(layer.num_layers, -1, *array.shape[-2:])
