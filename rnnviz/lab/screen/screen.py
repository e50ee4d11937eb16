"""The screen: turns snapshots and run states into frames, in the pump's thread, and keeps the newest only."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from rnnviz.lab.controls.base import LazyTool, Toolbox
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.line import Line
from rnnviz.lab.controls.offer import Offer
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.lab.lifetime.closing import let_go, retire
from rnnviz.lab.screen.drawnrate import DrawnRate
from rnnviz.lab.screen.figures import Figures
from rnnviz.lab.screen.grid import Grid, drawn
from rnnviz.lab.screen.panel import Panel
from rnnviz.lab.screen.pending import Pending
from rnnviz.live import Feed, Pump
from rnnviz.training import DeferredSnapshot, RunState, Snapshot
from rnnviz.views import Focus, Picked, View

__all__ = ["BaseScreen", "Screen", "ScreenPanel"]


class ScreenPanel(Protocol):
    """What a screen asks of the widgets around its pictures."""

    focus_controls: FocusControls
    toolbox: Toolbox
    line: Line
    widget: Any

    @property
    def parts(self) -> Sequence[Any]:
        """Widgets that may be in no box."""

    def write(self, state: RunState, words: str, *, failed: bool, held: int | None, urgent: bool) -> None:
        """Write progress and status."""


P = TypeVar("P", bound=ScreenPanel)


class BaseScreen(Generic[P]):
    """Pictures in a browser, kept current by the pump's thread, and the widgets around them.

    Parameters
    ----------
    snapshot : Snapshot
        What to draw first.
    state : RunState
        Where the run stands.
    views : mapping of str to View
        Pictures that can be shown, in reading order.
    furnish : callable
        Called with the grid of the pictures and the feed; returns the widgets around them.
    fps : float
        Frames a second at most.
    on_error : callable
        Called with an exception that a view has raised, or that the browser has reported.
    feed : Feed, optional
        What carries the frames; by default one that waits for the browser's answers.
    chosen : iterable of str, optional
        The pictures to show at first; all by default.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        state: RunState,
        views: Mapping[str, View],
        furnish: Callable[[Grid, Feed], P],
        *,
        fps: float,
        on_error: Callable[[BaseException], None],
        feed: Feed | None = None,
        chosen: Iterable[str] | None = None,
    ) -> None:
        self._views = views
        self._chosen = frozenset(views if chosen is None else chosen)
        self._held: Snapshot | None = None  # shown in place of the newest, while somebody looks back
        self._lock, self._pending, self._rate = threading.Lock(), Pending(), DrawnRate(fps)
        self._snapshot, self._state, self._words = snapshot, state, state.message
        self._failed = state.phase == "failed"
        self._announced: list[tuple[str, Callable[[], None]]] = []  # words that must be seen before what they announce
        self._undrawable: Snapshot | None = None  # a tool has failed with it
        self._drawn: Snapshot | None = None
        self._settled: Snapshot | None = None  # drawn once more, as the run rests there
        self._undrawn: Snapshot | None = None
        self._on_error = on_error
        self.returned = 0  # how often the pictures have come back from an earlier snapshot
        self.followers: list[Callable[[], object]] = []  # told of every change, in whatever thread makes it
        self.feed = feed or Feed()
        focus = Focus().within(snapshot.layer)
        self._figures = Figures(views, self.feed)
        self._figures.build(snapshot, focus, self._chosen)
        self.panel = furnish(self._figures.grid, self.feed)
        self.pump = Pump(self._draw, self.feed.room_in, on_error=on_error, fps=fps)
        self.feed.on_ready = self.pump.nudge
        self.feed.on_hello = self.feed.on_resized = self.pump.offer
        self.feed.on_error = self._browser_failed
        self.feed.on_pick = self._picked
        self.panel.line.nudge = partial(self.pump.offer, whole=False)
        self.feed.on_look = lambda time: self.look(lambda _snapshot, focus: replace(focus, time=time))
        self.panel.focus_controls.on_change(self.changed)
        self.panel.toolbox.on_open(self.changed)
        self.panel.toolbox.on_error = on_error
        self.pump.offer()

    def changed(self) -> None:
        """Tell the followers that something is not as it was, and draw next; from any thread."""
        self._tell()
        self.pump.offer()

    @property
    def views(self) -> Mapping[str, View]:
        """Pictures that can be shown, in reading order."""
        return self._views

    @property
    def chosen(self) -> frozenset[str]:
        """Names of the pictures that are shown, where there is something to draw."""
        return self._chosen

    def choose(self, names: Iterable[str]) -> None:
        """Show these pictures and no others."""
        self._chosen = frozenset(names)
        self.changed()

    @property
    def state(self) -> RunState:
        """What the run was last said to do."""
        with self._lock:
            return self._state

    def hold(self, snapshot: Snapshot | None) -> None:
        """Show this snapshot, whatever the run does, until None is held or a new model begins."""
        with self._lock:
            self.returned += self._held is not None and snapshot is None
            self._held = snapshot
        self.changed()

    @property
    def held(self) -> Snapshot | None:
        """The snapshot that is shown in place of the newest; a new model lets go of it."""
        with self._lock:
            if self._held is not None and self._held.run != self._snapshot.run:
                self._held = None
            return self._held

    @property
    def seen(self) -> Snapshot:
        """The snapshot that is drawn: the one that is held, else the newest."""
        return self.held or self._snapshot

    def show(self, snapshot: Snapshot) -> None:
        """Draw this snapshot next, of a light one the pictures of states; one not drawn yet is forgotten."""
        if snapshot.sample is not None:
            self.show_light(DeferredSnapshot.made(snapshot))
            return
        with self._lock:
            self._snapshot = snapshot
        self.pump.offer()

    def show_light(self, later: DeferredSnapshot) -> None:
        """Draw next the pictures of states of this moment, which the pump's thread works out; the newest counts."""
        self._pending.offer(later)
        self.pump.offer(whole=False)

    def light_sample(self) -> int | None:
        """Return the probe sequence that a light snapshot should show now; None while nothing would draw it."""
        wanted = self._figures.wants_light(self._chosen) and self.held is None
        if not wanted or self.feed.away or self._pending.waits:
            return None
        return self.panel.focus_controls.focus.within(self._snapshot.layer).sample

    def say(self, state: RunState, words: str, *, failed: bool = False, then: Callable[[], None] | None = None) -> None:
        """Write progress and status next, and after that was written call ``then``."""
        with self._lock:
            self._state, self._words, self._failed = state, words, failed
            if then is not None:
                self._announced.append((words, then))
        self._tell()
        self.pump.offer(whole=False)

    def look(self, change: Callable[[Snapshot, Focus], Focus]) -> None:
        """Move the selectors to what ``change`` makes of the snapshot on screen and of where they stand; draw again."""
        snapshot = self.seen
        focus = self.panel.focus_controls.focus_on(snapshot)
        self.panel.focus_controls.look(change(snapshot, focus).within(snapshot.layer))
        self.changed()

    def close(self) -> None:
        """End the pump's thread."""
        self.pump.close()

    def discard(self, *, quietly: bool = False) -> None:
        """Let go of every widget, after `close`.

        Parameters
        ----------
        quietly : bool
            Leave the last pictures on the page, with controls that are seen to do nothing; else remove them.
        """
        made = (self.panel.widget, self.feed, *self.panel.parts, *self.panel.toolbox.parts)
        if quietly:
            self.panel.toolbox.retire()
            retire(*made)
        let_go(*made, quietly=quietly)

    def _browser_failed(self, figure: str, text: str) -> None:
        """Report the first failure of a snapshot: the frame that shows the report would fail in the same way."""
        with self._lock:
            if self._undrawn is self._snapshot:
                return
            self._undrawn = self._snapshot
        self._on_error(RuntimeError(f"the browser could not draw {figure!r}: {text}"))

    def _tell(self) -> None:
        for call in tuple(self.followers):
            call()

    def _draw(self) -> None:
        snapshot = self.seen
        with self._lock:
            state, words, failed = self._state, self._words, self._failed
            # taken with the words they belong to, so that each is called once
            announced, self._announced = self._announced, []
        # before the pictures: a view that fails must not keep the status line from saying so
        playing = state.phase == "playing" and not failed
        self._write(state, self._rate.words(words) if playing else words, failed, announced)
        if snapshot is self._undrawable:  # its error is on the status line; to try again would only repeat it
            return
        hurried = not playing and self._settled is not snapshot and self._figures.hurries(self._chosen)
        again = hurried and self._drawn is snapshot
        try:
            if self.pump.whole or again:
                self._draw_views(snapshot)
                self._drawn, self._settled = snapshot, snapshot if again else self._settled
            else:
                self._draw_light(snapshot)
        except Exception:
            self._undrawable = snapshot
            raise
        if self._pending.newer(snapshot) or (hurried and not again):  # and comes next
            self.pump.offer(whole=False)

    def _write(
        self, state: RunState, words: str, failed: bool, announced: list[tuple[str, Callable[[], None]]]
    ) -> None:
        """Write the status line: announcements first, even if newer words have overtaken them; those come next."""
        if announced:
            newest, words = words, " ".join(text for text, _ in announced)
            if newest != words:
                failed = False
                # the newer words come with the next drawing
                self.pump.offer(whole=False)
        held = self.held
        looking = None if held is None else held.step
        self.panel.write(state, words, failed=failed, held=looking, urgent=bool(announced))
        for _, call in announced:
            call()

    def _draw_views(self, snapshot: Snapshot) -> None:
        self.panel.focus_controls.fit(snapshot)
        focus = self.panel.focus_controls.focus_on(snapshot)
        frame, errors = self._figures.frame(snapshot, focus, self._chosen)
        self.feed.push(frame)
        self._rate.note(light=False)
        for error in reversed(errors):  # the first is the one that stays on the status line
            self._on_error(error)
        self.panel.toolbox.show(snapshot, focus)

    def _draw_light(self, whole: Snapshot) -> None:
        later, focus = self._pending.take(whole), self.panel.focus_controls.focus.within(whole.layer)
        # meanwhile another sequence may have been chosen, or an earlier moment: then everything is drawn anew anyway
        if later is None or focus.sample != later.sample or self.held is not None:
            return
        light = later.make()
        if light is not None:
            self.feed.push(self._figures.light_frame(light, focus, self._chosen))
            self._rate.note(light=True)

    def _picked(self, figure: str, at: Picked) -> None:
        """Look where somebody has clicked."""
        self.look(lambda snapshot, focus: drawn(self._views[figure]).picked(snapshot, focus, at))


class Screen(BaseScreen[Panel]):
    """Everything of a lab that a browser shows: pictures with knobs and buttons.

    Parameters are those of `BaseScreen`, but for one.

    Parameters
    ----------
    knobs : Knobs
        The settings' widgets.
    tools : sequence of LazyTool
        What is shown beside the pictures.
    offer : Offer
        The knobs at first sight, and those that unfold.
    kind : type
        The panel's class.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        state: RunState,
        views: Mapping[str, View],
        knobs: Knobs,
        *,
        tools: Sequence[LazyTool] = (),
        chosen: Iterable[str] | None = None,
        offer: Offer,
        fps: float,
        on_error: Callable[[BaseException], None],
        kind: type[Panel] = Panel,
    ) -> None:
        def furnish(grid: Grid, feed: Feed) -> Panel:
            return kind(knobs, Toolbox(tools, feed.feed_id), grid, feed, offer)

        super().__init__(snapshot, state, views, furnish, fps=fps, on_error=on_error, chosen=chosen)
