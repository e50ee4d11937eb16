"""Accessibility: the style sheet, what keyboards and screen readers need, and the words for when the kernel is gone."""

from collections.abc import Mapping, Sequence

import traitlets

from rnnviz.i18n import t
from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["Accessibility"]

_SHEETS = ("tokens", "frame", "toolbar", "line", "lab")


class Accessibility(PageWidget):
    """An invisible widget inside a lab, or inside a question (``rv-predict``).

    Attributes
    ----------
    hints : dict of str to list of str
        Class name of a control to its label and its tooltip; without one where that is empty.
    words : dict of str to str
        What the page says by itself.
    """

    _esm = beside(__file__, "accessibility.js")
    _css = "".join(beside(__file__, f"{name}.css") for name in _SHEETS)
    hints = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, hints: Mapping[str, Sequence[str]]) -> None:
        super().__init__(hints=dict(hints), words={"gone": t("page.gone")}, layout={"display": "none"})

    def know(self, hints: Mapping[str, Sequence[str]]) -> None:
        """Take the hints of controls that were made later."""
        self.hints = {**self.hints, **hints}

    def __repr__(self) -> str:
        return "Accessibility()"
