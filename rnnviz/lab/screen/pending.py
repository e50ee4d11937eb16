"""Pending: the newest moment for a light frame, until it is drawn or there is a whole one that is newer."""

import threading
import time

from rnnviz.training import DeferredSnapshot, Snapshot

__all__ = ["Pending"]

_FRESH = 0.1  # seconds: one that has not been drawn yet is as good as another one for so long


class Pending:
    """Written by the thread that trains, and taken by the one that draws."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._light: DeferredSnapshot | None = None
        self._since = 0.0

    def offer(self, light: DeferredSnapshot) -> None:
        """Keep this one; what was not drawn yet is forgotten."""
        with self._lock:
            self._light, self._since = light, time.monotonic()

    @property
    def waits(self) -> bool:
        """Whether one has been waiting for a moment only, so that another one is not worth its making."""
        return self._light is not None and time.monotonic() - self._since < _FRESH

    def newer(self, whole: Snapshot) -> bool:
        """Whether there is one of the same run that is newer than a whole snapshot; any other is forgotten."""
        with self._lock:
            light = self._light
            if light is not None and not (light.run == whole.run and light.step > whole.step):
                self._light = light = None
            return light is not None

    def take(self, whole: Snapshot) -> DeferredSnapshot | None:
        """Return the one that is newer than a whole snapshot, if there is one, and keep it no longer."""
        if not self.newer(whole):
            return None
        with self._lock:
            light, self._light = self._light, None
            return light
