"""A recurrent layer by itself: what it does with an input, without a run, and without hooks, of the model around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnviz.trace.capture.calls import Call, Form, Gradients, Sequence, data_of, initial_states, states_of
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.surroundings import recomputing
from rnnviz.trace.modules.layers import layout_of, weights_in_use
from rnnviz.trace.recompute.assemble import layer_from
from rnnviz.trace.result.layertrace import LayerTrace

__all__ = ["Alone", "layer_alone"]


class Alone(NamedTuple):
    """What was found: the layer's trace, and where there is a loss, its value."""

    layer: LayerTrace
    loss: Tensor | None


def layer_alone(layer: nn.RNNBase, given: Sequence, loss: Callable[[Tensor], Tensor] | None = None) -> Alone:
    """Return what `rnnviz.trace` would find of one call of a layer, in less than half the time for a small one.

    Nothing is isolated, so that neither the layer nor the loss may draw random numbers or change anything: a layer
    without dropout, hooks and parametrizations, which begins with zeros.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        One of torch's own; its ``forward`` is called.
    given : torch.Tensor or torch.nn.utils.rnn.PackedSequence
        What the layer is to read, without a graph of autograd's.
    loss : callable, optional
        From the top layer's states, in the form of what was given, to a scalar. Without it no gradients are found.

    Examples
    --------
    >>> layer_alone(nn.GRU(2, 3, batch_first=True), torch.zeros(1, 5, 2)).layer.gates["z"].shape
    (1, 1, 1, 5, 3)
    """
    with TURN:  # nor may another thread's trace change meanwhile what belongs to the process
        with torch.no_grad():
            result, state = layer.forward(given)
        form, layout, data = Form.of(layer, given), layout_of(layer), data_of(given)
        initial, states = initial_states(layer, layout, form, None, data), states_of(state)
        output, weights = data_of(result), weights_in_use(layer)
        call = Call("", layer, layout, form, data, initial, output, states, weights=weights)
        value = None
        if loss is not None:
            value, gradient = _differentiated(loss, output)
            call.gradients = Gradients(gradient, (None,) * len(states), ())
        with recomputing(output.device.type):
            return Alone(layer_from([call], {}), value)


def _differentiated(loss: Callable[[Tensor], Tensor], output: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and its gradient at the states alone: no parameter gets one."""
    with torch.enable_grad():
        leaf = output.detach().requires_grad_()
        value = loss(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient
