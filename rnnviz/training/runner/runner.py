"""Runner: plays a session in a background thread, or in place, and can be told so from anywhere."""

import math
from collections.abc import Callable

from rnnviz import limits
from rnnviz.checks import number
from rnnviz.training.failures import NOTHING_TO_UNDO
from rnnviz.training.runner.dispatch import Dispatcher
from rnnviz.training.runner.orders import Order
from rnnviz.training.runner.player import Player, RunState
from rnnviz.training.runner.trainable import Trainable
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.recording import Recording
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["RunState", "Runner"]


class Runner:
    """Play, pause and step a session; widgets, cells and scripts use the same few verbs, from any thread.

    The callbacks are called by the thread that trains: the runner's own daemon thread, or the caller's during `train`.

    Parameters
    ----------
    session : Session or LockstepSessions
        What to train; nobody else may step it while the runner does.
    on_frame : callable
        Called with a `Snapshot` at most ``fps`` times a second, and once more when the run pauses or ends; in between
        with light ones, whose ``sample`` is no None, where `light_sample` asks for them.
    on_state : callable, optional
        Called with a `RunState` on every change and with every frame.
    fps : float
        Whole frames a second at most, above 0; fewer are made where all frames would take more than a twentieth of the
        time.
    light_fps : float
        Light frames a second at most, above 0, where they would take a fiftieth of the time at most.
    goal : int, optional
        Steps after which play pauses by itself, and each multiple of it; the task's suggestion unless given.

    Raises
    ------
    ValueError
        If ``fps``, ``light_fps`` or ``goal`` is out of range.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> frames = []
    >>> runner = Runner(Session("adding", seq_len=10, hidden_size=4, device="cpu"), on_frame=frames.append)
    >>> runner.train(20)
    >>> runner.state.phase, frames[-1].step
    ('paused', 20)
    """

    def __init__(
        self,
        session: Trainable,
        *,
        on_frame: Callable[[Snapshot], None],
        on_state: Callable[[RunState], None] = lambda state: None,
        fps: float = 10.0,
        light_fps: float = 30.0,
        goal: int | None = None,
    ) -> None:
        fps, light_fps = number(0, open_end=True)("fps", fps), number(0, open_end=True)("light_fps", light_fps)
        goal = limits.steps("steps", session.task.steps if goal is None else goal)
        self._player = Player(session, on_frame, on_state, (fps, light_fps), goal)
        self.access = self._player.access  # for guests who look at the session between two steps
        self._dispatcher = Dispatcher(self._player)
        self.pressed = 0  # how often somebody has told it to play, to step, to pause, to begin anew or to train

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.session!r})"

    @property
    def session(self) -> Trainable:
        """What is trained."""
        return self._player.session

    @property
    def state(self) -> RunState:
        """What `on_state` was told last: phase, step, goal, speed, loss, message."""
        return self._player.state

    @property
    def last_frame(self) -> Snapshot | None:
        """The newest frame; a run that failed keeps its last good one."""
        return self._player.last_frame

    @property
    def recording(self) -> Recording:
        """Snapshots of this run, evenly thinned, to wind back through."""
        return self._player.recording

    @property
    def watched(self) -> bool:
        """Whether frames are made and delivered; set it to False to train without."""
        return self._player.watched

    @watched.setter
    def watched(self, watched: bool) -> None:
        self._player.watched = watched

    @property
    def light_sample(self) -> Callable[[], int | None]:
        """What says, between two steps, which probe sequence light frames show; None for no such frame, by default."""
        return self._player.light_sample

    @light_sample.setter
    def light_sample(self, light_sample: Callable[[], int | None]) -> None:
        self._player.light_sample = light_sample

    @property
    def on_light(self) -> Callable[[DeferredSnapshot], None]:
        """What is handed the moment that a light frame is to show; by default it is worked out for ``on_frame``."""
        return self._player.on_light

    @on_light.setter
    def on_light(self, on_light: Callable[[DeferredSnapshot], None]) -> None:
        self._player.on_light = on_light

    def snapshot(self) -> Snapshot:
        """Look at the model now, or between two steps if it trains; see `Session.snapshot`."""
        return self._player.access.visit(self.session.snapshot)

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the whole held-out part, now or between two steps; see `Session.evaluate`."""
        return self._player.access.visit(self.session.evaluate)

    def play(self) -> None:
        """Train in the background up to the goal, or to the next multiple of it; return at once."""
        self.pressed += 1
        self._dispatcher.ask(Order(math.inf))

    def step(self, n: int = 1, wait: bool = True) -> None:
        """Train ``n`` steps in the background, then pause.

        Parameters
        ----------
        n : int
            Steps, at least 1.
        wait : bool
            Return when they are done or somebody paused, and raise what went wrong; False returns at once.
        """
        self.pressed += 1
        order = Order(limits.steps("n", n))
        if wait:
            # before anything is ordered: what was refused is not to be carried out later
            self._refuse_inside("step(wait=True)")
            self._dispatcher.raise_kept()
        self._dispatcher.ask(order, wait=wait)

    def pause(self, wait: bool = False) -> None:
        """Pause after the present step, with a last frame; with ``wait`` return when that is delivered."""
        self.pressed += 1
        self._dispatcher.cancel(wait=wait)

    def reset(self, wait: bool = False, settings: Settings | None = None) -> None:
        """Pause, rebuild the model at step 0, make a frame, forget a kept error; with ``wait`` return when done.

        Parameters
        ----------
        wait : bool
            See above.
        settings : Settings, optional
            What it is rebuilt from; then `undo` leads back, as after a structural change.
        """
        self.pressed += 1
        if wait:
            self._refuse_inside("reset(wait=True)")
        self._dispatcher.ask(Order(rebuild=True, settings=settings), wait=wait)

    def undo(self, wait: bool = False) -> None:
        """Pause, go back to the run that a new model has put aside, make a frame; with ``wait`` return when done.

        Raises
        ------
        RuntimeError
            If there is no such run.
        """
        if self.session.former is None and not self.session.pending:
            raise RuntimeError(NOTHING_TO_UNDO)
        self.pressed += 1
        if wait:
            self._refuse_inside("undo(wait=True)")
            self._dispatcher.raise_kept()
        self._dispatcher.ask(Order(undo=True), wait=wait)

    def move(self, device: str, wait: bool = False) -> None:
        """Go on with the run on another device, between two steps; then make a frame. See `Session.move`."""
        self._player.access.visit(lambda: self.session.move(device))
        self._dispatcher.ask(Order(), wait=wait)

    def apply(self, settings: Settings, wait: bool = False) -> None:
        """Take settings up at the next step, at once while paused, where ``wait`` waits for the frame."""
        self._dispatcher.take_up(lambda: setattr(self.session, "settings", settings), wait=wait)

    def train(self, steps: int) -> None:
        """Train in the caller's thread and return when done; the same curve as `play`, bit for bit.

        Interrupting it (KeyboardInterrupt) pauses after the present step, so that the curve stays that of an
        uninterrupted run; a second press acts at once.

        Raises
        ------
        NonFiniteLoss
            If the loss or a gradient becomes NaN or infinite.
        Exception
            What the task, the model or a callback raised, now or earlier in the background.
        """
        self.pressed += 1
        order = Order(limits.steps("steps", steps), here=True)
        self._refuse_inside("train")
        self._dispatcher.carry_out(order)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do, and after `stop` for the thread's end; raise a kept error.

        Returns False if ``timeout`` (seconds) ran out before.
        """
        self._refuse_inside("join")
        return self._dispatcher.join(timeout)

    def stop(self) -> None:
        """End for good: pause, deliver the last frame, end the thread. Of the verbs only `join` and `pause` remain."""
        self._dispatcher.stop()

    def guarded(self, action: Callable[..., object], *arguments: object, **more: object) -> None:
        """Call what a page has asked for. Jupyter swallows what a callback raises: it is shown, and raised later."""
        try:
            action(*arguments, **more)
        except Exception as error:
            self.fail(error, "lab")

    def fail(self, error: BaseException, where: str) -> None:
        """Pause because something beside the training went wrong; the next blocking call raises it."""
        self._dispatcher.fail(error, where)

    def _refuse_inside(self, verb: str) -> None:
        if self._player.access.mine:
            raise RuntimeError(f"{verb} would wait for itself: a callback called it in the thread that trains.")
