"""The gradient through time by a hand-written backward scan, without an autograd graph.

Whatever does not recur is computed for all timesteps at once; the loops hold only what does. Arrays are time-major:
(time, batch, unit). With ``reverse`` the recurrence runs from the last timestep to the first and its adjoint the other
way, in place of flipping arrays. Where sequences have different lengths, ``valid`` (time, batch, 1) is 1 on valid
steps: zeroed coefficients stop every path past a sequence's length, so the loops need no mask.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.layers import Weights


class Adjoint(NamedTuple):
    """Gradients of one layer and direction; ``delta_x`` and ``delta_h`` are dL/d(pre-activation) on either side."""

    hidden: Tensor
    cell: Tensor | None
    delta_x: Tensor
    delta_h: Tensor


def backward_order(steps: int, reverse: bool) -> Sequence[int]:
    """Timesteps in the order in which the gradient visits them."""
    return range(steps) if reverse else range(steps - 1, -1, -1)


def rnn_adjoint(
    seed: Tensor, hidden: Tensor, weights: Weights, nonlinearity: str, reverse: bool, valid: Tensor | None
) -> Adjoint:
    """Plain RNN: delta_t = dh_t φ'(a_t), dh_{t-1} = seed_{t-1} + delta_t W_hh."""
    slope = (hidden > 0).to(hidden) if nonlinearity == "relu" else 1 - hidden * hidden
    delta = _masked(slope, valid)
    total = seed.clone()
    totals, deltas = total.unbind(), delta.unbind()
    after = None
    for t in backward_order(len(totals), reverse):
        if after is not None:
            totals[t].addmm_(after, weights.W_hh)
        after = deltas[t].mul_(totals[t])
    return Adjoint(total, None, delta, delta)


def lstm_adjoint(
    seed: Tensor,
    seed_cell: Tensor,
    gates: LSTMGates,
    before: Tensor,
    cell: Tensor,
    weights: Weights,
    reverse: bool,
    valid: Tensor | None,
) -> Adjoint:
    """LSTM: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t; `before` is c_{t-1}.

    `seed_cell` becomes the gradient of the cell states.
    """
    coefficients, to_cell = _lstm_coefficients(gates, before, cell)
    delta, to_cell, forget = _masked(coefficients, valid, 2), _masked(to_cell, valid), _masked(gates.f, valid)
    total, grad_cell = seed.clone(), seed_cell
    rows = delta.flatten(-2).unbind()
    by_cell, by_hidden = delta[:, :, :3].unbind(), delta[:, :, 3].unbind()
    totals, cells, slopes, keeps = (values.unbind() for values in (total, grad_cell, to_cell, forget))
    after = None
    for t in backward_order(len(totals), reverse):
        if after is not None:
            totals[t].addmm_(rows[after], weights.W_hh)
            cells[t].addcmul_(cells[after], keeps[after])
        out = totals[t] if weights.W_hr is None else totals[t] @ weights.W_hr
        cells[t].addcmul_(out, slopes[t])
        by_cell[t].mul_(cells[t].unsqueeze(1))
        by_hidden[t].mul_(out)
        after = t
    delta = delta.flatten(-2)
    return Adjoint(total, grad_cell, delta, delta)


def gru_adjoint(
    seed: Tensor,
    gates: GRUGates,
    before: Tensor,
    weights: Weights,
    reverse: bool,
    valid: Tensor | None,
) -> Adjoint:
    """GRU: delta_t = dh_t K_t, dh_{t-1} = seed_{t-1} + dh_t z_t + delta_t W_hh; `before` is h_{t-1}."""
    coefficients, candidate = _gru_coefficients(gates, before, weights)
    delta, keep = _masked(coefficients, valid, 2), _masked(gates.z, valid)
    total = seed.clone()
    rows, blocks = delta.flatten(-2).unbind(), delta.unbind()
    totals, keeps = total.unbind(), keep.unbind()
    after = None
    for t in backward_order(len(totals), reverse):
        if after is not None:
            totals[t].addmm_(rows[after], weights.W_hh).addcmul_(totals[after], keeps[after])
        blocks[t].mul_(totals[t].unsqueeze(1))
        after = t
    delta_x = torch.cat([delta[:, :, :2], (_masked(candidate, valid) * total).unsqueeze(2)], dim=2)
    return Adjoint(total, None, delta_x.flatten(-2), delta.flatten(-2))


def _lstm_coefficients(gates: LSTMGates, before: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """K (time, batch, gate, unit) and A = do tanh'(c), written with s(1 − s) = s − s² in as few passes as possible."""
    i, f, g, o = gates
    K = i.new_empty((*i.shape[:2], 4, i.shape[2]))
    squashed, ig, fc = torch.tanh(cell), i * g, f * before
    out = o * squashed
    torch.addcmul(ig, i, ig, value=-1, out=K[:, :, 0])
    torch.addcmul(fc, f, fc, value=-1, out=K[:, :, 1])
    torch.addcmul(i, ig, g, value=-1, out=K[:, :, 2])
    torch.addcmul(out, o, out, value=-1, out=K[:, :, 3])
    return K, torch.addcmul(o, out, squashed, value=-1)


def _gru_coefficients(gates: GRUGates, before: Tensor, weights: Weights) -> tuple[Tensor, Tensor]:
    """K (time, batch, gate, unit) on the hidden side, and dh/d(pre-activation of n)."""
    r, z, n = gates
    units = r.shape[2]
    bias = None if weights.b_hh is None else weights.b_hh[2 * units :]
    from_state = torch.nn.functional.linear(before, weights.W_hh[2 * units :], bias)
    candidate = (1 - z) * (1 - n * n)
    K = r.new_empty((*r.shape[:2], 3, units))
    torch.mul(candidate, from_state * torch.addcmul(r, r, r, value=-1), out=K[:, :, 0])
    torch.mul(before - n, torch.addcmul(z, z, z, value=-1), out=K[:, :, 1])
    torch.mul(candidate, r, out=K[:, :, 2])
    return K, candidate


def _masked(values: Tensor, valid: Tensor | None, trailing: int = 1) -> Tensor:
    if valid is None:
        return values
    return values * (valid if trailing == 1 else valid.unsqueeze(-1))
