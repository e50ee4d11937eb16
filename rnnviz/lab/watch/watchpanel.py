"""WatchPanel: the widgets around the pictures of a watched loop: its progress, and what the pictures show."""

from collections.abc import Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import LazyTool, Toolbox, box
from rnnviz.lab.controls.rail import RailPage
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.lab.screen.accessibility import Accessibility
from rnnviz.lab.screen.figurewords import figure, loss_words, speed_figure, step_figure
from rnnviz.lab.screen.grid import Grid
from rnnviz.lab.screen.panel import status_words
from rnnviz.lab.tools.insights import InsightsLine
from rnnviz.training import RunState

__all__ = ["WatchPanel"]


class WatchPanel:
    """Widgets of one watch; no buttons, as the loop is the owner's.

    Parameters
    ----------
    grid : Grid
        The places of the pictures.
    hidden : widgets.Widget
        Invisible widgets that must live as long as the panel (the feed).
    """

    def __init__(self, grid: Grid, hidden: widgets.Widget) -> None:
        said = InsightsLine(quiet=0)  # of a loop that may have run before it was watched
        tools = [LazyTool(InsightsLine, lambda: said)]
        self.focus_controls, self.toolbox, self.line = FocusControls(), Toolbox(tools), said.widget
        self.module = widgets.Dropdown(description=t("selectors.module"), tooltip=t("selectors.module.tip"))
        for name in ("rv-module", "rv-knob"):
            self.module.add_class(name)
        self.page = RailPage(layout={"display": "none"})
        self.parts = [self.page, *self.focus_controls.widgets.values()]
        self.progress = widgets.HTML()
        self.progress.add_class("rv-figures-box")
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.hidden = hidden
        hints = self.focus_controls.hints | {"rv-module": [t("selectors.module"), t("selectors.module.tip")]}
        rail, line = self._selectors(), box(widgets.Box, [self.status, *self.toolbox.lines], "rv-line")
        pictures = box(widgets.Box, [line, grid.score, grid.column, self.toolbox.dock, grid.wide], "rv-picture-area")
        children = [
            Accessibility(hints=hints),
            box(widgets.Box, [self.progress], "rv-toolbar", "rv-progress"),
            box(widgets.Box, [rail, pictures], "rv-body"),
        ]
        self.widget = box(widgets.Box, children, "rv-lab", "rv-watch")

    def offer(self, modules: Sequence[str]) -> None:
        """Let the menu offer these layers; hide it where there is no choice.

        Parameters
        ----------
        modules : sequence of str
            Paths in the model.
        """
        if tuple(self.module.options) != tuple(modules):
            # new options make ipywidgets choose the first one anew
            chosen = self.module.value
            self.module.options = tuple(modules)
            self.module.value = chosen if chosen in modules else modules[0]
        self.module.layout.display = None if len(modules) > 1 else "none"

    def write(
        self, state: RunState, words: str, *, failed: bool, held: int | None = None, urgent: bool = False
    ) -> None:
        """Write progress and status, as a lab's panel does; a watched loop has nothing to go back to."""
        figures = (step_figure(state), figure("loss", loss_words(state.loss)), speed_figure(state))
        self.progress.value = f'<span class="rv-figures">{" ".join(figures)}</span>'
        self.status.value = status_words(words, failed=failed, urgent=urgent)
        self.line.write()

    def _selectors(self) -> widgets.Box:
        title = widgets.HTML(t("group.selectors"))
        title.add_class("rv-rail-title")
        knobs = box(widgets.Box, [self.module, *self.focus_controls.widgets.values()], "rv-knobs")
        return box(widgets.Box, [self.page, title, knobs], "rv-rail")
