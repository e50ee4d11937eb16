"""Keeper: keeps the still in a notebook's cell as new as what the page shows, at a bounded cost."""

import threading
import time
from collections.abc import Callable
from typing import Any

from rnnviz.lab.lifetime.rerun import running_cell
from rnnviz.lab.screen.screen import BaseScreen
from rnnviz.lab.still.outputs import Output, call_after_cells
from rnnviz.lab.still.picture import Picture, ScreenPicture
from rnnviz.training.process.background import Alarm, HomeLoop
from rnnviz.views.still.inpieces import InPieces, at_once

__all__ = ["Keeper", "keeper_of"]

_WHILE_PLAYING, _AT_REST = 5.0, 0.4  # seconds from a change to its still, at least
_SHARE_PLAYING, _SHARE_AT_REST = 0.01, 0.1  # of the time, for stills, at most
_PATIENCE, _AGAIN = 8.0, 0.5  # seconds: for a page that has not drawn yet; until it is asked again


def keeper_of(screen: BaseScreen[Any], task: str = "", playing: Callable[[], bool] | None = None) -> "Keeper":
    """Return the keeper of a screen's still, which follows whatever changes there.

    Parameters
    ----------
    screen : BaseScreen
        What a page shows.
    task : str
        What its run trains on; empty for a loop that is watched.
    playing : callable, optional
        Whether it trains; by default what the screen was told last.
    """
    picture = ScreenPicture(screen, task)
    trains = playing or (lambda: screen.state.phase == "playing")
    kept = Keeper(picture.now, playing=trains, ready=lambda: screen.feed.answered)
    screen.followers.append(kept.changed)
    return kept


class Keeper:
    """The still of one lab, comparison or watch.

    A program that runs the notebook gets it when its cell has ended, and again when a later cell that has changed
    something has. With a reader there, the page draws first; then the still follows whatever changes, a moment after
    the run has come to rest, and every few seconds while it plays. So whenever a notebook is saved, what is written is
    no older than that.

    Parameters
    ----------
    draw : callable
        Draws the still of now in pieces, between which an event loop turns; None while there is nothing to draw.
    playing : callable
        Whether it trains.
    ready : callable
        Whether a page has drawn it.
    """

    def __init__(
        self, draw: Callable[[], InPieces[Picture | None]], *, playing: Callable[[], bool], ready: Callable[[], bool]
    ) -> None:
        self._draw, self._playing, self._ready = draw, playing, ready
        self._lock, self._drawing = threading.Lock(), threading.Lock()
        self._output = Output()
        self._shown = self._attended = self._placed = self._due = self._begun = self._closed = False
        self._home = HomeLoop()
        self._timer: Alarm | None = None
        self._hasty = False  # whether the timer is that of a run at rest
        self._cost, self._last, self._placed_at = 0.0, -1e9, 0.0

    def show(self) -> None:
        """Leave a still at the end of the cell that is running; without one, or where it is captured, do nothing."""
        cell = running_cell()
        if cell is not None and not self._closed and call_after_cells(self):
            self._shown, self._attended = True, cell.attended

    def changed(self) -> None:
        """Take note that the page shows something else than the still; at once, from any thread."""
        self._due = True
        if self._placed and self._attended:
            self._schedule()

    def cell_ended(self) -> None:
        """Leave a still of now; with a reader there, a place for it, as the page comes first."""
        if self._shown:
            self._shown, self._placed, self._placed_at = False, True, time.monotonic()
            self._output.put(None if self._attended else at_once(self._draw()))
            self._due = self._attended
        elif self._due and self._placed and not self._attended:
            at_once(self._fill())
        if self._due and self._placed and self._attended:
            self._schedule()

    def close(self, *, quietly: bool) -> None:
        """Draw what was not drawn to its end yet, unless the output goes too, and do nothing from then on."""
        with self._lock:
            self._closed, timer, self._timer = True, self._timer, None
        if timer is not None:
            timer.cancel()
        if quietly and (self._due or self._begun) and self._placed:
            at_once(self._fill())

    def _schedule(self) -> None:
        playing = self._playing()
        with self._lock:
            if self._closed or (self._timer is not None and (self._hasty or playing)):
                return
            if self._timer is not None:  # it has come to rest: sooner than while it played
                self._timer.cancel()
            share = _SHARE_PLAYING if playing else _SHARE_AT_REST
            due = self._last + max(_WHILE_PLAYING if playing else 0.0, self._cost / share)
            self._start(max(due - time.monotonic(), _AT_REST), hasty=not playing)

    def _start(self, delay: float, *, hasty: bool) -> None:
        self._timer, self._hasty = Alarm(self._home, delay, self._ring, "rnnviz-still"), hasty
        if not self._timer.start():  # the next change tries again
            self._timer = None

    def _ring(self, alarm: Alarm) -> InPieces[None]:
        with self._lock:
            if self._closed or self._timer is not alarm:
                return
            if not self._ready() and time.monotonic() < self._placed_at + _PATIENCE:
                self._start(_AGAIN, hasty=self._hasty)
                return
        try:
            filled = yield from self._fill()
        finally:
            with self._lock:
                # only now: what changes while it is drawn is drawn after, and not beside
                self._timer = None if self._timer is alarm else self._timer
        if not filled:
            self.changed()
        elif self._due:
            self._schedule()

    def _fill(self) -> InPieces[bool]:
        """Draw and show; return False where the output cannot be reached now."""
        self._due, self._begun, since = False, True, time.monotonic()  # what changes from here on is drawn again
        try:
            picture, spent = yield from self._drawn()
        except Exception:
            self._begun = False
            raise
        with self._drawing:
            if self._last > since:  # meanwhile a cell has closed the lab, and has waited for no piece
                return True
            filled = picture is None or self._output.fill(picture)
            self._last, self._cost, self._begun = time.monotonic(), spent, False
            return filled

    def _drawn(self) -> InPieces[tuple[Picture | None, float]]:
        """Draw, and count the seconds which that takes; between two pieces others draw."""
        work, spent = self._draw(), 0.0
        while True:
            with self._drawing:
                since = time.monotonic()
                try:
                    next(work)
                except StopIteration as end:
                    return end.value, spent + time.monotonic() - since
                spent += time.monotonic() - since
            yield
