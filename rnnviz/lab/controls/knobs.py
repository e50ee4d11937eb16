"""The knobs: one slider, menu or box a setting, each with a label, a tooltip and a class name of its own."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import box
from rnnviz.lab.controls.sliders import marked, written
from rnnviz.training import LIVE, OPTIMIZERS, SCHEDULES, STRUCTURAL, Settings

__all__ = ["Knobs"]

_CLIP_WHEN_ON = 1.0
_UNTOUCHED = -math.inf  # on a slider, the place of None
_OPTIONAL = ("rho", "forget_bias")
_RADII = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0)
_NOISES = tuple(percent / 100 for percent in range(101))
_BIASES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


class Knobs:
    """Build the knobs for a task, report each move, and follow settings that change elsewhere.

    Parameters
    ----------
    settings : Settings
        Where the knobs stand at first; ``seq_len`` must be a number.
    seq_lens : tuple of int
        Shortest and longest sequence of the task.
    choices : mapping of str to tuple of str
        The options of each menu.
    on_move : callable
        Called with a dict of the settings that a learner has just changed.
    """

    def __init__(
        self,
        settings: Settings,
        seq_lens: tuple[int, int],
        choices: Mapping[str, tuple[str, ...]],
        on_move: Callable[[dict[str, Any]], None],
    ) -> None:
        self._on_move = on_move
        self._following = False
        self.hints: dict[str, list[str]] = {}  # class name to label and tooltip
        makers = _makers(settings, seq_lens, choices)
        self.widgets: dict[str, widgets.ValueWidget] = {name: make() for name, make in makers.items()}
        self.clipping = widgets.Checkbox(description=t("knob.clipping"), indent=False)
        for name, widget in self.widgets.items():
            self._labelled(widget, name)
            widget.observe(self._moved(name), names="value")
        self.clip = box(widgets.VBox, [self.clipping, self.widgets["clip"]], "rv-pair")
        self._labelled(self.clipping, "clipping")
        self.clipping.observe(self._clipping_moved, names="value")
        self.follow(settings)

    @property
    def parts(self) -> list[widgets.Widget]:
        """Every widget of it, shown or not."""
        return [*self.widgets.values(), self.clip]

    def live(self) -> dict[str, widgets.Widget]:
        """Return the knobs that act at the next step by setting, in reading order; `clip` has its switch beside it."""
        shown = {name: self.widgets[name] for name in LIVE}
        return shown | {"clip": self.clip}

    def structural(self) -> dict[str, widgets.Widget]:
        """Return the knobs that start a new model, by setting."""
        return {name: self.widgets[name] for name in STRUCTURAL}

    def follow(self, settings: Settings) -> None:
        """Move every knob to where ``settings`` stand, without reporting it.

        Parameters
        ----------
        settings : Settings
            The settings now in force.
        """
        self._following = True
        try:
            for name, widget in self.widgets.items():
                value = getattr(settings, name)
                if name == "clip":
                    widget.disabled = value is None
                    value = widget.value if value is None else value
                elif name in _OPTIONAL and value is None:
                    value = _UNTOUCHED
                # first: a slider refuses a value that is none of its marks
                _stretch(widget, value)
                if widget.value != value:
                    widget.value = value
            self.clipping.value = settings.clip is not None
            self._fit_cell(settings.cell)
        finally:
            self._following = False

    def _labelled(self, widget: widgets.DOMWidget, name: str) -> None:
        widget.tooltip = t(f"knob.{name}.tip")
        self.hints[f"rv-{name.replace('_', '-')}"] = [t(f"knob.{name}"), t(f"knob.{name}.tip")]
        widget.add_class(f"rv-{name.replace('_', '-')}")
        widget.add_class("rv-knob")

    def _moved(self, name: str) -> Callable[[Any], None]:
        def moved(change: Any) -> None:
            if self._following:
                return
            changes = {name: None if change["new"] == _UNTOUCHED else change["new"]}
            if name == "cell":
                changes |= self._cell_moved(change["new"])
            self._on_move(changes)

        return moved

    def _cell_moved(self, cell: str) -> dict[str, Any]:
        """Offer the activation only where there is a choice; return what else changes with the cell."""
        activation = self.widgets["nonlinearity"]
        self._fit_cell(cell)
        if cell == "rnn":
            return {}
        self._following = True
        try:
            # its own move is part of this one: reported apart it would rebuild the model twice
            activation.value = "tanh"
        finally:
            self._following = False
        return {"nonlinearity": "tanh"}

    def _fit_cell(self, cell: str) -> None:
        """A plain RNN has a choice of activation and no gate to set a bias of; the others the reverse."""
        self.widgets["nonlinearity"].disabled = cell != "rnn"
        self.widgets["forget_bias"].disabled = cell == "rnn"

    def _clipping_moved(self, change: Any) -> None:
        self.widgets["clip"].disabled = not change["new"]
        if not self._following:
            self._on_move({"clip": self.widgets["clip"].value if change["new"] else None})


def _scale(low: int, high: int) -> list[tuple[str, float]]:
    """Return round numbers from 10^low to 10^high, each about 1.5 times the one before.

    A slider over such a list shows exactly the number in force; ipywidgets' FloatSlider and FloatLogSlider round it to
    their own grid in the browser, and report the rounded number as if it had been chosen.
    """
    numbers = [float(f"{digit}e{power}") for power in range(low, high) for digit in (1, 1.5, 2, 3, 5, 7)]
    return marked([*numbers, float(f"1e{high}")])


def _stretch(widget: widgets.ValueWidget, value: Any) -> None:
    """Make room on a slider for a value that code has set beside its marks or beyond its ends."""
    if isinstance(widget, widgets.SelectionSlider):
        if value not in dict(widget.options).values():
            marks = sorted([*widget.options, (written(value), value)], key=lambda mark: mark[1])
            kept = widget.value
            # ipywidgets moves a slider to its first mark when it is given others
            widget.options = marks
            widget.value = kept
    elif isinstance(widget, widgets.IntSlider | widgets.BoundedIntText) and value > widget.max:
        widget.max = value


def _optional(numbers: Sequence[float]) -> list[tuple[str, float]]:
    """Marks of a slider that may stand before its first number; ipywidgets cannot select a None."""
    return [(t("knob.untouched"), _UNTOUCHED), *marked(numbers)]


def _makers(
    settings: Settings, seq_lens: tuple[int, int], choices: Mapping[str, tuple[str, ...]]
) -> dict[str, Callable[[], Any]]:
    def slider(kind: type[widgets.Widget], name: str, live: bool, **more: Any) -> Any:
        return lambda: kind(description=t(f"knob.{name}"), continuous_update=live, **more)

    def menu(name: str, options: tuple[str, ...]) -> Any:
        return lambda: widgets.Dropdown(
            description=t(f"knob.{name}"), options=[(t(f"knob.{name}.{option}"), option) for option in options]
        )

    whole = widgets.IntSlider
    return {
        "lr": slider(widgets.SelectionSlider, "lr", True, options=_scale(-5, 0)),
        "schedule": menu("schedule", SCHEDULES),
        "clip": slider(widgets.SelectionSlider, "clip", True, options=_scale(-2, 2), value=_CLIP_WHEN_ON),
        "batch_size": slider(whole, "batch_size", False, min=1, max=256),
        "optimizer": menu("optimizer", OPTIMIZERS),
        "input_noise": slider(widgets.SelectionSlider, "input_noise", True, options=marked(_NOISES)),
        "rho": slider(widgets.SelectionSlider, "rho", True, options=_optional(_RADII)),
        "forget_bias": slider(widgets.SelectionSlider, "forget_bias", True, options=_optional(_BIASES)),
        "cell": menu("cell", choices["cell"]),
        "hidden_size": slider(whole, "hidden_size", False, min=1, max=128),
        "num_layers": slider(whole, "num_layers", False, min=1, max=4),
        "bidirectional": lambda: widgets.Checkbox(description=t("knob.bidirectional"), indent=False),
        "seq_len": slider(whole, "seq_len", False, min=seq_lens[0], max=seq_lens[1], value=settings.seq_len),
        "init": menu("init", choices["init"]),
        "nonlinearity": menu("nonlinearity", choices["nonlinearity"]),
        "seed": lambda: widgets.BoundedIntText(description=t("knob.seed"), min=0, max=2**31 - 1),
    }
