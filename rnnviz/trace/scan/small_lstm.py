"""An LSTM's gradient through time where a timestep is small: by numpy, in few calls each.

What a timestep carries lies together, in the order of the gates that it scales: (dc, dc, dc, dh), axes
(place, gate, batch, unit). So one product with K gives all of delta_t. The timestep that the gradient visited before is
always the next place, so its dc lies right behind dh_t, and one product with (A_t, f_{t+1}) gives both parts of dc_t.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import Tensor

from rnnviz.cells import LSTMGates
from rnnviz.trace.result.arrays import Array
from rnnviz.trace.scan.adjoint import Adjoint, _lstm_coefficients
from rnnviz.trace.scan.kernels import multiplying

__all__ = ["small_lstm_adjoint"]

_UNITS = 18  # numbers in use a timestep and unit: K, A and f, (dc, dc, dc, dh), delta, and what K is made from


def small_lstm_adjoint(adjoint: Adjoint, gates: LSTMGates, before: Tensor, cell: Tensor) -> None:
    """LSTM without a projection: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t."""
    assert adjoint.cell is not None
    found, units = adjoint.runs(_UNITS * cell.shape[2]), cell.shape[1:]
    delta = adjoint.deltas(found, 4)
    rows, carried = delta.flatten(-2), delta.new_zeros((len(delta) + 1, 4, *units)).numpy()
    parts, recurrent = delta.new_empty((2, *units)).numpy(), delta.new_empty(units)
    into, (by_hidden, by_cell), onto = multiplying(adjoint.weights.W_hh, recurrent), parts, recurrent.numpy()
    hidden, seeds, multiply, add, after = adjoint.hidden.numpy(), adjoint.cell.numpy(), np.multiply, np.add, None
    for run in found:
        steps = run.stop - run.start
        here, by_time = carried[:steps], slice(None, None, -1 if adjoint.reverse else 1)
        carried[steps, 0] = carried[0, 0]  # dc of the timestep visited before this run, or zero
        here[:, 3] = hidden[run][by_time]
        K, slopes = _coefficients(adjoint, run, gates, before, cell)
        seed_of = seeds[run] if adjoint.cell_is_seeded else [None] * steps
        in_time = (slopes, K, delta.transpose(1, 2)[:steps].numpy(), into.split(rows[:steps]), seed_of)
        for dh, dc, its_copies, pair, all_four, slope, K_t, to, row, seed in _steps(adjoint, carried, steps, in_time):
            if after is not None:
                into(after)
                add(dh, onto, dh)
            multiply(slope, pair, parts)
            add(by_hidden, by_cell, dc)
            if seed is not None:
                add(dc, seed, dc)
            its_copies[...] = dc
            multiply(K_t, all_four, to)
            after = row
        hidden[run], seeds[run] = here[:, 3][by_time], here[:, 0][by_time]
        adjoint.add(run, rows[:steps])


def _steps(adjoint: Adjoint, carried: Array, steps: int, in_time: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """What belongs to each timestep, in the gradient's order: from the last place to the first."""
    here = carried[:steps]
    pairs = carried.reshape(-1, *carried.shape[2:])[3 : 3 + 4 * steps].reshape(here.shape)[:, :2]
    by_place = (one[::-1] for one in (here[:, 3], here[:, 0], here[:, 1:3], pairs, here))
    return zip(*by_place, *(one if adjoint.reverse else one[::-1] for one in in_time), strict=True)


def _coefficients(adjoint: Adjoint, run: slice, gates: LSTMGates, before: Tensor, cell: Tensor) -> tuple[Array, Array]:
    """K (time, gate, batch, unit), and A_t with the f of the timestep visited before, (time, 2, batch, unit)."""
    K, A = _lstm_coefficients(LSTMGates(*(gate[run] for gate in gates)), before[run], cell[run])
    slopes = A.new_zeros((len(A), 2, *A.shape[1:]))
    slopes[:, 0] = adjoint.masked(A, run)
    kept, there = _visited_before(run, len(cell), adjoint.reverse)
    slopes[there, 1] = adjoint.masked(gates.f[kept], kept)
    return adjoint.masked(K, run).numpy(), slopes.numpy()


def _visited_before(run: slice, steps: int, reverse: bool) -> tuple[slice, slice]:
    """Timesteps that were visited right before those of a run, and where in it these are."""
    length = run.stop - run.start
    if reverse:
        return slice(max(run.start - 1, 0), run.stop - 1), slice(1 if run.start == 0 else 0, length)
    return slice(run.start + 1, min(run.stop + 1, steps)), slice(0, length - 1 if run.stop == steps else length)
