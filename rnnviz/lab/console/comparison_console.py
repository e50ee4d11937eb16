"""The console and the panel of a comparison: those of a lab, where they show one model, made to show several."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnviz.export.comparison_recipe import ComparisonRecipe
from rnnviz.export.script import Script
from rnnviz.i18n import t
from rnnviz.insights import differences
from rnnviz.lab.console.export import comparison_code_of, comparison_recipe_of
from rnnviz.lab.console.shared_console import SharedConsole
from rnnviz.lab.controls.base import Tool
from rnnviz.lab.controls.options import shown_controls, tools_asked
from rnnviz.lab.replay.page import Header
from rnnviz.lab.replay.save import comparison_header
from rnnviz.lab.screen.panel import Panel
from rnnviz.lab.tools.comparison_inspector import ComparisonInspector
from rnnviz.lab.tools.insights import InsightsLine
from rnnviz.lab.tools.pictures import Pictures
from rnnviz.lab.tools.results import ResultsTable
from rnnviz.lab.tools.share import Share
from rnnviz.lab.tools.timeline import Timeline
from rnnviz.training import LIVE, STRUCTURAL, LockstepSessions, RunState, Snapshot
from rnnviz.views import COMPARED, Focus, View

__all__ = ["COMPARE_DEFAULT", "COMPARE_TOOLS", "ComparisonConsole", "ComparisonPanel"]

COMPARE_TOOLS = ("standings", "insights", "inspector", "pictures", "share", "timeline")
COMPARE_DEFAULT = ("hidden", "gradients", "curves", "prediction")


class ComparisonPanel(Panel):
    """A panel whose progress names no loss, as every model has its own, and whose heatmaps take the whole width."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.widget.add_class("rv-compare")

    def progress(self, state: RunState) -> str:
        """Return the words beside the bar."""
        return t("compare.progress", step=state.step, goal=state.goal, rate=state.steps_per_second)


class ComparisonConsole(SharedConsole):
    """Connects a comparison to its screen; what the comparison compares has no knob and cannot be set.

    Parameters
    ----------
    lockstep : LockstepSessions
        What is trained.
    fps, goal, views, chosen, show
        As for `Console`.
    """

    _panel = ComparisonPanel

    def __init__(
        self,
        lockstep: LockstepSessions,
        *,
        fps: float,
        goal: int | None,
        views: Mapping[str, View],
        chosen: Sequence[str],
        show: Sequence[str] | None,
    ) -> None:
        self._race, self._asked = lockstep, shown_controls(show, COMPARE_TOOLS)
        super().__init__(lockstep, fps=fps, goal=goal, views=views, chosen=chosen, show=_offered(lockstep, self._asked))

    def set(self, changes: dict[str, Any]) -> None:
        """Change what is common; see `Console.set`."""
        self._race.refuse_varied(changes)
        super().set(changes)

    def code(self, steps: int | None = None) -> Script:
        """See `SharedConsole`."""
        return comparison_code_of(self._race, self.runner.state.goal if steps is None else steps)

    def recipe(self) -> ComparisonRecipe:
        """See `SharedConsole`."""
        asked = {"steps": self._goal, "show": self._asked, "views": self.views, "chosen": self.chosen}
        return comparison_recipe_of(self._race, **asked, every=COMPARED, usual=COMPARE_DEFAULT)

    def header(self, last: Snapshot) -> Header:
        """See `SharedConsole`."""
        return comparison_header(
            self._race.task, {label: one.settings for label, one in self._race.sessions.items()}, last
        )

    def _tools(self) -> list[Tool]:
        makers: dict[str, Callable[[], Tool]] = {
            "standings": ResultsTable,
            "insights": lambda: InsightsLine(differences),
            "inspector": lambda: ComparisonInspector(
                list(self._race.sessions), self._look, self._train_one, self._guarded
            ),
            "pictures": lambda: Pictures(self.views, self._chosen, self._choose),
            "share": lambda: Share(self.code, self.recipe, "rv.Comparison.from_recipe"),
            "timeline": lambda: Timeline(
                self.runner.recording, self._held, lambda step: self._guarded(self._hold, step)
            ),
        }
        return [makers[name]() for name in tools_asked(self._show, COMPARE_TOOLS)]


def _offered(lockstep: LockstepSessions, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The controls that are asked for and that all models can follow."""
    every = (*LIVE, *STRUCTURAL, *Focus.__dataclass_fields__, *COMPARE_TOOLS)
    asked = every if asked is None else asked
    cells = {one.settings.cell for one in lockstep.sessions.values()}
    barred = {*lockstep.varied}
    barred |= {"cell"} if "nonlinearity" in barred else set()  # another cell has no such choice
    barred |= {"nonlinearity"} if cells != {"rnn"} else set()
    return tuple(name for name in asked if name not in barred)
