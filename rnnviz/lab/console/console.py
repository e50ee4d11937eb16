"""Console: connects a run to its screen — knobs to settings, buttons to verbs, frames to pictures, errors to words."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rnnviz.checks import number, shown
from rnnviz.export.codec import Shareable
from rnnviz.export.script import Script
from rnnviz.garbage import uncollected
from rnnviz.lab.console.export import Export
from rnnviz.lab.console.moves import Moves
from rnnviz.lab.console.progress import Progress, progress
from rnnviz.lab.controls.base import LazyTool
from rnnviz.lab.controls.device import DeviceChoice
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.offer import Offer
from rnnviz.lab.lifetime.autopause import AutoPause, is_borrowed
from rnnviz.lab.lifetime.closing import let_go
from rnnviz.lab.lifetime.heap import give_back
from rnnviz.lab.lifetime.loading import load_after
from rnnviz.lab.lifetime.playing import KnownRun, join, others, pause_all
from rnnviz.lab.screen.panel import Panel
from rnnviz.lab.screen.screen import Screen
from rnnviz.lab.still.labstill import LabStill
from rnnviz.models import CELLS, INITIALISATIONS, NONLINEARITIES
from rnnviz.training import Preset, Runner, RunState, Snapshot, Trainable
from rnnviz.training.process.devices import available
from rnnviz.views import Focus, View

__all__ = ["Console"]

_WHOLE_FPS = 10.0  # curves and gradients are read, not watched; states move
_CHOICES = {"cell": CELLS, "init": INITIALISATIONS, "nonlinearity": NONLINEARITIES}


class Console:
    """A runner and, once somebody looks, a screen; until then no widget is made and no frame.

    Parameters
    ----------
    session : Session or LockstepSessions
        What is trained.
    export : Export
        How it is written down.
    fps : float
        Frames a second at most, of states and gates; of whole frames, ten.
    goal : int or None
        Where play pauses by itself.
    views : mapping of str to View
        Every picture there can be.
    chosen : sequence of str
        Those that are shown at first.
    show : sequence of str, optional
        The controls to show, by name; all by default.
    presets : sequence of Preset, optional
        At the head of the rail; the task's own by default.
    """

    _panel: type[Panel] = Panel

    def __init__(
        self,
        session: Trainable,
        export: Export,
        *,
        fps: float,
        goal: int | None,
        views: Mapping[str, View],
        chosen: Sequence[str],
        show: Sequence[str] | None,
        presets: Sequence[Preset] | None = None,
    ) -> None:
        self.presets, self.views, self._chosen, self._show = presets, views, chosen, show
        self._session, self.export = session, export
        self._fps, self._goal = number(0, open_end=True)("fps", fps), goal
        self._closed = self._displayed = False  # displayed, or placed in somebody's own layout
        self.screen: Screen | None = None
        self.knobs: Knobs | None = None
        self.runner = Runner(
            session,
            on_frame=self._on_frame,
            on_state=self._on_state,
            fps=min(self._fps, _WHOLE_FPS),
            light_fps=self._fps,
            goal=goal,
        )
        self.runner.watched = False
        self.moves = Moves(self.runner)
        self._progress: Progress | None = None
        self._given: list[Any] = []  # widgets of this lab that stand elsewhere on the page
        self.still = LabStill(self.shown, session.task.name)
        self._known = join(KnownRun(self.runner, self._others_changed))

    def display(self) -> Any:
        """Return the widget to put on a page."""
        self._displayed = True
        return self.shown().panel.widget

    @uncollected()
    def shown(self) -> Screen:
        """Return the screen; made when first asked for."""
        if self.screen is None:
            lengths = self._session.task.seq_lens
            self.knobs = self.moves.knobs = Knobs(
                self._session.settings, lengths, _CHOICES, self.moves.moved, self.moves.refused
            )
            snapshot, state = self.runner.snapshot(), self.runner.state
            self.runner.recording.offer(snapshot)  # a run that nobody watched is on it with gaps
            self.screen = self.moves.screen = Screen(
                snapshot,
                state,
                self.views,
                self.knobs,
                tools=self._tools(),
                chosen=self._chosen,
                offer=self._offer(),
                fps=self._fps,
                on_error=self._view_failed,
                kind=self._panel,
            )
            self._connect(self.screen)
            load_after(self.screen.feed)
            if is_borrowed():
                AutoPause(self.runner, self.screen.feed)
            # last: a frame before this would find no screen
            self.runner.watched, self.runner.light_sample = True, self.screen.light_sample
            self.runner.on_light = self.screen.show_light
            # a lab closed before it was shown: its pictures come, its controls do nothing
            if self._closed:
                self._close_screen()
        return self.screen

    def _tools(self) -> list[LazyTool]:
        """The tools in the order of their buttons; each kind of console brings its own."""
        return []

    def _offer(self) -> Offer:
        """The knobs to show, and where; each kind of console brings its own."""
        return Offer()

    def code(self, steps: int | None = None) -> Script:
        """Return the program of this run; it trains up to the goal unless ``steps`` says otherwise."""
        return self.export.code(self.runner.state.goal if steps is None else steps)

    def recipe(self) -> Shareable:
        """Return what makes the same again, with the controls and pictures that are shown now."""
        return self.export.recipe(
            steps=self._goal, show=self._show, presets=self.presets, views=self.views, chosen=self.chosen
        )

    def moments(self) -> list[Snapshot]:
        """Return the moments of this run that are kept, in order, and with them the present one."""
        now = self.runner.snapshot()
        self.runner.recording.offer(now)
        return [one for one in self.runner.recording.snapshots() if one.run == now.run] or [now]

    def moment(self, step: int | None) -> Snapshot:
        """Return the moment nearest to a step, with a score of its own; the present one for None."""
        if step is None:
            return self.runner.snapshot()
        return self._session.rescored(min(self.moments(), key=lambda one: abs(one.step - step)))

    def rewind(self, step: int | None) -> None:
        """Show the moment nearest to a step, None the newest; opens the screen."""
        self.shown()
        self._hold(step)

    def read(self, rate: float, start: int) -> None:
        """Have the page read from ``start`` on; ValueError beyond the sequence's end, RuntimeError without a page."""
        if self.screen is None or not self._displayed:
            raise RuntimeError("read moves the cursor on the page, and this lab is on none; end a cell with it first.")
        steps = self.screen.seen.layer.hidden.shape[3]
        if start >= steps:
            raise ValueError(f"start must be below the sequence's {steps} timesteps, got {shown(start)}.")
        self.screen.feed.read(rate, start)

    @property
    def chosen(self) -> Sequence[str]:
        """Names of the pictures that are shown, or would be, in reading order."""
        return self._chosen if self.screen is None else [name for name in self.views if name in self.screen.chosen]

    def _hold(self, step: int | None) -> None:
        if self.screen is not None:
            self.screen.hold(None if step is None else self.runner.recording.at(step))

    def _held(self) -> Snapshot | None:
        return None if self.screen is None else self.screen.held

    def _looked(self) -> Snapshot:
        """The moment that the pictures show, with everything in it."""
        return self._held() or self.runner.snapshot()

    def _choose(self, names: Iterable[str]) -> None:
        if self.screen is not None:
            self.screen.choose(names)

    def _train_one(self) -> None:
        self._hold(None)  # whoever looks back would not see what the step has done
        self.runner.step(wait=False)

    def _look(self, change: Callable[[Snapshot, Focus], Focus]) -> None:
        if self.screen is not None:
            self.screen.look(change)

    def set(self, changes: dict[str, Any]) -> None:
        """Change settings from code: the knobs follow, a rebuild is said first, and is done on return."""
        self.moves.set(changes)

    def train(self, steps: int) -> None:
        """Train in place; in a notebook a line under the cell says how far it is, where that takes over a second."""
        with progress(steps) as self._progress:
            try:
                self.runner.train(steps)
            finally:
                self._progress = None

    def unheld(self) -> None:
        """Stop, unless a page shows something of it: nobody could use what it learns."""
        # what stands elsewhere on the page still drives this run
        if not self._displayed and not self._given:
            self.runner.stop()
            if self.screen is not None:  # made to look back, and never shown
                self.discard()

    def close(self) -> None:
        """End the run and the drawing, and let go of the widgets; the page keeps the last pictures."""
        self._close(quietly=True)

    def discard(self) -> None:
        """Close, and remove the widgets from the page, which has dropped the pictures: the cell has run again."""
        self._close(quietly=False)

    def _close(self, *, quietly: bool) -> None:
        self._closed, self._chosen = True, tuple(self.chosen)
        self.runner.stop()
        with contextlib.suppress(Exception):  # what a run has failed with is on the status line already
            self.runner.join(timeout=5.0)
        self._close_screen()
        self.still.close(quietly=quietly)
        if self.screen is not None:
            self.screen.panel.others.hide()
            self.screen.discard(quietly=quietly)
            self.screen = self.knobs = self.moves.screen = self.moves.knobs = None
            self.runner.light_sample, self.runner.on_light = lambda: None, lambda _later: None
        given, self._given = self._given, []
        self._retire(given)
        let_go(*given, quietly=True)

    def _retire(self, given: Sequence[Any]) -> None:
        """Let what stands elsewhere on the page say that it is of no more use."""

    def _close_screen(self) -> None:
        if self.screen is not None:
            # the last frame is what the page keeps; a browser that is gone must not hold the kernel
            self.screen.pump.flush(timeout=2.0)
            self.screen.close()

    def _connect(self, screen: Screen) -> None:
        panel = screen.panel
        for button, action in (
            (panel.play, self.runner.play),
            (panel.pause, self.runner.pause),
            (panel.step, lambda: self.runner.step(wait=False)),
            (panel.reset, self.runner.reset),
            (panel.live, lambda: self._hold(None)),
            (panel.others.widget, lambda: pause_all(wait=False)),
        ):
            # bound as a default, or all buttons would do what the last one does
            button.on_click(lambda _button, action=action: self.runner.guarded(action))
        here = str(self._session.device)
        choice = DeviceChoice(here, available(), lambda device: self.runner.guarded(self._relocate, device))
        panel.device.children = (choice.widget,)
        panel.toolbox.on_made(choice.hints)
        self.moves.movers = [choice.follow]
        if panel.rail.presets is not None:
            panel.rail.presets.on_press = lambda preset: self.runner.guarded(self.moves.press, preset)
        panel.others.count = lambda: others(self._known)

    def _relocate(self, device: str) -> None:
        try:
            self.moves.move(device)
        finally:  # where there was no room it trains where it did
            for call in self.moves.movers:
                call(str(self._session.device))

    def _on_frame(self, snapshot: Snapshot) -> None:
        if self.screen is not None:
            self.screen.show(snapshot)

    def _others_changed(self) -> None:
        screen = self.screen
        if screen is not None:
            # in whichever thread another lab runs: only the pump may write
            screen.pump.offer(whole=False)

    def _on_state(self, state: RunState) -> None:
        self._known.changed()
        # read once: `train` may end in another thread between test and call
        told = self._progress
        if told is not None:
            told.see(state)
        if self.screen is not None:
            self.screen.say(state, state.message, failed=state.phase == "failed")
        if state.phase != "playing":  # it rests, or has begun anew
            give_back()

    def _view_failed(self, error: BaseException) -> None:
        self.runner.fail(error, "view")
