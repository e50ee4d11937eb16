"""From captured calls to `LayerTrace`: replay, join along time, and hand over as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace.arrays import Array
from rnnviz.trace.calls import Call
from rnnviz.trace.custom_layer import custom_layer, follows
from rnnviz.trace.custom_replay import Replayed, replayed
from rnnviz.trace.layer import LayerTrace
from rnnviz.trace.layers import BLOCKS, GATES, Layout, Weights, weights_of
from rnnviz.trace.replay import replay
from rnnviz.trace.stacking import end_to_end, stack
from rnnviz.trace.unrolled import Unrolled


def layers_from(calls: Sequence[Call]) -> dict[str, LayerTrace]:
    """One entry a chain of calls, in the order of their first calls: ``"path"``, then ``"path#2"`` and so on."""
    layers: dict[str, LayerTrace] = {}
    counts: dict[str, int] = {}
    own = replayed(calls)
    for chain in chains(calls, own):
        name = chain[0].name
        counts[name] = counts.get(name, 0) + 1
        layers[name if counts[name] == 1 else f"{name}#{counts[name]}"] = layer_from(chain, own)
    return layers


def chains(calls: Iterable[Call], own: Mapping[int, Replayed]) -> list[list[Call]]:
    """Group calls whose states feed each other, in order.

    Calls stay apart where laying them end to end would not give one time axis: sequences of different lengths,
    batches of different sizes, and two directions, since the reverse one runs within a call only.
    """
    ends: dict[int, list[Call]] = {}
    found = []
    for call in calls:
        before = None if call.previous is None else ends.pop(id(call.previous), None)
        if before is None or not _joins(before[-1], call, own):
            before = []
            found.append(before)
        before.append(call)
        ends[id(call)] = before
    return found


def layer_from(chain: Sequence[Call], own: Mapping[int, Replayed]) -> LayerTrace:
    """Replay a chain of calls and lay its timesteps end to end."""
    first, layout = chain[0], chain[0].layout
    if first.heard is not None:
        return custom_layer(layout.kind, [own[id(call)] for call in chain], first.heard.shown)
    weights, runs = _weights(first), _alike(chain)
    dtype = weights[0][0].W_hh.dtype
    replayed = [_in_time(replay(stack(run, dtype), layout, _weights(run[0])), len(run)) for run in runs]
    parts = [
        [Unrolled.joined([run[layer][direction] for run in replayed]) for direction in range(layout.directions)]
        for layer in range(layout.num_layers)
    ]
    same = all(_same_weights(first, run[0]) for run in runs)
    return _layer_trace(chain, weights if same else [], parts, GATES[layout.kind])


def _joins(before: Call, after: Call, own: Mapping[int, Replayed]) -> bool:
    if after.heard is not None:
        return follows(own[id(before)], own[id(after)])
    alone = any(one.lengths is not None or one.layout.directions > 1 for one in (before, after))
    return not alone and before.states[0].shape[1] == after.states[0].shape[1]


def _alike(chain: Sequence[Call]) -> list[list[Call]]:
    """Cut a chain into runs of calls that can be replayed at once: of one length and with the same weights."""
    runs = [[chain[0]]]
    for call in chain[1:]:
        last = runs[-1][-1]
        if call.steps == last.steps and _same_weights(call, last):
            runs[-1].append(call)
        else:
            runs.append([call])
    return runs


def _same_weights(one: Call, other: Call) -> bool:
    pairs = zip(one.weights.values(), other.weights.values(), strict=True)
    return all(mine is theirs or torch.equal(mine, theirs) for mine, theirs in pairs)


def _weights(call: Call) -> list[list[Weights]]:
    """Weights by (layer, direction), in at least single precision."""

    def precise(value: Tensor | None) -> Tensor | None:
        return None if value is None else value.to(torch.promote_types(value.dtype, torch.float32))

    return [
        [Weights(*map(precise, weights_of(call.module, call.weights, n, d))) for d in range(call.layout.directions)]  # type: ignore[arg-type]
        for n in range(call.layout.num_layers)
    ]


def _in_time(replayed: list[list[Unrolled]], calls: int) -> list[list[Unrolled]]:
    return [
        [one if calls == 1 else one.map(lambda values: end_to_end(values, calls)) for one in row] for row in replayed
    ]


def _layer_trace(
    chain: Sequence[Call], weights: list[list[Weights]], parts: list[list[Unrolled]], gate_names: Sequence[str]
) -> LayerTrace:
    call, layout, example = chain[0], chain[0].layout, parts[0][0].hidden
    past = _past_the_end(call, example)

    def array(pick: Callable[[Unrolled], Tensor | None]) -> Array | None:
        values = [pick(one) for row in parts for one in row]
        return None if values[0] is None else _to_numpy(values, layout, past)  # type: ignore[arg-type]

    def state(index: int) -> Array:
        rows = call.initial[index].to(example.dtype)
        return _numpy(rows.reshape(layout.num_layers, layout.directions, *rows.shape[1:]))

    steps, batch = example.shape[:2]
    gates = {name: array(lambda one, index=index: one.gates[index]) for index, name in enumerate(gate_names)}  # type: ignore[misc]
    hidden, cell = cast(Array, array(lambda one: one.hidden)), array(lambda one: one.cell)
    return LayerTrace(
        kind=layout.kind,
        hidden=hidden,
        cell=cell,
        gates=cast(dict[str, Array], gates),
        grad_hidden=array(lambda one: one.total),
        grad_hidden_direct=array(lambda one: one.direct),
        grad_cell=array(lambda one: one.grad_cell),
        lengths=np.full(batch, steps) if call.lengths is None else call.lengths.numpy().copy(),
        initial_hidden=state(0),
        initial_cell=state(1) if len(call.initial) > 1 else None,
        weight_grad_norms=_norms(layout, parts),
        before_hidden=_entered(chain, hidden, 0),
        before_cell=None if cell is None else _entered(chain, cell, 1),
        weights=_recurrent_weights(layout, weights),
        nonlinearity=layout.nonlinearity,
    )


def _entered(chain: Sequence[Call], states: Array, index: int) -> Array | None:
    """States that entered each step, where the model changed any of them between two calls."""
    if all(torch.equal(one.states[index], after.initial[index]) for one, after in pairwise(chain)):
        return None
    before, start = np.concatenate([states[..., :1, :], states[..., :-1, :]], axis=3), 0
    for call in chain:
        before[:, 0, :, start] = _numpy(call.initial[index].to(torch.float64))
        start += call.steps
    return before


def _past_the_end(call: Call, hidden: Tensor) -> Tensor | None:
    if call.lengths is None:
        return None
    steps = torch.arange(hidden.shape[0], device=hidden.device).unsqueeze(1)
    return (steps >= call.lengths.to(hidden.device)).unsqueeze(2)


def _to_numpy(values: list[Tensor], layout: Layout, past: Tensor | None) -> Array:
    """(time, batch, unit) each → (layer, direction, batch, time, unit), NaN past a sequence's length."""
    if past is not None:
        values = [value.masked_fill(past, float("nan")) for value in values]
    joined = values[0].unsqueeze(0) if len(values) == 1 else torch.stack(values)
    return _numpy(joined.view(layout.num_layers, layout.directions, *joined.shape[1:]).transpose(2, 3))


def _numpy(values: Tensor) -> Array:
    return values.detach().cpu().numpy()


def _norms(layout: Layout, parts: list[list[Unrolled]]) -> dict[str, dict[str, Array]] | None:
    """Norm of each gate's block of the gradients of W_ih and W_hh, axes (layer, direction)."""
    if parts[0][0].grad_hh is None:
        return None
    names = BLOCKS[layout.kind]
    norms: dict[str, dict[str, Array]] = {}
    for weight in ("W_ih", "W_hh"):
        gradients = [getattr(one, f"grad_{weight[2:]}") for row in parts for one in row]
        blocks = torch.stack([gradient.view(len(gradient), len(names), -1).norm(dim=(0, 2)) for gradient in gradients])
        table = _numpy(blocks).reshape(layout.num_layers, layout.directions, len(names))
        norms[weight] = {name: table[..., index] for index, name in enumerate(names)}
    return norms


def _recurrent_weights(layout: Layout, weights: list[list[Weights]]) -> dict[str, Array]:
    """Copy W_hh, b_hh and W_hr, axes (layer, direction, …), those that the layer has."""
    found = {}
    for name in ("W_hh", "b_hh", "W_hr"):
        values = [getattr(one, name) for row in weights for one in row]
        if values and values[0] is not None:
            found[name] = _numpy(torch.stack(values).view(layout.num_layers, layout.directions, *values[0].shape))
    return found
