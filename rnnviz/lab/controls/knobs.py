"""The knobs: one slider, menu or box a setting, each with a label, a tooltip and a class name of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import box
from rnnviz.lab.controls.knobwidgets import OPTIONAL, UNTOUCHED, knob_makers, stretch
from rnnviz.lab.controls.sliders import understood
from rnnviz.training import LIVE, STRUCTURAL, Settings

__all__ = ["Knobs"]

_LONGEST = 40  # characters of what was typed that are said again


class _Widgets(Mapping[str, Any]):
    """The widget of each setting, made when somebody first asks for it."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]], made: Callable[[str, Any], None]) -> None:
        self._makers, self._tell = makers, made
        self.made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = self._makers[name]()
            self._tell(name, self.made[name])
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


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
    on_refused : callable
        Called with a sentence on what was typed and cannot be.

    Attributes
    ----------
    settings : Settings
        Those in force, or ordered.
    followers : list of callable
        Called with other settings, whoever has set them.
    """

    def __init__(
        self,
        settings: Settings,
        seq_lens: tuple[int, int],
        choices: Mapping[str, tuple[str, ...]],
        on_move: Callable[[dict[str, Any]], None],
        on_refused: Callable[[str], None] = lambda words: None,
    ) -> None:
        self._on_move, self._on_refused = on_move, on_refused
        self._following = False
        self.settings = settings
        self.followers: list[Callable[[Settings], object]] = []
        self.hints = {_class(name): [t(f"knob.{name}"), t(f"knob.{name}.tip")] for name in (*LIVE, *STRUCTURAL)}
        self.hints["rv-clipping"] = [t("knob.clipping"), t("knob.clipping.tip")]
        self.widgets = _Widgets(knob_makers(settings, seq_lens, choices), self._made)
        self._switch: widgets.Checkbox | None = None
        self._pair: widgets.Box | None = None

    @property
    def parts(self) -> list[widgets.Widget]:
        """Every widget of it that there is, shown or not."""
        return [*self.widgets.made.values(), *([] if self._pair is None else [self._pair])]

    @property
    def clipping(self) -> widgets.Checkbox:
        """The switch of `clip`."""
        if self._switch is None:
            self._switch = widgets.Checkbox(description=t("knob.clipping"), indent=False)
            self._labelled(self._switch, "clipping")
            self._switch.observe(self._clipping_moved, names="value")
            self._follow(self._switch, self.settings.clip is not None)
        return self._switch

    def shown(self, name: str) -> widgets.Widget:
        """Return what stands on the page for a setting: its widget, for `clip` with its switch."""
        if name != "clip":
            return self.widgets[name]
        if self._pair is None:
            self._pair = box(widgets.VBox, [self.clipping, self.widgets["clip"]], "rv-pair")
        return self._pair

    def follow(self, settings: Settings) -> None:
        """Move every knob to where ``settings`` stand, without reporting it.

        Parameters
        ----------
        settings : Settings
            The settings now in force.
        """
        self.note(settings)
        for name in self.widgets.made:
            self._place(name, getattr(settings, name))
        if self._switch is not None:
            self._follow(self._switch, settings.clip is not None)

    def note(self, settings: Settings) -> None:
        """Tell the followers what the settings are that the knobs have asked for, or others have set."""
        self.settings = settings
        for call in self.followers:
            call(settings)

    def type_in(self, name: str, text: str) -> None:
        """Set what was typed beside a slider; words that are no number, or one that cannot be, are told of."""
        try:
            value = None if name in OPTIONAL and text.strip() in ("", t("knob.untouched")) else understood(text)
        except ValueError:
            self._on_refused(t("knob.no_number", name=t(f"knob.{name}"), text=text.strip()[:_LONGEST]))
            return
        try:
            Settings().replace(**{name: value})
        except ValueError as error:
            self._on_refused(str(error))
            return
        if value != getattr(self.settings, name):
            self._place(name, value)
            self._on_move({name: value})

    def _made(self, name: str, widget: Any) -> None:
        self._labelled(widget, name)
        self._place(name, getattr(self.settings, name))
        widget.observe(self._moved(name), names="value")

    def _place(self, name: str, value: Any) -> None:
        """Let a knob stand at a value of its setting."""
        widget = self.widgets[name]
        if name == "clip":
            widget.disabled = value is None
            value = widget.value if value is None else value
        elif name in OPTIONAL and value is None:
            value = UNTOUCHED
        following, self._following = self._following, True
        try:
            # first: a slider refuses a value that is none of its marks
            stretch(widget, value)
            if widget.value != value:
                widget.value = value
        finally:
            self._following = following
        self._fit_cell(self.settings.cell)

    def _follow(self, widget: widgets.ValueWidget, value: Any) -> None:
        following, self._following = self._following, True
        try:
            if widget.value != value:
                widget.value = value
        finally:
            self._following = following

    def _labelled(self, widget: widgets.DOMWidget, name: str) -> None:
        widget.tooltip = t(f"knob.{name}.tip")
        widget.add_class(_class(name))
        widget.add_class("rv-knob")

    def _moved(self, name: str) -> Callable[[Any], None]:
        def moved(change: Any) -> None:
            if self._following:
                return
            changes = {name: None if name in OPTIONAL and change["new"] == UNTOUCHED else change["new"]}
            if name == "cell":
                changes |= self._cell_moved(change["new"])
            self._on_move(changes)

        return moved

    def _cell_moved(self, cell: str) -> dict[str, Any]:
        """Offer the activation only where there is a choice; return what else changes with the cell."""
        self._fit_cell(cell)
        if cell == "rnn":
            return {}
        # its own move is part of this one: reported apart it would rebuild the model twice
        if "nonlinearity" in self.widgets.made:
            self._follow(self.widgets["nonlinearity"], "tanh")
        return {"nonlinearity": "tanh"}

    def _fit_cell(self, cell: str) -> None:
        """A plain RNN has a choice of activation and no gate to set a bias of; the others the reverse."""
        for name, off in (("nonlinearity", cell != "rnn"), ("forget_bias", cell == "rnn")):
            if name in self.widgets.made:
                self.widgets.made[name].disabled = off

    def _clipping_moved(self, change: Any) -> None:
        self.widgets["clip"].disabled = not change["new"]
        if not self._following:
            self._on_move({"clip": self.widgets["clip"].value if change["new"] else None})


def _class(name: str) -> str:
    return f"rv-{name.replace('_', '-')}"
