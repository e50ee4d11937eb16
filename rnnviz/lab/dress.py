"""Dress: the lab's style sheet, and the tooltips and screen-reader names that ipywidgets do not set."""

import anywidget
import traitlets

from rnnviz.live.beside import beside

__all__ = ["Dress"]


class Dress(anywidget.AnyWidget):
    """An invisible widget inside the lab.

    Attributes
    ----------
    hints : dict of str to list of str
        Class name of a control to its label and its tooltip.
    """

    _esm = beside(__file__, "dress.js")
    _css = beside(__file__, "lab.css")
    hints = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "Dress()"
