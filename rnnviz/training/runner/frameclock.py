"""FrameClock: when the next frame is due, and how fast training goes."""

import time
from collections.abc import Callable

__all__ = ["FrameClock"]

_FRAME_SHARE = 0.25  # of a run's time at most, for frames
_SMOOTHING = 0.3  # weight of the newest measurement of speed


class FrameClock:
    """A clock for one stretch of training.

    Parameters
    ----------
    shortest : float
        Seconds between two frames at least; more where frames would take more than their share.
    step : int
        Finished steps at the start.
    speed : float
        Steps a second known from before, 0 if none.
    share : float
        Of the time at most, for frames.
    clock : callable
        Seconds, always rising.

    Examples
    --------
    >>> now = iter([0.0, 0.05, 0.1, 0.1])
    >>> frame_clock = FrameClock(0.1, step=0, clock=lambda: next(now))
    >>> frame_clock.due(), frame_clock.due()
    (False, True)
    >>> frame_clock.measure(30)
    300.0
    """

    def __init__(
        self,
        shortest: float,
        *,
        step: int,
        speed: float = 0.0,
        share: float = _FRAME_SHARE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self._shortest = self._interval = shortest
        self._share, self._clock = share, clock
        self._step = step
        self._shown = self._measured = clock()

    def due(self) -> bool:
        """Whether it is time for a frame."""
        return self._clock() - self._shown >= self._interval

    def begin_frame(self) -> None:
        """Note that a frame is being made."""
        self._shown = self._clock()

    def end_frame(self) -> None:
        """Note that it is made; where frames are dear, the next one waits longer."""
        # a frame is a quarter of the time at most: one of 0.2 s is followed by 0.6 s without
        self._interval = max(self._shortest, (self._clock() - self._shown) / self._share)

    def measure(self, step: int) -> float:
        """Return the smoothed speed in steps a second, now that ``step`` steps are finished."""
        now = self._clock()
        elapsed, steps = now - self._measured, step - self._step
        if steps < 0:  # the model was rebuilt and counts from 0 again
            steps = step
        if elapsed > 0 and steps:
            newest = steps / elapsed
            # the first measurement counts whole: smoothed from 0 it would creep up for seconds
            self.speed += (_SMOOTHING if self.speed else 1.0) * (newest - self.speed)
        self._measured, self._step = now, step
        return self.speed
