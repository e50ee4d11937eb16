"""The identity tap: total gradients from one backward pass of the fused layer, the exact way that the trace left.

The input is widened by a block of zeros whose weight is the identity. The layer computes what it did, and the gradient
at that block is the gradient at every pre-activation, on the side of the input. What a state hands on follows from it:
dL/dh_t = direct_t + W_hh.T delta_{t+1}, for all steps in one product.

It cannot give everything. In a GRU the candidate's pre-activation has two sides, and the tap sits on one of them: the
gradient on the side of the state is r times as large; and h_{t-1} reaches h_t through z without any pre-activation. So
r and z are worked out again, and what z keeps is summed in a loop. An LSTM's cell states and their gradients pass
through no pre-activation either, and take the gates and two such loops.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnviz.generators import kept

__all__ = ["IdentityTap", "Tapped"]


class Tapped(NamedTuple):
    """The loss; states and total gradients with axes (batch, time, unit), those of the cell for an LSTM only."""

    loss: Tensor
    hidden: Tensor
    grad_hidden: Tensor
    cell: Tensor | None = None
    grad_cell: Tensor | None = None


class IdentityTap:
    """The same layer with a wider input, made once; its weights are read anew at each call.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        One layer, one direction, ``batch_first``, with biases, without projection; a plain RNN's tanh.

    Examples
    --------
    >>> layer = nn.GRU(2, 3, batch_first=True)
    >>> IdentityTap(layer)(torch.ones(4, 5, 2), loss=torch.sum).grad_hidden.shape  # batch, time, unit
    torch.Size([4, 5, 3])
    """

    def __init__(self, layer: nn.RNNBase) -> None:
        self._layer = layer
        weight = layer.all_weights[0][1]
        with kept(["cpu"]):  # initial weights are drawn, though they are never used
            wide = type(layer)(layer.input_size + len(weight), layer.hidden_size, batch_first=True)  # type: ignore[call-arg, arg-type]
        self._wide = wide.to(weight.device, weight.dtype).requires_grad_(False)
        self._wide.all_weights[0][0][:, layer.input_size :] = torch.eye(len(weight))

    def __call__(self, inputs: Tensor, loss: Callable[[Tensor], Tensor]) -> Tapped:
        """Run the layer on inputs (batch, time, feature), and go back from ``loss(output)`` once."""
        self._read_weights()
        block = inputs.new_zeros(*inputs.shape[:2], self._wide.input_size - inputs.shape[2], requires_grad=True)
        hidden = self._wide(torch.cat([inputs, block], 2))[0]
        value = loss(hidden)
        delta, direct = torch.autograd.grad(value, [block, hidden])
        with torch.no_grad():
            finish = {"LSTM": _lstm, "GRU": _gru}.get(self._layer.mode, _rnn)
            return Tapped(value.detach(), hidden.detach(), *finish(self._layer, inputs, hidden.detach(), delta, direct))

    def _read_weights(self) -> None:
        with torch.no_grad():
            for mine, read in zip(self._wide.all_weights[0], self._layer.all_weights[0], strict=True):
                mine[:, : read.shape[1]].copy_(read) if read.dim() == 2 else mine.copy_(read)


def _rnn(layer: nn.RNNBase, inputs: Tensor, hidden: Tensor, delta: Tensor, direct: Tensor) -> tuple[Tensor]:
    return (_handed_back(layer, delta, direct),)


def _lstm(
    layer: nn.RNNBase, inputs: Tensor, hidden: Tensor, delta: Tensor, direct: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    total = _handed_back(layer, delta, direct)
    pre = _pre_activations(layer, inputs, hidden, slice(None))
    i, f, g, o = (torch.tanh(one) if place == 2 else torch.sigmoid(one) for place, one in enumerate(pre.chunk(4, 2)))
    cell = _sum_through(f, i * g)
    entering = total * o * (1 - torch.tanh(cell) ** 2)
    return total, cell, _sum_through(f.roll(-1, 1).flip(1), entering.flip(1)).flip(1)


def _gru(layer: nn.RNNBase, inputs: Tensor, hidden: Tensor, delta: Tensor, direct: Tensor) -> tuple[Tensor]:
    units = hidden.shape[2]
    r, z = torch.sigmoid(_pre_activations(layer, inputs, hidden, slice(2 * units))).chunk(2, 2)
    of_state = torch.cat([delta[..., : 2 * units], r * delta[..., 2 * units :]], 2)
    entering = _handed_back(layer, of_state, direct)
    return (_sum_through(z.roll(-1, 1).flip(1), entering.flip(1)).flip(1),)


def _handed_back(layer: nn.RNNBase, delta: Tensor, direct: Tensor) -> Tensor:
    """Add to the direct gradient what each state receives from the next step's pre-activations."""
    total = direct.clone()
    total[:, :-1] += delta[:, 1:] @ layer.all_weights[0][1]
    return total


def _pre_activations(layer: nn.RNNBase, inputs: Tensor, hidden: Tensor, rows: slice) -> Tensor:
    before = torch.cat([torch.zeros_like(hidden[:, :1]), hidden[:, :-1]], 1)
    W_ih, W_hh, b_ih, b_hh = (one[rows] for one in layer.all_weights[0])
    return linear(inputs, W_ih, b_ih) + linear(before, W_hh, b_hh)


def _sum_through(kept: Tensor, entering: Tensor) -> Tensor:
    """s_t = kept_t s_{t-1} + entering_t along time, from nothing: the first ``kept`` does not count."""
    sums = list(entering.unbind(1))
    for t, keeps in enumerate(kept.unbind(1)):
        if t:
            sums[t] = torch.addcmul(sums[t], keeps, sums[t - 1])
    return torch.stack(sums, 1)
