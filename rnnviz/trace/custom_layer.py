"""From the replayed calls of a registered module to its `LayerTrace`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace.arrays import Array
from rnnviz.trace.custom_replay import Replayed
from rnnviz.trace.layer import LayerTrace

__all__ = ["custom_layer", "follows"]

_HIDDEN = ("h", "hx", "hidden", "hidden_state", "h_t", "ht")
_CELL = ("c", "cx", "cell", "cell_state", "c_t", "ct", "memory")


def follows(before: Replayed, after: Replayed) -> bool:
    """Whether two calls give one time axis: batches of one size, or one that has shrunk as its sequences ended."""
    if before.names != after.names or before.lengths is not None or after.lengths is not None:
        return False
    pairs = zip(before.states, after.states, strict=True)
    return all(one.shape[2:] == two.shape[2:] and one.shape[1] >= two.shape[1] for one, two in pairs)


def custom_layer(kind: str, chain: Sequence[Replayed], shown: int | None) -> LayerTrace:
    """Lay the timesteps of a chain of calls end to end, of each batch the first `shown` sequences."""
    first = chain[0]
    batch = first.states[0].shape[1]
    lengths = _lengths(chain) if first.lengths is None else first.lengths
    hidden, cell = _hidden_and_cell(first.names)

    def over_time(pick: Callable[[Replayed], Tensor]) -> Array:
        joined = torch.cat([_padded(torch.stack(list(map(_flat, pick(one)))), batch) for one in chain])
        joined = joined if joined.is_floating_point() else joined.double()  # a count or a flag, and NaN past the end
        past = torch.arange(len(joined), device=joined.device).unsqueeze(1) >= lengths.to(joined.device)
        return _array(joined.masked_fill(past.unsqueeze(2), float("nan")).transpose(0, 1)[:shown])

    states = {name: over_time(lambda one, k=k: one.states[k]) for k, name in enumerate(first.names)}  # type: ignore[misc]
    gradients = {}
    if first.total is not None:
        gradients = {name: over_time(lambda one, k=k: one.total[k]) for k, name in enumerate(first.names)}  # type: ignore[misc, index]
    names = [name for name in first.gates if all(name in one.gates for one in chain)]
    before = [_before(chain, k, lengths, batch, shown, states[name]) for k, name in enumerate(first.names)]

    def start(index: int | None) -> Array | None:
        return None if index is None else _array(_flat(first.initial[index])[:shown])

    def of(found: dict[str, Array], index: int | None) -> Array | None:
        return None if index is None else found.get(first.names[index])

    started = start(hidden)
    assert started is not None
    return LayerTrace(
        kind=kind,
        hidden=states[first.names[hidden]],
        cell=of(states, cell),
        gates={name: over_time(lambda one, name=name: one.gates[name]) for name in names},  # type: ignore[misc]
        grad_hidden=of(gradients, hidden),
        grad_hidden_direct=None if first.direct is None else over_time(lambda one: one.direct[hidden]),
        grad_cell=of(gradients, cell),
        lengths=lengths[:shown].numpy().copy(),
        initial_hidden=started,
        initial_cell=start(cell),
        before_hidden=before[hidden],
        before_cell=None if cell is None else before[cell],
        states=states,
        grad_states=gradients,
        shapes={name: np.array(one.shape[2:]) for name, one in zip(first.names, first.states, strict=True)},
    )


def _lengths(chain: Sequence[Replayed]) -> Tensor:
    """Count the steps of each sequence while it was part of the batch."""
    sizes = [(one.states[0].shape[:2]) for one in chain]
    counts = torch.zeros(sizes[0][1], dtype=torch.long)
    for steps, batch in sizes:
        counts[:batch] += steps
    return counts


def _hidden_and_cell(names: Sequence[str]) -> tuple[int, int | None]:
    """Which state is the hidden one, by its name or else the first, and which, if any, is called a cell state."""
    lowered = [name.lower() for name in names]
    hidden = next((lowered.index(name) for name in _HIDDEN if name in lowered), 0)
    return hidden, next((lowered.index(one) for one in _CELL if one in lowered and lowered.index(one) != hidden), None)


def _before(
    chain: Sequence[Replayed], index: int, lengths: Tensor, batch: int, shown: int | None, states: Array
) -> Array | None:
    """States that entered each step, where the model changed any of them between two calls."""
    changed = False
    entered = np.concatenate([states[..., :1, :], states[..., :-1, :]], axis=3)
    at = 0
    for place, call in enumerate(chain):
        now = call.initial[index]
        if place:
            last = chain[place - 1].states[index][-1]
            changed = changed or not torch.equal(last[: len(now)], now)
        entered[0, 0, : len(now[:shown]), at] = _flat(now)[:shown].detach().cpu().to(torch.float64).numpy()
        at += len(call.states[index])
    return entered if changed else None


def _flat(values: Tensor) -> Tensor:
    """Units of any shape on one axis: (batch, unit)."""
    return values.flatten(1) if values.dim() > 1 else values.unsqueeze(1)


def _padded(values: Tensor, batch: int) -> Tensor:
    missing = batch - values.shape[1]
    return (
        values if not missing else torch.cat([values, values.new_full((len(values), missing, values.shape[2]), 0)], 1)
    )


def _array(values: Tensor) -> Array:
    """(batch, …) with axes (layer, direction) in front; bfloat16, which numpy does not know, as float32."""
    values = values.detach().cpu()
    return (values.float() if values.dtype == torch.bfloat16 else values).numpy()[None, None]
