"""The prediction's widget: a question, radio buttons and a button, all of which work from the keyboard."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.screen.accessibility import Accessibility

__all__ = ["PredictPanel"]

_STYLE = """
.rv-predict { border-left: 4px solid var(--jp-brand-color1, #1976d2); padding: 4px 12px; max-width: 720px; }
.rv-predict .widget-html-content { line-height: 1.4; white-space: normal; }
.rv-predict .widget-radio { width: 100%; height: auto; }
.rv-predict .widget-radio-box { height: auto; max-width: none; }
.rv-predict .widget-radio-box label { height: auto; white-space: normal; line-height: 1.4; padding: 3px 0; }
"""


class PredictPanel:
    """Widgets of one prediction.

    Parameters
    ----------
    question : str
        Shown as text, never as markup.
    options : sequence of (str, str)
        Words and letter of each answer.
    commit : callable
        Takes a letter, returns what to say about it.
    """

    def __init__(self, question: str, options: Sequence[tuple[str, str]], commit: Callable[[str], str]) -> None:
        self._commit = commit
        # no value: a first answer that is chosen already would be a hint
        self.options = widgets.RadioButtons(options=options, value=None)
        self.button = widgets.Button(description=t("predict.commit"), tooltip=t("predict.commit.tip"), disabled=True)
        self.options.add_class("rv-predict-options")
        self.button.add_class("rv-predict-commit")
        self.said = widgets.HTML()
        self.said.add_class("rv-predict-said")
        heading = widgets.HTML(f"<b>{html.escape(t('predict.title'))}</b> {html.escape(question)}")
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout={"display": "none"})
        accessibility = Accessibility(hints={"rv-predict-options": [question, ""]})
        self.widget = widgets.VBox([style, accessibility, heading, self.options, self.button, self.said])
        self.widget.add_class("rv-predict")
        self.options.observe(lambda _change: self._ready(), names="value")
        self.button.on_click(lambda _button: self._committed())

    def follow(self, choice: str | None, settled: bool) -> None:
        """Show a commitment that was made from code, and close the question once it is settled.

        Parameters
        ----------
        choice : str or None
            The letter committed to.
        settled : bool
            Whether the answer has been revealed to someone who had committed.
        """
        if choice is not None:
            self.options.value = choice
            self._say(t("predict.settled") if settled else t("predict.noted"))
        self.options.disabled = settled
        self.button.disabled = settled or self.options.value is None

    def _ready(self) -> None:
        self.button.disabled = self.options.disabled or self.options.value is None

    def _committed(self) -> None:
        if self.options.value is not None:
            self._say(self._commit(self.options.value))

    def _say(self, words: str) -> None:
        self.said.value = f"<span>{html.escape(words)}</span>"
