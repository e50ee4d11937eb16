"""Share: the drawer that shows a lab's program and its recipe, to copy and to keep."""

from collections.abc import Callable

import traitlets

from rnnviz.export.codec import Shareable
from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool
from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["Share", "ShareBox"]

_WORDS = ("code", "link", "copy", "copied", "by_hand", "download")


class ShareBox(PageWidget):
    """Texts to take away; those that cannot be had say why.

    Examples
    --------
    >>> ShareBox(code="print(1)")
    ShareBox()
    """

    _esm = beside(__file__, "share.js")
    code = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Bool().tag(sync=True)
    recipe = traitlets.Unicode().tag(sync=True)
    link = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "ShareBox()"


class Share(Tool):
    """Show how to have this lab elsewhere.

    Parameters
    ----------
    code : callable
        Returns the program.
    recipe : callable
        Returns the recipe. Both raise a ValueError where there is none.
    reader : str
        What makes a lab of the recipe again.
    """

    name = "share"
    place = "pop"

    def __init__(self, code: Callable[[], str], recipe: Callable[[], Shareable], reader: str) -> None:
        self._code, self._recipe = code, recipe
        words = {name: t(f"tool.share.{name}") for name in _WORDS}
        self.widget = ShareBox(words=words | {"recipe": t("tool.share.recipe", reader=reader)})

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write down the lab as it is set now; texts that are the same are not sent again."""
        # one message, or the page would show the program of one moment and the recipe of another
        with self.widget.hold_sync():
            try:
                self.widget.code, self.widget.runs = str(self._code()), True
            except ValueError as error:
                self.widget.code, self.widget.runs = str(error), False
            try:
                recipe = self._recipe()
                self.widget.recipe, self.widget.link = recipe.text(), recipe.link()
            except ValueError as error:
                self.widget.recipe = self.widget.link = str(error)
