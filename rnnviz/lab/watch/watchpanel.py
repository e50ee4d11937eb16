"""WatchPanel: the widgets around the pictures of a watched loop: its progress, and what the pictures show."""

import html
from collections.abc import Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import LazyTool, Tray, box
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.lab.screen.accessibility import Accessibility
from rnnviz.lab.screen.grid import Grid
from rnnviz.lab.screen.panel import loss_words, status_words
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
        self.focus_controls, self.tray = FocusControls(), Tray([LazyTool(InsightsLine, InsightsLine)])
        self.module = widgets.Dropdown(description=t("gaze.module"), tooltip=t("gaze.module.tip"))
        for name in ("rv-module", "rv-knob"):
            self.module.add_class(name)
        self.parts = [*self.focus_controls.widgets.values()]
        self.progress = widgets.HTML()
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.hidden = hidden
        hints = self.focus_controls.hints | {"rv-module": [t("gaze.module"), t("gaze.module.tip")]}
        rail, line = self._selectors(), box(widgets.Box, [self.status, *self.tray.lines], "rv-line")
        stage = box(widgets.Box, [line, grid.score, grid.column, self.tray.dock, grid.wide], "rv-stage")
        children = [
            Accessibility(hints=hints),
            box(widgets.Box, [self.progress], "rv-toolbar", "rv-progress"),
            box(widgets.Box, [rail, stage], "rv-body"),
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

    def write(self, state: RunState, words: str, *, failed: bool) -> None:
        """Write progress and status. Called by one thread only.

        Parameters
        ----------
        state : RunState
            Where the loop stands.
        words : str
            The status line; shown as text, never as markup.
        failed : bool
            Whether to mark the line as an error.
        """
        loss, rate = loss_words(state.loss), state.steps_per_second
        progress = t("watch.progress", step=state.step, rate=rate, loss=loss)
        self.progress.value = f'<span class="rv-figures">{html.escape(progress)}</span>'
        self.status.value = status_words(words, failed=failed)

    def _selectors(self) -> widgets.Box:
        title = widgets.HTML(f"<b>{html.escape(t('group.gaze'))}</b>")
        selectors = [title, self.module, *self.focus_controls.widgets.values()]
        knobs = box(widgets.Box, [box(widgets.VBox, selectors, "rv-group")], "rv-knobs")
        return box(widgets.Box, [knobs], "rv-rail")
