"""From the recomputed calls of a registered module to its `LayerTrace`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace.capture.changes import Entered
from rnnviz.trace.registered.custom_recompute import Recomputed
from rnnviz.trace.result.layertrace import LayerTrace
from rnnviz.trace.result.resident import resident

__all__ = ["custom_layer", "follows"]

_HIDDEN = ("h", "hx", "hidden", "hidden_state", "h_t", "ht")
_CELL = ("c", "cx", "cell", "cell_state", "c_t", "ct", "memory")


def follows(before: Recomputed, after: Recomputed) -> bool:
    """Whether two calls give one time axis: batches of one size, or one that has shrunk as its sequences ended."""
    if before.names != after.names or before.lengths is not None or after.lengths is not None:
        return False
    pairs = zip(before.states, after.states, strict=True)
    return all(one.shape[2:] == two.shape[2:] and one.shape[1] >= two.shape[1] for one, two in pairs)


def custom_layer(kind: str, chain: Sequence[Recomputed], shown: int | None) -> LayerTrace:
    """Lay the timesteps of a chain of calls end to end, of each batch the first `shown` sequences."""
    first = chain[0]
    names, lengths = first.names, _lengths(chain) if first.lengths is None else first.lengths
    hidden, cell = _hidden_and_cell(names)
    kinds = dict(enumerate(names))

    def laid(parts: Sequence[Tensor]) -> Tensor:
        return _end_to_end(parts, lengths, shown)

    gates = [name for name in first.gates if all(name in one.gates for one in chain)]
    entered = [_entered(chain, k, shown) for k in kinds]
    found = {
        "gates": {name: laid([one.gates[name] for one in chain]) for name in gates},
        "grad_hidden_direct": laid([one.direct[hidden] for one in chain if one.direct]) if first.direct else None,
        "states": {name: laid([one.states[k] for one in chain]) for k, name in kinds.items()},
        "grad_states": {
            name: laid([one.total[k] for one in chain if one.total]) for k, name in kinds.items() if first.total
        },
        "initial": [_flat(one.clone())[:shown][None, None] for one in first.initial],
        "changed": [one.changed for one in entered],
    }

    def finished(arrays: dict[str, Any]) -> dict[str, Any]:
        changed, initial = arrays.pop("changed"), arrays.pop("initial")
        for name, k in (("hidden", hidden), ("cell", cell)):
            states = None if k is None else arrays["states"][names[k]]
            before = None if k is None or states is None else entered[k].found(changed[k], states)
            arrays |= {name: states, f"before_{name}": before}
            arrays[f"grad_{name}"] = None if k is None else arrays["grad_states"].get(names[k])
            arrays[f"initial_{name}"] = None if k is None else initial[k]
        return arrays

    shapes = {name: np.array(one.shape[2:]) for name, one in zip(names, first.states, strict=True)}
    known: dict[str, Any] = {"kind": kind, "lengths": lengths[:shown].numpy().copy(), "shapes": shapes}
    return resident(LayerTrace, found, finished, **known)


def _end_to_end(parts: Sequence[Tensor], lengths: Tensor, shown: int | None) -> Tensor:
    """(time, batch, …) each → (layer, direction, batch, time, unit), NaN past a sequence's length."""
    joined = torch.cat([_padded(torch.stack(list(map(_flat, one))), len(lengths)) for one in parts])
    joined = joined if joined.is_floating_point() else joined.double()  # a count or a flag, and NaN past the end
    past = torch.arange(len(joined), device=joined.device).unsqueeze(1) >= lengths.to(joined.device)
    return joined.masked_fill(past.unsqueeze(2), float("nan")).transpose(0, 1)[None, None, :shown]


def _lengths(chain: Sequence[Recomputed]) -> Tensor:
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


def _entered(chain: Sequence[Recomputed], index: int, shown: int | None) -> Entered:
    handed = [(one.states[index][-1], after.initial[index]) for one, after in pairwise(chain)]
    handed = [(last[: len(now)], now) for last, now in handed]
    entering = [_flat(call.initial[index].detach())[:shown].unsqueeze(0) for call in chain]
    return Entered.of(handed, entering, [len(call.states[index]) for call in chain])


def _flat(values: Tensor) -> Tensor:
    """Units of any shape on one axis: (batch, unit)."""
    return values.flatten(1) if values.dim() > 1 else values.unsqueeze(1)


def _padded(values: Tensor, batch: int) -> Tensor:
    missing = batch - values.shape[1]
    return (
        values if not missing else torch.cat([values, values.new_full((len(values), missing, values.shape[2]), 0)], 1)
    )
