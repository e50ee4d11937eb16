"""The layers inside a fused module: what each was given and gave back, dropout between them included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from rnnviz.trace.calls import Call
from rnnviz.trace.turns import TURN


class Level(NamedTuple):
    """What one layer was given and gave back, axes (time, batch, ·); `mask` is the dropout in front of it."""

    inputs: Tensor
    output: Tensor
    mask: Tensor | None


def levels_of(call: Call) -> list[Level]:
    """Run the layers below the top one again, each as one fused call, with the masks that the module itself drew."""
    output = call.form.sequence(call.output)
    module = call.module
    if call.layout.num_layers == 1:
        return [Level(call.sequence(), output, None)]
    assert isinstance(module, nn.RNNBase)
    packing = call.form.packing
    data = call.sequence() if packing is None else call.given
    pad = call.form.sequence if packing is not None else lambda native: native
    data = data.to(next(module.parameters()).dtype)
    levels, mask = [], None
    with _generator_at(call.rng, data):
        for layer in range(call.layout.num_layers - 1):
            result = _run(call, module, data, layer)
            levels.append(Level(pad(data), pad(result), mask if mask is None else pad(mask)))
            mask = None if call.rng is None else dropout(torch.ones_like(result), call.layout.dropout)
            data = result if mask is None else result * mask
    return [*levels, Level(pad(data), output, mask if mask is None else pad(mask))]


def _run(call: Call, module: nn.RNNBase, data: Tensor, layer: int) -> Tensor:
    """One layer of a fused module as one fused call, over time-major or packed data."""
    layout, packing = call.layout, call.form.packing
    rows = slice(layer * layout.directions, (layer + 1) * layout.directions)
    states = tuple(one[rows].to(data.dtype) for one in call.initial)
    if packing is not None and packing.sorted_indices is not None:
        states = tuple(one.index_select(1, packing.sorted_indices) for one in states)
    state: Any = states if layout.kind == "lstm" else states[0].contiguous()
    flat = [call.weights[name] for group in module._all_weights[rows] for name in group]
    fused: Any = getattr(torch, layout.kind if layout.kind != "rnn" else f"rnn_{layout.nonlinearity}")
    settings = (module.bias, 1, 0.0, False, module.bidirectional)
    if packing is None:
        result = fused(data.contiguous(), state, flat, *settings, False)[0]
    else:
        result = fused(data, packing.batch_sizes, state, flat, *settings)[0]
    assert isinstance(result, Tensor)
    return result


@contextmanager
def _generator_at(state: Tensor | None, data: Tensor) -> Iterator[None]:
    """Set the generator that dropout draws from to where it was before the module ran, for a while."""
    if state is None:
        yield
        return
    with TURN, torch.random.fork_rng(devices=[data.device] if data.is_cuda else []):
        if data.is_cuda:
            torch.cuda.set_rng_state(state, data.device)
        else:
            torch.set_rng_state(state)
        yield
