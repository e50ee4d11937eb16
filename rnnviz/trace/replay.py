"""Replays calls layer by layer from what was kept: gates, cell states, and the gradient through time.

Calls of one length that follow each other in a loop are stacked along the batch and replayed at once: every one knows
the state it started from and the gradient that came back to the state it handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz import cells
from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.adjoint import Adjoint, gru_adjoint, lstm_adjoint, rnn_adjoint
from rnnviz.trace.layers import Layout, Weights
from rnnviz.trace.stacking import Stack
from rnnviz.trace.unrolled import Unrolled


class Seeds(NamedTuple):
    """Gradients that enter a layer and direction: `direct` from outside, `total` with what the next call sends back."""

    direct: Tensor
    total: Tensor
    cell: Tensor | None


def replay(stack: Stack, layout: Layout, weights: list[list[Weights]]) -> list[list[Unrolled]]:
    """Unroll every layer and direction of stacked calls, axes of the lists (layer, direction)."""
    done: list[list[Unrolled]] = []
    above = stack.grad_output
    for layer in range(layout.num_layers - 1, -1, -1):
        level = stack.levels[layer]
        units = level.output.shape[2] // layout.directions
        row, below = [], None
        for direction in range(layout.directions):
            part = slice(direction * units, (direction + 1) * units)
            index = layer * layout.directions + direction
            one = Pass(stack, layout, weights[layer][direction], level.inputs, level.output[..., part], index)
            unrolled, delta_x = one.run(None if above is None else above[..., part])
            row.append(unrolled)
            if delta_x is not None and layer:
                towards = delta_x @ weights[layer][direction].W_ih
                below = towards if below is None else below + towards
        above = below if below is None or level.mask is None else below * level.mask
        done.insert(0, row)
    return done


@dataclass(frozen=True, eq=False)
class Pass:
    """One layer and direction of stacked calls: forward from the known states, then backward if there is a loss."""

    stack: Stack
    layout: Layout
    weights: Weights
    inputs: Tensor
    hidden: Tensor
    index: int

    def run(self, grad_output: Tensor | None) -> tuple[Unrolled, Tensor | None]:
        """Return what was found, and dL/d(pre-activation) on the input's side for the layer below."""
        before, hidden = self._around(self.hidden, self.stack.initial[0][self.index])
        gates, cell_before, cell = self._forward(before)
        if not self.stack.has_loss:
            return Unrolled(hidden, cell, tuple(gates)), None
        seeds = self._seeds(grad_output, cell)
        adjoint = self._backward(seeds, gates, before, hidden, cell_before, cell)
        return Unrolled(
            hidden,
            cell,
            tuple(gates),
            seeds.direct,
            adjoint.hidden,
            adjoint.cell,
            _outer(adjoint.delta_x, self.inputs),
            _outer(adjoint.delta_h, before),
        ), adjoint.delta_x

    @property
    def reverse(self) -> bool:
        """Whether the recurrence runs from the last timestep to the first."""
        return self.index % self.layout.directions == 1

    def _around(self, states: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """States before and after each step, two views of one array that holds one more."""
        if self.stack.valid is not None and self.reverse:
            states = torch.where(self.stack.valid > 0, states, start)
        if self.reverse:
            joined = torch.cat([states, start.unsqueeze(0)])
            return joined[1:], joined[:-1]
        joined = torch.cat([start.unsqueeze(0), states])
        return joined[:-1], joined[1:]

    def _forward(self, before: Tensor) -> tuple[tuple[Tensor, ...], Tensor | None, Tensor | None]:
        W_ih, W_hh, b_ih, b_hh, _ = self.weights
        if self.layout.kind == "rnn":
            return (), None, None
        if self.layout.kind == "gru":
            return cells.gru_gates(self.inputs, before, W_ih, W_hh, b_ih, b_hh), None, None
        gates = cells.lstm_gates(self.inputs, before, W_ih, W_hh, b_ih, b_hh)
        return gates, *self._cell_states(gates, self.stack.initial[1][self.index])

    def _cell_states(self, gates: LSTMGates, start: Tensor) -> tuple[Tensor, Tensor]:
        """c_t = f_t c_{t-1} + i_t g_t, the one part of the forward replay that has to loop."""
        new, forget = gates.i * gates.g, gates.f
        if self.stack.valid is not None and self.reverse:
            new, forget = torch.where(self.stack.valid > 0, new, start), forget * self.stack.valid
        steps = new.shape[0]
        joined = new.new_empty((steps + 1, *new.shape[1:]))
        joined[-1 if self.reverse else 0] = start
        states, news, forgets = joined.unbind(), new.unbind(), forget.unbind()
        for t in range(steps - 1, -1, -1) if self.reverse else range(steps):
            before, after = (t + 1, t) if self.reverse else (t, t + 1)
            torch.addcmul(news[t], forgets[t], states[before], out=states[after])
        return (joined[1:], joined[:-1]) if self.reverse else (joined[:-1], joined[1:])

    def _seeds(self, grad_output: Tensor | None, cell: Tensor | None) -> Seeds:
        """Gradient from outside at each step; that of the final state enters at the last step of the recurrence."""
        direct = torch.zeros_like(self.hidden, memory_format=torch.contiguous_format)
        if grad_output is not None:
            direct.copy_(grad_output)
        self._enter(direct, self.stack.grad_final[0])
        linked = self.stack.grad_links[0] if self.stack.grad_links else None
        total = direct if linked is None else direct.clone()
        self._enter(total, linked)
        if cell is None:
            return Seeds(direct, total, None)
        at_cell = torch.zeros_like(cell, memory_format=torch.contiguous_format)
        for gradient in (self.stack.grad_final[1], self.stack.grad_links[1] if self.stack.grad_links else None):
            self._enter(at_cell, gradient)
        return Seeds(direct, total, at_cell)

    def _enter(self, seed: Tensor, gradient: Tensor | None) -> None:
        if gradient is None:
            return
        if self.reverse:
            seed[0] += gradient[self.index]
        elif self.stack.lengths is None:
            seed[-1] += gradient[self.index]
        else:
            seed[self.stack.lengths - 1, torch.arange(seed.shape[1], device=seed.device)] += gradient[self.index]

    def _backward(
        self,
        seeds: Seeds,
        gates: tuple[Tensor, ...],
        before: Tensor,
        hidden: Tensor,
        cell_before: Tensor | None,
        cell: Tensor | None,
    ) -> Adjoint:
        valid = self.stack.valid
        if self.layout.kind == "rnn":
            return rnn_adjoint(seeds.total, hidden, self.weights, self.layout.nonlinearity, self.reverse, valid)
        if isinstance(gates, GRUGates):
            return gru_adjoint(seeds.total, gates, before, self.weights, self.reverse, valid)
        assert isinstance(gates, LSTMGates)
        assert seeds.cell is not None
        assert cell_before is not None
        assert cell is not None
        return lstm_adjoint(seeds.total, seeds.cell, gates, cell_before, cell, self.weights, self.reverse, valid)


def _outer(delta: Tensor, entered: Tensor) -> Tensor:
    """Gradient of a weight, transposed: the sum over time and batch of x_t delta_tᵀ, axes (input, gate·unit)."""
    return entered.flatten(0, 1).T @ delta.flatten(0, 1)
