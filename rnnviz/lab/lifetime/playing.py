"""Playing: which runs of this kernel play, so that each lab can tell, and one call can pause them all."""

import threading
import weakref
from collections.abc import Callable

from rnnviz.checks import flag
from rnnviz.training import Runner

__all__ = ["KnownRun", "join", "others", "pause_all"]


class KnownRun:
    """A run among those of this kernel.

    Parameters
    ----------
    runner : Runner
        What plays.
    told : callable
        Called when another run has begun to play or has stopped; must not wait.
    """

    def __init__(self, runner: Runner, told: Callable[[], object]) -> None:
        self.runner, self.told = runner, told
        self._played = False

    @property
    def plays(self) -> bool:
        """Whether it trains, or is about to."""
        return self.runner.state.phase == "playing"

    def changed(self) -> None:
        """Let the others know if it has begun to play or has stopped."""
        before, self._played = self._played, self.plays
        if before != self._played:
            for one in _all():
                if one is not self:
                    one.told()


_lock = threading.RLock()  # a run can be freed, and say that it stopped, at any moment in any thread
_runs: "weakref.WeakSet[KnownRun]" = weakref.WeakSet()


def join(run: KnownRun) -> KnownRun:
    """Count a run among those of this kernel, for as long as it is held; return it."""
    with _lock:
        _runs.add(run)
    return run


def others(run: KnownRun) -> int:
    """Return how many other runs play."""
    return sum(one.plays for one in _all() if one is not run)


def pause_all(*, wait: bool = True) -> int:
    """Pause every lab and every comparison of this kernel that plays, also those that no page shows any more.

    Each stops after its present step; nothing is lost, and each goes on when it is told to play. Loops of your own
    that `rnnviz.watch` looks into are not touched.

    Parameters
    ----------
    wait : bool
        Return when all of them rest, and have shown their last frame; False returns at once.

    Returns
    -------
    int
        How many it paused.

    Examples
    --------
    >>> from rnnviz.lab import Lab
    >>> labs = [Lab("adding", hidden_size=4, seq_len=8, steps=10**6) for _ in range(2)]
    >>> for lab in labs:
    ...     lab.play()
    >>> pause_all(), pause_all()
    (2, 0)
    """
    wait = flag("wait", wait)
    playing = [one.runner for one in _all() if one.plays]
    for runner in playing:  # all of them first: none goes on while another is waited for
        runner.pause()
    if wait and not any(runner.access.mine for runner in playing):  # in a thread that trains it would wait for itself
        for runner in playing:
            runner.pause(wait=True)
    return len(playing)


def _all() -> list[KnownRun]:
    with _lock:
        return list(_runs)
