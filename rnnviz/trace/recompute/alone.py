"""A recurrent layer by itself: what it does with an input, without a run, and without hooks, of the model around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnviz.trace.capture.calls import Call, Form, initial_states, states_of
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.surroundings import recomputing
from rnnviz.trace.modules.layers import layout_of, weights_in_use, weights_of
from rnnviz.trace.recompute.assemble import layer_trace
from rnnviz.trace.recompute.layers_inside import levels_of
from rnnviz.trace.recompute.recompute import recompute
from rnnviz.trace.recompute.stacking import Stack
from rnnviz.trace.result.layertrace import LayerTrace

__all__ = ["Alone", "layer_alone"]


class Alone(NamedTuple):
    """What was found: the layer's trace, and where there is a loss, its value."""

    layer: LayerTrace
    loss: Tensor | None


def layer_alone(layer: nn.RNNBase, given: Tensor, loss: Callable[[Tensor], Tensor] | None = None) -> Alone:
    """Return what `rnnviz.trace` would find of one call of a layer, in half the time for a small one.

    Nothing is isolated, so that neither the layer nor the loss may draw random numbers or change anything: a layer
    without dropout, hooks and parametrizations, which begins with zeros.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        One of torch's own, of single or double precision; its ``forward`` is called.
    given : torch.Tensor
        What the layer is to read, with a batch axis, without a graph of autograd's.
    loss : callable, optional
        From the top layer's states, in the form of what was given, to a scalar. Without it no gradients are found.

    Examples
    --------
    >>> layer_alone(nn.GRU(2, 3, batch_first=True), torch.zeros(1, 5, 2)).layer.gates["z"].shape
    (1, 1, 1, 5, 3)
    """
    with TURN:  # nor may another thread's trace change meanwhile what belongs to the process
        with torch.no_grad():
            output, state = layer.forward(given)
        value, gradient = (None, None) if loss is None else _differentiated(loss, output)
        form, layout, used = Form.of(layer, given), layout_of(layer), weights_in_use(layer)
        initial, states = initial_states(layer, layout, form, None, given), states_of(state)
        call = Call("", layer, layout, form, given, initial, output, states, weights=used)
        weights = [[weights_of(layer, used, n, d) for d in range(layout.directions)] for n in range(layout.num_layers)]
        with recomputing(output.device.type):
            stack = Stack(
                levels=levels_of(call),
                initial=initial,
                lengths=None,
                valid=None,
                has_loss=loss is not None,
                grad_output=None if gradient is None else form.sequence(gradient),
                grad_final=(None,) * len(states),
                grad_links=(),
            )
            return Alone(layer_trace(layout, initial, weights, recompute(stack, layout, weights)), value)


def _differentiated(loss: Callable[[Tensor], Tensor], output: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and its gradient at the states alone: no parameter gets one."""
    with torch.enable_grad():
        leaf = output.detach().requires_grad_()
        value = loss(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient
