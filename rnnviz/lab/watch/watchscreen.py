"""WatchScreen: what a browser shows of a watched loop: words until the first frame, then the linked pictures."""

import threading

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.lifetime.closing import let_go
from rnnviz.lab.screen.panel import status_words
from rnnviz.lab.screen.screen import BaseScreen
from rnnviz.lab.still.keeper import Keeper, keeper_of
from rnnviz.lab.watch.watchpanel import WatchPanel
from rnnviz.live import Feed
from rnnviz.training import RunState, Snapshot
from rnnviz.views import WATCHED
from rnnviz.watching.watcher import Watcher

__all__ = ["WatchScreen"]

_PATIENCE = 0.2  # seconds for the browser's answers, which a running cell holds up: ten frames a second all the same
_PIXELS = (640, 340)  # of a picture, until the browser has said its size


class WatchScreen:
    """Draw the newest frame of a watcher, once somebody has asked for the widget.

    Parameters
    ----------
    watcher : Watcher
        Who takes the frames.
    lock : threading.RLock
        Guards the watcher's frames and this screen: the loop's thread and the front end's both draw.
    fps : float
        Pictures a second at most.

    Attributes
    ----------
    words : str
        The status line.
    screen : BaseScreen or None
        The pictures; None before the first frame that somebody sees, and after `close`.
    """

    def __init__(self, watcher: Watcher, lock: "threading.RLock", *, fps: float) -> None:
        self._watcher, self._lock, self._fps = watcher, lock, fps
        self.words, self._failed = t("watch.waiting"), False
        self._trouble: BaseException | None = None
        self._box: widgets.Box | None = None
        self._waiting: widgets.HTML
        self.screen: BaseScreen[WatchPanel] | None = None
        self._still: Keeper | None = None
        self._stills = self._over = False

    @property
    def widget(self) -> widgets.Box:
        """The box that the pictures are in, or will be."""
        if self._box is None:
            self._waiting = widgets.HTML()
            self._box = widgets.VBox([self._waiting])
            self.draw()
        return self._box

    def keep_still(self) -> None:
        """Leave a picture in the cell that displays this, for who reads the notebook without a kernel."""
        self._stills = True
        if self._still is not None:
            self._still.show()

    def draw(self) -> None:
        """Hand the newest frame to the pictures, if anybody looks; the first one brings them."""
        with self._lock:
            if self._box is None:
                return
            try:
                self._draw()
            except Exception as error:
                self._view_failed(error)

    def conclude(self, kind: type[BaseException] | None) -> None:
        """Choose the last words: the loop has ended, with an exception of this kind or with none."""
        watcher, self._over = self._watcher, True
        if kind is not None:
            self.words, self._failed = t("watch.failed", type=kind.__name__, step=watcher.steps), True
        else:
            self.words = t("watch.finished", step=watcher.steps, seen=watcher.seen)

    def settle(self) -> BaseException | None:
        """Wait up to two seconds until all is drawn; return what a picture has raised, ever."""
        if self.screen is not None:
            self.screen.pump.flush(timeout=2.0)
        return self._trouble

    def close(self) -> None:
        """Stop drawing and let go of every widget."""
        if self.screen is not None:
            self.screen.close()
            if self._still is not None:
                self._still.close(quietly=False)
            self.screen.discard()
        if self._box is not None:
            let_go(self._box)
        self.screen = self._box = None

    def _draw(self) -> None:
        watcher = self._watcher
        if self.screen is None and self._box is not None and watcher.trace is not None:
            self.screen = self._furnished(watcher.snapshot())
            self._box.children = (self.screen.panel.widget,)
            self._still = keeper_of(self.screen, playing=lambda: not self._over)
            if self._stills:
                self._still.show()
            let_go(self._waiting)
        if self.screen is not None:
            self.screen.panel.offer(watcher.layers)
            self.screen.show(watcher.snapshot(self.screen.panel.module.value))
        self._say()

    def _say(self) -> None:
        if self.screen is not None:
            self.screen.say(self._state(), self.words, failed=self._failed)
        elif self._box is not None:
            self._waiting.value = status_words(self.words, failed=self._failed)

    def _furnished(self, snapshot: Snapshot) -> BaseScreen[WatchPanel]:
        feed = Feed(lost_after=_PATIENCE)
        # a running cell lets no answer through: without a guess the first frames would carry every value
        feed.sizes = dict.fromkeys(WATCHED, _PIXELS)
        screen = BaseScreen(
            snapshot, self._state(), WATCHED, WatchPanel, fps=self._fps, on_error=self._view_failed, feed=feed
        )
        screen.panel.offer(self._watcher.layers)
        screen.panel.module.observe(lambda _change: self.draw(), names="value")
        return screen

    def _state(self) -> RunState:
        """Where the newest frame stands: its loss is that of its own step, not of the loop's last one."""
        watcher = self._watcher
        return RunState("playing", watcher.seen, 0, watcher.speed, watcher.loss, self.words)

    def _view_failed(self, error: BaseException) -> None:
        """Say so on the status line; somebody's training does not end because a picture failed."""
        self._trouble, self._failed = error, True
        self.words = t("watch.view_failed", type=type(error).__name__, text=str(error))
        self._say()
