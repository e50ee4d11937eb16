"""InsightsLine: one line that says in plain words what the pictures show; the rest of it unfolds."""

import re
from collections.abc import Callable
from typing import Any

from rnnviz.i18n import t
from rnnviz.insights import Insight, insights, to_say
from rnnviz.lab.controls.base import Tool
from rnnviz.lab.controls.line import Act, Line
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["InsightsLine"]

_POWER = re.compile(r"\b(\d+(?:\.\d+)?)e(-?\d+)\b")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class InsightsLine(Tool):
    """Say the most urgent thing, once a run has shown what it is; with good news beside it in what unfolds.

    Words are sent anew when a rule changes its mind, or a number in them has doubled or halved, and not with every
    frame; so they name the step that they are about.

    Parameters
    ----------
    find : callable
        Returns what there is to say of a snapshot, the most urgent first.
    quiet : int
        Until this step nothing is said but what a change has done: before that, a run has not shown what it is.
    remedy : callable
        Returns what one press can do about an insight: words, verb and call; None where nothing fits.
    """

    name = "insights"
    place = "line"

    def __init__(
        self,
        find: Callable[[Snapshot], list[Insight]] = insights,
        quiet: int = 50,
        remedy: Callable[[Insight], Act | None] = lambda insight: None,
    ) -> None:
        self._find, self._quiet, self._remedy = find, quiet, remedy
        self.widget = Line()
        self._run: int | None = None
        self._step = 0
        self._said: list[Insight] = []
        self._offered: tuple[str, ...] = ()

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write what there is to say, unless it agrees with what stands there already."""
        found = self._find(snapshot)
        found = to_say(found if snapshot.step >= self._quiet else [one for one in found if one.rule == "changed"])
        act = self._remedy(found[0]) if found else None
        offered = () if act is None else act[:2]
        same_run = snapshot.run == self._run and snapshot.step >= self._step  # a look back is another moment
        # no new words for numbers that waver: a line that changes ten times a second cannot be read
        same_words = len(found) == len(self._said) and all(map(Insight.agrees, self._said, found))
        if same_run and same_words and offered == self._offered:
            return
        self._run, self._step, self._said, self._offered = snapshot.run, snapshot.step, found, offered
        self.widget.see(_written(found, snapshot.step), act)


def _written(found: list[Insight], step: int) -> dict[str, Any]:
    if not found:
        return {}
    first = found[0]
    return {
        "tone": "good" if first.good else "trouble" if first.trouble else "",
        "words": _on_screen(first.brief),
        "number": _on_screen(first.number),
        "step": t("insight.step", step=step),
        "sentences": [[_on_screen(one.words), _on_screen(one.advice)] for one in found],
    }


def _on_screen(words: str) -> str:
    """Write powers of ten as they are written by hand: 3e-7 is 3 × 10⁻⁷."""
    return _POWER.sub(lambda found: f"{found[1]} × 10{found[2].translate(_SUPERSCRIPTS)}", words)
