"""Replays calls layer by layer from what was kept: gates, cell states, and the gradient through time.

Calls of one length that follow each other in a loop are stacked along the batch and replayed at once: every one knows
the state it started from and the gradient that came back to the state it handed on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rnnviz import cells
from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.adjoint import Adjoint, gru_adjoint, lstm_adjoint, rnn_adjoint
from rnnviz.trace.kernels import Product, tanh_
from rnnviz.trace.layers import GATES, Layout, Weights
from rnnviz.trace.runs import runs
from rnnviz.trace.stacking import Stack
from rnnviz.trace.stepping import stepping
from rnnviz.trace.unrolled import Unrolled


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
            unrolled, towards = one.run(None if above is None else above[..., part])
            row.append(unrolled)
            if towards is not None:
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
        """Return what was found, and dL/d(input) where there is a layer below."""
        before, hidden = self._around(self.hidden, self.stack.initial[0][self.index])
        gates, cell_before, cell = self._forward(before)
        found = Unrolled(hidden, cell, tuple(gates))
        if not self.stack.has_loss:
            return found, None
        direct, adjoint = self._entering(grad_output, before, cell)
        if isinstance(gates, GRUGates):
            gru_adjoint(adjoint, gates)
        elif isinstance(gates, LSTMGates):
            assert cell_before is not None
            assert cell is not None
            lstm_adjoint(adjoint, gates, cell_before, cell)
        else:
            rnn_adjoint(adjoint, hidden, self.layout.nonlinearity)
        found = replace(found, direct=direct, total=adjoint.hidden, grad_cell=adjoint.cell)
        return replace(found, grad_ih=adjoint.grad_ih, grad_hh=adjoint.grad_hh), adjoint.below

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
        """Gates of every step, and the cell states before and after it."""
        kind, rows = self.layout.kind, len(self.weights.W_hh)
        if kind == "rnn":
            return (), None, None
        walk = CellWalk.start(self.stack, self.index, self.reverse) if kind == "lstm" else None
        equation = _lstm_equation(self.weights) if kind == "lstm" else _gru_equation(self.weights)
        found = before.new_empty((len(GATES[kind]), *before.shape[:2], rows // len(GATES[kind])))
        for run in self._ordered(runs(before, rows)):
            for every, some in zip(found, equation(self.inputs[run], before[run]), strict=True):
                every[run] = some
            if walk is not None:
                walk.over(run, LSTMGates(*found[:, run]))
        if walk is not None:
            return LSTMGates(*found), *walk.states()
        return GRUGates(*found), None, None

    def _ordered(self, found: list[slice]) -> list[slice]:
        return found[::-1] if self.reverse else found

    def _entering(self, grad_output: Tensor | None, before: Tensor, cell: Tensor | None) -> tuple[Tensor, Adjoint]:
        """What reaches each step from outside, and the scan with that and what the next call sends back put in."""
        outside = torch.zeros_like(self.hidden) if grad_output is None else grad_output
        direct = outside.clone(memory_format=torch.contiguous_format)
        self._enter(direct, self.stack.grad_final[0])
        of_cell = None if cell is None else torch.zeros_like(cell, memory_format=torch.contiguous_format)
        adjoint = Adjoint(
            inputs=self.inputs,
            before=before,
            weights=self.weights,
            reverse=self.reverse,
            valid=self.stack.valid,
            hidden=direct.clone(),
            cell=of_cell,
            wants_below=self.index >= self.layout.directions,
        )
        links = self.stack.grad_links or (None, None)
        self._enter(adjoint.hidden, links[0])
        if of_cell is not None:
            self._enter(of_cell, self.stack.grad_final[1])
            self._enter(of_cell, links[1])
        return direct, adjoint

    def _enter(self, seed: Tensor, gradient: Tensor | None) -> None:
        if gradient is None:
            return
        if self.reverse:
            seed[0] += gradient[self.index]
        elif self.stack.lengths is None:
            seed[-1] += gradient[self.index]
        else:
            seed[self.stack.lengths - 1, torch.arange(seed.shape[1], device=seed.device)] += gradient[self.index]


def _lstm_equation(weights: Weights) -> Callable[[Tensor, Tensor], LSTMGates]:
    """`cells.lstm_gates` of many steps: one product, its results squashed in place."""
    W_ih, W_hh, b_ih, b_hh, _ = weights
    product = Product(torch.cat([W_ih, W_hh], dim=1), None if b_ih is None or b_hh is None else b_ih + b_hh)
    return lambda x, h: cells.lstm_squashed(product(torch.cat([x, h], dim=2)), torch.sigmoid_, tanh_)


def _gru_equation(weights: Weights) -> Callable[[Tensor, Tensor], GRUGates]:
    """`cells.gru_gates` of many steps."""
    of_x, of_h = Product(weights.W_ih, weights.b_ih), Product(weights.W_hh, weights.b_hh)
    return lambda x, h: cells.gru_squashed(of_x(x), of_h(h), torch.sigmoid_, tanh_)


@dataclass(frozen=True, eq=False)
class CellWalk:
    """c_t = f_t c_{t-1} + i_t g_t, the one part of the forward replay that has to loop."""

    joined: Tensor
    valid: Tensor | None
    reverse: bool

    @classmethod
    def start(cls, stack: Stack, index: int, reverse: bool) -> CellWalk:
        """Put the initial state where the recurrence begins."""
        start = stack.initial[1][index]
        joined = start.new_empty((len(stack.levels[0].inputs) + 1, *start.shape))
        joined[-1 if reverse else 0] = start
        return cls(joined, stack.valid, reverse)

    def over(self, run: slice, gates: LSTMGates) -> None:
        """Go on over one run of timesteps."""
        within = self.joined[run.start : run.stop + 1]
        new = torch.mul(gates.i, gates.g, out=within[:-1] if self.reverse else within[1:])
        forget = gates.f
        if self.valid is not None and self.reverse:
            new.copy_(torch.where(self.valid[run] > 0, new, self.joined[-1]))
            forget = forget * self.valid[run]
        step = stepping(new)
        states, keeps = step.split(within), step.split(forget)
        for t in range(len(keeps) - 1, -1, -1) if self.reverse else range(len(keeps)):
            before, after = (t + 1, t) if self.reverse else (t, t + 1)
            step.add_product(states[after], keeps[t], states[before])

    def states(self) -> tuple[Tensor, Tensor]:
        """Cell states before and after each step."""
        return (self.joined[1:], self.joined[:-1]) if self.reverse else (self.joined[:-1], self.joined[1:])
