"""The panel: buttons, progress, status line, knobs and pictures, laid out; it decides nothing."""

import html
import math
from collections.abc import Mapping

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.dress import Dress
from rnnviz.lab.knobs import Knobs
from rnnviz.live import LiveFigure
from rnnviz.training import RunState
from rnnviz.views import Focus

__all__ = ["Gaze", "Panel", "box", "status_words"]


class Gaze:
    """The three selectors that say which sequence, layer and direction the pictures show."""

    def __init__(self) -> None:
        self.sample = widgets.IntSlider(description=t("gaze.sample"), min=0, max=7)
        self.layer = widgets.IntSlider(description=t("gaze.layer"), min=0, max=0)
        self.direction = widgets.Dropdown(
            description=t("gaze.direction"), options=[(t("gaze.forward"), 0), (t("gaze.backward"), 1)]
        )
        self.hints: dict[str, list[str]] = {}
        for name, widget in (("sample", self.sample), ("layer", self.layer), ("direction", self.direction)):
            self.hints[f"rv-{name}"] = [t(f"gaze.{name}"), t(f"gaze.{name}.tip")]
            widget.tooltip = t(f"gaze.{name}.tip")
            widget.add_class(f"rv-{name}")
            widget.add_class("rv-knob")

    @property
    def focus(self) -> Focus:
        """What the selectors say now."""
        return Focus(self.sample.value, self.layer.value, self.direction.value)

    def fit(self, layers: int, directions: int, batch: int) -> None:
        """Offer only what exists.

        Parameters
        ----------
        layers, directions, batch : int
            Sizes of the traced layer.
        """
        self.sample.max = batch - 1
        self.layer.max = layers - 1
        self.layer.layout.display = None if layers > 1 else "none"
        self.direction.layout.display = None if directions > 1 else "none"
        if directions == 1:
            self.direction.value = 0


class Panel:
    """Widgets of one lab.

    Parameters
    ----------
    knobs : Knobs
        The settings' widgets.
    figures : mapping of str to LiveFigure
        The pictures, in reading order.
    hidden : widgets.Widget
        Invisible widgets that must live as long as the panel (the feed).
    """

    def __init__(self, knobs: Knobs, figures: Mapping[str, LiveFigure], hidden: widgets.Widget) -> None:
        self.play, self.pause, self.step, self.reset = (_button(name) for name in ("play", "pause", "step", "reset"))
        self.gaze = Gaze()
        self.bar = widgets.IntProgress(min=0, max=1, layout={"width": "auto", "flex": "1 1 120px"})
        self.figures_text = widgets.HTML()
        self.status = widgets.HTML()
        self.status.add_class("rv-status")
        self.hidden = hidden
        progress = box(widgets.HBox, [self.bar, self.figures_text], "rv-progress")
        buttons = box(widgets.HBox, [self.play, self.pause, self.step, self.reset], "rv-buttons")
        self._views = {
            name: box(widgets.Box, [figure], "rv-view", f"rv-view-{name}") for name, figure in figures.items()
        }
        self.widget = box(
            widgets.VBox,
            [
                Dress(hints=knobs.hints | self.gaze.hints, layout={"display": "none"}),
                box(widgets.HBox, [buttons, progress], "rv-head"),
                self.status,
                box(
                    widgets.Box,
                    [_knobs(knobs, self.gaze), box(widgets.Box, list(self._views.values()), "rv-views")],
                    "rv-body",
                ),
            ],
            "rv-lab",
        )

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
        self.bar.max, self.bar.value = state.goal, min(state.step, state.goal)
        self.figures_text.value = _progress_words(state)
        self.status.value = status_words(words, failed=failed)
        playing = state.phase == "playing"
        self.play.disabled = playing or state.phase == "stopped"
        self.pause.disabled = not playing
        self.step.disabled = self.reset.disabled = state.phase == "stopped"

    def show_view(self, name: str, shown: bool) -> None:
        """Show or hide one picture.

        Parameters
        ----------
        name : str
            The view's name.
        shown : bool
            Whether there is anything to draw.
        """
        self._views[name].layout.display = None if shown else "none"


def _progress_words(state: RunState) -> str:
    loss = "–" if math.isnan(state.loss) else f"{state.loss:.4g}"
    words = t("lab.progress", step=state.step, goal=state.goal, rate=state.steps_per_second, loss=loss)
    return f'<span class="rv-figures">{html.escape(words)}</span>'


def _button(name: str) -> widgets.Button:
    icons = {"play": "play", "pause": "pause", "step": "step-forward", "reset": "refresh"}
    button = widgets.Button(description=t(f"lab.{name}"), tooltip=t(f"lab.{name}.tip"), icon=icons[name])
    button.add_class(f"rv-{name}")
    return button


def status_words(words: str, *, failed: bool) -> str:
    """Return the status line: text, never markup.

    Parameters
    ----------
    words : str
        What to say.
    failed : bool
        Whether to mark it as an error.
    """
    tone = "rv-failed" if failed else "rv-fine"
    return f'<span role="status" aria-live="polite" class="{tone}">{html.escape(words)}</span>'


def box(kind: type[widgets.Box], children: list[widgets.Widget], *classes: str) -> widgets.Box:
    """Return a box of the given kind around ``children``, with these class names."""
    made = kind(children)
    for name in classes:
        made.add_class(name)
    return made


def _knobs(knobs: Knobs, gaze: Gaze) -> widgets.Box:
    def group(name: str, children: list[widgets.Widget]) -> widgets.Box:
        note = f"<small>{html.escape(t(f'group.{name}.note'))}</small>"
        title = widgets.HTML(f"<b>{html.escape(t(f'group.{name}'))}</b> {note}")
        return box(widgets.VBox, [title, *children], "rv-group")

    groups = [
        group("live", knobs.live()),
        group("structure", knobs.structural()),
        group("gaze", [gaze.sample, gaze.layer, gaze.direction]),
    ]
    return box(widgets.Box, groups, "rv-knobs")
