"""A recurrent layer by itself: what it does with an input, without a run, and without hooks, of the model around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnviz.trace.capture.calls import Call, Form, Sequence, data_of, initial_states, states_of
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.surroundings import recomputing
from rnnviz.trace.modules.layers import Layout, Weights, layout_of, weights_in_use, weights_of
from rnnviz.trace.recompute.assemble import by_block, layer_trace, weight_norms
from rnnviz.trace.recompute.layers_inside import Level, levels_of
from rnnviz.trace.recompute.recompute import recompute
from rnnviz.trace.recompute.stacking import Stack, valid_steps
from rnnviz.trace.result.arrays import Array, read_only
from rnnviz.trace.result.layertrace import LayerTrace
from rnnviz.trace.result.resident import owe

__all__ = ["LayerAlone", "layer_alone"]


class LayerAlone(NamedTuple):
    """What was found: the layer's trace, and where there is a loss, its value."""

    layer: LayerTrace
    loss: Tensor | None


def layer_alone(
    layer: nn.RNNBase,
    given: Tensor,
    loss: Callable[[Tensor], Tensor] | None = None,
    lengths: Tensor | None = None,
) -> LayerAlone:
    """Return what `rnnviz.trace` would find of one call of a layer, in half the time for a small one.

    Nothing is isolated, so that neither the layer nor the loss may draw random numbers or change anything: a layer
    without dropout, hooks and parametrizations, which begins with zeros. On a CPU the norms of the weights' gradients
    are worked out when somebody reads them.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        One of torch's own, of single or double precision; its ``forward`` is called.
    given : torch.Tensor
        What the layer is to read, with a batch axis, without a graph of autograd's; nobody may write to it any more.
    loss : callable, optional
        From the top layer's states, in the form of what was given, to a scalar. Without it no gradients are found.
    lengths : torch.Tensor, optional
        Of sequences that are padded, axis (batch,), on the CPU; the layer then has ``batch_first=True``.

    Examples
    --------
    >>> layer_alone(nn.GRU(2, 3, batch_first=True), torch.zeros(1, 5, 2)).layer.gates["z"].shape
    (1, 1, 1, 5, 3)
    """
    with TURN:  # nor may another thread's trace change meanwhile what belongs to the process
        read = given if lengths is None else _packed(given, lengths)
        with torch.no_grad():
            result, state = layer.forward(read)
        output = data_of(result)
        value, gradient = (None, None) if loss is None else _differentiated(_of_data(loss, given, read), output)
        form, layout, late = Form.of(layer, read), layout_of(layer), loss is not None and output.is_cpu
        used = weights_in_use(layer)
        if late:  # training goes on and changes them
            used = {name: one.detach().clone() for name, one in used.items()}
        initial, states = initial_states(layer, layout, form, None, data_of(read)), states_of(state)
        call = Call("", layer, layout, form, data_of(read), initial, output, states, weights=used)
        weights = _weights(layer, layout, used)
        with recomputing(output.device.type):
            towards = None if gradient is None else form.sequence(gradient)
            stack = _stack(levels_of(call), initial, towards, loss is not None, call.lengths, wants_weights=not late)
            found = layer_trace(layout, initial, weights, recompute(stack, layout, weights), lengths=call.lengths)
    if late:
        entering = call.sequence()
        owe(found, weight_grad_norms=lambda seen: _norms(seen, layout, entering, initial, weights, call.lengths))
    return LayerAlone(found, value)


def _norms(
    seen: LayerTrace,
    layout: Layout,
    entering: Tensor,
    initial: tuple[Tensor, ...],
    weights: list[list[Weights]],
    lengths: Tensor | None,
) -> Mapping[str, Mapping[str, Array]]:
    """Go back through the layer once more, from what was seen, for the norms of the weights' gradients."""
    assert seen.grad_hidden_direct is not None
    outputs = [_side_by_side(one, lengths) for one in seen.hidden]
    levels = [Level(*one, None) for one in zip([entering, *outputs[:-1]], outputs, strict=True)]
    towards = _side_by_side(seen.grad_hidden_direct[-1], lengths)
    with recomputing("cpu"):
        stack = _stack(levels, initial, towards, True, lengths, wants_weights=True)
        found = weight_norms(layout, [one for row in recompute(stack, layout, weights) for one in row])
    assert found is not None
    return read_only(by_block(layout, {name: one.numpy() for name, one in found.items()}))


def _side_by_side(values: Array, lengths: Tensor | None) -> Tensor:
    """(direction, batch, time, unit) → (time, batch, direction·unit), in memory of its own."""
    joined = torch.cat([torch.tensor(one).transpose(0, 1) for one in values], dim=2)
    if lengths is not None:  # where a trace says NaN, torch pads with 0
        steps = torch.arange(len(joined))[:, None]
        joined.masked_fill_((steps >= lengths)[..., None], 0.0)
    return joined


def _stack(
    levels: list[Level],
    initial: tuple[Tensor, ...],
    towards: Tensor | None,
    has_loss: bool,
    lengths: Tensor | None,
    *,
    wants_weights: bool,
) -> Stack:
    """One call, whose last states nobody reads."""
    unread, inputs = (None,) * len(initial), levels[0].inputs
    there = None if lengths is None else lengths.to(inputs.device)
    valid = None if there is None else valid_steps(inputs, there)
    return Stack(levels, initial, there, valid, has_loss, towards, unread, (), wants_weights)


def _weights(layer: nn.RNNBase, layout: Layout, used: Mapping[str, Tensor]) -> list[list[Weights]]:
    """By layer and direction."""
    return [[weights_of(layer, used, n, d) for d in range(layout.directions)] for n in range(layout.num_layers)]


def _packed(given: Tensor, lengths: Tensor) -> PackedSequence:
    return pack_padded_sequence(given, lengths, batch_first=True, enforce_sorted=False)


def _of_data(loss: Callable[[Tensor], Tensor], given: Tensor, read: Sequence) -> Callable[[Tensor], Tensor]:
    """From the layer's output, which a packed sequence has as one run of data, to the loss."""
    if not isinstance(read, PackedSequence):
        return loss
    steps = given.shape[1]

    def padded(data: Tensor) -> Tensor:
        return loss(pad_packed_sequence(read._replace(data=data), batch_first=True, total_length=steps)[0])

    return padded


def _differentiated(loss: Callable[[Tensor], Tensor], output: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and its gradient at the states alone: no parameter gets one."""
    with torch.enable_grad():
        leaf = output.detach().requires_grad_()
        value = loss(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient
