"""DrawnRate: how often the pictures are drawn while a run plays, and the words for it where that is seldom."""

import time
from collections.abc import Callable

from rnnviz.i18n import t

__all__ = ["DrawnRate"]

_WINDOW = 2.0  # seconds: the figure stands so long
_GAP = 1.0  # seconds without a frame: it was at rest
_LIGHT, _WHOLE = 20.0, 8.0  # a second: as many are drawn as one can tell apart
_ENOUGH = 0.7  # of that


class DrawnRate:
    """Told of each frame by the one thread that draws.

    Parameters
    ----------
    fps : float
        Frames a second that were asked for at most; fewer than that are no news.
    clock : callable
        Seconds, always rising.

    Examples
    --------
    >>> now = [0.0]
    >>> drawn_rate = DrawnRate(30.0, clock=lambda: now[0])
    >>> for count in range(21):
    ...     now[0] = count / 5
    ...     drawn_rate.note(light=False)
    >>> drawn_rate.words("Training.")
    'Training. Drawn 5 times a second, curves and gradients 5 times, so that training and page keep their time.'
    """

    def __init__(self, fps: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._wanted = (min(fps, _LIGHT), min(fps, _WHOLE))
        self._clock = clock
        self._began = self._last = -_GAP
        self._counts = [0, 0]  # frames of any kind, whole ones
        self._found: tuple[float, float] | None = None

    def note(self, *, light: bool) -> None:
        """Count a frame that is drawn now."""
        now = self._clock()
        if now - self._last >= _GAP:
            self._began, self._counts, self._found = now, [0, 0], None
        elif now - self._began >= _WINDOW:
            seconds = now - self._began
            self._found = (self._counts[0] / seconds, self._counts[1] / seconds)
            self._began, self._counts = now, [0, 0]
        self._last = now
        self._counts[0] += 1
        self._counts[1] += not light

    def words(self, words: str) -> str:
        """Return the words of the status line of a run that plays, with the figures where frames are few."""
        if self._found is None or all(
            found >= _ENOUGH * wanted for found, wanted in zip(self._found, self._wanted, strict=True)
        ):
            return words
        return t("status.drawn", words=words, states=self._found[0], whole=self._found[1])
