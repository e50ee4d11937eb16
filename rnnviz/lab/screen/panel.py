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
    """

    def __init__(
        self,
        knobs: Knobs,
        tray: Tray,
        grid: Grid,
        hidden: widgets.Widget,
        show: Sequence[str] | None = None,
    ) -> None:
        self.play, self.pause, self.step, self.reset = (_button(name) for name in ("play", "pause", "step", "reset"))
        self.focus_controls, self.tray = FocusControls(), tray
        self.parts = [*self.focus_controls.widgets.values(), *knobs.parts]
        self.bar = widgets.IntProgress(min=0, max=1, layout={"width": "auto", "flex": "1 1 120px"})
        self.figures_text = widgets.HTML()
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.others = OtherLabs()
        self.hidden = hidden
        progress = box(widgets.HBox, [self.bar, self.figures_text], "rv-progress")
        buttons = box(widgets.HBox, [self.play, self.pause, self.step, self.reset], "rv-buttons")
        knobs_box = _knobs(knobs, self.focus_controls, show)
        children = [
            Accessibility(hints={**knobs.hints, **self.focus_controls.hints, **tray.hints}),
            box(widgets.HBox, [buttons, progress, *_toolbar(tray)], "rv-head"),
            self.status,
            self.others.widget,
            *tray.lines,
            *tray.bars,
            box(
                widgets.Box,
                [*knobs_box, box(widgets.VBox, [*tray.pops, tray.dock, grid.widget], "rv-stage")],
                "rv-body",
            ),
        ]
        self.widget = box(widgets.VBox, children, "rv-lab")

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
    icons = {"play": "play", "pause": "pause", "step": "step-forward", "reset": "refresh"}
    button = widgets.Button(description=t(f"lab.{name}"), tooltip=t(f"lab.{name}.tip"), icon=icons[name])
    button.add_class(f"rv-{name}")
    return button


def status_words(words: str, *, failed: bool) -> str:
    """Return the status line as HTML in which ``words`` are text, never markup; ``failed`` marks an error."""
    tone = "rv-failed" if failed else "rv-fine"
    return f'<span class="{tone}">{html.escape(words)}</span>'


def loss_words(loss: float) -> str:
    """Return a loss in four digits, a dash where there is none yet."""
    return "–" if math.isnan(loss) else f"{loss:.4g}"


def _toolbar(tray: Tray) -> list[widgets.Widget]:
    return [box(widgets.HBox, list(tray.buttons.values()), "rv-buttons", "rv-toolbar")] if tray.buttons else []


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
