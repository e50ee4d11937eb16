"""The gradient through time of gated cells in few calls a timestep, for devices where calls cost more than arithmetic.

What a timestep finds lies in slots beside each other, (slot, batch, unit), so that one product gives several. One slot
is what the timestep hands on to the next one visited, and starts with what enters that one from outside.

An LSTM has seven slots: nothing, what is handed on to dL/dc, dL/d(pre-activation) of i, f, g and o, and dL/dc. One
product with (f, K_i, K_f, K_g) gives four neighbours, one with (K_o, A) on top of (nothing, what was handed on) the
other two. A GRU has four: dL/d(pre-activation) of r, z and n, and dL/dh of the next one visited.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.scan.adjoint import Adjoint, _gru_coefficients, _lstm_coefficients

__all__ = ["gru_in_few_calls", "lstm_in_few_calls"]

_UNITS = 18  # numbers in use a timestep and unit: slots, coefficients, and what those are made from
_HANDED_ON, _DELTA, _OF_CELL, _OF_HIDDEN, _CELL = 1, slice(2, 6), slice(1, 5), slice(5, 7), 6


def lstm_in_few_calls(adjoint: Adjoint, gates: LSTMGates, cell_before: Tensor, cell: Tensor) -> None:
    """LSTM: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t, as `lstm_adjoint`."""
    assert adjoint.cell is not None
    W_hh, W_hr, totals, row = adjoint.weights.W_hh, adjoint.weights.W_hr, adjoint.hidden.unbind(), None
    # two slots, the first always 0: one product then adds K_o to nothing and A to what was handed on
    handed_on = cell.new_zeros((2, *cell.shape[1:]))
    if adjoint.cell_is_seeded and len(cell):
        handed_on[1] = adjoint.cell[0 if adjoint.reverse else -1]
    for run in adjoint.runs(_UNITS * cell.shape[2]):
        of_cell, of_hidden = _coefficients(adjoint, run, gates, cell_before, cell)
        slots = _slots(run, 7, _HANDED_ON, adjoint.cell, seeded=adjoint.cell_is_seeded, reverse=adjoint.reverse)
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


def gru_in_few_calls(adjoint: Adjoint, gates: GRUGates, from_state: Tensor) -> None:
    """GRU: delta_t = dh_t K_t, dh_{t-1} = seed_{t-1} + dh_t z_t + delta_t W_hh, as `gru_adjoint`."""
    W_hh, hidden, reverse = adjoint.weights.W_hh, adjoint.hidden, adjoint.reverse
    dh = hidden[0 if reverse else -1] if len(hidden) else hidden
    for run in adjoint.runs(_UNITS * hidden.shape[2]):
        now = GRUGates(*(gate[run] for gate in gates))
        K, to_new = _gru_coefficients(now, adjoint.entering[run][:, :, adjoint.features :], from_state[run])
        of_hidden = adjoint.masked(torch.cat([K, now.z.unsqueeze(1)], dim=1), run)
        slots = _slots(run, 4, 3, hidden, seeded=True, reverse=reverse)
        rows, next_one = slots[:, :, :3].flatten(-2), slots[:, :, 3]
        along = (slots.transpose(1, 2), of_hidden, rows, next_one)
        for all_four, K_all, delta, handed_on in adjoint.along(run, (), [one.unbind() for one in along]):
            all_four.addcmul_(dh, K_all)
            dh = handed_on.addmm_(delta, W_hh)
        there, here = _next_ones(run, len(hidden), reverse)
        hidden[there] = next_one[here]
        of_input = torch.cat([slots[:, :, :2], (adjoint.masked(to_new, run) * hidden[run]).unsqueeze(2)], dim=2)
        adjoint.add(run, rows, of_input.flatten(-2))


def _coefficients(
    adjoint: Adjoint, run: slice, gates: LSTMGates, cell_before: Tensor, cell: Tensor
) -> tuple[Tensor, Tensor]:
    """(f, K_i, K_f, K_g) and (K_o, A), axes (time, slot, batch, unit)."""
    now = LSTMGates(*(gate[run] for gate in gates))
    K, A = _lstm_coefficients(now, cell_before[run], cell[run])
    of_cell = torch.cat([now.f.unsqueeze(1), K[:, :3]], dim=1)
    of_hidden = torch.stack([K[:, 3], A], dim=1)
    return adjoint.masked(of_cell, run), adjoint.masked(of_hidden, run)


def _slots(run: slice, count: int, handed_on: int, seeds: Tensor, *, seeded: bool, reverse: bool) -> Tensor:
    """(time, batch, slot, unit), nothing in them but the seeds of the next one visited, where there are any."""
    steps, batch, units = seeds[run].shape
    slots = seeds.new_zeros((steps, batch, count, units))
    if seeded:
        there, here = _next_ones(run, len(seeds), reverse)
        slots[here, :, handed_on] = seeds[there]
    return slots


def _next_ones(run: slice, steps: int, reverse: bool) -> tuple[slice, slice]:
    """Timesteps that are visited right after those of a run, and where in it those are."""
    length = run.stop - run.start
    if reverse:
        return slice(run.start + 1, min(run.stop + 1, steps)), slice(0, length - (run.stop == steps))
    return slice(max(run.start - 1, 0), run.stop - 1), slice(int(run.start == 0), length)
