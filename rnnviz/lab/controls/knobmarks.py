"""What stands beside a knob: its value before the last change, and where training has taken what the knob had set."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from rnnviz.i18n import t
from rnnviz.i18n.numbers import state, three
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.knobwidgets import place_of
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.before import value_words
from rnnviz.training.snapshots.measured import forget_bias, radius

__all__ = ["KnobMarks"]

_LARGE = 100.0  # from there on a number that has run away is written in three figures, or it has no room
_APART = 0.05  # nearer than that, what is now is what was set
_EVERY = 1.0  # seconds between two looks at eigenvalues, which take milliseconds


class KnobMarks:
    """Words and a tick for each knob that has any.

    Parameters
    ----------
    knobs : Knobs
        Those that have been made are told of.
    clock : callable
        Seconds, always rising.
    """

    def __init__(self, knobs: Knobs, clock: Callable[[], float] = time.monotonic) -> None:
        self._knobs, self._clock = knobs, clock
        self._radius: float | None = None
        self._looked = -math.inf

    def marks(self, snapshot: Snapshot) -> dict[str, dict[str, Any]]:
        """Return for the class name of each knob its ``place``, ``aside`` and ``told``; see `RailPage`."""
        was = {} if snapshot.before is None else snapshot.before.changed
        now, settings = self._now(snapshot), self._knobs.settings
        made = dict(self._knobs.widgets.made)
        marks = {}
        for name, widget in made.items():
            value = getattr(settings, name)
            moved = name in was and was[name] != value
            aside, told = _words(name, value, was.get(name), now.get(name), moved=moved)
            if told:
                place = place_of(widget, was[name]) if moved else None
                marks[f"rv-{name.replace('_', '-')}"] = {"place": place, "aside": aside, "told": told}
        return marks

    def _now(self, snapshot: Snapshot) -> Mapping[str, float | None]:
        """Where the quantities are now that some knobs set."""
        made, found = self._knobs.widgets.made, {}
        if "forget_bias" in made:
            found["forget_bias"] = forget_bias(snapshot)
        if "rho" in made:
            if self._clock() - self._looked >= _EVERY:
                self._radius, self._looked = radius(snapshot), self._clock()
            found["rho"] = self._radius
        return found


def _words(name: str, value: Any, was: Any, now: float | None, *, moved: bool) -> tuple[str, str]:
    """Return what stands before the value, and the whole of it for who listens; empty where there is nothing to say."""
    before = value_words(name, was) if moved else ""
    drifted = now is not None and (value is None or abs(now - value) >= _APART)
    if drifted and now is not None:
        stands, placed = _short(now), value_words(name, value)
        told = t("rail.told.now", value=placed, now=stands)
        return t("rail.now", now=stands), f"{told} {t('rail.told.was', was=before)}" if moved else told
    return (t("rail.was", was=before), t("rail.told.was", was=before)) if moved else ("", "")


def _short(now: float) -> str:
    """A number in so few figures that it has room between a knob's label and its value."""
    if abs(now) >= _LARGE:
        return three(now)
    return state(now) if now > -1 else f"−{-now:.1f}"
