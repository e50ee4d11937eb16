"""CellStep: what one cell did at one timestep, with the parts of every sum that went into it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace.result.arrays import read_only
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus

__all__ = ["CELL_GATES", "CellStep", "Sum", "layer_weights"]

Floats = NDArray[np.floating[Any]]

CELL_GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}  # torch's order of the rows


@dataclass(frozen=True, eq=False)
class Sum:
    """What a nonlinearity is applied to, in parts; every array has the axis (unit,).

    Parameters
    ----------
    input, state : numpy.ndarray
        ``W_ih x_t`` and ``W_hh h``, where h is the state before the step.
    bias : numpy.ndarray
        ``b_ih + b_hh``; for the candidate n of a GRU only ``b_ih``.
    state_bias, reset : numpy.ndarray or None
        For the candidate n of a GRU: ``b_hh``, which belongs to the state's part, and the gate r that scales both.
    """

    input: Floats
    state: Floats
    bias: Floats
    state_bias: Floats | None = None
    reset: Floats | None = None

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, read_only(getattr(self, one.name)))

    @property
    def recurrent(self) -> Floats:
        """What comes from the state before: ``W_hh h``, for the candidate of a GRU ``r (W_hh h + b_hh)``."""
        if self.reset is None or self.state_bias is None:
            return self.state
        return np.asarray(self.reset * (self.state + self.state_bias))

    @property
    def total(self) -> Floats:
        """All parts together."""
        return np.asarray(self.input + self.bias + self.recurrent)


@dataclass(frozen=True, kw_only=True, eq=False)
class CellStep:
    """One cell at one timestep: gates and states as traced, and the sums as the snapshot's weights give them.

    Arrays are read-only and, but for ``x``, have the axis (unit,).

    Parameters
    ----------
    kind, nonlinearity : str
        ``"rnn"``, ``"lstm"`` or ``"gru"``; ``"tanh"`` or ``"relu"``, what a plain RNN applies.
    focus : Focus
        Which sequence, layer, direction, timestep and unit.
    step : int
        Finished training steps.
    before, after : int or None
        The timesteps read just before and just after; the backward direction reads t + 1 before t. None at the ends.
    x : numpy.ndarray
        What the layer reads, axis (feature,): the input, or all directions of the layer below.
    h_before, c_before : numpy.ndarray
        States before the step, zeros at the beginning; ``c_before`` is None without a cell state.
    sums : mapping of str to Sum
        By gate; a plain RNN has one, called ``"h"``.
    gates : mapping of str to numpy.ndarray
        i f g o of an LSTM, r z n of a GRU, none of a plain RNN.
    h, c : numpy.ndarray
        States after the step.
    """

    kind: str
    nonlinearity: str
    focus: Focus
    step: int
    before: int | None
    after: int | None
    x: Floats
    h_before: Floats
    c_before: Floats | None
    sums: Mapping[str, Sum]
    gates: Mapping[str, Floats]
    h: Floats
    c: Floats | None

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, read_only(getattr(self, one.name)))

    @classmethod
    def of(cls, snapshot: Snapshot, focus: Focus) -> Self:
        """Read the cell that ``focus`` picks.

        Parameters
        ----------
        snapshot : Snapshot
            Of a lab: it carries the weights and the inputs.
        focus : Focus
            One that exists in the snapshot's layer.

        Raises
        ------
        ValueError
            If the snapshot has no weights (a watched loop), the cell is none of torch's three or has a projection, or
            the layer reads something that the snapshot does not carry, so that the sums are not those of the trace.
        """
        return cls(**forward_parts(snapshot, focus))


def forward_parts(snapshot: Snapshot, focus: Focus) -> dict[str, Any]:
    """Return the fields of a `CellStep` by name."""
    layer, place = snapshot.layer, (focus.layer, focus.direction, focus.sample)
    by = -1 if focus.direction else 1
    before, after = (_existing(focus.time + move, int(snapshot.ends[focus.sample])) for move in (-by, by))
    weights = layer_weights(snapshot, focus)
    x, h_before = _reads(snapshot, focus), _state(layer.hidden, layer.initial_hidden, place, before)
    if x.shape != weights["W_ih"].shape[1:]:
        raise _reads_else(snapshot)
    gates = {name: np.asarray(values[(*place, focus.time)]) for name, values in layer.gates.items()}
    sums, h = _sums(layer.kind, weights, x, h_before, gates), layer.hidden[(*place, focus.time)]
    # weights of now against states as traced: whoever masks or replaces weights in forward is found out
    if not _agree(layer.nonlinearity, sums, {**gates, "h": h}):
        raise _reads_else(snapshot)
    return {
        "kind": layer.kind,
        "nonlinearity": layer.nonlinearity,
        "focus": focus,
        "step": snapshot.step,
        "before": before,
        "after": after,
        "x": x,
        "h_before": h_before,
        "c_before": None if layer.cell is None else _state(layer.cell, layer.initial_cell, place, before),
        "sums": sums,
        "gates": gates,
        "h": h,
        "c": None if layer.cell is None else layer.cell[(*place, focus.time)],
    }


def layer_weights(snapshot: Snapshot, focus: Focus) -> dict[str, Floats]:
    """Return W_ih, W_hh, b_ih and b_hh of the layer and direction in focus, in float64.

    Raises
    ------
    ValueError
        As for `CellStep.of`.
    """
    if snapshot.layer.kind not in CELL_GATES:
        raise ValueError(f"the snapshot's cell must be one of {', '.join(CELL_GATES)}, got {snapshot.layer.kind!r}.")
    if not snapshot.weights or snapshot.inputs is None:
        raise ValueError("the snapshot has no weights to read: inspect a cell of a lab, not of a watched loop.")
    w_ih, w_hh, b_ih, b_hh, w_hr = (
        _weight(snapshot, focus, stem) for stem in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    )
    if w_ih is None or w_hh is None or w_hr is not None:
        raise ValueError(
            f"inspect reads a layer with plain weights, got {snapshot.module!r}, whose weights are projected or "
            "computed from others; the pictures, such as figure('gates'), show it all the same."
        )
    none = np.zeros(len(w_ih))
    return {"W_ih": w_ih, "W_hh": w_hh, "b_ih": none if b_ih is None else b_ih, "b_hh": none if b_hh is None else b_hh}


def _weight(snapshot: Snapshot, focus: Focus, stem: str) -> Floats | None:
    """A weight of the layer and direction in focus, None if there is none; cells number no layers."""
    suffix = f"_l{focus.layer}" + ("_reverse" if focus.direction else "")
    path = f"{snapshot.module}." if snapshot.module else ""
    found = snapshot.weights.get(f"{path}{stem}{suffix}", snapshot.weights.get(f"{path}{stem}"))
    return None if found is None else found.astype(np.float64)


def _reads_else(snapshot: Snapshot) -> ValueError:
    return ValueError(
        f"inspect needs to know what the layer reads, and {snapshot.module!r} reads neither the task's inputs nor the "
        "states as they are; the pictures, such as figure('gates'), show it all the same."
    )


def _agree(nonlinearity: str, sums: Mapping[str, Sum], traced: Mapping[str, Floats]) -> bool:
    """Whether the sums give what the trace saw, where that is finite."""
    for name, one in sums.items():
        with np.errstate(over="ignore"):
            tanh = name in {"g", "n"} or (name == "h" and nonlinearity == "tanh")
            made = (
                np.tanh(one.total)
                if tanh
                else np.maximum(one.total, 0)
                if name == "h"
                else 1 / (1 + np.exp(-one.total))
            )
        if np.isfinite(traced[name]).all() and not np.allclose(made, traced[name], rtol=1e-3, atol=1e-3):
            return False
    return True


def _sums(
    kind: str, weights: Mapping[str, Floats], x: Floats, h: Floats, gates: Mapping[str, Floats]
) -> dict[str, Sum]:
    names = CELL_GATES[kind]
    wholes = (weights["W_ih"] @ x, weights["W_hh"] @ h, weights["b_ih"], weights["b_hh"])
    sums = {}
    for name, of_x, of_h, b_ih, b_hh in zip(names, *(np.split(one, len(names)) for one in wholes), strict=True):
        inner = kind == "gru" and name == "n"  # torch's GRU: r acts after the matrix product, on its bias too
        sums[name] = Sum(of_x, of_h, b_ih, b_hh, gates["r"]) if inner else Sum(of_x, of_h, b_ih + b_hh)
    return sums


def _reads(snapshot: Snapshot, focus: Focus) -> Floats:
    """x_t of the layer in focus: the input, a token's embedding, or the states below, both directions in a row."""
    if focus.layer == 0 and snapshot.inputs is not None:
        seen = np.asarray(snapshot.inputs[focus.sample, focus.time])
        # tokens of a model of ours; one of somebody's own may embed as it likes, which `_agree` finds
        beside = f"{snapshot.module.rpartition('.')[0]}.embedding.weight".removeprefix(".")
        table = snapshot.weights.get(beside) if seen.ndim == 0 else None
        return seen if table is None else table[int(seen)]
    return snapshot.layer.hidden[focus.layer - 1, :, focus.sample, focus.time].reshape(-1)


def _state(states: Floats, initial: Floats | None, place: tuple[int, int, int], time: int | None) -> Floats:
    if time is not None:
        return np.asarray(states[(*place, time)])
    return np.zeros(states.shape[-1], states.dtype) if initial is None else np.asarray(initial[place])


def _existing(time: int, steps: int) -> int | None:
    return time if 0 <= time < steps else None
