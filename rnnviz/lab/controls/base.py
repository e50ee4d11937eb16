"""Tools: what a lab shows beside its pictures — lines that are always there, docks and pop-overs behind a button."""

import abc
import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.heading import Heading
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["Place", "Tool", "Tray", "box", "help_markup", "help_words"]

Place = Literal["line", "bar", "dock", "pop"]


class Tool(abc.ABC):
    """One tool. ``show`` is called by the pump's thread, with every snapshot that is drawn while the tool is open.

    Attributes
    ----------
    name : str
        Its name in ``show=[…]`` and, as ``rv-tool-name``, on its box; its words: ``tool.name``, ``tool.name.tip``.
    place : str
        ``"line"`` above the pictures and ``"bar"`` under the toolbar are always there. A button opens the others:
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


class Tray:
    """The tools of one lab: their lines, their buttons, and what these open.

    Parameters
    ----------
    tools : sequence of Tool
        In reading order.

    Attributes
    ----------
    buttons : dict of str to widgets.ToggleButton
        What opens and closes a dock or a pop-over, by the tool's name.
    lines, bars, pops : list of widgets.Box
        Boxes to lay out, by their tools' places; a pop-over finds the place under its button by itself.
    dock : widgets.Box
        Holds all docks, of which one at most is open; it has the class ``rv-open`` then, and is hidden otherwise.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self._boxes = {one.name: _boxed(one) for one in tools}
        self.buttons = {one.name: _button(one.name) for one in tools if one.place in ("dock", "pop")}
        self.lines, self.bars, docks, self.pops = (self._placed(place) for place in ("line", "bar", "dock", "pop"))
        self.dock = box(widgets.Box, docks, "rv-dock")
        self.dock.layout.display = "none"
        for one in tools:
            if one.name in self.buttons:
                self._boxes[one.name].layout.display = "none"
                self.buttons[one.name].observe(self._opener(one), names="value")
        self.hints = {name: words for one in tools for name, words in one.hints.items()}

    def _placed(self, place: str) -> list[widgets.Box]:
        return [self._boxes[one.name] for one in self._tools if one.place == place]

    def _opener(self, tool: Tool) -> Callable[[dict[str, Any]], None]:
        def toggled(change: dict[str, Any]) -> None:
            if change["new"]:  # there is room for one
                for one in self._tools:
                    if one.place == tool.place and one is not tool:
                        self.buttons[one.name].value = False
            self._boxes[tool.name].layout.display = None if change["new"] else "none"
            if tool.place == "dock":
                self._docked()

        return toggled

    def _docked(self) -> None:
        """Show the dock while one is open, and let the layout know by a class."""
        docked = any(one.place == "dock" and self.buttons[one.name].value for one in self._tools)
        self.dock.layout.display = None if docked else "none"
        (self.dock.add_class if docked else self.dock.remove_class)("rv-open")

    def on_open(self, call: Callable[[], None]) -> None:
        """Have ``call`` called whenever a dock or a pop-over opens or closes."""
        for button in self.buttons.values():
            button.observe(lambda _change: call(), names="value")

    @property
    def parts(self) -> list[widgets.Widget]:
        """Every widget of every tool, also those that are in no box."""
        return [widget for one in self._tools for widget in one.parts]

    def retire(self) -> None:
        """Let every tool hide what is of no more use once the lab is closed."""
        for one in self._tools:
            one.retire()

    def tool(self, name: str) -> Tool | None:
        """Return the tool of that name, if the lab has it."""
        return next((one for one in self._tools if one.name == name), None)

    @property
    def opened(self) -> frozenset[str]:
        """Names of the docks and pop-overs that are open."""
        return frozenset(name for name, button in self.buttons.items() if button.value)

    @property
    def uses(self) -> dict[str, int]:
        """How often a learner has worked each tool."""
        return {one.name: one.uses for one in self._tools}

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Let every tool that is open draw.

        Parameters
        ----------
        snapshot : Snapshot
            What the pictures show.
        focus : Focus
            Which sequence, layer, direction, timestep and unit.
        """
        for one in self._tools:
            if one.name not in self.buttons or self.buttons[one.name].value:
                one.show(snapshot, focus)


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


def _boxed(tool: Tool) -> widgets.Box:
    opens = tool.place in ("dock", "pop")
    head = [Heading(title=t(f"tool.{tool.name}.title"), tool=tool.name, close=t("tool.close"))] if opens else []
    return box(widgets.Box, [*head, tool.widget], "rv-tool", f"rv-tool-{tool.name}", f"rv-{tool.place}-tool")
