"""Changes: what a run was before its settings last changed: for pictures that show both, and for the way back."""

import contextlib
import time
from collections.abc import Callable

from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.before import Before, changed_between
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["Changes"]

_GESTURE = 1.0  # seconds: moves of one knob that follow each other within it are one change


class Changes:
    """Keeps one `Before` from each change of the settings to the next; a drag counts as one change.

    While nobody has looked at the run, nothing is kept, and nothing costs time.

    Parameters
    ----------
    clock : callable
        Seconds, always rising.

    Attributes
    ----------
    before : Before or None
        What the present pictures are to be compared with.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.before: Before | None = None
        self._clock = clock
        self._seen: Snapshot | None = None
        self._names: tuple[str, ...] = ()
        self._moved, self._rests_at = 0.0, -1

    def seen(self, snapshot: Snapshot) -> None:
        """Remember a moment that somebody has looked at."""
        self._seen = snapshot

    def note(self, now: Settings, wanted: Settings, moment: tuple[int, int], look: Callable[[], Snapshot]) -> None:
        """Keep what is there now, since ``wanted`` is about to take effect.

        Parameters
        ----------
        now, wanted : Settings
            Those in force, and those that come.
        moment : tuple of int
            The present run's number and its finished steps.
        look : callable
            Takes a snapshot; asked only where the last one is of another moment.
        """
        names, ended = changed_between(now, wanted), bool(now.rebuilds(wanted))
        if not names or self._seen is None:
            return
        step, moved, rested = moment[1], self._clock(), self._rests_at
        # of a run that stood still meanwhile, nothing was seen but the drag
        again = self.before is not None and names == self._names and (moved - self._moved < _GESTURE or step == rested)
        self._names, self._moved, self._rests_at = names, moved, 0 if ended else step
        if not again:
            self.before = Before.of(self._newest(moment, look), now, names, 0 if ended else step, ended=ended)

    def _newest(self, moment: tuple[int, int], look: Callable[[], Snapshot]) -> Snapshot:
        assert self._seen is not None  # just seen to
        last = self._seen
        if (last.run, last.step) == moment:
            return last
        # a model that cannot be looked at may be what the change is to mend
        with contextlib.suppress(Exception):
            newest = look()
            return newest if newest.drawable else last
        return last
