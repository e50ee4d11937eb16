"""Tools: what a lab shows beside its pictures — lines that are always there, drawers that open with a button."""

import abc
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["LazyTool", "Tool", "Tray", "box", "help_markup", "help_words"]


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


@dataclass(frozen=True)
class LazyTool:
    """A tool that is yet to be made: a drawer's widgets cost a page that never opens it nothing.

    Parameters
    ----------
    kind : type of Tool
        What it will be; its name and whether it is a drawer are known before it is made.
    make : callable
        Makes it, with its widgets.
    """

    kind: type[Tool]
    make: Callable[[], Tool]


class Tray:
    """The tools of one lab: their lines, their buttons, their drawers. A drawer's tool is made when first opened.

    Parameters
    ----------
    tools : sequence of LazyTool
        In reading order.
    group : str, optional
        What `Tool.join` is told.

    Attributes
    ----------
    on_error : callable
        Called with what a tool raises while it is made; its drawer stays closed.
    on_made : callable
        Called with the hints of a tool that has been made, before it is shown.
    """

    def __init__(self, tools: Sequence[LazyTool], group: str = "") -> None:
        self._lazy = {one.kind.name: one for one in tools}
        self._group = group
        self._made: dict[str, Tool] = {}
        self.on_error: Callable[[BaseException], None] = _raise
        self.on_made: Callable[[Mapping[str, list[str]]], None] = lambda hints: None
        self.buttons = {name: _button(name) for name, one in self._lazy.items() if one.kind.drawer}
        self._boxes = {name: box(widgets.Box, [], "rv-tool", f"rv-tool-{name}") for name in self._lazy}
        for name, button in self.buttons.items():
            self._boxes[name].layout.display = "none"
            button.observe(self._opener(name), names="value")
        self.lines = [self._boxes[name] for name in self._lazy if name not in self.buttons]
        self.drawers = [self._boxes[name] for name in self.buttons]
        for name in self._lazy:
            if name not in self.buttons:
                self.tool(name)

    @property
    def names(self) -> list[str]:
        """Names of all tools, also of those not made yet."""
        return list(self._lazy)

    @property
    def hints(self) -> dict[str, list[str]]:
        """The hints of the tools that have been made."""
        return {name: words for one in self._made.values() for name, words in one.hints.items()}

    def on_open(self, call: Callable[[], None]) -> None:
        """Have ``call`` called whenever a drawer opens or closes."""
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

    def made(self, name: str) -> Tool | None:
        """Return the tool of that name, if the lab has it and it has been made."""
        return self._made.get(name)

    def tool(self, name: str) -> Tool:
        """Return the tool of that name, which must be one of `names`; made now if it is not there yet."""
        if name not in self._made:
            made = self._lazy[name].make()
            made.join(self._group)
            self.on_made(made.hints)
            self._boxes[name].children = (made.widget,)
            # last: the pump, which draws what is in here, is another thread
            self._made[name] = made
        return self._made[name]

    @property
    def opened(self) -> frozenset[str]:
        """Names of the drawers that are open."""
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

    def _opener(self, name: str) -> Callable[[dict[str, bool]], None]:
        def toggled(change: dict[str, bool]) -> None:
            if change["new"]:
                try:
                    self.tool(name)
                except Exception as error:
                    self.buttons[name].value = False
                    self.on_error(error)
                    return
            self._boxes[name].layout.display = None if change["new"] else "none"

        return toggled


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


def _raise(error: BaseException) -> None:
    raise error
