"""Tape: snapshots of a run, evenly thinned and bounded in memory, to wind back through."""

import threading
from dataclasses import fields
from typing import Any

import numpy as np

from rnnviz.training.snapshot import Snapshot
from rnnviz.training.thinned import Thinned

__all__ = ["Tape", "reel"]

_SNAPSHOTS = 96
_BYTES = 64e6
_UNWATCHED = 64  # snapshots of a run up to its goal that nobody watches


def reel(shared: int = 1) -> Thinned[Snapshot]:
    """Return empty room for snapshots: 96 of them at most and 64 MB.

    Parameters
    ----------
    shared : int
        How many reels have the memory together.
    """
    return Thinned(_SNAPSHOTS, _BYTES / shared, _weight)


class Tape:
    """Keep snapshots of the present run; a new run begins a new tape. Any thread may write and read.

    Parameters
    ----------
    goal : int
        Steps of a usual run: a run that nobody watches is noted some 64 times on the way there.
    """

    def __init__(self, goal: int) -> None:
        self._every = max(1, goal // _UNWATCHED)
        self._kept = reel()
        self._run: int | None = None
        self._lock = threading.Lock()

    def offer(self, snapshot: Snapshot) -> None:
        """Note a snapshot, unless there is nothing in it to draw."""
        if not snapshot.drawable:
            return
        with self._lock:
            if snapshot.run != self._run:
                self._kept.clear()
                self._run = snapshot.run
            self._kept.offer(snapshot.step, snapshot)

    def due(self, run: int, step: int) -> bool:
        """Whether a run that nobody watches should be noted at this step."""
        return run != self._run or not step % max(self._every, self._kept.stride)

    def steps(self) -> list[int]:
        """Return the steps that are on the tape, rising."""
        return [snapshot.step for snapshot in self.snapshots()]

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, in the order of their steps; the newest is the last."""
        with self._lock:
            return [snapshot for _, snapshot in self._kept.items()]

    def at(self, step: int) -> Snapshot | None:
        """Return the snapshot nearest to a step, None on an empty tape."""
        return min(self.snapshots(), key=lambda one: abs(one.step - step), default=None)

    def __len__(self) -> int:
        return len(self.snapshots())


def _weight(snapshot: Snapshot) -> float:
    """Bytes of the arrays that a snapshot holds alone."""
    parts: list[Any] = [getattr(snapshot.layer, one.name) for one in fields(snapshot.layer)]
    parts += [snapshot.horizon.norms] if snapshot.horizon is not None else []
    parts += [*snapshot.layer.gates.values(), *snapshot.history.values(), *snapshot.weights.values()]
    return float(sum(part.nbytes for part in parts if isinstance(part, np.ndarray)))
