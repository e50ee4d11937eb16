"""The prediction's widget: a question, what may be answered and a button, all of which work from the keyboard."""

import html
import time
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.screen.accessibility import Accessibility

__all__ = ["NumberPanel", "PredictPanel"]

_STYLE = """
.rv-predict { border-left: 4px solid var(--jp-brand-color1, #1976d2); padding: 4px 12px; max-width: 720px; }
.rv-predict .widget-html-content { line-height: 1.4; white-space: normal; }
.rv-predict .widget-radio { width: 100%; height: auto; }
.rv-predict .widget-radio-box { height: auto; max-width: none; }
.rv-predict .widget-radio-box label { height: auto; white-space: normal; line-height: 1.4; padding: 3px 0; }
.rv-predict .rv-predict-number { width: 200px; }
"""


class PredictPanel:
    """Widgets of one prediction; this one has radio buttons.

    Parameters
    ----------
    question : str
        Shown as text, never as markup.
    options : sequence of (str, str)
        Words and letter of each answer.
    commit : callable
        Takes a letter, returns what to say about it.
    """

    def __init__(self, question: str, options: Sequence[tuple[str, str]], commit: Callable[[Any], str]) -> None:
        # no value: a first answer that is chosen already would be a hint
        self.options = widgets.RadioButtons(options=options, value=None)
        self._build(question, self.options, "rv-predict-options", commit)

    def _build(
        self, question: str, field: Any, name: str, commit: Callable[[Any], str], *beside: widgets.Widget
    ) -> None:
        self._field, self._commit = field, commit
        self.button = widgets.Button(description=t("predict.commit"), tooltip=t("predict.commit.tip"), disabled=True)
        field.add_class(name)
        self.button.add_class("rv-predict-commit")
        self.said = widgets.HTML()
        self.said.add_class("rv-predict-said")
        heading = widgets.HTML(f"<b>{html.escape(t('predict.title'))}</b> {html.escape(question)}")
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout={"display": "none"})
        accessibility = Accessibility(hints={name: [question, ""]})
        row = widgets.HBox([field, *beside]) if beside else field
        self.widget = widgets.VBox([style, accessibility, heading, row, self.button, self.said])
        self.widget.add_class("rv-predict")
        field.observe(lambda _change: self._ready(), names="value")
        self.button.on_click(lambda _button: self._committed())

    def follow(self, choice: Any, settled: bool, said: str | None = None) -> None:
        """Show a commitment that was made from code, and close the question once it is settled.

        Parameters
        ----------
        choice : object
            What was committed to, None for nothing yet.
        settled : bool
            Whether the answer has been revealed to someone who had committed.
        said : str, optional
            What to say of it; that it is noted, or settled, by default.
        """
        if choice is not None:
            self._field.value = self._shown(choice)
            self._say(said or (t("predict.settled") if settled else t("predict.noted")))
        self._field.disabled = settled
        self.button.disabled = settled or self._empty()

    def _shown(self, choice: Any) -> Any:
        return choice

    def _empty(self) -> bool:
        return self._field.value is None

    def _ready(self) -> None:
        self.button.disabled = self._field.disabled or self._empty()

    def _committed(self) -> None:
        if not self._empty():
            self._say(self._commit(self._field.value))

    def _say(self, words: str) -> None:
        self.said.value = f"<span>{html.escape(words)}</span>"


# ipywidgets holds what is typed back while the kernel has not answered, and presses overtake it
_OVERTAKEN = 5.0  # seconds within which what was typed before a press may come after it


class NumberPanel(PredictPanel):
    """Widgets of a prediction that is a number: a box with its unit.

    Parameters
    ----------
    question, unit, hint : str
        Shown as text, never as markup; the hint says what counts as near enough.
    commit : callable
        Takes what stands in the box, returns what to say about it.
    """

    def __init__(self, question: str, unit: str, hint: str, commit: Callable[[str], str]) -> None:
        # a box of words: one of numbers is never empty, and its 0 would be an answer
        self.number = widgets.Text(placeholder=t("predict.number.placeholder"))
        beside = widgets.HTML(f"{html.escape(unit)} <small>{html.escape(hint)}</small>")
        self._build(question, self.number, "rv-predict-number", commit, beside)
        self._pressed = -_OVERTAKEN
        self.number.on_msg(lambda _box, content, _buffers: self._sent(content))
        self._ready()

    def _shown(self, choice: Any) -> str:
        return f"{choice:.6g}" if isinstance(choice, float) else str(choice)

    def _empty(self) -> bool:
        # whoever writes and goes on with Tab finds the button ready; of an empty box it says that it is no number
        return False

    def follow(self, choice: Any, settled: bool, said: str | None = None) -> None:
        """Show a commitment that was made from code: what that writes into the box was not typed."""
        self._pressed = -_OVERTAKEN
        super().follow(choice, settled, said)

    def _ready(self) -> None:
        super()._ready()
        if time.monotonic() - self._pressed < _OVERTAKEN and not self.number.disabled:
            self._say(self._commit(self.number.value))

    def _committed(self) -> None:
        self._pressed = time.monotonic()
        super()._committed()

    def _sent(self, content: Any) -> None:
        """Commit at the Enter key, as people expect of a box."""
        if isinstance(content, dict) and content.get("event") == "submit" and not self.number.disabled:
            self._committed()
