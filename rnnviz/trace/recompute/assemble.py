"""From captured calls to `LayerTrace`: recompute, join along time, and hand over what becomes numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.linalg import vector_norm

from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.changes import Entered, weights_stay
from rnnviz.trace.modules.layers import BLOCKS, GATES, Layout, Weights, weights_of
from rnnviz.trace.recompute.recompute import recompute
from rnnviz.trace.recompute.stacking import end_to_end, stack
from rnnviz.trace.recompute.unrolled import Unrolled
from rnnviz.trace.registered.custom_layer import custom_layer, follows
from rnnviz.trace.registered.custom_recompute import Recomputed, recomputed
from rnnviz.trace.result.arrays import Array
from rnnviz.trace.result.layertrace import LayerTrace
from rnnviz.trace.result.resident import resident

_STATES = ("hidden", "cell")
_NOTHING: Mapping[str, Entered] = {}


def layers_from(calls: Sequence[Call]) -> dict[str, LayerTrace]:
    """One entry a chain of calls, in the order of their first calls: ``"path"``, then ``"path#2"`` and so on."""
    layers: dict[str, LayerTrace] = {}
    counts: dict[str, int] = {}
    # before the chains: whether two calls join depends on what their recomputation has found
    own = recomputed(calls)
    for chain in chains(calls, own):
        name = chain[0].name
        counts[name] = counts.get(name, 0) + 1
        layers[name if counts[name] == 1 else f"{name}#{counts[name]}"] = layer_from(chain, own)
    return layers


def chains(calls: Iterable[Call], own: Mapping[int, Recomputed]) -> list[list[Call]]:
    """Group calls whose states feed each other, in order.

    Calls stay apart where laying them end to end would not give one time axis: sequences of different lengths,
    batches of different sizes, and two directions, since the reverse one runs within a call only.
    """
    ends: dict[int, list[Call]] = {}
    found = []
    for call in calls:
        # popped: of two calls that take the same state only the first goes on, the other begins a chain
        before = None if call.previous is None else ends.pop(id(call.previous), None)
        if before is None or not _joins(before[-1], call, own):
            before = []
            found.append(before)
        before.append(call)
        ends[id(call)] = before
    return found


def layer_from(chain: Sequence[Call], own: Mapping[int, Recomputed]) -> LayerTrace:
    """Recompute a chain of calls and lay its timesteps end to end."""
    first, layout = chain[0], chain[0].layout
    if first.observed is not None:
        return custom_layer(layout.kind, [own[id(call)] for call in chain], first.observed.shown)
    weights, stay = _weights(first), weights_stay(chain)
    runs = _alike(chain, stay)
    dtype = weights[0][0].W_hh.dtype
    used = [weights, *(_weights(run[0]) for run in runs[1:])]
    recomputed = [
        _in_time(recompute(stack(run, dtype), layout, one), len(run)) for run, one in zip(runs, used, strict=True)
    ]
    parts = [
        [Unrolled.joined([run[layer][direction] for run in recomputed]) for direction in range(layout.directions)]
        for layer in range(layout.num_layers)
    ]
    entered = {name: _entered(chain, index) for index, name in enumerate(_STATES[: len(first.initial)])}
    return layer_trace(
        layout, first.initial, weights if all(stay) else [], parts, lengths=first.lengths, entered=entered
    )


def _joins(before: Call, after: Call, own: Mapping[int, Recomputed]) -> bool:
    if after.observed is not None:
        return follows(own[id(before)], own[id(after)])
    alone = any(one.lengths is not None or one.layout.directions > 1 for one in (before, after))
    return not alone and before.states[0].shape[1] == after.states[0].shape[1]


def _alike(chain: Sequence[Call], stay: Sequence[bool]) -> list[list[Call]]:
    """Cut a chain into runs of calls that can be recomputed at once: of one length and with the same weights."""
    runs = [[chain[0]]]
    for call, same in zip(chain[1:], stay, strict=True):
        if same and call.steps == runs[-1][-1].steps:
            runs[-1].append(call)
        else:
            runs.append([call])
    return runs


def _weights(call: Call) -> list[list[Weights]]:
    """Weights by (layer, direction), in at least single precision."""
    return [
        [Weights(*map(_precise, weights_of(call.module, call.weights, n, d))) for d in range(call.layout.directions)]  # type: ignore[arg-type]
        for n in range(call.layout.num_layers)
    ]


def _precise(value: Tensor | None) -> Tensor | None:
    if value is None or value.dtype is torch.float32 or value.dtype is torch.float64:
        return value
    return value.to(torch.promote_types(value.dtype, torch.float32))


def _in_time(recomputed: list[list[Unrolled]], calls: int) -> list[list[Unrolled]]:
    if calls == 1:
        return recomputed
    return [[one.map(lambda values: end_to_end(values, calls)) for one in row] for row in recomputed]


def layer_trace(
    layout: Layout,
    initial: Sequence[Tensor],
    weights: list[list[Weights]],
    parts: list[list[Unrolled]],
    *,
    lengths: Tensor | None = None,
    entered: Mapping[str, Entered] = _NOTHING,
) -> LayerTrace:
    """Return the trace of a layer from what was found of each of its layers and directions.

    Parameters
    ----------
    layout
        Of the module.
    initial
        States before the first step, (layer·direction, batch, unit) each.
    weights, parts
        By layer and direction.
    lengths
        Of sequences that are not all as long.
    entered
        What the model may have changed between calls, by state.
    """
    flat = [one for row in parts for one in row]
    example = flat[0].hidden
    past = None if lengths is None else _past_the_end(lengths, example)

    def laid(values: list[Any]) -> Tensor | None:
        return None if values[0] is None else _laid(values, layout, past)

    def state(rows: Tensor) -> Tensor:
        return rows.to(example.dtype).reshape(layout.num_layers, layout.directions, *rows.shape[1:])

    found = {
        "hidden": laid([one.hidden for one in flat]),
        "cell": laid([one.cell for one in flat]),
        "gates": {name: laid([one.gates[k] for one in flat]) for k, name in enumerate(GATES[layout.kind])},
        "grad_hidden": laid([one.total for one in flat]),
        "grad_hidden_direct": laid([one.direct for one in flat]),
        "grad_cell": laid([one.grad_cell for one in flat]),
        "initial_hidden": state(initial[0]),
        "initial_cell": state(initial[1]) if len(initial) > 1 else None,
        "weight_grad_norms": weight_norms(layout, flat),
        "weights": _recurrent_weights(layout, weights),
        "changed": {name: one.changed for name, one in entered.items()},
    }

    def finished(arrays: dict[str, Any]) -> dict[str, Any]:
        changed, norms = arrays.pop("changed"), arrays.pop("weight_grad_norms")
        before = {f"before_{name}": entered[name].found(one, arrays[name]) for name, one in changed.items()}
        return {**arrays, **before, "weight_grad_norms": norms and by_block(layout, norms)}

    steps, batch = example.shape[:2]
    known = np.full(batch, steps) if lengths is None else lengths.numpy().copy()
    fixed: dict[str, Any] = {"kind": layout.kind, "lengths": known, "nonlinearity": layout.nonlinearity}
    return resident(LayerTrace, found, finished, make=LayerTrace.unchecked, **fixed)


def _entered(chain: Sequence[Call], index: int) -> Entered:
    handed = [(one.states[index], after.initial[index]) for one, after in pairwise(chain)]
    return Entered.of(handed, [call.initial[index] for call in chain], [call.steps for call in chain])


def _past_the_end(lengths: Tensor, hidden: Tensor) -> Tensor:
    steps = torch.arange(hidden.shape[0], device=hidden.device).unsqueeze(1)
    return (steps >= lengths.to(hidden.device)).unsqueeze(2)


def _laid(values: list[Tensor], layout: Layout, past: Tensor | None) -> Tensor:
    """(time, batch, unit) each → (layer, direction, batch, time, unit), NaN past a sequence's length."""
    if past is not None:
        # NaN, not 0: a state of 0 would be one that a sequence can have
        values = [value.masked_fill(past, float("nan")) for value in values]
    return _stacked(values).view(layout.num_layers, layout.directions, *values[0].shape).transpose(2, 3)


def weight_norms(layout: Layout, parts: list[Unrolled]) -> dict[str, Tensor] | None:
    """Norm of each gate's block of the gradients of W_ih and W_hh, axes (layer, direction, block)."""
    if parts[0].grad_hh is None:
        return None
    count, norms = len(BLOCKS[layout.kind]), {}
    for weight, gradients in (("W_ih", [one.grad_ih for one in parts]), ("W_hh", [one.grad_hh for one in parts])):
        blocks = [vector_norm(one.view(one.shape[0], count, -1), 2, (0, 2)) for one in gradients if one is not None]
        norms[weight] = _stacked(blocks).view(layout.num_layers, layout.directions, count)
    return norms


def by_block(layout: Layout, norms: Mapping[str, Array]) -> dict[str, dict[str, Array]]:
    """Name the blocks of `weight_norms`: by weight, then by gate."""
    names = BLOCKS[layout.kind]
    return {weight: {name: one[..., k] for k, name in enumerate(names)} for weight, one in norms.items()}


def _recurrent_weights(layout: Layout, weights: list[list[Weights]]) -> dict[str, Tensor]:
    """Copy W_hh, b_hh and W_hr, axes (layer, direction, …), those that the layer has."""
    found = {}
    for name in ("W_hh", "b_hh", "W_hr"):
        values = [getattr(one, name) for row in weights for one in row]
        if values and values[0] is not None:
            found[name] = _stacked(values).view(layout.num_layers, layout.directions, *values[0].shape)
            if len(values) == 1:
                found[name] = found[name].clone(memory_format=torch.contiguous_format)
    return found


def _stacked(values: list[Tensor]) -> Tensor:
    """One after the other, along a new axis or, where there is but one, as it is."""
    return values[0] if len(values) == 1 else torch.stack(values)
