"""An LSTM's gradient through time in three calls a timestep, for devices where calls cost more than arithmetic.

Each timestep has seven slots beside each other, (slot, batch, unit): nothing, what it hands on to dL/dc of the next
one visited, dL/d(pre-activation) of i, f, g and o, and its own dL/dc. So one product with (f, K_i, K_f, K_g) gives four
neighbours, and one with (K_o, A), on top of (nothing, what was handed on), gives the other two.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.cells import LSTMGates
from rnnviz.trace.adjoint import Adjoint, _lstm_coefficients

__all__ = ["calls_are_dear", "lstm_in_few_calls"]

_UNITS = 18  # numbers in use a timestep and unit: seven slots, six coefficients, and what those are made from
_HANDED_ON, _DELTA, _OF_CELL, _OF_HIDDEN, _CELL = 1, slice(2, 6), slice(1, 5), slice(5, 7), 6


def calls_are_dear(example: Tensor) -> bool:
    """Whether each call is a launch on another device."""
    return example.device.type != "cpu"


def lstm_in_few_calls(adjoint: Adjoint, gates: LSTMGates, cell_before: Tensor, cell: Tensor) -> None:
    """LSTM: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t, as `lstm_adjoint`."""
    assert adjoint.cell is not None
    W_hh, W_hr, totals, row = adjoint.weights.W_hh, adjoint.weights.W_hr, adjoint.hidden.unbind(), None
    handed_on = cell.new_zeros((2, *cell.shape[1:]))
    if adjoint.cell_is_seeded and len(cell):
        handed_on[1] = adjoint.cell[0 if adjoint.reverse else -1]
    for run in adjoint.runs(_UNITS * cell.shape[2]):
        of_cell, of_hidden = _coefficients(adjoint, run, gates, cell_before, cell)
        slots = _slots(adjoint, run, cell)
        parts = slots.transpose(1, 2)
        rows, pairs = slots[:, :, _DELTA].flatten(-2), parts[:, : _HANDED_ON + 1]
        along = (parts[:, _OF_CELL], parts[:, _OF_HIDDEN], parts[:, _CELL], pairs, rows, of_cell, of_hidden)
        for total, cells, hiddens, dc, pair, delta, K_cell, K_hidden in adjoint.along(
            run, (totals,), [one.unbind() for one in along]
        ):
            if row is not None:
                total.addmm_(row, W_hh)
            dh = total if W_hr is None else total @ W_hr
            torch.addcmul(handed_on, dh, K_hidden, out=hiddens)
            cells.addcmul_(dc, K_cell)
            handed_on, row = pair, delta
        adjoint.cell[run] = parts[:, _CELL]
        adjoint.add(run, rows)


def _coefficients(
    adjoint: Adjoint, run: slice, gates: LSTMGates, cell_before: Tensor, cell: Tensor
) -> tuple[Tensor, Tensor]:
    """(f, K_i, K_f, K_g) and (K_o, A), axes (time, slot, batch, unit)."""
    now = LSTMGates(*(gate[run] for gate in gates))
    K, A = _lstm_coefficients(now, cell_before[run], cell[run])
    of_cell = torch.cat([now.f.unsqueeze(1), K[:, :3]], dim=1)
    of_hidden = torch.stack([K[:, 3], A], dim=1)
    return adjoint.masked(of_cell, run), adjoint.masked(of_hidden, run)


def _slots(adjoint: Adjoint, run: slice, cell: Tensor) -> Tensor:
    """(time, batch, slot, unit), nothing in them but the seeds of the next dL/dc, where there are any."""
    steps, batch, units = cell[run].shape
    slots = cell.new_zeros((steps, batch, 7, units))
    if adjoint.cell_is_seeded and adjoint.cell is not None:
        handed_on = slots[:, :, _HANDED_ON]
        if adjoint.reverse:
            seeds = adjoint.cell[run.start + 1 : run.stop + 1]
            handed_on[: len(seeds)] = seeds
        else:
            seeds = adjoint.cell[max(run.start - 1, 0) : run.stop - 1]
            handed_on[steps - len(seeds) :] = seeds
    return slots
