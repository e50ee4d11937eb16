"""Dress: the lab's style sheet, and what keyboards and screen readers need and ipywidgets do not give."""

import traitlets

from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["Dress"]


class Dress(PageWidget):
    """An invisible widget inside a lab, or inside a question (``rv-predict``).

    Attributes
    ----------
    hints : dict of str to list of str
        Class name of a control to its label and its tooltip; without one where that is empty.
    """

    _esm = beside(__file__, "reach.js", "dress.js")
    _css = beside(__file__, "lab.css")
    hints = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "Dress()"
