"""Fixed and slow points of the layer in focus with a snapshot's weights, searched for a few milliseconds a frame."""

import time
from dataclasses import dataclass

import numpy as np

from rnnviz.trace import FixedPoints
from rnnviz.trace.fixedpoints.descent import between, descended
from rnnviz.trace.fixedpoints.search import chosen_starts, points_of
from rnnviz.trace.fixedpoints.stepmap import Numbers, StepMap
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.pictures.states.plane import valid

__all__ = ["Resting", "resting", "step_map"]

_LARGEST = 256  # numbers of a state: with more, one round of the search takes longer than a frame may
_STARTS, _ROUNDS, _SLICE = 12, 24, 2
_AT_ONCE = 2**19  # of JᵀJ, with all starts together
_SECONDS = 0.008  # of a frame
_TOLERANCE = 1e-6
_NAMES = {"W_ih": "weight_ih", "W_hh": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh", "W_hr": "weight_hr"}


@dataclass(frozen=True)
class Resting:
    """What a search has found, with the weights of which step, and in which system."""

    step: int
    points: FixedPoints
    system: StepMap

    def is_of(self, system: StepMap) -> bool:
        """Whether another system is the same to the last bit."""
        pairs = [(self.system.constant, system.constant)]
        pairs += [(one, system.weights.get(name, np.empty(0))) for name, one in self.system.weights.items()]
        return all(np.array_equal(one, other) for one, other in pairs)


@dataclass
class _Search:
    """A search that goes on from frame to frame."""

    step: int
    system: StepMap
    starts: Numbers
    states: Numbers
    rounds: int = 0
    second: bool = False  # whether it goes on between the points that it had found

    def advance(self, until: float) -> bool:
        """Go on until a time, some rounds at least; return whether it is at its end."""
        while True:
            found = descended(self.system, self.states, _SLICE)
            self.states, self.rounds = found.states, self.rounds + _SLICE
            if found.ended.all() or self.rounds >= _ROUNDS:
                if self.second:
                    return True
                further = between(found.states[found.speeds <= _TOLERANCE], len(self.starts))
                self.states, self.rounds, self.second = np.concatenate([found.states, further]), 0, True
            if time.perf_counter() >= until:
                return False

    def result(self) -> Resting:
        """Return the points where it is."""
        return Resting(self.step, points_of(self.system, self.states, _TOLERANCE, "", self.starts), self.system)


def resting(snapshot: Snapshot, focus: Focus, *, patient: bool) -> Resting | None:
    """Return fixed and slow points, None where the layer's equations or weights are not known, or it is too large.

    With ``patient`` they are those of the snapshot's own weights. Else a search goes on for some milliseconds with the
    weights that it began with; what is returned is what the last one has found. A moment that is drawn again, or that
    lies before one that was drawn, belongs to a run that rests, and is waited for.
    """
    system = step_map(snapshot, focus)
    if system is None or system.units > _LARGEST:
        return None
    memory = snapshot.remembered.setdefault(("rest", focus.layer, focus.direction), {})
    last, drawn = memory.get("found"), memory.get("drawn", -1)
    memory["drawn"] = max(drawn, snapshot.step)
    if last is not None and last.step == snapshot.step and last.is_of(system):
        return last  # type: ignore[no-any-return]
    if patient or last is None or snapshot.step <= drawn:
        search = _begun(snapshot, focus, system, last)
        search.advance(float("inf"))
        memory["found"] = search.result()
        return memory["found"]  # type: ignore[no-any-return]
    search = memory.pop("search", None) or _begun(snapshot, focus, system, last)
    if search.advance(time.perf_counter() + _SECONDS):
        memory["found"] = search.result()
    else:
        memory["search"] = search
    return memory["found"]  # type: ignore[no-any-return]


def _begun(snapshot: Snapshot, focus: Focus, system: StepMap, last: Resting | None) -> _Search:
    """Begin where the last points were, and at states that the probe visits."""
    count = max(4, min(_STARTS, _AT_ONCE // system.units**2))
    hidden, cell = snapshot.layer.hidden, snapshot.layer.cell
    parts = [one[focus.layer, focus.direction][valid(snapshot)] for one in (hidden, cell) if one is not None]
    starts = chosen_starts(np.concatenate(parts, axis=1).astype(np.float64), count, seed=0)
    if last is not None and last.points.points.shape[1] == starts.shape[1]:
        starts = np.concatenate([last.points.points[:count], starts])
    return _Search(snapshot.step, system, starts, starts)


def step_map(snapshot: Snapshot, focus: Focus) -> StepMap | None:
    """Return one step of the layer and direction in focus, at the mean of what it reads; None where that is unknown."""
    if snapshot.layer.kind not in ("rnn", "lstm", "gru"):
        return None
    weights = {}
    for ours, torchs in _NAMES.items():
        for name in (f"{torchs}_l{focus.layer}" + ("_reverse" if focus.direction else ""), torchs):
            path = f"{snapshot.module}.{name}" if snapshot.module else name
            if path in snapshot.weights:
                weights[ours] = np.asarray(snapshot.weights[path], np.float64)
                break
    if not {"W_ih", "W_hh"} <= weights.keys() or not all(np.isfinite(one).all() for one in weights.values()):
        return None
    constant = _mean_input(snapshot, focus, weights["W_ih"].shape[1])
    return None if constant is None else StepMap(snapshot.layer.kind, weights, constant, snapshot.layer.nonlinearity)


def _mean_input(snapshot: Snapshot, focus: Focus, features: int) -> Numbers | None:
    """Return the mean of what the layer reads at the probe's valid steps, None where it is not here."""
    there, inputs = valid(snapshot), snapshot.inputs
    if focus.layer:
        below = np.concatenate(list(snapshot.layer.hidden[focus.layer - 1]), axis=-1)
        read = below[there].astype(np.float64)
    elif inputs is None or inputs.shape[:2] != there.shape:
        return None
    elif inputs.ndim == 3:
        read = inputs[there].astype(np.float64)
    else:
        embedding = _embedding(snapshot, features)
        if embedding is None:
            return None
        read = embedding[inputs[there].astype(np.int64)]
    return read.mean(0) if len(read) and read.shape[1] == features else None


def _embedding(snapshot: Snapshot, features: int) -> Numbers | None:
    """Return the vectors of the embedding that stands beside the layer, axes (token, feature)."""
    beside = snapshot.module.rpartition(".")[0]
    found = snapshot.weights.get(f"{beside}.embedding.weight" if beside else "embedding.weight")
    return None if found is None or found.shape[1] != features else np.asarray(found, np.float64)
