"""Timeline: the line that winds a run back, step by step through its recording, while the training may go on."""

from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool
from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Recording, Snapshot
from rnnviz.views import Focus

__all__ = ["Timeline"]


class TimelineWidget(PageWidget):
    """A slider over steps and a button that leads to the newest. The page asks with messages, and writes no trait.

    Attributes
    ----------
    steps : list of int
        What there is to choose from, rising; the last one is the newest.
    held : int or None
        The step that is looked at, None for whatever is newest.
    words : str
        What is said of it; shown as text, never as markup.
    heard : int
        Number of the newest message that the rest answers: the page has its own way until then.
    labels : dict of str to str
        Words of the controls.
    """

    _esm = beside(__file__, "timeline.js")
    _css = beside(__file__, "timeline.css")
    steps = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    held = traitlets.Int(None, allow_none=True).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    heard = traitlets.Int().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "TimelineWidget()"


class Timeline(Tool):
    """Scrub through the recording: all pictures follow, and stay there until the newest is asked for.

    Parameters
    ----------
    recording : Recording
        The moments that can be gone back to.
    held : callable
        Returns the snapshot that is looked at, None where the newest is shown.
    rewind : callable
        Called with a step to look at, or with None for the newest; must not raise.
    """

    name = "timeline"
    place = "bar"

    def __init__(
        self, recording: Recording, held: Callable[[], Snapshot | None], rewind: Callable[[int | None], object]
    ) -> None:
        self._recording, self._held, self._rewind = recording, held, rewind
        self._heard = 0
        self.widget = TimelineWidget(
            labels={name: t(f"tool.timeline.{name}") for name in ("slider", "live", "live_tip")}
        )
        self.widget.layout.display = "none"
        self.widget.add_class("rv-timeline")
        self.widget.on_msg(self._asked)

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Say where on the recording the pictures are."""
        # the number first: what is asked meanwhile is answered by the next drawing
        heard, held = self._heard, self._held()
        steps = self._recording.steps()
        if held is not None and held.step not in steps:  # thinned away since
            steps = sorted([*steps, held.step])
        with self.widget.hold_sync():
            self.widget.steps, self.widget.held = steps, None if held is None else held.step
            self.widget.words, self.widget.heard = _words(steps, held), heard
        display = None if len(steps) > 1 else "none"
        if self.widget.layout.display != display:
            self.widget.layout.display = display

    def retire(self) -> None:
        """Hide the slider: a lab that is closed has no moments to go back to."""
        self.widget.layout.display = "none"

    def _asked(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        self._heard = int(content.get("number", self._heard))
        self._rewind(content.get("step"))


def _words(steps: list[int], held: Snapshot | None) -> str:
    if not steps:
        return ""
    if held is None:
        return t("tool.timeline.following", step=steps[-1])
    return t("tool.timeline.looking", step=held.step, last=steps[-1])
