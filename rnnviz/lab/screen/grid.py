"""Grid: a place on the page for every picture there can be; a figure is put there when first it is shown."""

from collections.abc import Mapping

import ipywidgets as widgets

from rnnviz.lab.controls.base import box, help_words
from rnnviz.live import LiveFigure
from rnnviz.training import Snapshot
from rnnviz.views import View

__all__ = ["Grid", "drawable", "drawn", "place_of"]

_DRAWING = ("skeleton", "patches", "figure")
_PLACES = {"strip": "score", "side": "column", None: "wide"}  # by the place that a view asks for


def drawn(view: View) -> View:
    """Return how a lab draws a view: its form in the score where it has one, else the view itself.

    A form belongs to the drawing that it was made for: a class of somebody's own that draws anew is drawn as it says.
    """
    line = type(view).__mro__

    def at(name: str) -> int:
        return next((place for place, kind in enumerate(line) if name in vars(kind)), len(line))

    own = min(map(at, _DRAWING)) < at("score")
    return view if own else view.score or view


def drawable(view: View, snapshot: Snapshot) -> bool:
    """Return whether a lab draws a view of this snapshot: the view decides, and its form may have less to draw."""
    return view.exists(snapshot) and ((form := drawn(view)) is view or form.exists(snapshot))


def place_of(view: View) -> str:
    """Return where a lab draws a view: ``"score"``, ``"column"`` or ``"wide"``."""
    return _PLACES.get(getattr(drawn(view), "place", None), "wide")


class Grid:
    """Boxes in reading order, empty and hidden at first: a page starts sooner the fewer figures it has to build.

    Parameters
    ----------
    views : mapping of str to View
        What can be shown.

    Attributes
    ----------
    score, column, wide : widgets.Box
        The strips over one time axis; the narrow column beside them; pictures that have no form for either. One in
        which nothing is shown has the class ``rv-empty``.
    """

    def __init__(self, views: Mapping[str, View]) -> None:
        self._views = views
        self._boxes = {name: box(widgets.Box, [], "rv-view", f"rv-view-{name}") for name in views}
        self._shown = dict.fromkeys(views, False)
        for one in self._boxes.values():
            one.layout.display = "none"
        placed = {name: place_of(view) for name, view in views.items()}
        self._around = {
            place: [self._boxes[name] for name, its in placed.items() if its == place] for place in _PLACES.values()
        }
        self.score, self.column, self.wide = (
            box(widgets.Box, boxes, f"rv-{place}", "rv-empty") for place, boxes in self._around.items()
        )

    def put(self, name: str, figure: LiveFigure) -> None:
        """Put a figure into the place of the view of that name, with its help behind a question mark."""
        words, captioned = self._views[name].help, place_of(self._views[name]) != "wide"
        if captioned:
            figure.help = words
        self._boxes[name].children = (figure, *([help_words(words)] if words and not captioned else []))

    def show(self, name: str, shown: bool) -> None:
        """Show or hide the picture of the view of that name."""
        if self._shown[name] == shown:  # as with each frame but the first: to ask the widgets takes long
            return
        self._shown[name] = shown
        self._boxes[name].layout.display = None if shown else "none"
        for place, boxes in self._around.items():
            around = getattr(self, place)
            empty = all(one.layout.display == "none" for one in boxes)
            if empty != ("rv-empty" in around._dom_classes):
                (around.add_class if empty else around.remove_class)("rv-empty")
