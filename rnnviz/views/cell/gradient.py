"""GradientParts: the gradient at a state in two parts: what reaches it directly, what comes from the step after."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.cell.step import CELL_GATES, CellStep, layer_weights

__all__ = ["GradientParts", "gradient_parts"]

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class GradientParts:
    """Gradients at one state of one timestep, every array with the axis (unit,).

    Parameters
    ----------
    total : numpy.ndarray
        dL/dh_t or dL/dc_t as traced.
    direct : numpy.ndarray
        For h_t what reaches it without the layer's own recurrence; for c_t what reaches it through h_t.
    later : numpy.ndarray
        What comes back from the step after, worked out from that step's gates and weights; zeros after the last step.
    onward : numpy.ndarray or None
        What this step hands to the one before; None at the beginning.
    """

    total: Floats
    direct: Floats
    later: Floats
    onward: Floats | None


def gradient_parts(
    snapshot: Snapshot, focus: Focus, step: CellStep
) -> tuple[GradientParts | None, GradientParts | None]:
    """Return the gradients at h_t and at c_t; None for both without a loss, for the second without a cell state.

    Parameters
    ----------
    snapshot : Snapshot
        Of a lab.
    focus : Focus
        One that exists in the snapshot's layer.
    step : CellStep
        Read at that focus.
    """
    layer, place = snapshot.layer, (focus.layer, focus.direction, focus.sample, focus.time)
    if layer.grad_hidden is None or layer.grad_hidden_direct is None:
        return None, None
    total_h = layer.grad_hidden[place]
    later_h, later_c = (np.zeros(total_h.shape), np.zeros(total_h.shape))
    # worked out forward from the next step, not as total − direct, which cancels where direct is large
    if step.after is not None:
        there = replace(focus, time=step.after)
        later_h, later_c = _handed_on(snapshot, there, CellStep.of(snapshot, there))
    on_h, on_c = (None, None) if step.before is None else _handed_on(snapshot, focus, step)
    at_h = GradientParts(total_h, layer.grad_hidden_direct[place], later_h, on_h)
    if layer.grad_cell is None or step.c is None:
        return at_h, None
    through_h = total_h * step.gates["o"] * (1 - np.tanh(step.c) ** 2)
    return at_h, GradientParts(layer.grad_cell[place], through_h, later_c, on_c)


def _handed_on(snapshot: Snapshot, focus: Focus, step: CellStep) -> tuple[Floats, Floats]:
    """What a step hands to the states before it: its share of dL/dh and of dL/dc of the step before."""
    layer, place = snapshot.layer, (focus.layer, focus.direction, focus.sample, focus.time)
    assert layer.grad_hidden is not None
    grad_h = layer.grad_hidden[place].astype(np.float64)
    grad_c = np.zeros(grad_h.shape) if layer.grad_cell is None else layer.grad_cell[place].astype(np.float64)
    slopes = _AT_SUMS[step.kind](step, grad_h, grad_c)
    stacked = np.concatenate([slopes[name] for name in CELL_GATES[step.kind]])
    on_h = stacked @ layer_weights(snapshot, focus)["W_hh"]
    if step.kind == "gru":
        on_h = on_h + grad_h * step.gates["z"]
    return on_h, grad_c * step.gates["f"] if step.kind == "lstm" else grad_c


def _rnn(step: CellStep, grad_h: Floats, _grad_c: Floats) -> dict[str, Floats]:
    slope = step.h > 0 if step.nonlinearity == "relu" else 1 - step.h.astype(np.float64) ** 2
    return {"h": grad_h * slope}


def _lstm(step: CellStep, grad_h: Floats, grad_c: Floats) -> dict[str, Floats]:
    i, f, g, o = (step.gates[name].astype(np.float64) for name in "ifgo")
    assert step.c is not None
    assert step.c_before is not None
    return {
        "i": grad_c * g * i * (1 - i),
        "f": grad_c * step.c_before * f * (1 - f),
        "g": grad_c * i * (1 - g**2),
        "o": grad_h * np.tanh(step.c) * o * (1 - o),
    }


def _gru(step: CellStep, grad_h: Floats, _grad_c: Floats) -> dict[str, Floats]:
    r, z, n = (step.gates[name].astype(np.float64) for name in "rzn")
    inner = step.sums["n"]
    assert inner.state_bias is not None
    at_n = grad_h * (1 - z) * (1 - n**2)
    return {
        "r": at_n * (inner.state + inner.state_bias) * r * (1 - r),
        "z": grad_h * (step.h_before - n) * z * (1 - z),
        "n": at_n * r,  # what W_hh sees: r scales its product
    }


_AT_SUMS = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
