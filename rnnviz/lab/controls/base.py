"""Tools: what a lab shows beside its pictures — lines that are always there, drawers that open with a button."""

import abc
import html
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["Tool", "Tray", "box", "help_markup", "help_words"]


class Tool(abc.ABC):
    """One tool. ``show`` is called by the pump's thread, with every snapshot that is drawn while the tool is open.

    Attributes
    ----------
    name : str
        Its name in ``show=[…]`` and, as ``rv-tool-name``, on its box; its words: ``tool.name``, ``tool.name.tip``.
    drawer : bool
        Whether a button opens it; otherwise it is a line under the status that is always there.
    widget : widgets.Widget
        What is shown.
    uses : int
        How often a learner has worked it, where the tool counts that.
    """

    name: str
    drawer: bool = True
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
    """The tools of one lab: their lines, their buttons, their drawers.

    Parameters
    ----------
    tools : sequence of Tool
        In reading order.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self.buttons = {one.name: _button(one.name) for one in tools if one.drawer}
        boxes = {one.name: box(widgets.Box, [one.widget], "rv-tool", f"rv-tool-{one.name}") for one in tools}
        for name, button in self.buttons.items():
            boxes[name].layout.display = "none"
            button.observe(_opener(boxes[name]), names="value")
        self.lines = [boxes[one.name] for one in tools if not one.drawer]
        self.drawers = [boxes[one.name] for one in tools if one.drawer]
        self.hints = {name: words for one in tools for name, words in one.hints.items()}

    def on_open(self, call: Callable[[], None]) -> None:
        """Have ``call`` called whenever a drawer opens or closes."""
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
        """Names of the drawers that are open."""
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
            if not one.drawer or self.buttons[one.name].value:
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


def _opener(drawer: widgets.Box) -> Callable[[dict[str, bool]], None]:
    def toggled(change: dict[str, bool]) -> None:
        drawer.layout.display = None if change["new"] else "none"

    return toggled
