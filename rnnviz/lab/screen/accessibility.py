"""Accessibility: the style sheet, what keyboards and screen readers need, and the words for when the kernel is gone."""

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["Accessibility"]

_SHEETS = ("tokens", "frame", "toolbar", "line", "tools", "lab")


class Accessibility(PageWidget):
    """An invisible widget inside a lab, or inside a question (``rv-predict``).

    Attributes
    ----------
    hints : dict of str to list of str
        Class name of a control to its label and its tooltip; without one where that is empty.
    words : dict of str to str
        What the page says by itself.
    fresh : bool
        Whether no page has shown it yet: the first one brings it into view.
    """

    _esm = beside(__file__, "accessibility.js")
    _css = "".join(beside(__file__, f"{name}.css") for name in _SHEETS)
    hints = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    fresh = traitlets.Bool(True).tag(sync=True)

    def __init__(self, hints: Mapping[str, Sequence[str]]) -> None:
        super().__init__(hints=dict(hints), words=_words(), layout={"display": "none"})
        self.on_msg(self._shown)

    def know(self, hints: Mapping[str, Sequence[str]]) -> None:
        """Take the hints of controls that were made later."""
        self.hints = {**self.hints, **hints}

    def _shown(self, _widget: Any, _content: dict[str, Any], _buffers: Any) -> None:
        self.fresh = False

    def __repr__(self) -> str:
        return "Accessibility()"


def _words() -> dict[str, str]:
    return {
        "gone": t("page.gone"),
        "menu": t("page.menu"),
        "waiting": t("page.waiting", count="{count}"),
        "waiting_one": t("page.waiting.one"),
    }
