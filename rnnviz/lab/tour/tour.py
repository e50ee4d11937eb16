"""Tour: how far a learner has come on a walk through a lab; knows no widget."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnnviz.lab.tour.steps import Scene, Step

__all__ = ["Tour", "TourPosition"]


@dataclass(frozen=True)
class TourPosition:
    """How far a tour has come.

    Parameters
    ----------
    phase : {"ready", "walking", "finished", "skipped", "closed"}
        Not begun; on the way; at its end; ended by the learner; ended with its lab.
    step : str
        Name of the step.
    number, of : int
        Which one, counted from 1, and how many there are.
    done : bool
        Whether it was done.
    """

    phase: str
    step: str
    number: int
    of: int
    done: bool


class Tour:
    """Where a learner is on her way through the steps; may be told so from any thread.

    Parameters
    ----------
    steps : sequence of Step
        The way.

    Examples
    --------
    >>> from rnnviz.lab.tour.steps import steps_for
    >>> from rnnviz.training import Settings
    >>> tour, still = Tour(steps_for({"lr"})), Scene(Settings())
    >>> tour.begin(still).step, tour.see(replace(still, playing=True)).done
    ('play', True)
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._lock = threading.Lock()
        self._phase, self._index = "ready", 0
        self._before: Scene | None = None
        self._done: set[str] = set()

    @property
    def step(self) -> Step:
        """What the learner is asked to do now; the first step before she has begun."""
        return self._steps[self._index]

    def begin(self, now: Scene) -> TourPosition:
        """Begin, or begin again, at the first step."""
        with self._lock:
            # may be pressed once more in a page whose lab is gone
            if self._phase != "closed":
                self._phase, self._done = "walking", set()
                self._enter(0, now)
            return self._see(now)

    def see(self, now: Scene) -> TourPosition:
        """Look whether the present step is done."""
        with self._lock:
            return self._see(now)

    def go(self, by: int, now: Scene) -> TourPosition:
        """Move on to the next step, done or not, or back; beyond the last one the tour is finished."""
        with self._lock:
            if self._phase == "walking" and self._index + by < len(self._steps):
                self._enter(max(self._index + by, 0), now)
            elif self._phase == "walking":
                self._phase = "finished"
            return self._see(now)

    def skip(self, now: Scene) -> TourPosition:
        """End the tour here."""
        with self._lock:
            if self._phase in ("ready", "walking"):
                self._phase = "skipped"
            return self._see(now)

    def _enter(self, index: int, now: Scene) -> None:
        self._index, self._before = index, now

    def _see(self, now: Scene) -> TourPosition:
        # first: whatever else happens, a lab that is closed has nothing to walk through
        if now.closed:
            self._phase = "closed"
        if self._phase == "walking" and self._before is not None:
            if now.run != self._before.run:  # a new model moves selectors by itself: that is nothing she did
                self._before = replace(self._before, run=now.run, focus=now.focus)
            if self.step.done(self._before, now):
                self._done.add(self.step.name)
        name = self.step.name
        return TourPosition(self._phase, name, self._index + 1, len(self._steps), name in self._done)
