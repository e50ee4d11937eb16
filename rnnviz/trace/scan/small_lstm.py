"""An LSTM's gradient through time where a timestep is small: by numpy, in few calls each.

What a timestep carries, dc and dh, lies together, and the timestep that the gradient visited before is always the next
place: so its dc lies right behind dh_t, and one product with (A_t, f_{t+1}) gives both parts of dc_t. Then (dc, dc, dc,
dh) is laid out as delta_t is, (batch, gate, unit), and one product with K gives all of that: numpy multiplies arrays of
one order in one go, and of two orders row by row, ten times slower.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnviz.cells import LSTMGates
from rnnviz.trace.scan.adjoint import Adjoint, _lstm_coefficients
from rnnviz.trace.scan.kernels import multiplying

__all__ = ["small_lstm_adjoint"]

_ROOM = 256  # timesteps: with what they are taken apart into they fit in a core's own cache
_UNITS = 18  # numbers in use a timestep and unit: K, A and f, dc and dh, delta, gates, and what K is made from


_SPARE = 2  # rooms that a thread keeps for its next trace, one a direction; runs are short enough that they are small


def small_lstm_adjoint(adjoint: Adjoint, gates: LSTMGates, before: Tensor, cell: Tensor) -> None:
    """LSTM without a projection: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t."""
    found = adjoint.runs(_UNITS * cell.shape[2])
    longest = max(run.stop - run.start for run in found)
    with _room(adjoint, min(longest, _ROOM)) as room:
        few = longest <= _ROOM or not adjoint.takes_deltas
        rows = room.rows if few else cell.new_empty((longest, *room.rows.shape[1:]))
        for run in found:
            for part in _parts(run, adjoint.reverse):
                room.fill(part, gates, before, cell)
                room.walk(part)
                if rows is not room.rows:
                    rows[part.start - run.start : part.stop - run.start] = room.rows[: part.stop - part.start]
            if adjoint.takes_deltas:
                adjoint.add(run, rows[: run.stop - run.start])


@contextmanager
def _room(adjoint: Adjoint, size: int) -> Iterator[_Room]:
    """Room for a while: what the last trace of that form, in this thread, has had, or else a new one."""
    hidden = adjoint.hidden
    # what was made in inference mode can be written to in that mode alone
    form = (size, adjoint.reverse, *hidden.shape[1:], hidden.dtype, torch.is_inference_mode_enabled())
    kept: dict[tuple[Any, ...], _Room] = _KEPT.__dict__.setdefault("rooms", {})
    room = kept.pop(form, None) or _Room(hidden, size, reverse=adjoint.reverse)
    room.begin(adjoint)
    yield room
    room.end()
    kept[form] = room
    if len(kept) > _SPARE:
        del kept[next(iter(kept))]


class _Room:
    """Memory in which all timesteps take turns, so many at once.

    What belongs to one of them is taken apart once, and not anew each time: that would take a sixth of the time.
    """

    def __init__(self, like: Tensor, size: int, *, reverse: bool) -> None:
        self._apart, self._reverse = dict[int, list[tuple[Any, ...]]](), reverse
        batch, units = like.shape[1:]
        self._delta, self._K = like.new_empty((size, batch, 4, units)), like.new_empty((size, batch, 4, units))
        self.rows, self._slopes = self._delta.flatten(-2), like.new_empty((size, 2, batch, units))
        self._carried = like.new_empty((size + 1, 2, batch, units)).numpy()
        self._parts, self._recurrent = like.new_empty((2, batch, units)).numpy(), like.new_empty((batch, units))
        self._four, self._W_hh = like.new_empty((batch, 4, units)).numpy(), like.new_empty((4 * units, units))

    def begin(self, adjoint: Adjoint) -> None:
        """Serve this scan from now on."""
        self._adjoint = adjoint
        self._W_hh.copy_(adjoint.weights.W_hh)
        self._carried[0, 0] = 0.0  # nothing comes from beyond the first timestep that is visited
        self._last: Any = None

    def end(self) -> None:
        """Hold nothing of a scan that is done."""
        del self._adjoint

    def fill(self, part: slice, gates: LSTMGates, before: Tensor, cell: Tensor) -> None:
        """Work out K, and A_t with the f of the timestep visited before."""
        adjoint, steps = self._adjoint, part.stop - part.start
        K, slopes = self._K[:steps].transpose(1, 2), self._slopes[:steps]
        _lstm_coefficients(LSTMGates(*[gate[part] for gate in gates]), before[part], cell[part], K, slopes[:, 0])
        if adjoint.valid is not None:
            K *= adjoint.valid[part].unsqueeze(1)
            slopes[:, 0] *= adjoint.valid[part]
        kept, there = _visited_before(part, cell.shape[0], adjoint.reverse)
        slopes[0 if adjoint.reverse else -1, 1] = 0.0  # of the first one that is visited at all
        slopes[there, 1] = adjoint.masked(gates.f[kept], kept)

    def walk(self, part: slice) -> None:
        """Take the gradient through timesteps whose coefficients are here, on from those of the last time."""
        adjoint, steps, carried = self._adjoint, part.stop - part.start, self._carried
        assert adjoint.cell is not None
        by_time = slice(None, None, -1 if adjoint.reverse else 1)
        hidden, seeds = adjoint.hidden.numpy()[part][by_time], adjoint.cell.numpy()[part][by_time]
        # dc of the timestep visited before these, from the other end of the same memory; or zero
        carried[steps, 0] = carried[0, 0]
        carried[:steps, 1] = hidden
        multiply, add, parts, (by_hidden, by_cell) = np.multiply, np.add, self._parts, self._parts
        onto, after, four = self._recurrent.numpy(), self._last, self._four
        of_cell, of_hidden = four[:, :3], four[:, 3]
        seed_of = seeds[::-1] if adjoint.cell_is_seeded else repeat(None)
        for (dh, dc, beside, pair, slope, K, delta, into), seed in zip(self._steps(steps), seed_of, strict=False):
            if after is not None:
                # delta of the timestep before times W_hh, into `onto`
                after()
                add(dh, onto, dh)
            multiply(slope, pair, parts)
            add(by_hidden, by_cell, dc)
            if seed is not None:
                add(dc, seed, dc)
            of_cell[...] = beside
            of_hidden[...] = dh
            multiply(K, four, delta)
            after = into
        self._last = after
        hidden[...], seeds[...] = carried[:steps, 1], carried[:steps, 0]

    def _steps(self, count: int) -> list[tuple[Any, ...]]:
        """What belongs to each timestep, in the gradient's order: from the last place to the first."""
        if count not in self._apart:
            self._apart[count] = list(self._taken_apart(count))
        return self._apart[count]

    def _taken_apart(self, count: int) -> Iterator[tuple[Any, ...]]:
        here, reverse = self._carried[:count], self._reverse
        pairs = self._carried.reshape(-1, *here.shape[2:])[1 : 1 + 2 * count].reshape(here.shape)
        by_place = (one[::-1] for one in (here[:, 1], here[:, 0], here[:, 0, :, None], pairs))
        products = multiplying(self.rows[:count], self._W_hh, self._recurrent)
        in_time = (self._slopes[:count].numpy(), self._K[:count].numpy(), self._delta[:count].numpy(), products)
        return zip(*by_place, *(one if reverse else one[::-1] for one in in_time), strict=True)


_KEPT = threading.local()  # rooms that nobody uses now, by what they fit


def _parts(run: slice, reverse: bool) -> list[slice]:
    """Parts of a run that there is room for, in the order in which the gradient visits them."""
    found = [slice(start, min(start + _ROOM, run.stop)) for start in range(run.start, run.stop, _ROOM)]
    return found if reverse else found[::-1]


def _visited_before(run: slice, steps: int, reverse: bool) -> tuple[slice, slice]:
    """Timesteps that were visited right before those of a run, and where in it these are."""
    length = run.stop - run.start
    if reverse:
        return slice(max(run.start - 1, 0), run.stop - 1), slice(1 if run.start == 0 else 0, length)
    return slice(run.start + 1, min(run.stop + 1, steps)), slice(0, length - 1 if run.stop == steps else length)
