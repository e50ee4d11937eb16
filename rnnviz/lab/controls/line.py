"""Line: the one line above the pictures, for what they show in words and for what somebody has to be told."""

import threading
from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["Act", "Line"]

Link = tuple[str, Callable[[], object]]
Act = tuple[str, str, Callable[[], object]]
_KEPT = 64  # the page may show a sentence that is two seconds old


class Line(PageWidget):
    """One sentence at a time, each for two seconds at least; what is said to somebody stands before what is seen.

    Attributes
    ----------
    seen : dict
        What the pictures show: ``tone``, ``words``, ``number``, and what unfolds: ``step`` and whole ``sentences``.
    act : dict
        ``words`` and ``verb`` of what one press can do about it; empty for nothing.
    told : dict
        What somebody has to be told: ``words``, ``number``, and ``link``, the words of what can be pressed.
    labels : dict of str to str
        Words of the controls.
    nudge : callable
        Called when something is to be told, in whatever thread that is; by default it is written there and then.
    """

    _esm = beside(__file__, "line.js")
    seen = traitlets.Dict().tag(sync=True)
    act = traitlets.Dict().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(labels={"why": t("lab.line.why"), "less": t("lab.line.less")})
        self.nudge: Callable[[], object] = self.write
        self._lock = threading.Lock()
        self._pending: dict[str, Any] | None = None
        self._call: Callable[[], object] | None = None
        self._said = 0
        self._acts: dict[int, Callable[[], object]] = {}
        self.on_msg(self._pressed)

    def __repr__(self) -> str:
        return f"Line({self.told.get('words') or self.seen.get('words', '')!r})"

    def say(self, words: str, number: str = "", *, link: Link | None = None) -> None:
        """Tell somebody something, from any thread; it stands until something else is told, or seen much later.

        Parameters
        ----------
        words : str
            A sentence; shown as text, never as markup. Nothing takes back what was told.
        number : str
            What follows it in a quieter colour.
        link : tuple of str and callable, optional
            What can be pressed at its end, and what is then called, once and in the front end's thread; must not raise.
        """
        with self._lock:
            self._said += 1
            self._pending = {"words": words, "number": number, "link": link[0] if link else "", "count": self._said}
            self._call = link[1] if link else None
        self.nudge()

    def see(self, seen: dict[str, Any], act: Act | None = None) -> None:
        """Write what the pictures show. Called by one thread only.

        Parameters
        ----------
        seen : dict
            See the class; empty for nothing.
        act : tuple of str, str and callable, optional
            Words and verb of what one press does, and what is then called, in the front end's thread; must not raise.
        """
        offered: dict[str, Any] = {}
        if act is not None:
            with self._lock:
                count = max(self._acts, default=0) + 1
                self._acts[count] = act[2]
                self._acts.pop(count - _KEPT, None)
            offered = {"words": act[0], "verb": act[1], "count": count}
        with self.hold_sync():  # what can be done belongs to what is said
            self.act, self.seen = offered, seen

    def write(self) -> None:
        """Write what is to be told. Called by one thread only."""
        with self._lock:
            pending, self._pending = self._pending, None
        if pending is not None:
            self.told = pending

    def _pressed(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        with self._lock:
            call = self._acts.get(content.get("acted", 0))
        if call is not None:
            call()
        with self._lock:
            if content.get("pressed") != self._said:  # of a sentence that is no more
                return
            call, self._call = self._call, None
        if call is not None:
            call()
