"""CellView: the drawing of one cell and its equations in the browser, and the arrow keys that move through them."""

from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["CellView"]


class CellView(PageWidget):
    """Show what ``picture`` says; every word and number arrives written out, and is shown as text, never as markup.

    Attributes
    ----------
    picture : dict
        ``title``, ``alt`` (the drawing in words), ``hint``, ``diagram`` (the fields of a `rnnviz.views.Diagram`), and
        ``lines``: a list of pairs, a heading and its equations. Written by one thread only. Empty until there is
        something to show.
    on_key : callable
        Called with the name of an arrow key, ``"ArrowLeft"`` and so on, or with ``"g"``.

    Examples
    --------
    >>> CellView()
    CellView()
    """

    _esm = beside(__file__, "cellview.js")
    _css = beside(__file__, "cellview.css")
    picture = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.on_key: Callable[[str], None] = lambda key: None
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return "CellView()"

    def _heard(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("kind") == "key":
            self.on_key(str(content.get("key")))
