"""AutoPause: on a borrowed machine, a run that nobody can see pauses after a minute and plays on when it is seen."""

import os
import threading

from rnnviz.live import Feed
from rnnviz.training import Runner
from rnnviz.training.process.background import Alarm, HomeLoop

__all__ = ["GRACE", "AutoPause", "is_borrowed"]

GRACE = 60.0  # seconds: who only reads something in another tab finds the run where she expects it
_BORROWED = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL")  # set by every BinderHub


def is_borrowed() -> bool:
    """Whether this is a small machine that others wait for, such as Binder's."""
    return any(name in os.environ for name in _BORROWED)


class AutoPause:
    """Presses pause for a learner whose tab is hidden, and play when she comes back, unless she has pressed something.

    Parameters
    ----------
    runner : Runner
        What plays.
    feed : Feed
        What the pages are seen through.
    grace : float, optional
        Seconds that every page has to be hidden.
    """

    def __init__(self, runner: Runner, feed: Feed, grace: float | None = None) -> None:
        self._runner, self._grace = runner, GRACE if grace is None else grace
        self._lock = threading.Lock()
        self._home = HomeLoop()
        self._timer: Alarm | None = None
        self._pressed: int | None = None  # how many verbs had been used when the run was put to rest
        feed.on_away = self.away

    def away(self, away: bool) -> None:
        """Begin to wait, or wake up; called with whether every page is hidden."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = Alarm(self._home, self._grace, self._rest, "rnnviz-rest") if away else None
            if self._timer is not None and not self._timer.start():  # it plays on unseen
                self._timer = None
            pressed, self._pressed = self._pressed, None
        # whoever has pressed anything meanwhile has decided for herself
        if not away and pressed == self._runner.pressed:
            self._runner.play()

    def _rest(self, _alarm: Alarm) -> None:
        with self._lock:
            if self._timer is None or not self._runner.state.onward:
                return
            self._runner.pause(wait=True)
            if self._runner.state.phase == "paused" and self._runner.state.step != self._runner.state.goal:
                self._pressed = self._runner.pressed
