"""CellView: the drawing of one cell and its equations in the browser, with the controls that move through them."""

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["CellView"]


class CellView(PageWidget):
    """Show what ``picture`` says; every word and number arrives written out, and is shown as text, never as markup.

    While the time cursor of its group moves, it asks for that timestep, and asks anew only once it was answered.

    Parameters
    ----------
    words : mapping of str to str
        The words of the controls and their tooltips.

    Attributes
    ----------
    picture : dict
        ``title``, ``alt`` (the drawing in words), ``hint``, ``time`` and ``unit``, ``diagram`` (the fields of a
        `rnnviz.views.Diagram`), ``lines`` (headings with their lines), ``over`` (curves over time), ``cursor`` (the
        timestep that was asked for), or ``refused`` alone: why there is none. Empty until there is something to show.
    group : str
        Whose time cursor is followed.
    ended : bool
        Whether the controls do nothing any more.
    on_key : callable
        Called with the name of an arrow key, ``"ArrowLeft"`` and so on, or with ``"g"``.
    on_press : callable
        Called with the name of a control, such as ``"back"``.
    on_cursor : callable
        Called with the timestep of the cursor, or with None when there is none any more.

    Examples
    --------
    >>> CellView()
    CellView()
    """

    _esm = beside(__file__, "cellview.js")
    _css = beside(__file__, "cellview.css")
    picture = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    group = traitlets.Unicode().tag(sync=True)
    ended = traitlets.Bool(False).tag(sync=True)

    def __init__(self, words: Mapping[str, str] | None = None) -> None:
        super().__init__(words=dict(words or {}))
        self.on_key: Callable[[str], None] = lambda key: None
        self.on_press: Callable[[str], None] = lambda name: None
        self.on_cursor: Callable[[int | None], None] = lambda time: None
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return "CellView()"

    def _heard(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        kind = content.get("kind")
        if kind == "key":
            self.on_key(str(content.get("key")))
        elif kind == "press":
            self.on_press(str(content.get("name")))
        elif kind == "cursor":
            time = content.get("time")
            self.on_cursor(None if time is None else int(time))
