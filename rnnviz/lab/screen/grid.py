"""Grid: a place on the page for every picture there can be; a figure is put there when first it is shown."""

from collections.abc import Mapping

import ipywidgets as widgets

from rnnviz.lab.controls.base import box, help_words
from rnnviz.live import LiveFigure
from rnnviz.views import View

__all__ = ["Grid"]


class Grid:
    """Boxes in reading order, empty and hidden at first: a page starts sooner the fewer figures it has to build.

    Parameters
    ----------
    views : mapping of str to View
        What can be shown.
    """

    def __init__(self, views: Mapping[str, View]) -> None:
        self._views = views
        self._boxes = {name: box(widgets.Box, [], "rv-view", f"rv-view-{name}") for name in views}
        for one in self._boxes.values():
            one.layout.display = "none"
        self.widget = box(widgets.Box, list(self._boxes.values()), "rv-views")

    def put(self, name: str, figure: LiveFigure) -> None:
        """Put a figure into the place of the view of that name, with its help behind a question mark."""
        words = self._views[name].help
        self._boxes[name].children = (figure, *([help_words(words)] if words else []))

    def show(self, name: str, shown: bool) -> None:
        """Show or hide the picture of the view of that name."""
        self._boxes[name].layout.display = None if shown else "none"
