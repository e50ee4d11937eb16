"""The loops over timesteps as functions of tensors alone, so that on a GPU their launches can be recorded."""

from __future__ import annotations

from torch import Tensor

from rnnviz.cells import GRUGates, LSTMGates
from rnnviz.trace.modules.layers import Layout, Weights
from rnnviz.trace.scan import graphs
from rnnviz.trace.scan.adjoint import Adjoint, gru_adjoint, lstm_adjoint, rnn_adjoint
from rnnviz.trace.scan.fused import calls_are_dear, gru_in_few_calls, lstm_in_few_calls
from rnnviz.trace.scan.recording import Tensors
from rnnviz.trace.scan.small_lstm import small_lstm_adjoint
from rnnviz.trace.scan.stepping import is_small, stepping

__all__ = ["carry_cell", "scan"]


def scan(adjoint: Adjoint, layout: Layout, states: Tensor, kept: Tensor) -> None:
    """Take an adjoint all the way back.

    `states` are a plain RNN's after each step, or an LSTM's cell states with the initial one, (time + 1, batch, unit);
    `kept` are gates, (gate, time, batch, unit), with what a GRU's `r` scales.
    """
    if not graphs.applies(adjoint.hidden):
        _scan(adjoint, layout.kind, layout.nonlinearity, states, kept)
        return
    W_ih, W_hh, _, _, W_hr = adjoint.weights
    given = (adjoint.entering, W_ih, W_hh, W_hr, adjoint.valid, adjoint.hidden, adjoint.cell, states, kept)
    constants = layout.kind, layout.nonlinearity, adjoint.reverse, adjoint.cell_is_seeded, adjoint.wants_below
    hidden, adjoint.cell, grad_ih, grad_hh, adjoint.below = graphs.GRAPHS.run(_whole_scan, given, *constants)
    assert hidden is not None
    assert grad_ih is not None
    assert grad_hh is not None
    adjoint.hidden, adjoint.grad_ih, adjoint.grad_hh = hidden, grad_ih, grad_hh


def carry_cell(within: Tensor, keeps: Tensor, reverse: bool) -> None:
    """``c_t += f_t c_{t-1}`` one timestep after the other; `within` has one step more than `keeps`, the initial one."""
    if not graphs.applies(keeps):
        _carry_cell((within, keeps), reverse)
        return
    (found,) = graphs.GRAPHS.run(_carry_cell, (within, keeps), reverse)
    if found is not None and found is not within:
        within.copy_(found)


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


def _carry_cell(given: Tensors, reverse: bool) -> Tensors:
    within, forget = given
    assert within is not None
    assert forget is not None
    step, way = stepping(forget), -1 if reverse else 1
    states, keeps = step.split(within)[::way], step.split(forget)[::way]
    for before, keep, after in zip(states, keeps, states[1:], strict=False):
        step.add_product(after, keep, before)
    return (within,)
