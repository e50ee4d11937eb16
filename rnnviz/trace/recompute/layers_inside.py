"""The layers inside a fused module: what each was given and gave back, dropout between them included."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.backends.cudnn.rnn import get_cudnn_mode
from torch.nn.functional import dropout

from rnnviz.generators import drawing_from
from rnnviz.trace.capture.calls import Call
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.precision import callers_precision

# Of the output's norm. A call under autocast, or in cuDNN's TF32, differs from its repetition by a hundredth at most;
# other masks change far more: where one unit in a hundred drops out, what enters the layer changes by a seventh.
_CLOSE = {torch.float64: 1e-9, torch.float32: 0.02, torch.float16: 0.02, torch.bfloat16: 0.05}


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
    # under autocast the call was given another dtype than its weights have
    data = data.to(next(module.parameters()).dtype)
    levels, mask = [], None
    with _generator_at(call.rng, data):
        for layer in range(call.layout.num_layers - 1):
            result = _run(call, module, data, layer)
            levels.append(Level(pad(data), pad(result), mask if mask is None else pad(mask)))
            mask = None if call.rng is None else _drawn(call, result)
            data = result if mask is None else result * mask
    levels.append(Level(pad(data), output, mask if mask is None else pad(mask)))
    # drawn again, they may be others: the top layer, run through them, has to give what the call gave
    if mask is not None:
        expected = output if packing is None else call.output  # in the order that a call has inside
        if not _alike(_run(call, module, data, call.layout.num_layers - 1), expected):
            return _unknown(call, levels)
    return levels


def _drawn(call: Call, result: Tensor) -> Tensor:
    """Draw a mask in the number format that the call had: kernels draw in another order for another one."""
    return dropout(torch.ones_like(result, dtype=call.output.dtype), call.layout.dropout).to(result.dtype)


def _alike(found: Tensor, expected: Tensor) -> bool:
    """Whether the top layer, fed through the masks that were drawn again, gives what the call gave."""
    most = _CLOSE[expected.dtype]
    found, expected = (one.to(torch.promote_types(one.dtype, torch.float32)) for one in (found, expected))
    return bool((found - expected).norm() <= most * expected.norm())


def _unknown(call: Call, levels: list[Level]) -> list[Level]:
    """Leave only what is known without the masks: what the module was given and gave back."""
    warnings.warn(
        f"the dropout masks between the layers of {call.name!r} cannot be drawn again (cuDNN, for one, keeps them to "
        "itself): only the states of its top layer and the gradient that reaches these from outside are shown.",
        stacklevel=2,
    )
    below = [torch.full_like(one.output, float("nan")) for one in levels[:-1]]
    outputs, entering = [*below, levels[-1].output], [levels[0].inputs, *below]
    return [Level(*one) for one in zip(entering, outputs, [None, *below], strict=True)]


def _run(call: Call, module: nn.RNNBase, data: Tensor, layer: int) -> Tensor:
    """One layer of a fused module as one fused call, over time-major or packed data."""
    layout, packing = call.layout, call.form.packing
    rows = slice(layer * layout.directions, (layer + 1) * layout.directions)
    states = tuple(one[rows].to(data.dtype) for one in call.initial)
    if packing is not None and packing.sorted_indices is not None:
        states = tuple(one.index_select(1, packing.sorted_indices) for one in states)
    state: Any = states if layout.kind == "lstm" else states[0].contiguous()
    flat = packed(module, [call.weights[name] for group in module._all_weights[rows] for name in group])
    fused: Any = getattr(torch, layout.kind if layout.kind != "rnn" else f"rnn_{layout.nonlinearity}")
    settings = (module.bias, 1, 0.0, False, module.bidirectional)
    with _as_called(call):
        if packing is None:
            result = fused(data.contiguous(), state, flat, *settings, False)[0]
        else:
            result = fused(data, packing.batch_sizes, state, flat, *settings)[0]
    assert isinstance(result, Tensor)
    return result


def packed(module: nn.RNNBase, weights: list[Tensor]) -> list[Tensor]:
    """Lay copies of one layer's weights out in one buffer, as cuDNN wants them: they are parts of the module's own."""
    if not torch.backends.cudnn.is_acceptable(weights[0]):  # type: ignore[no-untyped-call]
        return weights
    # the module's own buffer must stay as it is; to flatten would move the weights
    copies = [one.detach().clone() for one in weights]
    bidirectional, width = bool(module.bidirectional), weights[0].shape[1]
    sizes = width, get_cudnn_mode(module.mode), module.hidden_size, module.proj_size, 1, False, bidirectional  # type: ignore[no-untyped-call]
    with torch.cuda.device_of(copies[0]), torch.no_grad():  # type: ignore[no-untyped-call]
        torch._cudnn_rnn_flatten_weight(copies, len(copies) // (1 + bidirectional), *sizes)
    return copies


@contextmanager
def _as_called(call: Call) -> Iterator[None]:
    """With the kernels and the precision that the call had: states are what it gave, TF32 where that is allowed."""
    enabled = torch._C._get_cudnn_enabled()
    with callers_precision():
        if enabled == call.by_cudnn:
            yield
            return
        with TURN:
            torch._C._set_cudnn_enabled(call.by_cudnn)
            try:
                yield
            finally:
                torch._C._set_cudnn_enabled(enabled)


@contextmanager
def _generator_at(state: Tensor | None, data: Tensor) -> Iterator[None]:
    """Set the generator that dropout draws from to where it was before the module ran, for a while."""
    if state is None:
        yield
        return
    with TURN, drawing_from(state, data.device):
        yield
