"""Tools: what a lab shows beside its pictures — lines that are always there, docks and pop-overs behind a button."""

import abc
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.heading import Heading
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["LazyTool", "Place", "Tool", "Toolbox", "box", "help_markup", "help_words"]

Place = Literal["line", "row", "bar", "column", "dock", "pop"]


class Tool(abc.ABC):
    """One tool. ``show`` is called by the pump's thread, with every snapshot that is drawn while the tool is open.

    Attributes
    ----------
    name : str
        Its name in ``show=[…]`` and, as ``rv-tool-name``, on its box; its words: ``tool.name``, ``tool.name.tip``.
    place : str
        ``"line"`` and, in a row of its own, ``"row"`` above the pictures, ``"bar"`` under the toolbar and ``"column"``
        below the pictures of the narrow column are always there. A button opens the others:
        a ``"dock"`` stands where the narrow column was, one at a time, a ``"pop"`` over the pictures, under its button.
    widget : widgets.Widget
        What is shown.
    uses : int
        How often a learner has worked it, where the tool counts that.
    """

    name: str
    place: Place = "dock"
    uses: int = 0
    widget: widgets.Widget

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """Class name of each control to its label and its tooltip."""
        return {}

    @property
    def parts(self) -> Sequence[widgets.Widget]:
        """Its widgets, also those that are in no box."""
        return [one for one in vars(self).values() if isinstance(one, widgets.Widget)]

    def retire(self) -> None:
        """Hide what is of no more use once the lab is closed; its controls are disabled anyway."""
        return

    def join(self, group: str) -> None:
        """Let pictures with a time axis share the lab's time cursor, whose `LiveFigure.group` this is."""
        return

    @abc.abstractmethod
    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Draw what belongs to this snapshot, for the sequence, layer, direction, timestep and unit in focus."""


@dataclass(frozen=True)
class LazyTool:
    """A tool that is yet to be made: what a button opens costs a page nothing on which nobody presses it.

    Parameters
    ----------
    kind : type of Tool
        What it will be; its name and its place are known before it is made.
    make : callable
        Makes it, with its widgets.
    """

    kind: type[Tool]
    make: Callable[[], Tool]


class Toolbox:
    """The tools of one lab: their lines, their buttons, and what these open, which is made when first opened.

    Parameters
    ----------
    tools : sequence of LazyTool
        In reading order.
    group : str
        What each is told with `Tool.join`.

    Attributes
    ----------
    buttons : dict of str to widgets.ToggleButton
        What opens and closes a dock or a pop-over, by the tool's name.
    lines, rows, bars, pops, asides : list of widgets.Box
        Boxes to lay out, by their tools' places; a pop-over finds the place under its button by itself.
    dock : widgets.Box
        Holds all docks, of which one at most is open; it has the class ``rv-open`` then, and is hidden otherwise.
    on_error : callable
        Called with what a tool raises while it is made; its button springs back.
    on_made : callable
        Called with the hints of a tool that has been made, before it is shown.
    followers : list of callable
        Each called with every snapshot that is drawn, after the tools.
    """

    def __init__(self, tools: Sequence[LazyTool], group: str = "") -> None:
        self._lazy = {one.kind.name: one for one in tools}
        self._group = group
        self._made: dict[str, Tool] = {}
        self.on_error: Callable[[BaseException], None] = _raise
        self.on_made: Callable[[Mapping[str, list[str]]], None] = lambda hints: None
        self.followers: list[Callable[[Snapshot], object]] = []
        self._boxes = {name: _box(one.kind) for name, one in self._lazy.items()}
        self.buttons = {name: _button(name) for name, one in self._lazy.items() if _opens(one.kind.place)}
        placed = (self._placed(place) for place in ("line", "row", "bar", "dock", "pop", "column"))
        self.lines, self.rows, self.bars, docks, self.pops, self.asides = placed
        self.dock = box(widgets.Box, docks, "rv-dock")
        self.dock.layout.display = "none"
        for name, one in self._lazy.items():
            if name in self.buttons:
                self._boxes[name].layout.display = "none"
                self.buttons[name].observe(self._opener(one.kind), names="value")
            else:
                self.tool(name)

    @property
    def names(self) -> list[str]:
        """Names of all tools, also of those not made yet."""
        return list(self._lazy)

    @property
    def hints(self) -> dict[str, list[str]]:
        """Class name of each control to its label and its tooltip, of the tools that have been made."""
        return {name: words for one in self._made.values() for name, words in one.hints.items()}

    def made(self, name: str) -> Tool | None:
        """Return the tool of that name, if the lab has it and it has been made."""
        return self._made.get(name)

    def tool(self, name: str) -> Tool:
        """Return the tool of that name, which must be one of `names`; made now if it is not there yet."""
        if name not in self._made:
            made = self._lazy[name].make()
            made.join(self._group)
            self.on_made(made.hints)
            head = (
                [Heading(title=t(f"tool.{name}.title"), tool=name, close=t("tool.close"))] if _opens(made.place) else []
            )
            self._boxes[name].children = (*head, made.widget)
            # last: the pump, which draws in what is here, is another thread
            self._made[name] = made
        return self._made[name]

    def _placed(self, place: str) -> list[widgets.Box]:
        return [self._boxes[name] for name, one in self._lazy.items() if one.kind.place == place]

    def _opener(self, kind: type[Tool]) -> Callable[[dict[str, Any]], None]:
        def toggled(change: dict[str, Any]) -> None:
            if change["new"] and not self._makes(kind.name):
                return
            if change["new"]:  # there is room for one
                for name, one in self._lazy.items():
                    if one.kind.place == kind.place and one.kind is not kind:
                        self.buttons[name].value = False
            self._boxes[kind.name].layout.display = None if change["new"] else "none"
            if kind.place == "dock":
                self._docked()

        return toggled

    def _makes(self, name: str) -> bool:
        """Make a tool, and say whether it is there; Jupyter would swallow what a press raises."""
        try:
            self.tool(name)
        except Exception as error:
            self.buttons[name].value = False
            self.on_error(error)
        return name in self._made

    def _docked(self) -> None:
        """Show the dock while one is open, and let the layout know by a class."""
        docked = any(one.kind.place == "dock" and self.buttons[name].value for name, one in self._lazy.items())
        self.dock.layout.display = None if docked else "none"
        (self.dock.add_class if docked else self.dock.remove_class)("rv-open")

    def on_open(self, call: Callable[[], None]) -> None:
        """Have ``call`` called whenever a dock or a pop-over opens or closes."""
        for button in self.buttons.values():
            button.observe(lambda _change: call(), names="value")

    @property
    def parts(self) -> list[widgets.Widget]:
        """Every widget of every tool that has been made, also those that are in no box."""
        return [widget for one in self._made.values() for widget in one.parts]

    def retire(self) -> None:
        """Let every tool hide what is of no more use once the lab is closed."""
        for one in self._made.values():
            one.retire()

    @property
    def opened(self) -> frozenset[str]:
        """Names of the docks and pop-overs that are open."""
        return frozenset(name for name, button in self.buttons.items() if button.value)

    @property
    def uses(self) -> dict[str, int]:
        """How often a learner has worked each tool."""
        return {name: self._made[name].uses if name in self._made else 0 for name in self._lazy}

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Let every tool that is open draw.

        Parameters
        ----------
        snapshot : Snapshot
            What the pictures show.
        focus : Focus
            Which sequence, layer, direction, timestep and unit.
        """
        for name in self._lazy:
            made = self._made.get(name)
            if made is not None and (name not in self.buttons or self.buttons[name].value):
                made.show(snapshot, focus)
        for call in self.followers:
            call(snapshot)


def box(kind: type[widgets.Box], children: Sequence[widgets.Widget], *classes: str) -> widgets.Box:
    """Return a box of the given kind around ``children``, with these class names."""
    made = kind(list(children))
    for name in classes:
        made.add_class(name)
    return made


def help_words(words: str) -> widgets.HTML:
    """Return a question mark that opens to words; it needs no kernel."""
    made = widgets.HTML(help_markup(words))
    made.add_class("rv-help-box")
    return made


def help_markup(words: str) -> str:
    """Return the question mark and its words as HTML."""
    label = html.escape(t("view.help"), quote=True)
    mark = f'<summary title="{label}" aria-label="{label}">?</summary>'
    return f'<details class="rv-help">{mark}{html.escape(words)}</details>'


def _button(name: str) -> widgets.ToggleButton:
    button = widgets.ToggleButton(description=t(f"tool.{name}"), tooltip=t(f"tool.{name}.tip"))
    button.add_class(f"rv-open-{name}")
    return button


def _opens(place: Place) -> bool:
    return place in ("dock", "pop")


def _box(kind: type[Tool]) -> widgets.Box:
    return box(widgets.Box, [], "rv-tool", f"rv-tool-{kind.name}", f"rv-{kind.place}-tool")


def _raise(error: BaseException) -> None:
    raise error
