"""Tape: snapshots of a run, evenly thinned and bounded in memory, to wind back through."""

from dataclasses import fields
from typing import Any

import numpy as np

from rnnviz.training.snapshot import Snapshot
from rnnviz.training.thinned import Thinned

__all__ = ["Tape"]

_SNAPSHOTS = 96
_BYTES = 64e6
_UNWATCHED = 64  # snapshots of a run up to its goal that nobody watches


class Tape:
    """Keep snapshots of the present run; a new run begins a new tape.

    Parameters
    ----------
    goal : int
        Steps of a usual run: a run that nobody watches is noted some 64 times on the way there.
    """

    def __init__(self, goal: int) -> None:
        self._every = max(1, goal // _UNWATCHED)
        self._kept: Thinned[Snapshot] = Thinned(_SNAPSHOTS, _BYTES, _weight)
        self._run: int | None = None

    def offer(self, snapshot: Snapshot) -> None:
        """Note a snapshot."""
        if snapshot.run != self._run:
            self._kept.clear()
            self._run = snapshot.run
        self._kept.offer(snapshot.step, snapshot)

    def due(self, run: int, step: int) -> bool:
        """Whether a run that nobody watches should be noted at this step."""
        return run != self._run or not step % max(self._every, self._kept.stride)

    def steps(self) -> list[int]:
        """Return the steps that are on the tape, rising."""
        return self._kept.steps()

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, in the order of their steps; the newest is the last."""
        return [snapshot for _, snapshot in self._kept.items()]

    def at(self, step: int) -> Snapshot | None:
        """Return the snapshot nearest to a step, None on an empty tape."""
        return min(self.snapshots(), key=lambda one: abs(one.step - step), default=None)

    def __len__(self) -> int:
        return len(self._kept)


def _weight(snapshot: Snapshot) -> float:
    """Bytes of the arrays that a snapshot holds alone."""
    parts: list[Any] = [getattr(snapshot.layer, one.name) for one in fields(snapshot.layer)]
    parts += [snapshot.horizon.norms] if snapshot.horizon is not None else []
    parts += [*snapshot.layer.gates.values(), *snapshot.history.values(), *snapshot.weights.values()]
    return float(sum(part.nbytes for part in parts if isinstance(part, np.ndarray)))
