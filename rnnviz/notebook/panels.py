"""The widgets of a chapter's own controls, which work from the keyboard."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.screen.accessibility import Accessibility

__all__ = ["DataPanel", "ScalePanel"]


class ScalePanel:
    """A toggle between sizes, and a sentence.

    Parameters
    ----------
    choices : sequence of str
        Each has words in ``scale.<choice>.name``.
    chosen : str
        Which is on.
    told : str
        What stands beside it.
    choose : callable
        Takes a choice that was pressed.
    """

    def __init__(self, choices: Sequence[str], chosen: str, told: str, choose: Callable[[str], None]) -> None:
        options = [(t(f"scale.{choice}.name"), choice) for choice in choices]
        self.toggle = widgets.ToggleButtons(options=options, value=chosen, description=t("scale.name"))
        self.said = widgets.HTML(_span(told))
        self.toggle.add_class("rv-scale-choice")
        self.widget = _box({"rv-scale-choice": [t("scale.name"), told]}, self.toggle, self.said)
        self.toggle.observe(lambda change: choose(change["new"]), names="value")

    def follow(self, choice: str) -> None:
        """Show a choice that was made from code."""
        self.toggle.value = choice


class DataPanel:
    """Words about a data set, a button, and while it is fetched a bar.

    Parameters
    ----------
    words : sequence of str
        A paragraph each, shown as text.
    label : str
        What stands on the button.
    fetch : callable
        Takes a function of the bytes that have come and those that will, returns what to say.
    here : callable
        Whether there is nothing to fetch.
    """

    def __init__(self, words: Sequence[str], label: str, fetch: Callable[[Any], str], here: Callable[[], bool]) -> None:
        self._fetch, self._here = fetch, here
        self.button = widgets.Button(description=label, tooltip=t("data.button.tip"), layout={"width": "auto"})
        self.bar = widgets.IntProgress(0, 0, 100, layout={"display": "none"})
        self.said = widgets.HTML()
        heading = widgets.HTML("".join(f"<div>{html.escape(one)}</div>" for one in words))
        row = widgets.HBox([self.button, self.bar])
        self.said.add_class("rv-predict-said")  # read out when it changes
        self.widget = _box({}, heading, row, self.said)
        self.button.on_click(lambda _button: self._pressed())

    def follow(self) -> None:
        """Say whether the set is here, and close the button then."""
        self.button.disabled = self._here()
        if self.button.disabled and not self.said.value:
            self.said.value = _span(t("data.button.here"))

    def _pressed(self) -> None:
        if self.button.disabled:
            return
        self.button.disabled, self.bar.value, self.bar.layout.display = True, 0, ""
        try:
            self.said.value = _span(self._fetch(self._came))
        finally:
            self.bar.layout.display = "none"
            self.follow()

    def _came(self, done: int, total: int) -> None:
        self.bar.value = 100 * done // total


def _box(hints: dict[str, list[str]], *children: widgets.Widget) -> widgets.VBox:
    box = widgets.VBox([Accessibility(hints=hints), *children])
    box.add_class("rv-predict")  # where the page's own script looks for what a chapter shows beside labs
    return box


def _span(words: str) -> str:
    return f"<span>{html.escape(words)}</span>"
