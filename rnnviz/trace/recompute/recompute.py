"""Recomputes calls layer by layer from what was kept: gates, cell states, and the gradient through time.

Calls of one length that follow each other in a loop are stacked along the batch and recomputed at once: every one knows
the state it started from and the gradient that came back to the state it handed on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.trace.modules.layers import GATES, Layout, Weights
from rnnviz.trace.recompute.flat import Form, flat, flat_results, results, unflat
from rnnviz.trace.recompute.stacking import Stack
from rnnviz.trace.recompute.unrolled import Unrolled
from rnnviz.trace.scan import graphs
from rnnviz.trace.scan.adjoint import Adjoint
from rnnviz.trace.scan.gates import lstm_preactivations, write_gru_gates
from rnnviz.trace.scan.recording import Tensors
from rnnviz.trace.scan.scans import by_graph, lstm_forward, scan
from rnnviz.trace.scan.stepping import runs


def recompute(stack: Stack, layout: Layout, weights: list[list[Weights]]) -> list[list[Unrolled]]:
    """Unroll every layer and direction of stacked calls, axes of the lists (layer, direction)."""
    if not by_graph(stack.levels[0].inputs):
        return _recompute(stack, layout, weights)
    return results(graphs.GRAPHS.run(_recompute_flat, *flat(stack, layout, weights)), layout)


def _recompute_flat(given: Tensors, form: Form) -> Tensors:
    stack, weights = unflat(given, form)
    return flat_results(_recompute(stack, form.layout, weights))


def _recompute(stack: Stack, layout: Layout, weights: list[list[Weights]]) -> list[list[Unrolled]]:
    done: list[list[Unrolled]] = []
    above = stack.grad_output
    for layer in range(layout.num_layers - 1, -1, -1):
        level = stack.levels[layer]
        units = level.output.shape[2] // layout.directions
        row, below = [], None
        for direction in range(layout.directions):
            part = slice(direction * units, (direction + 1) * units)
            index = layer * layout.directions + direction
            one = LayerRecompute(stack, layout, weights[layer][direction], level.inputs, level.output[..., part], index)
            unrolled, towards = one.run(None if above is None else above[..., part])
            row.append(unrolled)
            if towards is not None:
                below = towards if below is None else below + towards
        above = below if below is None or level.mask is None else below * level.mask
        done.insert(0, row)
    return done


@dataclass(frozen=True, eq=False)
class LayerRecompute:
    """One layer and direction of stacked calls: forward from the known states, then backward if there is a loss."""

    stack: Stack
    layout: Layout
    weights: Weights
    inputs: Tensor
    hidden: Tensor
    index: int

    def run(self, grad_output: Tensor | None) -> tuple[Unrolled, Tensor | None]:
        """Return what was found, and dL/d(input) where there is a layer below."""
        entering, hidden = self._around(self.hidden, self.stack.initial[0][self.index])
        kept, cell_scan = self._forward(entering)
        cell, gates = None if cell_scan is None else cell_scan.after, kept[: len(GATES[self.layout.kind])].unbind()
        if not self.stack.has_loss:
            return Unrolled(hidden, cell, gates), None
        direct, adjoint = self._backward(grad_output, entering, cell)
        scan(adjoint, self.layout, hidden if cell_scan is None else cell_scan.joined, kept)
        gradients = direct, adjoint.hidden, adjoint.cell, adjoint.grad_ih, adjoint.grad_hh
        return Unrolled(hidden, cell, gates, *gradients), adjoint.below

    @property
    def reverse(self) -> bool:
        """Whether the recurrence runs from the last timestep to the first."""
        return self.index % self.layout.directions == 1

    def _around(self, states: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """What enters each step, [x_t, h_{t-1}], and the states after it: two views of an array of one step more."""
        if self.stack.valid is not None and self.reverse:
            # reversed, a short sequence begins at its own end: what lies behind it is what it starts from
            states = torch.where(self.stack.valid > 0, states, start)
        steps, batch, features = self.inputs.shape
        # inputs and states side by side: gates of all steps are one product, and the weights' gradients another
        joined = states.new_empty((steps + 1, batch, features + states.shape[2]))
        entering, leaving = (joined[1:], joined[:-1]) if self.reverse else (joined[:-1], joined[1:])
        entering[:, :, :features] = self.inputs
        joined[-1 if self.reverse else 0, :, features:] = start
        leaving[:, :, features:] = states
        return entering, leaving[:, :, features:]

    def _forward(self, entering: Tensor) -> tuple[Tensor, CellScan | None]:
        """Gates of every step, (gate, time, batch, unit), with what a GRU's `r` scales; and an LSTM's cell states."""
        kind, features = self.layout.kind, self.inputs.shape[2]
        if kind == "rnn":
            return entering.new_empty(0), None
        cell_scan = CellScan.start(self.stack, self.index, self.reverse) if kind == "lstm" else None
        units = self.weights.W_hh.shape[0] // len(GATES[kind])
        # four for a GRU too: the last holds what r scales
        kept = entering.new_empty((4, *entering.shape[:2], units))
        for run in self._ordered(runs(entering, 4 * units)):
            if cell_scan is None:
                write_gru_gates(self.inputs[run], entering[run][:, :, features:], self.weights, kept[:, run])
            else:
                cell_scan.over(run, lstm_preactivations(entering[run], self.weights), kept[:, run])
        return kept, cell_scan

    def _ordered(self, found: list[slice]) -> list[slice]:
        return found[::-1] if self.reverse else found

    def _backward(self, grad_output: Tensor | None, entering: Tensor, cell: Tensor | None) -> tuple[Tensor, Adjoint]:
        """What reaches each step from outside, and the scan with that and what the next call sends back put in."""
        if grad_output is None:
            direct = torch.zeros_like(self.hidden, memory_format=torch.contiguous_format)
        else:
            direct = grad_output.clone(memory_format=torch.contiguous_format)
        self._enter(direct, self.stack.grad_final[0])
        links = self.stack.grad_links or (None, None)
        of_cell = [] if cell is None else [one for one in (self.stack.grad_final[1], links[1]) if one is not None]
        adjoint = Adjoint(
            entering=entering,
            weights=self.weights,
            reverse=self.reverse,
            valid=self.stack.valid,
            # a copy: the scan adds the recurrence to it in place, and `direct` is shown as well
            hidden=direct.clone(),
            cell=None if cell is None else cell.new_zeros(cell.shape) if of_cell else cell.new_empty(cell.shape),
            cell_is_seeded=bool(of_cell),
            wants_below=self.index >= self.layout.directions,
            wants_weights=self.stack.wants_weights,
        )
        self._enter(adjoint.hidden, links[0])
        for seed in of_cell:
            assert adjoint.cell is not None
            self._enter(adjoint.cell, seed)
        return direct, adjoint

    def _enter(self, seed: Tensor, gradient: Tensor | None) -> None:
        if gradient is None:
            return
        if self.reverse:
            seed[0] += gradient[self.index]
        elif self.stack.lengths is None:
            seed[-1] += gradient[self.index]
        else:
            # each at its own last step, where a packed sequence gives its final state
            seed[self.stack.lengths - 1, torch.arange(seed.shape[1], device=seed.device)] += gradient[self.index]


@dataclass(frozen=True, eq=False)
class CellScan:
    """c_t = f_t c_{t-1} + i_t g_t, the one part of going forward again that has to loop."""

    joined: Tensor
    valid: Tensor | None
    reverse: bool

    @classmethod
    def start(cls, stack: Stack, index: int, reverse: bool) -> CellScan:
        """Put the initial state where the recurrence begins."""
        start = stack.initial[1][index]
        joined = start.new_empty((stack.levels[0].inputs.shape[0] + 1, *start.shape))
        joined[-1 if reverse else 0] = start
        return cls(joined, stack.valid, reverse)

    def over(self, run: slice, preactivations: Tensor, room: Tensor) -> None:
        """Go on over one run of timesteps; its gates go to `room`."""
        valid = self.valid[run] if self.valid is not None and self.reverse else None
        lstm_forward(preactivations, room, self.joined[run.start : run.stop + 1], valid, self.reverse)

    @property
    def before(self) -> Tensor:
        """Cell states before each step."""
        return self.joined[1:] if self.reverse else self.joined[:-1]

    @property
    def after(self) -> Tensor:
        """Cell states after each step."""
        return self.joined[:-1] if self.reverse else self.joined[1:]
