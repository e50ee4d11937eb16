"""InsightsLine: one line that says in words what the pictures show, and what to try."""

from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.insights import Insight, insights, to_say
from rnnviz.lab.controls.base import Tool
from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["InsightsLine"]


class Line(PageWidget):
    """Sentences, each with its advice; the browser lets what it has written stand for two seconds at least."""

    _esm = beside(__file__, "insights.js")
    said = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return f"Line({self.said.get('step', '')!r})"


class InsightsLine(Tool):
    """Say the most urgent thing, and good news beside it.

    Words are sent anew when a rule changes its mind, or a number in them has doubled or halved, and not with every
    frame; so they name the step that they are about.

    Parameters
    ----------
    find : callable
        Returns what there is to say of a snapshot, the most urgent first.
    """

    name = "insights"
    place = "line"

    def __init__(self, find: Callable[[Snapshot], list[Insight]] = insights) -> None:
        self._find = find
        self.widget = Line(said=_written([], None))
        self._run: int | None = None
        self._step = 0
        self._said: list[Insight] = []

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write what there is to say, unless it agrees with what stands there already."""
        found = to_say(self._find(snapshot))
        same_run = snapshot.run == self._run and snapshot.step >= self._step  # a look back is another moment
        # no new words for numbers that waver: a line that changes ten times a second cannot be read
        if same_run and len(found) == len(self._said) and all(map(Insight.agrees, self._said, found)):
            return
        self._run, self._step, self._said = snapshot.run, snapshot.step, found
        self.widget.said = _written(found, snapshot.step)


def _written(found: list[Insight], step: int | None) -> dict[str, Any]:
    if not found or step is None:
        return {"step": "", "sentences": [["", t("insight.none"), ""]]}
    return {
        "step": t("insight.step", step=step),
        "sentences": [["good" if one.good else "trouble", one.words, one.advice] for one in found],
    }
