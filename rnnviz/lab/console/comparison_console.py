"""The console and the panel of a comparison: those of a lab, where they show one model, made to show several."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.insights import differences
from rnnviz.lab.console.console import Console
from rnnviz.lab.console.export import CompareExport
from rnnviz.lab.console.remedies import Remedies
from rnnviz.lab.console.usual_presets import compared_presets, finder
from rnnviz.lab.controls.base import LazyTool
from rnnviz.lab.controls.offer import Offer, offer_of
from rnnviz.lab.controls.options import shown_controls, tools_asked
from rnnviz.lab.screen.figurewords import speed_figure, step_figure
from rnnviz.lab.screen.panel import Panel
from rnnviz.lab.screen.screen import Screen
from rnnviz.lab.tools.comparison_inspector import ComparisonInspector
from rnnviz.lab.tools.insights import InsightsLine
from rnnviz.lab.tools.pictures import Pictures
from rnnviz.lab.tools.results import ResultsTable
from rnnviz.lab.tools.share import Share
from rnnviz.lab.tools.timeline import Timeline
from rnnviz.models.seq2seq import decodes
from rnnviz.training import LockstepSessions, RunState

__all__ = ["COMPARE_TOOLS", "ComparisonConsole", "ComparisonPanel"]

_STRIPS = ("hidden", "gates")  # what the strips show: one of these views
COMPARE_TOOLS = ("results", "insights", "inspector", "pictures", "share", "timeline")


class ComparisonPanel(Panel):
    """A panel whose progress names no loss, as every model has its own, and whose heatmaps take the whole width."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.widget.add_class("rv-compare")
        options = [(t(f"comparison.strips.{name}"), name) for name in _STRIPS]
        self.strips = widgets.ToggleButtons(
            description=t("comparison.strips"), options=options, tooltip=t("comparison.strips.tip")
        )
        for name in ("rv-knob", "rv-compared-strips"):
            self.strips.add_class(name)

    def offer_strips(self) -> None:
        """Let a learner choose what the strips show."""
        self.rail.widget.children = (*self.rail.widget.children, self.strips)

    def progress(self, state: RunState) -> str:
        """Return how far the comparison is, in words for who does not see the bar."""
        return t("compare.progress", step=state.step, goal=state.goal, rate=state.steps_per_second)

    def figures(self, state: RunState) -> str:
        """Return the figures on the toolbar, as HTML."""
        return f"{step_figure(state)} {speed_figure(state)}"


class ComparisonConsole(Console):
    """Connects a comparison to its screen; what the comparison compares has no knob and cannot be set.

    Parameters
    ----------
    lockstep : LockstepSessions
        What is trained.
    show : sequence of str, optional
        The controls to show, by name; all by default.
    **parts : object
        As for `Console`.
    """

    _panel = ComparisonPanel

    def __init__(self, lockstep: LockstepSessions, *, show: Sequence[str] | None, **parts: Any) -> None:
        self._lockstep = lockstep
        if set(_STRIPS) <= set(parts["chosen"]):  # there is room for one; the other is a press away
            parts["chosen"] = tuple(name for name in parts["chosen"] if name != _STRIPS[1])
        super().__init__(lockstep, CompareExport(lockstep), show=shown_controls(show, COMPARE_TOOLS), **parts)

    def set(self, changes: dict[str, Any]) -> None:
        """Change what is common; see `Console.set`."""
        self._lockstep.refuse_varied(changes)
        super().set(changes)

    def _connect(self, screen: Screen) -> None:
        super()._connect(screen)
        panel = screen.panel
        both = all(name in self.views for name in _STRIPS) and self.views["gates"].exists(screen.seen)
        if isinstance(panel, ComparisonPanel) and both and set(_STRIPS) & set(self.chosen):
            panel.strips.value = "hidden" if "hidden" in self.chosen else "gates"
            panel.strips.observe(lambda change: self.runner.guarded(self._strips, change["new"]), names="value")
            panel.offer_strips()

    def _strips(self, shown: str) -> None:
        """Show one of the views that strips can show, in place of the others; the drawer of pictures follows."""
        names = [name for name in self.views if name == shown or (name in self.chosen and name not in _STRIPS)]
        self._choose(names)
        drawer = self.screen and self.screen.panel.toolbox.made("pictures")
        if isinstance(drawer, Pictures):
            drawer.follow(names)

    def _tools(self) -> list[LazyTool]:
        models = list(self._lockstep.sessions)
        remedies = Remedies(self.runner, self.moves)
        tools = {
            "results": LazyTool(ResultsTable, ResultsTable),
            "insights": LazyTool(InsightsLine, lambda: InsightsLine(differences, remedy=remedies.of)),
            "inspector": LazyTool(
                ComparisonInspector,
                lambda: ComparisonInspector(models, self._look, self._train_one, self.runner.guarded),
            ),
            "pictures": LazyTool(Pictures, lambda: Pictures(self.views, self.chosen, self._choose)),
            "share": LazyTool(
                Share, lambda: Share(self.code, self.recipe, self.export.reader, self._looked, self.runner.guarded)
            ),
            "timeline": LazyTool(
                Timeline,
                lambda: Timeline(self.runner.recording, self._held, lambda step: self.runner.guarded(self._hold, step)),
            ),
        }
        return [tools[name] for name in tools_asked(self._show, COMPARE_TOOLS)]

    def _offer(self) -> Offer:
        """The knobs that all models can follow, and what there is to try."""
        barred = {*self._lockstep.varied}
        barred |= {"cell"} if "nonlinearity" in barred else set()  # another cell has no such choice
        models = [one.settings for one in self._lockstep.sessions.values()]
        # only the plain RNN has the choice, so all have to be one
        barred |= {"nonlinearity"} if {one.cell for one in models} != {"rnn"} else set()
        all_decode = all(decodes(one.model) for one in self._lockstep.sessions.values())
        asked = self._lockstep.task.name, self._lockstep.settings, self._show
        offer = offer_of(*asked, barred=barred, several=True, decodes=all_decode)
        usual = compared_presets(self._lockstep.task, models, self._lockstep.varied)  # of the length at which it began
        return replace(offer, presets=finder(lambda settings: usual, self.presets, self._show))
