"""The gradient through time by a hand-written backward scan, without an autograd graph.

Whatever does not recur is computed for many timesteps at once; the loops hold only what does. Arrays are time-major:
(time, batch, unit). With ``reverse`` the recurrence runs from the last timestep to the first and its adjoint the other
way, in place of flipping arrays. Where sequences have different lengths, ``valid`` (time, batch, 1) is 1 on valid
steps: zeroed coefficients stop every path past a sequence's length, so the loops need no mask.

The scan goes by runs of timesteps whose coefficients fit in a processor's cache together: they are made, turned into
deltas in place, summed into the weights' gradients, and forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor

from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.modules.layers import Weights
from rnnviz.trace.scan.kernels import Adding, adding, product, tanh
from rnnviz.trace.scan.stepping import runs, stepping

# autograd's own, as fused layers use them: value · s (1 − s), value · (1 − t²) in one pass, where products take two
_through_sigmoid = torch.ops.aten.sigmoid_backward.grad_input
_through_tanh = torch.ops.aten.tanh_backward.grad_input

Steps: TypeAlias = Sequence[Any]  # tensors or arrays without the time axis, one a timestep


@dataclass(eq=False)
class Adjoint:
    """One layer and direction on its way back: what is known, what enters, and what has been found so far.

    `entering` is [x_t, h_{t-1}]. `hidden` enters as dL/dh_t without the recurrence and becomes the total; so does
    `cell`, which holds nothing yet unless it is seeded. `below` is dL/d(input), asked for where a layer lies below.
    The weights' gradients are transposed: (input, gate·unit); None where nobody asks for them.
    """

    entering: Tensor
    weights: Weights
    reverse: bool
    valid: Tensor | None
    hidden: Tensor
    cell: Tensor | None = None
    cell_is_seeded: bool = False
    wants_below: bool = False
    wants_weights: bool = True
    below: Tensor | None = field(init=False, default=None)
    grad_ih: Tensor | None = field(init=False, default=None)
    grad_hh: Tensor | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        W_ih, W_hh = self.weights.W_ih, self.weights.W_hh
        self.features = W_ih.shape[1]
        if self.wants_weights:
            # one array, its parts as views: where both sides have the same delta one product fills them
            self._gradient = W_hh.new_zeros((self.features + W_hh.shape[1], W_hh.shape[0]))
            self.grad_ih, self.grad_hh = self._gradient[: self.features], self._gradient[self.features :]
        self.below = self.hidden.new_empty((*self.hidden.shape[:2], W_ih.shape[1])) if self.wants_below else None

    def runs(self, units: int) -> list[slice]:
        """Runs of timesteps in the order in which the gradient visits them; `units` are those of all coefficients."""
        found = runs(self.hidden, units)
        return found if self.reverse else found[::-1]

    def along(self, run: slice, whole: Sequence[Steps], parts: Sequence[Steps]) -> Iterator[tuple[Any, ...]]:
        """What belongs to each timestep of a run, in the order in which the gradient visits them.

        `whole` holds something for every timestep there is, `parts` for those of the run (or of the longest one).
        """
        found = [*(one[run] for one in whole), *(one[: run.stop - run.start] for one in parts)]
        return zip(*(found if self.reverse else [one[::-1] for one in found]), strict=True)

    def masked(self, values: Tensor, run: slice) -> Tensor:
        """Zero what lies past a sequence's length; axes (time, batch, unit) or (time, gate, batch, unit)."""
        if self.valid is None:
            return values
        return values * (self.valid[run] if values.dim() == 3 else self.valid[run].unsqueeze(1))

    def deltas(self, found: list[slice], gates: int) -> Tensor:
        """Room for dL/d(pre-activation) of the longest run, (time, batch, gate, unit): one product takes in a step."""
        longest = max((run.stop - run.start for run in found), default=0)
        return self.hidden.new_empty((longest, self.hidden.shape[1], gates, self.weights.W_hh.shape[0] // gates))

    def add(self, run: slice, delta: Tensor, delta_x: Tensor | None = None) -> None:
        """Take in dL/d(pre-activation), (time, batch, gate·unit); `delta_x` where it differs on the input's side."""
        delta, delta_x = delta.flatten(0, 1), None if delta_x is None else delta_x.flatten(0, 1)
        if self.grad_ih is not None and self.grad_hh is not None:
            entering = self.entering[run].flatten(0, 1).T
            if delta_x is None:
                _add_product(self._gradient, entering, delta)
            else:
                _add_product(self.grad_ih, entering[: self.features], delta_x)
                _add_product(self.grad_hh, entering[self.features :], delta)
        if self.below is not None:
            rows = delta if delta_x is None else delta_x
            self.below[run] = product(rows, self.weights.W_ih.T).view_as(self.below[run])

    @property
    def takes_deltas(self) -> bool:
        """Whether anything is made of them but the recurrence."""
        return self.wants_weights or self.wants_below

    def recurrence(self) -> Adding:
        """``dh += delta W_hh`` of one timestep."""
        return adding(self.hidden.shape[1], self.weights.W_hh)


def rnn_adjoint(adjoint: Adjoint, hidden: Tensor, nonlinearity: str) -> None:
    """Plain RNN: delta_t = dh_t φ'(a_t), dh_{t-1} = seed_{t-1} + delta_t W_hh."""
    step, W_hh, add, after = stepping(hidden), adjoint.weights.W_hh, adjoint.recurrence(), None
    totals, dhs = adjoint.hidden.unbind(), step.split(adjoint.hidden)
    for run in adjoint.runs(hidden.shape[2]):
        now = hidden[run]
        delta = adjoint.masked((now > 0).to(now) if nonlinearity == "relu" else 1 - now * now, run)
        rows, deltas = delta.unbind(), step.split(delta)
        for total, dh, row, slope in adjoint.along(run, (totals, dhs), (rows, deltas)):
            if after is not None:
                add(total, after, W_hh)
            step.multiply(slope, dh, slope)
            after = row
        if adjoint.takes_deltas:
            adjoint.add(run, delta)


def lstm_adjoint(adjoint: Adjoint, gates: LSTMGates, cell_before: Tensor, cell: Tensor) -> None:
    """LSTM: dc_t = dc_{t+1} f_{t+1} + dh_t A_t, delta_t = (dc_t, dc_t, dc_t, dh_t) K_t."""
    assert adjoint.cell is not None
    step, W_hh, W_hr, after = stepping(cell), adjoint.weights.W_hh, adjoint.weights.W_hr, None
    add, begin = adjoint.recurrence(), step.add_product if adjoint.cell_is_seeded else step.write_product
    totals, dhs, dcs = adjoint.hidden.unbind(), step.split(adjoint.hidden), step.split(adjoint.cell)
    # 14 numbers in use a timestep and unit: four gates, c, K, A, delta
    found = adjoint.runs(14 * cell.shape[2])
    delta = adjoint.deltas(found, 4)
    rows, by_gate = delta.flatten(-2), delta.transpose(1, 2)
    products, of_cell, of_hidden = rows.unbind(), step.split(by_gate[:, :3]), step.split(by_gate[:, 3])
    for run in found:
        now = LSTMGates(*(gate[run] for gate in gates))
        K, A = (adjoint.masked(one, run) for one in _lstm_coefficients(now, cell_before[run], cell[run]))
        by_cell, by_hidden, slopes = step.split(K[:, :3]), step.split(K[:, 3]), step.split(A)
        keeps = step.split(adjoint.masked(now.f, run))
        whole, parts = (totals, dhs, dcs), (slopes, by_cell, by_hidden, of_cell, of_hidden, products, keeps)
        for total, dh, dc, slope, K_cell, K_hidden, to_cell, to_hidden, row, keep in adjoint.along(run, whole, parts):
            if after is not None:
                add(total, after[0], W_hh)
            if W_hr is not None:
                (dh,) = step.split((total @ W_hr).unsqueeze(0))
            begin(dc, dh, slope)
            if after is not None:
                step.add_product(dc, after[1], after[2])
            step.multiply(K_cell, dc, to_cell)
            step.multiply(K_hidden, dh, to_hidden)
            after = row, dc, keep
        if adjoint.takes_deltas:
            adjoint.add(run, rows[: len(keeps)])


def gru_adjoint(adjoint: Adjoint, gates: GRUGates, from_state: Tensor) -> None:
    """GRU: delta_t = dh_t K_t, dh_{t-1} = seed_{t-1} + dh_t z_t + delta_t W_hh; `from_state` is what r scales."""
    step, W_hh, add, after = stepping(gates.z), adjoint.weights.W_hh, adjoint.recurrence(), None
    totals, dhs = adjoint.hidden.unbind(), step.split(adjoint.hidden)
    # 11 numbers in use a timestep and unit: three gates, h, what r scales, K, delta
    found = adjoint.runs(11 * gates.z.shape[2])
    delta = adjoint.deltas(found, 3)
    rows, of_gates = delta.flatten(-2).unbind(), step.split(delta.transpose(1, 2))
    for run in found:
        now = GRUGates(*(gate[run] for gate in gates))
        before = adjoint.entering[run][:, :, adjoint.features :]
        coefficients = _gru_coefficients(now, before, from_state[run])
        K, to_new = (adjoint.masked(one, run) for one in coefficients)
        by_gate, keeps = step.split(K), step.split(adjoint.masked(now.z, run))
        for total, dh, K_gate, to_gates, row, keep in adjoint.along(
            run, (totals, dhs), (by_gate, of_gates, rows, keeps)
        ):
            if after is not None:
                add(total, after[0], W_hh)
                step.add_product(dh, after[1], after[2])
            step.multiply(K_gate, dh, to_gates)
            after = row, dh, keep
        if not adjoint.takes_deltas:
            continue
        of_state = delta[: len(keeps)]
        of_input = torch.cat([of_state[:, :, :2], (to_new * adjoint.hidden[run]).unsqueeze(2)], dim=2)
        adjoint.add(run, of_state.flatten(-2), of_input.flatten(-2))


def _lstm_coefficients(
    gates: LSTMGates, before: Tensor, cell: Tensor, K: Tensor | None = None, A: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """K (time, gate, batch, unit) and A = do tanh'(c), each in one pass; where there is room for them it is filled."""
    i, f, g, o = gates
    K = i.new_empty((len(i), 4, *i.shape[1:])) if K is None else K
    A = torch.empty_like(o) if A is None else A
    squashed = tanh(cell)
    for value, gate, to in ((g, i, K[:, 0]), (before, f, K[:, 1]), (squashed, o, K[:, 3])):
        _through_sigmoid(value, gate, grad_input=to)
    _through_tanh(i, g, grad_input=K[:, 2])
    return K, _through_tanh(o, squashed, grad_input=A)


def _gru_coefficients(gates: GRUGates, before: Tensor, from_state: Tensor) -> tuple[Tensor, Tensor]:
    """K (time, gate, batch, unit) on the side of the state, and dh/d(pre-activation of n)."""
    r, z, n = gates
    to_new = torch.empty_like(n)
    _through_tanh(1 - z, n, grad_input=to_new)
    K = r.new_empty((len(r), 3, *r.shape[1:]))
    _through_sigmoid(to_new * from_state, r, grad_input=K[:, 0])
    _through_sigmoid(before - n, z, grad_input=K[:, 1])
    torch.mul(to_new, r, out=K[:, 2])
    return K, to_new


def _add_product(total: Tensor, values: Tensor, W: Tensor) -> None:
    adding(values.shape[0], W)(total, values, W)
