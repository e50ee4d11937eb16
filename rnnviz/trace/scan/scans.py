"""The loops over timesteps as functions of tensors alone, so that on a GPU their launches can be recorded."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import Tensor

from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.modules.layers import Layout, Weights
from rnnviz.trace.scan import graphs, single_launch
from rnnviz.trace.scan.adjoint import Adjoint, gru_adjoint, lstm_adjoint, rnn_adjoint
from rnnviz.trace.scan.fused import gru_in_few_calls, lstm_in_few_calls
from rnnviz.trace.scan.gates import squash
from rnnviz.trace.scan.recording import Tensors
from rnnviz.trace.scan.small_lstm import small_lstm_adjoint
from rnnviz.trace.scan.stepping import is_small, stepping

__all__ = ["by_graph", "by_kernel", "lstm_forward", "scan"]

_SHORTEST = 16  # timesteps: a shorter loop launches no more than the copies in and out of a graph do
_LARGEST = 128  # units: a program holds a sequence's whole state, and reads the recurrent weights each step


def by_graph(example: Tensor) -> bool:
    """Whether a loop over the timesteps of `example` (time, …) may be worth a graph."""
    return example.is_cuda and len(example) >= _SHORTEST and os.environ.get("RNNVIZ_CUDA_GRAPHS") != "0"


def by_kernel(example: Tensor) -> bool:
    """Whether the loops over an array may go by kernels of ours."""
    return example.is_cuda and example.dtype == torch.float32 and os.environ.get("RNNVIZ_CUDA_KERNELS") != "0"


def calls_are_dear(example: Tensor) -> bool:
    """Whether each call is a launch on another device."""
    return example.device.type != "cpu"


def scan(adjoint: Adjoint, layout: Layout, states: Tensor, kept: Tensor) -> None:
    """Take an adjoint all the way back.

    `states` are a plain RNN's after each step, or an LSTM's cell states with the initial one, (time + 1, batch, unit);
    `kept` are gates, (gate, time, batch, unit), with what a GRU's `r` scales.
    """
    W_ih, W_hh, _, _, W_hr = adjoint.weights
    hidden = adjoint.hidden
    in_one = by_kernel(hidden) and hidden.numel() > 0 and W_hr is None and W_hh.shape[1] <= _LARGEST
    if not in_one and not by_graph(hidden):
        _scan(adjoint, layout.kind, layout.nonlinearity, states, kept)
        return
    given = (adjoint.entering, W_ih, W_hh, W_hr, adjoint.valid, hidden, adjoint.cell, states, kept)
    constants = layout.kind, layout.nonlinearity, adjoint.reverse, adjoint.cell_is_seeded, adjoint.wants_below
    found = single_launch.KERNELS.run(single_launch.scan_backward, _whole_scan, given, *constants) if in_one else None
    total, adjoint.cell, grad_ih, grad_hh, adjoint.below = found or _recorded(given, *constants)
    assert total is not None
    adjoint.hidden, adjoint.grad_ih, adjoint.grad_hh = total, grad_ih, grad_hh


def lstm_forward(before: Tensor, room: Tensor, within: Tensor, valid: Tensor | None, reverse: bool) -> None:
    """Gates of a run of timesteps into `room` (gate, time, batch, unit), and c_t = f_t c_{t-1} + i_t g_t.

    `before` are pre-activations, (time, batch, gate·unit). `within` has one step more, the state that the run begins
    with, which sequences keep where `valid` (time, batch, 1) is 0.
    """
    given = before, room, within, valid
    if by_kernel(room):
        found = single_launch.KERNELS.run(single_launch.lstm_forward, _lstm_forward, given, reverse)
        if found is not None:
            return
    _lstm_forward(given, reverse, recorded=by_graph(room[0]))


def _recorded(given: Tensors, *constants: Any) -> Tensors:
    hidden = given[5]
    assert hidden is not None
    return graphs.GRAPHS.run(_whole_scan, given, *constants) if by_graph(hidden) else _whole_scan(given, *constants)


def _scan(adjoint: Adjoint, kind: str, nonlinearity: str, states: Tensor, kept: Tensor) -> None:
    if kind == "lstm":
        before, after = (states[1:], states[:-1]) if adjoint.reverse else (states[:-1], states[1:])
        small = after.numel() > 0 and is_small(after) and adjoint.weights.W_hr is None
        ordinary = small_lstm_adjoint if small else lstm_adjoint
        back = lstm_in_few_calls if calls_are_dear(states) else ordinary
        back(adjoint, LSTMGates(*kept), before, after)
    elif kind == "gru":
        by = gru_in_few_calls if calls_are_dear(kept) else gru_adjoint
        by(adjoint, GRUGates(*kept[:3]), from_state=kept[3])
    else:
        rnn_adjoint(adjoint, states, nonlinearity)


def _whole_scan(given: Tensors, kind: str, nonlinearity: str, reverse: bool, seeded: bool, below: bool) -> Tensors:
    entering, W_ih, W_hh, W_hr, valid, hidden, cell, states, kept = given
    weights = Weights(W_ih, W_hh, None, None, W_hr)  # type: ignore[arg-type]
    adjoint = Adjoint(entering, weights, reverse, valid, hidden, cell, seeded, below)  # type: ignore[arg-type]
    _scan(adjoint, kind, nonlinearity, states, kept)  # type: ignore[arg-type]
    return adjoint.hidden, adjoint.cell, adjoint.grad_ih, adjoint.grad_hh, adjoint.below


def _lstm_forward(given: Tensors, reverse: bool, *, recorded: bool = False) -> Tensors:
    before, room, within, valid = given
    assert before is not None
    assert room is not None
    assert within is not None
    squash(before, room)
    i, f, g, _ = room.unbind()
    new = torch.mul(i, g, out=within[:-1] if reverse else within[1:])
    if valid is not None:
        # past its end a sequence keeps the state it began with, so f is 0 there and nothing is carried
        new.copy_(torch.where(valid > 0, new, within[-1 if reverse else 0]))
        f = f * valid
    if recorded:
        (found,) = graphs.GRAPHS.run(_carry_cell, (within, f), reverse)
        if found is not None and found is not within:
            within.copy_(found)
    else:
        _carry_cell((within, f), reverse)
    return room, within


def _carry_cell(given: Tensors, reverse: bool) -> Tensors:
    within, forget = given
    assert within is not None
    assert forget is not None
    step, way = stepping(forget), -1 if reverse else 1
    step.carry(step.split(within)[::way], step.split(forget)[::way])
    return (within,)
