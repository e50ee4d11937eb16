"""Player: trains as long as an order lasts and hands out frames and states; knows no thread."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rnnviz.i18n import t
from rnnviz.training.failures import describe
from rnnviz.training.process.devices import considerate_threads
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.runner.access import ModelAccess
from rnnviz.training.runner.frameclock import FrameClock, FrameClocks
from rnnviz.training.runner.orders import Order
from rnnviz.training.runner.trainable import Trainable
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.recording import Recording
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["Player", "RunState"]

_CHECK_EVERY = 256  # steps at most between two looks for a bad loss; the history keeps 512 without a gap


@dataclass(frozen=True)
class RunState:
    """What a status line and a progress bar need.

    Parameters
    ----------
    phase : {"ready", "playing", "paused", "failed", "stopped"}
        What the runner does.
    step : int
        Finished steps.
    goal : int
        The step at which play pauses by itself.
    steps_per_second : float
        Smoothed, 0 before the first measurement.
    loss : float
        Training loss of the last step, NaN before the first.
    message : str
        One sentence for the learner.
    onward : bool
        Whether it plays up to the goal, and not for a number of steps that was asked for.
    """

    phase: str
    step: int
    goal: int
    steps_per_second: float = 0.0
    loss: float = math.nan
    message: str = ""
    onward: bool = False


class Player:
    """One session, its two callbacks, and what they were last told. See `Runner` for the parameters."""

    def __init__(
        self,
        session: Trainable,
        on_frame: Callable[[Snapshot], None],
        on_state: Callable[[RunState], None],
        fps: tuple[float, float],
        goal: int,
    ) -> None:
        self.session = session
        self.last_frame: Snapshot | None = None
        self.ended = False
        self.watched = True
        self.light_sample: Callable[[], int | None] = lambda: None
        self.on_light: Callable[[DeferredSnapshot], None] = self._show_light
        self.trouble = ""  # words for what went wrong beside the training; until the next run nothing else is announced
        self.access = ModelAccess()
        self._on_frame, self._on_state = on_frame, on_state
        self._fps = fps
        self._every = goal
        self.recording = Recording(goal, lambda run: session.former is not None and session.former.run == run)
        self._goal = self._next_goal()
        self._speed = 0.0
        self._in_view = self._onward = False
        self.state = self._now("ready", t("status.ready"))

    def run(self, order: Order) -> None:
        """Rebuild if it is ordered, take up new settings, train what is ordered, end with a frame and a state.

        Raises
        ------
        NonFiniteLoss
            If the loss or a gradient is NaN or infinite.
        BaseException
            Whatever the task, the model or a callback raises; the state then says so already.
        """
        with self.at_work():
            for _ in self.playing(order):
                pass

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Around everything that `playing` does: nobody else is at the session, and torch is considerate."""
        with self.access, considerate_threads(self.session.device):
            yield

    def playing(self, order: Order) -> Iterator[None]:
        """Do what `run` does, and yield between two steps; go on with it within `at_work` only."""
        self._in_view, self.trouble = False, ""
        try:
            yield from self._carry_out(order)
        except GeneratorExit:  # given up between two steps: nothing has failed
            raise
        except KeyboardInterrupt:
            self._pause_interrupted()
            raise
        except BaseException as error:
            self._fail(error)
            raise

    def announce(self, phase: str, message: str) -> None:
        """Set the state and tell it."""
        # what broke beside the training stays on the status line until the next run
        if self.trouble:
            phase, message = "failed", self.trouble
        self.state = self._now(phase, message)
        self._call(self._on_state, self.state)

    def _carry_out(self, order: Order) -> Iterator[None]:
        try:
            yield from self._run(order)
        finally:
            order.cancel()  # before anybody is told: whoever presses play then means another play

    def _run(self, order: Order) -> Iterator[None]:
        rebuilt = self._take_up(order)
        if order.open:
            self.session.check()
            yield from self._advance(order)
        elif self.state.phase == "failed" and not rebuilt:
            return  # only live settings changed: what failed is still broken, and the state still says so
        self._show()
        self._rest(rebuilt, undone=order.undo)

    def _take_up(self, order: Order) -> bool:
        before = self.session.run
        if order.undo:
            former = self.session.undo()
            if self.session.run != before:
                self.recording.recall(former, self.session.run)
        elif order.rebuild:
            if order.settings is not None:
                self.session.settings = order.settings
            self.session.rebuild()
        else:
            self.session.adopt()
        rebuilt = self.session.run != before
        if rebuilt:
            self._goal = self._next_goal()
        return rebuilt

    def _advance(self, order: Order) -> Iterator[None]:
        session, run, unchecked = self.session, self.session.run, 0
        self._onward = order.endless
        if self._onward:
            self._goal = self._next_goal()
        # a clock for each stretch: the rest between two of them is no slow training
        # what is done on a device of its own is no work of this thread's, which waits for it
        working = None if session.device.type == "cpu" else time.monotonic
        whole, light = (FrameClock(1 / fps, step=session.step, speed=self._speed, working=working) for fps in self._fps)
        pace = FrameClocks(whole, light)
        steps = session.steps()
        self._note()
        self.announce("playing", t("status.playing"))
        while self._take(order):
            # between two steps, where weights and curves belong together
            yield
            self.access.let_in()
            next(steps)
            unchecked += 1
            self._note()
            # settings taken up by a step may have begun a new run, whose step counts from 0
            if session.run != run or session.step > self._goal:
                run, self._goal = session.run, self._next_goal()
            if pace.whole.due():
                unchecked = 0
                self._frame(pace)
                continue
            if unchecked >= _CHECK_EVERY:
                unchecked = 0
                self.session.check()
            if self.watched and pace.light.due():
                self._light(pace)
        order.cancel()  # before anybody is told that the goal is reached, see above
        self._speed = pace.whole.measure(session.step)

    def _take(self, order: Order) -> bool:
        INTERRUPTS.let_through()  # a step is whole or not begun
        return not (order.endless and self.session.step >= self._goal) and order.take()

    def _next_goal(self) -> int:
        return self._every * (self.session.step // self._every + 1)

    def _frame(self, pace: FrameClocks) -> None:
        self.session.check()  # waits until a GPU has done the steps it was given: that time is theirs, not the frame's
        self._speed = pace.whole.measure(self.session.step)
        with pace.making_whole():
            self._show(fresh=False)
            self.announce("playing", t("status.playing"))

    def _light(self, pace: FrameClocks) -> None:
        """Make a light frame, if somebody wants one; the state is told with whole ones only."""
        sample, before = self.light_sample(), self.last_frame
        if sample is None or before is None:
            pace.light.begin_frame()  # asked again after a while, and not after each step
            return
        self.session.check()  # as for a whole one: what comes after a loss that is no number is not drawn
        with pace.making_light():
            later = self.session.note_light(before, sample)
            if later is not None:
                self._call(self.on_light, later)

    def _show(self, *, fresh: bool = True) -> None:
        self.session.check()
        if not self.watched:
            return
        # checked before and after: a bad loss costs no frame, and a bad gradient shows only in the snapshot
        snapshot = self.session.snapshot(fresh=fresh)
        self.session.check(snapshot)
        self.last_frame = snapshot
        self.recording.offer(snapshot)
        self._call(self._on_frame, snapshot)

    def _note(self) -> None:
        """Keep score, and record a run that nobody watches now and then; a watched one is recorded frame by frame."""
        self.session.keep_score()
        if not self.watched and self.recording.due(self.session.run, self.session.step):
            self.recording.offer(self.session.snapshot(fresh=False))

    def _rest(self, rebuilt: bool, *, undone: bool) -> None:
        step = self.session.step
        if self.ended:
            self.announce("stopped", t("status.stopped", step=step))
        elif undone:
            self.announce("paused", t("status.undone", step=step))
        elif not step:
            self.announce("ready", t("status.rebuilt" if rebuilt else "status.ready"))
        elif step == self._goal:
            self.announce("paused", t("status.goal", goal=step, next=step + self._every))
        else:
            self.announce("paused", t("status.paused", step=step))

    def _pause_interrupted(self) -> None:
        try:
            self._show()
            self.announce("paused", t("status.interrupted", step=self.session.step))
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        attribution = self.session.attribution
        where, who = ("view", "") if self._in_view else (attribution.where, attribution.who)
        self._in_view = False
        with contextlib.suppress(Exception):  # the view that just failed may fail again: its error is reported already
            self.announce("failed", describe(error, where, who))
        self._in_view = False

    def _now(self, phase: str, message: str) -> RunState:
        session = self.session
        onward = self._onward and phase == "playing"
        return RunState(phase, session.step, self._goal, self._speed, session.latest_loss(), message, onward)

    def _show_light(self, later: DeferredSnapshot) -> None:
        """Work it out here and now: nobody has said that he does it elsewhere."""
        snapshot = later.make()
        if snapshot is not None:
            self._on_frame(snapshot)

    def _call(self, callback: Callable[[Any], None], value: RunState | Snapshot | DeferredSnapshot) -> None:
        self._in_view = True  # stays so when the callback raises: `_fail` names it
        callback(value)
        self._in_view = False
