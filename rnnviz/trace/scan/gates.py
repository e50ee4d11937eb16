"""The gates of many timesteps in one product, written where they are kept: the equations of `cells`, in few passes."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.trace.modules.layers import Weights
from rnnviz.trace.scan.kernels import product, tanh

__all__ = ["lstm_preactivations", "squash", "write_gru_gates"]


def lstm_preactivations(entering: Tensor, weights: Weights) -> Tensor:
    """What i, f, g, o squash, (time, batch, gate·unit), from `entering` (time, batch, input + state)."""
    W_ih, W_hh, b_ih, b_hh, _ = weights
    b = None if b_ih is None or b_hh is None else b_ih + b_hh
    return product(entering, torch.cat([W_ih, W_hh], dim=1), b)


def squash(before: Tensor, room: Tensor) -> None:
    """i, f, g, o into `room` (gate, time, batch, unit) from pre-activations (time, batch, gate·unit)."""
    a_i, a_f, a_g, a_o = before.chunk(4, dim=2)
    i, f, g, o = room.unbind()
    torch.sigmoid(a_i, out=i)
    torch.sigmoid(a_f, out=f)
    tanh(a_g, out=g)
    torch.sigmoid(a_o, out=o)


def write_gru_gates(inputs: Tensor, before: Tensor, weights: Weights, room: Tensor) -> None:
    """r, z, n and W_hn h_{t-1} + b_hn, which `r` scales, into `room` (4, time, batch, unit)."""
    W_ih, W_hh, b_ih, b_hh, _ = weights
    x_r, x_z, x_n = product(inputs, W_ih, b_ih).chunk(3, dim=2)
    h_r, h_z, h_n = product(before, W_hh, b_hh).chunk(3, dim=2)
    r, z, n, from_state = room.unbind()
    # in place: both products are of no other use
    torch.sigmoid(x_r.add_(h_r), out=r)
    torch.sigmoid(x_z.add_(h_z), out=z)
    tanh(torch.addcmul(x_n, r, from_state.copy_(h_n), out=n), out=n)
