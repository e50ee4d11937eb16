"""Timeline: the handle of the run bar, which winds a run back through its recording, while the training may go on."""

from collections.abc import Callable
from typing import Any

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool
from rnnviz.lab.controls.runbar import RunBar
from rnnviz.training import Recording, Snapshot
from rnnviz.views import Focus

__all__ = ["Timeline"]


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
        self.widget = RunBar()
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

    def retire(self) -> None:
        """Take the moments away: a lab that is closed has none to go back to."""
        self.widget.steps = []

    def _asked(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        self._heard = int(content.get("number", self._heard))
        self._rewind(content.get("step"))


def _words(steps: list[int], held: Snapshot | None) -> str:
    if not steps:
        return ""
    if held is None:
        return t("tool.timeline.following", step=steps[-1])
    return t("tool.timeline.looking", step=held.step, last=steps[-1])
