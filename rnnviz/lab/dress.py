"""Dress: the lab's style sheet, and the tooltips and screen-reader names that ipywidgets do not set."""

from importlib import resources

import anywidget
import traitlets

__all__ = ["Dress"]


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


class Dress(anywidget.AnyWidget):
    """An invisible widget inside the lab.

    Attributes
    ----------
    hints : dict of str to list of str
        Class name of a control to its label and its tooltip.
    """

    _esm = _file("dress.js")
    _css = _file("lab.css")
    hints = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "Dress()"
