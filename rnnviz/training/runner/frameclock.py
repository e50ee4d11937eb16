"""When the next frame is due, and how fast training goes: FrameClock, and two of them for a run (FrameClocks)."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rnnviz.training.process.starved import starved as process_starved

__all__ = ["FrameClock", "FrameClocks"]

_FRAME_SHARE = 0.05  # of a run's time at most, for frames of both kinds
_LIGHT_SHARE = 0.02  # of the time at most, for light ones, where whole ones are dear
_MOVING, _ENOUGH = 20.0, 8.0  # a second: so many of any kind are seen as movement, so many whole ones are enough
_SAVED = 4.0  # seconds: what was not spent on frames in that time may be, so that one slow frame holds up no other
_LEAST_GRANTED = 0.25  # of the time: on a machine busier than that pictures are still to move
_SMOOTHING = 0.3  # weight of the newest measurement
# on some systems the thread's own time goes by ticks that are longer than a frame
_thread_time = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-4 else time.monotonic


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
    working : callable, optional
        Seconds that this thread has worked, in which the cost of a frame is counted: where other programs keep the
        processor busy, a frame takes longer and yet no more from the training. By default the thread's own time, or
        that of another ``clock``.
    starved : callable, optional
        Seconds for which this thread has waited for a processor that other programs had: they are none that a frame may
        take its share of, or it would take all that training gets. By default the system is asked where the thread's
        own time counts, else there are none.

    Attributes
    ----------
    share : float
        May be changed.
    taken : float
        The share of the time that frames have taken lately.
    cost : float
        Seconds that a frame takes, smoothed; 0 before the first.

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
        share: float = 0.25,
        clock: Callable[[], float] = time.monotonic,
        working: Callable[[], float] | None = None,
        starved: Callable[[], float] | None = None,
    ) -> None:
        self.speed, self.share, self.taken, self.cost = speed, share, 0.0, 0.0
        self._shortest, self._clock = shortest, clock
        own = working is None and clock is time.monotonic
        self._working = working or (_thread_time if own else clock)
        self._starved = starved or (process_starved if own else lambda: 0.0)
        self._worked = 0.0  # when the frame that is being made was begun
        self._step = step
        self._shown = self._measured = self._counted = clock()
        self._waited = self._starved()  # until `_counted`
        self._credit = 0.0  # seconds that frames may take now; below 0 where they have taken more than their share

    def due(self) -> bool:
        """Whether it is time for a frame."""
        now = self._clock()
        # as if the thread had not waited since: to ask takes long, and a frame too early makes the next one wait longer
        return now - self._shown >= self._shortest and self._credit + self.share * (now - self._counted) >= 0

    def begin_frame(self) -> None:
        """Note that a frame is being made."""
        self._shown, self._worked = self._clock(), self._working()

    def end_frame(self) -> None:
        """Note that it is made; where frames are dear, the next one waits longer."""
        now, waited = self._clock(), self._starved()
        took = self._working() - self._worked
        self.cost += (_SMOOTHING if self.cost else 1.0) * (took - self.cost)
        passed = now - self._counted
        passed = max(passed - (waited - self._waited), _LEAST_GRANTED * passed)
        # one of 0.2 s at a share of a quarter is followed by 0.6 s without, but for what was saved before
        earned = self._credit + self.share * passed
        self._credit, self._counted, self._waited = min(earned, self.share * _SAVED) - took, now, waited
        if passed > 0:
            self.taken += _SMOOTHING * (min(took / passed, 1.0) - self.taken)

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


class FrameClocks:
    """The clocks of whole and of light frames of one stretch; together they take a twentieth of the time at most.

    Parameters
    ----------
    whole, light : FrameClock
        The two; a whole frame counts as a light one too, which it stands for.
    """

    def __init__(self, whole: FrameClock, light: FrameClock) -> None:
        self.whole, self.light = whole, light
        whole.share, light.share = _FRAME_SHARE, _LIGHT_SHARE

    @contextlib.contextmanager
    def making_whole(self) -> Iterator[None]:
        """Around the making of a whole frame."""
        self.whole.begin_frame()
        yield
        self.whole.end_frame()
        self.light.begin_frame()
        # what whole frames leave is for the light ones
        self.light.share = max(self._set_aside, _FRAME_SHARE - self.whole.taken)

    @contextlib.contextmanager
    def making_light(self) -> Iterator[None]:
        """Around the making of a light frame."""
        self.light.begin_frame()
        yield
        self.light.end_frame()
        # and the other way round; where nobody wants light ones, or none can be made, whole ones are all there is
        self.whole.share = _FRAME_SHARE - min(self.light.taken, self._set_aside)

    @property
    def _set_aside(self) -> float:
        """The share that whole frames leave to light ones in any case: what it takes that pictures move."""
        often = min(_FRAME_SHARE / self.whole.cost, _ENOUGH) if self.whole.cost else 0.0
        return min((_MOVING - often) * self.light.cost, _LIGHT_SHARE) if self.light.cost else _LIGHT_SHARE
