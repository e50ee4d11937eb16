"""The panel: buttons, progress, status line, knobs and pictures, laid out; it decides nothing."""

import html
from typing import TypeVar

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Toolbox, box
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.line import Line
from rnnviz.lab.controls.offer import Offer
from rnnviz.lab.controls.rail import Rail
from rnnviz.lab.controls.runbar import RunBar
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.lab.screen.accessibility import Accessibility
from rnnviz.lab.screen.figurewords import figure, loss_words, speed_figure, step_figure
from rnnviz.lab.screen.grid import Grid
from rnnviz.lab.screen.other_labs import OtherLabs
from rnnviz.training import RunState

__all__ = ["Panel", "status_words"]

W = TypeVar("W", RunBar, Line)
_BUTTONS = ("play", "pause", "step", "reset", "read")


class Panel:
    """Widgets of one lab.

    Parameters
    ----------
    knobs : Knobs
        The settings' widgets.
    toolbox : Toolbox
        The tools.
    grid : Grid
        The places of the pictures.
    hidden : widgets.Widget
        Invisible widgets that must live as long as the panel (the feed).
    offer : Offer
        The knobs at first sight, and those that unfold.

    Attributes
    ----------
    bar : RunBar
        Progress, and where a lab has it the timeline.
    line : Line
        Where one says something to who sits there: ``line.say(words, link=(words, call))``.
    tour : widgets.Button
        What begins the tour, in a panel that has one.
    device : widgets.Box
        The place of the device on the toolbar, empty at first.
    """

    _guides = False  # whether there is a tour

    def __init__(
        self,
        knobs: Knobs,
        toolbox: Toolbox,
        grid: Grid,
        hidden: widgets.Widget,
        offer: Offer,
    ) -> None:
        self.play, self.pause, self.step, self.reset, self.read = (_button(name) for name in _BUTTONS)
        self.focus_controls, self.toolbox = FocusControls(), toolbox
        self.rail = Rail(knobs, self.focus_controls, offer)
        toolbox.followers.append(self.rail.show)
        self.bar, self.line = _widget(toolbox, "timeline", RunBar), _widget(toolbox, "insights", Line)
        self.device = box(widgets.Box, [], "rv-device")
        self.figures_text = widgets.HTML()
        self.figures_text.add_class("rv-figures-box")
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.live = widgets.Button(description=t("tool.timeline.live"), tooltip=t("tool.timeline.live_tip"))
        self.live.layout.display = "none"
        for name in ("rv-live", "rv-say-link"):
            self.live.add_class(name)
        self.tour = widgets.Button(description=t("lab.tour"), tooltip=t("lab.tour.tip"))
        self.tour.add_class("rv-open-tour")
        self.others = OtherLabs()
        self.hidden = hidden
        self.hints = {**knobs.hints, **self.focus_controls.hints, **toolbox.hints}
        rail = [] if self.rail.empty else [self.rail.widget]
        grid.column.children = (*grid.column.children, *toolbox.asides)
        pictures = [self._line(), *toolbox.rows, grid.score, grid.column, toolbox.dock, grid.wide]
        accessibility = Accessibility(hints=self.hints)
        toolbox.on_made = accessibility.know
        children = [
            accessibility,
            self._toolbar(),
            box(widgets.Box, toolbox.bars or [self.bar], "rv-run", "rv-progress"),
            box(widgets.Box, [*rail, box(widgets.Box, pictures, "rv-picture-area")], "rv-body"),
            *toolbox.pops,
        ]
        self.widget = box(widgets.Box, children, "rv-lab")

    @property
    def parts(self) -> list[widgets.Widget]:
        """Widgets that may be in no box."""
        return [self.rail.widget, *self.rail.parts, self.tour]

    def _toolbar(self) -> widgets.Box:
        """Buttons, the device's place, figures and tools, in one row."""
        buttons = box(widgets.Box, [self.play, self.pause, self.step, self.reset, self.read], "rv-buttons")
        words = [*([self.tour] if self._guides else []), *self.toolbox.buttons.values()]
        tools = [box(widgets.Box, words, "rv-tools")] if words else []
        return box(widgets.Box, [buttons, self.device, self.figures_text, *tools], "rv-toolbar")

    def _line(self) -> widgets.Box:
        """The one line above the pictures, which all words share."""
        said = [] if self.toolbox.made("insights") else [self.line]
        return box(widgets.Box, [self.status, self.live, *self.toolbox.lines, *said, self.others.widget], "rv-line")

    def write(
        self, state: RunState, words: str, *, failed: bool, held: int | None = None, urgent: bool = False
    ) -> None:
        """Write progress and status. Called by one thread only.

        Parameters
        ----------
        state : RunState
            Where the run stands.
        words : str
            The status line; shown as text, never as markup.
        failed : bool
            Whether to mark the line as an error.
        held : int or None
            The step that the pictures show in place of the newest.
        urgent : bool
            Whether the words must be seen now, whatever else the line has to say.
        """
        looking = held is not None and not failed and not urgent
        if looking:
            words = t("tool.timeline.looking", step=held, last=state.step)
        self.line.write()
        self.others.show()
        self.bar.tell(state.step, state.goal, self.progress(state))
        self.figures_text.value = f'<span class="rv-figures">{self.figures(state)}</span>'
        self.status.value = status_words(words, failed=failed, urgent=urgent or looking)
        self.live.layout.display = None if looking else "none"
        playing = state.phase == "playing"
        disabled = {self.play: playing or state.phase == "stopped", self.pause: not playing}
        for button, off in sorted(disabled.items(), key=lambda one: one[1]):  # the one enabled takes over the focus
            button.disabled = off
        self.step.disabled = self.reset.disabled = state.phase == "stopped"

    def progress(self, state: RunState) -> str:
        """Return how far the run is, in words for who does not see the bar."""
        loss, rate = loss_words(state.loss), state.steps_per_second
        return t("lab.progress", step=state.step, goal=state.goal, rate=rate, loss=loss)

    def figures(self, state: RunState) -> str:
        """Return the figures on the toolbar, as HTML."""
        return " ".join((step_figure(state), figure("loss", loss_words(state.loss)), speed_figure(state)))


def _button(name: str) -> widgets.Button:
    button = widgets.Button(description=t(f"lab.{name}"), tooltip=t(f"lab.{name}.tip"))
    button.add_class(f"rv-{name}")
    return button


def status_words(words: str, *, failed: bool, urgent: bool = False) -> str:
    """Return the status line as HTML in which ``words`` are text, never markup.

    ``failed`` marks an error, ``urgent`` what must be seen now.
    """
    tone = "rv-failed" if failed else "rv-urgent" if urgent else "rv-fine"
    return f'<span class="{tone}">{html.escape(words)}</span>'


def _widget(toolbox: Toolbox, name: str, kind: type[W]) -> W:
    """The widget of a tool that a lab may go without, and which the panel itself needs."""
    tool = toolbox.made(name)
    return tool.widget if tool is not None and isinstance(tool.widget, kind) else kind()
