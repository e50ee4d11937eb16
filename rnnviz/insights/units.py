"""Rules about units and gates that have stopped working: saturated, or dead."""

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.insights.insight import Act, Insight, percent
from rnnviz.trace import LayerTrace
from rnnviz.training.snapshots.snapshot import Floats, Snapshot

__all__ = ["dead", "saturated"]

MANY = 0.5  # half of a layer; a few idle or full units are usual and harmless
STEEP = 0.95  # where |tanh| is above this its slope, 1 − tanh², is below a tenth
STILL = 1e-3  # a standard deviation that no colour of the pictures would show
_KEEPING = {"lstm": "f", "gru": "z"}  # open all the time is how these remember
_CANDIDATES = ("g", "n")


def saturated(snapshot: Snapshot) -> Insight | None:
    """Most of a gate's values, or of a plain RNN's states, sit at an end of their range."""
    found = max(_shares(snapshot.layer).items(), key=lambda one: one[1], default=None)
    if found is None or not found[1] >= MANY:
        return None
    name, share = found
    advice, told = _advice("saturated", snapshot), percent(share)
    if name == "h":
        return Insight.of(
            "saturated.states", {"share": told, "end": STEEP}, {"share": share}, advice, act=_back(snapshot)
        )
    gate = {"gate": t(f"view.gates.{snapshot.layer.kind}.{name}"), "share": told}
    if name in _CANDIDATES:
        return Insight.of("saturated.candidate", gate, {"share": share}, advice, act=_back(snapshot))
    if name == _KEEPING[snapshot.layer.kind]:
        advice = _advice("forgetting", snapshot)
        opened = None if snapshot.settings is None else {"forget_bias": 1.0}
        return Insight.of("saturated.keeping", gate, {"share": share}, advice, act=opened)
    return Insight.of("saturated.gate", gate, {"share": share}, advice, act=_back(snapshot))


def dead(snapshot: Snapshot) -> Insight | None:
    """Half of the units or more hold one value, whatever the sequence says."""
    states = snapshot.layer.hidden.astype(np.float64)  # the squares of an exploded state do not fit into float32
    valid = np.isfinite(states)
    if (valid.sum(axis=(2, 3)) < 2).any():
        return None
    units = states.shape[0] * states.shape[1] * states.shape[4]
    spread = np.std(states, axis=(2, 3), where=valid)
    still = int((spread < STILL).sum())
    if still < MANY * units:
        return None
    zero = int((~((states != 0) & valid).any(axis=(2, 3))).sum())
    numbers = {"still": float(still)}
    if zero >= MANY * units:
        told = {"count": zero, "units": units}
        return Insight.of("dead.zero", told, numbers, _advice("dead", snapshot), act=_back(snapshot))
    told = {"count": still, "units": units}
    return Insight.of("dead.constant", told, numbers, _advice("still", snapshot), act=_back(snapshot))


def _back(snapshot: Snapshot) -> Act:
    """The way back, where it was a change that began this model."""
    return None if snapshot.before is None or snapshot.before.loss is None else "undo"


def _shares(layer: LayerTrace) -> dict[str, float]:
    """Return, by gate, the share of values at an end of the range where the slope is nearly nothing."""
    if layer.kind == "rnn" and layer.nonlinearity == "tanh":
        return {"h": _share(np.abs(layer.hidden) > STEEP, layer.hidden)}
    if layer.kind not in _KEEPING:
        return {}
    shares = {}
    for name, (low, high) in layer.saturation.items():
        ends = [high] if name in _CANDIDATES else [low] if name == _KEEPING[layer.kind] else [low, high]
        shares[name] = float(sum(end.mean() for end in ends))
    return shares


def _share(hit: NDArray[np.bool_], values: Floats) -> float:
    return float(hit.sum() / max(int(np.isfinite(values).sum()), 1))


def _advice(rule: str, snapshot: Snapshot) -> str:
    if snapshot.settings is None:
        return t(f"insight.{rule}.advice.watch")
    names = ("lr", "rho", "init", "seed", "nonlinearity", "forget_bias")
    return t(f"insight.{rule}.advice", **{name: t(f"knob.{name}") for name in names})
