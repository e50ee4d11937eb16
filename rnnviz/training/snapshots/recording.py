"""Recording: snapshots of a run, evenly thinned and bounded in memory, to wind back through."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.training.snapshots.thinned import Thinned

__all__ = ["LayerRecordings", "Recording"]

_SNAPSHOTS = 96
_BYTES = 64e6
_FORMER = 24  # snapshots of the run before, for those who go back to it
_UNWATCHED = 64  # snapshots of a run up to its goal that nobody watches


class Recording:
    """Keep snapshots of the present run; a new run begins a new recording. Any thread may write and read.

    Parameters
    ----------
    goal : int
        Steps of a usual run: a run that nobody watches is noted some 64 times on the way there.
    wanted : callable
        Whether the moments of the run of that number, which a new one has ended, may be asked for again.
    """

    def __init__(self, goal: int, wanted: Callable[[int], bool] = lambda run: False) -> None:
        self._wanted = wanted
        self._every = max(1, goal // _UNWATCHED)
        self._kept = _empty()
        self._run: int | None = None
        self._former: tuple[int, list[Snapshot]] | None = None
        self._lock = threading.Lock()

    def offer(self, snapshot: Snapshot) -> None:
        """Note a snapshot, unless there is nothing in it to draw."""
        # a moment full of NaN would be what a look back begins with
        if not snapshot.drawable:
            return
        with self._lock:
            if snapshot.run != self._run:
                self._put_aside()
                self._run = snapshot.run
            self._kept.offer(snapshot.step, snapshot)

    def recall(self, former: int, run: int) -> None:
        """Bring the moments of the run before back, where its number was ``former``; from now on it is ``run``."""
        with self._lock:
            known, self._former = self._former, None
            self._kept.clear()
            self._run = run
            for one in known[1] if known is not None and known[0] == former else ():
                self._kept.offer(one.step, replace(one, run=run))

    def _put_aside(self) -> None:
        kept = [one for _, one in self._kept.items()]
        if self._run is not None and kept and self._wanted(self._run):
            apart = math.ceil(len(kept) / _FORMER)
            self._former = self._run, kept[::-apart][::-1]
        self._kept.clear()

    def due(self, run: int, step: int) -> bool:
        """Whether a run that nobody watches should be noted at this step."""
        return run != self._run or not step % max(self._every, self._kept.stride)

    def steps(self) -> list[int]:
        """Return the training steps that can be gone back to, rising."""
        return [snapshot.step for snapshot in self.snapshots()]

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, in the order of their steps; the newest is the last."""
        with self._lock:
            return [snapshot for _, snapshot in self._kept.items()]

    def at(self, step: int) -> Snapshot | None:
        """Return the snapshot nearest to a step, None on an empty recording."""
        return min(self.snapshots(), key=lambda one: abs(one.step - step), default=None)

    def __len__(self) -> int:
        return len(self.snapshots())


class LayerRecordings:
    """Moments of each layer of one loop, evenly thinned, whatever the shapes of its arrays become on the way.

    All layers together take no more memory than a `Recording`.
    """

    def __init__(self) -> None:
        self._recordings: dict[str, Thinned[Snapshot]] = {}

    def note(self, layers: Sequence[str], step: int, take: Callable[[str], Snapshot]) -> None:
        """Note this step where that is due.

        Parameters
        ----------
        layers : sequence of str
            Paths of all layers.
        step : int
            The step.
        take : callable
            Returns the snapshot of a layer; called only where it is kept.
        """
        for name in layers:
            kept = self._recordings.setdefault(name, _empty(len(layers)))
            if kept.wants(step):
                kept.offer(step, take(name))

    def until(self, layer: str, newest: Snapshot) -> list[Snapshot]:
        """Return the moments of a layer, in order, this one as the last."""
        kept = self._recordings.get(layer)
        earlier = [] if kept is None else [one for step, one in kept.items() if step < newest.step]
        return [*earlier, newest]


def _empty(shared: int = 1) -> Thinned[Snapshot]:
    return Thinned(_SNAPSHOTS, _BYTES / shared, _weight)


def _weight(snapshot: Snapshot) -> float:
    """Bytes of the arrays that a snapshot holds alone."""
    return sum(_weight_alone(one) for one in snapshot.models.values())


def _weight_alone(snapshot: Snapshot) -> float:
    parts: list[Any] = list(vars(snapshot.layer).values())  # what is there: to ask for a field may work it out
    parts += [snapshot.horizon.norms] if snapshot.horizon is not None else []
    parts += [*snapshot.layer.gates.values(), *snapshot.history.values(), *snapshot.weights.values()]
    return float(sum(part.nbytes for part in parts if isinstance(part, np.ndarray)))
