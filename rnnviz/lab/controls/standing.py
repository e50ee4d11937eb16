"""What stands beside a knob: its value before the last change, and where training has taken what the knob had set."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnnviz.i18n import t
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.knobwidgets import place_of
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.before import value_words

__all__ = ["Standing", "forget_bias", "radius"]

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}
_KEEPING = 1  # i f g o and r z n: the gate that keeps the state is the second of both
_APART = 0.05  # nearer than that, what is now is what was set
_EVERY = 1.0  # seconds between two looks at eigenvalues, which take milliseconds
_WIDEST = 256  # units whose eigenvalues are looked for


class Standing:
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


def forget_bias(snapshot: Snapshot) -> float | None:
    """Return the mean bias of the gate that keeps the state, over units, layers and directions; None without one."""
    cell = "" if snapshot.settings is None else snapshot.settings.cell
    sums = [
        one + snapshot.weights[name.replace("bias_ih", "bias_hh")]
        for name, one in snapshot.weights.items()
        if _own(snapshot, name, "bias_ih") and name.replace("bias_ih", "bias_hh") in snapshot.weights
    ]
    if cell not in ("lstm", "gru") or not sums or any(len(one) % _GATES[cell] for one in sums):
        return None
    return float(np.mean([np.split(one, _GATES[cell])[_KEEPING].mean() for one in sums]))


def radius(snapshot: Snapshot) -> float | None:
    """Return the largest spectral radius among the recurrent matrices of all gates, layers and directions."""
    matrices = [one for name, one in snapshot.weights.items() if _own(snapshot, name, "weight_hh")]
    units = [one.shape[1] for one in matrices if one.ndim == 2 and one.shape[0] % one.shape[1] == 0]
    if not matrices or len(units) < len(matrices) or max(units) > _WIDEST:
        return None
    blocks = [block for one in matrices for block in np.split(one.astype(np.float64), len(one) // one.shape[1])]
    if not all(np.isfinite(block).all() for block in blocks):
        return None
    return max(float(np.abs(np.linalg.eigvals(block)).max()) for block in blocks)


def _own(snapshot: Snapshot, name: str, kind: str) -> bool:
    path, _, last = name.rpartition(".")
    return path == snapshot.module and last.startswith(kind)


def _words(name: str, value: Any, was: Any, now: float | None, *, moved: bool) -> tuple[str, str]:
    """Return what stands before the value, and the whole of it for who listens; empty where there is nothing to say."""
    before = value_words(name, was) if moved else ""
    drifted = now is not None and (value is None or abs(now - value) >= _APART)
    if drifted and now is not None:
        stands, placed = f"{now:.2f}".replace("-", "−"), value_words(name, value)
        told = t("rail.told.now", value=placed, now=stands)
        return t("rail.now", now=stands), f"{told} {t('rail.told.was', was=before)}" if moved else told
    return (t("rail.was", was=before), t("rail.told.was", was=before)) if moved else ("", "")
