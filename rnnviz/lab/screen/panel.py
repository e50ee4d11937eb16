"""The panel: buttons, progress, status line, knobs and pictures, laid out; it decides nothing."""

import html
import math
from collections.abc import Mapping, Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tray, box
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.lab.screen.accessibility import Accessibility
from rnnviz.lab.screen.grid import Grid
from rnnviz.lab.screen.other_labs import OtherLabs
from rnnviz.training import RunState

__all__ = ["Panel", "loss_words", "status_words"]

_BUTTONS = ("play", "pause", "step", "reset", "read")


class Panel:
    """Widgets of one lab.

    Parameters
    ----------
    knobs : Knobs
        The settings' widgets.
    tray : Tray
        The tools.
    grid : Grid
        The places of the pictures.
    hidden : widgets.Widget
        Invisible widgets that must live as long as the panel (the feed).
    show : sequence of str, optional
        The controls to show, by name; all of them by default.

    Attributes
    ----------
    parts : list of widgets.Widget
        Those that may be in no box, as ``show`` leaves them out.
    device : widgets.Box
        The place of the device on the toolbar, empty at first.
    """

    def __init__(
        self,
        knobs: Knobs,
        tray: Tray,
        grid: Grid,
        hidden: widgets.Widget,
        show: Sequence[str] | None = None,
    ) -> None:
        self.play, self.pause, self.step, self.reset, self.read = (_button(name) for name in _BUTTONS)
        self.focus_controls, self.tray = FocusControls(), tray
        self.parts = [*self.focus_controls.widgets.values(), *knobs.parts]
        self.bar = widgets.IntProgress(min=0, max=1)
        self.device = box(widgets.Box, [], "rv-device")
        self.figures_text = widgets.HTML()
        self.figures_text.add_class("rv-figures-box")
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.others = OtherLabs()
        self.hidden = hidden
        self.hints = {**knobs.hints, **self.focus_controls.hints, **tray.hints}
        knobs_box = _knobs(knobs, self.focus_controls, show)
        rail = [box(widgets.VBox, knobs_box, "rv-rail")] if knobs_box else []
        stage = [self._line(), grid.score, grid.column, tray.dock, grid.wide]
        accessibility = Accessibility(hints=self.hints)
        tray.on_made = accessibility.know
        children = [
            accessibility,
            self._toolbar(),
            box(widgets.Box, [*tray.bars, self.bar], "rv-run", "rv-progress"),
            box(widgets.Box, [*rail, box(widgets.Box, stage, "rv-stage")], "rv-body"),
            *tray.pops,
        ]
        self.widget = box(widgets.Box, children, "rv-lab")

    def _toolbar(self) -> widgets.Box:
        """Buttons, the device's place, figures and tools, in one row."""
        buttons = box(widgets.Box, [self.play, self.pause, self.step, self.reset, self.read], "rv-buttons")
        tools = [box(widgets.Box, list(self.tray.buttons.values()), "rv-tools")] if self.tray.buttons else []
        return box(widgets.Box, [buttons, self.device, self.figures_text, *tools], "rv-toolbar")

    def _line(self) -> widgets.Box:
        """The one line above the pictures, which all words share."""
        return box(widgets.Box, [self.status, *self.tray.lines, self.others.widget], "rv-line")

    def write(self, state: RunState, words: str, *, failed: bool) -> None:
        """Write progress and status. Called by one thread only.

        Parameters
        ----------
        state : RunState
            Where the run stands.
        words : str
            The status line; shown as text, never as markup.
        failed : bool
            Whether to mark the line as an error.
        """
        # the end first: a value beyond it would be cut to it
        self.bar.max, self.bar.value = state.goal, min(state.step, state.goal)
        self.figures_text.value = f'<span class="rv-figures">{html.escape(self.progress(state))}</span>'
        self.status.value = status_words(words, failed=failed)
        self.others.show()
        playing = state.phase == "playing"
        disabled = {self.play: playing or state.phase == "stopped", self.pause: not playing}
        for button, off in sorted(disabled.items(), key=lambda one: one[1]):  # the one enabled takes over the focus
            button.disabled = off
        self.step.disabled = self.reset.disabled = state.phase == "stopped"

    def progress(self, state: RunState) -> str:
        """Return the words beside the bar."""
        loss, rate = loss_words(state.loss), state.steps_per_second
        return t("lab.progress", step=state.step, goal=state.goal, rate=rate, loss=loss)


def _button(name: str) -> widgets.Button:
    button = widgets.Button(description=t(f"lab.{name}"), tooltip=t(f"lab.{name}.tip"))
    button.add_class(f"rv-{name}")
    return button


def status_words(words: str, *, failed: bool) -> str:
    """Return the status line as HTML in which ``words`` are text, never markup; ``failed`` marks an error."""
    tone = "rv-failed" if failed else "rv-fine"
    return f'<span class="{tone}">{html.escape(words)}</span>'


def loss_words(loss: float) -> str:
    """Return a loss in four digits, a dash where there is none yet."""
    return "–" if math.isnan(loss) else f"{loss:.4g}"


def _knobs(knobs: Knobs, focus_controls: FocusControls, show: Sequence[str] | None) -> list[widgets.Widget]:
    """The groups that have a control to show, in a column; nothing if none has."""

    def group(name: str, controls: Mapping[str, widgets.Widget]) -> list[widgets.Widget]:
        shown = [widget for setting, widget in controls.items() if show is None or setting in show]
        if not shown:
            return []
        note = f"<small>{html.escape(t(f'group.{name}.note'))}</small>"
        title = widgets.HTML(f"<b>{html.escape(t(f'group.{name}'))}</b> {note}")
        return [box(widgets.VBox, [title, *shown], "rv-group")]

    groups = [
        *group("live", knobs.live()),
        *group("structure", knobs.structural()),
        *group("gaze", focus_controls.widgets),
    ]
    return [box(widgets.Box, groups, "rv-knobs")] if groups else []
