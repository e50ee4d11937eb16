"""What a lab experiment reads off a lab: numbers of one snapshot, the same that the pictures show."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from rnnviz.training import Snapshot
from rnnviz.views.score.gradientstrip import norm_through_time

__all__ = ["Measure", "gradient", "held_out", "mean_gate", "of_model", "setting", "steps"]

Measure = Callable[[Snapshot], Any]


def setting(name: str) -> Measure:
    """Measure a setting by name, such as ``"forget_bias"``; a number, a word, or None where it is off."""
    return lambda snapshot: getattr(snapshot.settings, name)


def steps(snapshot: Snapshot) -> int:
    """Measure how long the model has trained, in steps."""
    return snapshot.step


def held_out(snapshot: Snapshot) -> float:
    """Measure the metric on the held-out part, in the task's own unit."""
    return float(snapshot.validation)


def gradient(
    time: int = 0, *, over: int | None = None, state: Literal["hidden", "cell"] = "hidden", layer: int = -1
) -> Measure:
    """Measure how much of the gradient arrives at a timestep: the norm over batch and unit of the total dL/dh_t.

    Parameters
    ----------
    time : int
        The timestep, counted from 0; a negative one from the end.
    over : int, optional
        Give it in parts of the norm at this timestep; as it is by default.
    state : {"hidden", "cell"}
        Of which state; only an LSTM has cells.
    layer : int
        Which layer; the top one by default, forward direction.

    Examples
    --------
    >>> from rnnviz.lab import Lab
    >>> lab = Lab("adding", cell="rnn", hidden_size=8, seq_len=40, seed=0)
    >>> bool(gradient(0, over=-1)(lab.snapshot()) < 1e-3)
    True
    """

    def measure(snapshot: Snapshot) -> float | None:
        grads = snapshot.layer.grad_cell if state == "cell" else snapshot.layer.grad_hidden
        if grads is None:
            return None
        norms = norm_through_time(grads)[layer, 0, : snapshot.longest]
        return float(norms[time] if over is None else np.divide(norms[time], norms[over]))

    return measure


def mean_gate(name: str, layer: int = -1) -> Measure:
    """Measure the mean of a gate over all probe sequences, timesteps and units of a layer, forward direction.

    Parameters
    ----------
    name : str
        ``"i"``, ``"f"``, ``"g"`` or ``"o"`` of an LSTM, ``"r"``, ``"z"`` or ``"n"`` of a GRU; None elsewhere.
    layer : int
        Which layer; the top one by default.
    """

    def measure(snapshot: Snapshot) -> float | None:
        gate = snapshot.layer.gates.get(name)
        return None if gate is None or np.isnan(gate[layer, 0]).all() else float(np.nanmean(gate[layer, 0]))

    return measure


def of_model(label: str, measure: Measure) -> Measure:
    """Take a measure of one model of a comparison, by its label; None where it has no such model."""

    def measured(snapshot: Snapshot) -> Any:
        one = snapshot.models.get(label)
        return None if one is None else measure(one)

    return measured
