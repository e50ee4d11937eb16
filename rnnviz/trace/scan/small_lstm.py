"""An LSTM's gradient through time where a timestep is small: by numpy, in few calls each.

What a timestep carries lies together, in the order of the gates that it scales: (dc, dc, dc, dh), axes
(place, gate, batch, unit). So one product with K gives all of delta_t. The timestep that the gradient visited before is
always the next place, so its dc lies right behind dh_t, and one product with (A_t, f_{t+1}) gives both parts of dc_t.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
from torch import Tensor

from rnnviz.cells import LSTMGates
from rnnviz.trace.scan.adjoint import Adjoint, _lstm_coefficients
from rnnviz.trace.scan.kernels import multiplying

__all__ = ["small_lstm_adjoint"]

_UNITS = 18  # numbers in use a timestep and unit: K, A and f, (dc, dc, dc, dh), delta, and what K is made from


def small_lstm_adjoint(adjoint: Adjoint, gates: LSTMGates, before: Tensor, cell: Tensor) -> None:
    """LSTM without a projection: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t."""
    assert adjoint.cell is not None
    found, backwards = adjoint.runs(_UNITS * cell.shape[2]), slice(None, None, 1 if adjoint.reverse else -1)
    room, by_time = _Room(adjoint, found), slice(None, None, -1 if adjoint.reverse else 1)
    carried, parts, onto, (by_hidden, by_cell) = room.carried, room.parts, room.onto, room.parts
    hidden, seeds, multiply, add, after = adjoint.hidden.numpy(), adjoint.cell.numpy(), np.multiply, np.add, None
    for run in found:
        steps = run.stop - run.start
        here = carried[:steps]
        # the next run goes on where this one ended, from the other end of the same memory
        carried[steps, 0] = carried[0, 0]  # dc of the timestep visited before this run, or zero
        here[:, 3] = hidden[run][by_time]
        room.fill(run, gates, before, cell)
        seed_of = seeds[run][backwards] if adjoint.cell_is_seeded else repeat(None)
        for (dh, dc, its_copies, pair, all_four, slope, K, to, into), seed in zip(
            room.steps(steps), seed_of, strict=False
        ):
            if after is not None:
                # delta of the timestep before times W_hh, into `onto`
                after()
                add(dh, onto, dh)
            multiply(slope, pair, parts)
            add(by_hidden, by_cell, dc)
            if seed is not None:
                add(dc, seed, dc)
            # by assignment: one product with K then takes all four places at once
            its_copies[...] = dc
            multiply(K, all_four, to)
            after = into
        hidden[run], seeds[run] = here[:, 3][by_time], here[:, 0][by_time]
        adjoint.add(run, room.rows[:steps])


class _Room:
    """Memory in which all runs of timesteps take turns, the longest one too.

    What belongs to a timestep is taken apart once, not anew for each run: that would take a third of the time.
    """

    def __init__(self, adjoint: Adjoint, found: list[slice]) -> None:
        self._adjoint, self._apart = adjoint, list[tuple[Any, ...]]()
        delta = adjoint.deltas(found, 4)
        (longest, batch, _, units), self.rows, self._delta = delta.shape, delta.flatten(-2), delta.transpose(1, 2)
        self._K, self._slopes = delta.new_empty((longest, 4, batch, units)), delta.new_empty((longest, 2, batch, units))
        self._recurrent = delta.new_empty((batch, units))
        self.carried, self.onto = delta.new_empty((longest + 1, 4, batch, units)).numpy(), self._recurrent.numpy()
        self.parts = delta.new_empty((2, batch, units)).numpy()
        self.carried[0, 0] = 0.0

    def fill(self, run: slice, gates: LSTMGates, before: Tensor, cell: Tensor) -> None:
        """Work out K (time, gate, batch, unit), and A_t with the f of the timestep visited before, for one run."""
        adjoint, steps = self._adjoint, run.stop - run.start
        K, slopes = self._K[:steps], self._slopes[:steps]
        _lstm_coefficients(LSTMGates(*[gate[run] for gate in gates]), before[run], cell[run], K, slopes[:, 0])
        if adjoint.valid is not None:
            K *= adjoint.valid[run].unsqueeze(1)
            slopes[:, 0] *= adjoint.valid[run]
        kept, there = _visited_before(run, cell.shape[0], adjoint.reverse)
        slopes[0 if adjoint.reverse else -1, 1] = 0.0  # of the first one that is visited at all
        slopes[there, 1] = adjoint.masked(gates.f[kept], kept)

    def steps(self, count: int) -> list[tuple[Any, ...]]:
        """What belongs to each timestep of a run, in the gradient's order: from the last place to the first."""
        # views do not depend on the run, only on its length: the last run alone may be shorter
        if len(self._apart) != count:
            self._apart = list(self._taken_apart(count))
        return self._apart

    def _taken_apart(self, count: int) -> Iterator[tuple[Any, ...]]:
        here = self.carried[:count]
        pairs = self.carried.reshape(-1, *here.shape[2:])[3 : 3 + 4 * count].reshape(here.shape)[:, :2]
        by_place = (one[::-1] for one in (here[:, 3], here[:, 0], here[:, 1:3], pairs, here))
        products = multiplying(self.rows[:count], self._adjoint.weights.W_hh, self._recurrent)
        in_time = (self._slopes[:count].numpy(), self._K[:count].numpy(), self._delta[:count].numpy(), products)
        return zip(*by_place, *(one if self._adjoint.reverse else one[::-1] for one in in_time), strict=True)


def _visited_before(run: slice, steps: int, reverse: bool) -> tuple[slice, slice]:
    """Timesteps that were visited right before those of a run, and where in it these are."""
    length = run.stop - run.start
    if reverse:
        return slice(max(run.start - 1, 0), run.stop - 1), slice(1 if run.start == 0 else 0, length)
    return slice(run.start + 1, min(run.stop + 1, steps)), slice(0, length - 1 if run.stop == steps else length)
