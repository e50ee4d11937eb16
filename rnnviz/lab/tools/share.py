"""Share: the pop-over that shows a lab's program, its recipe and its numbers, to copy and to keep."""

from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.export.codec import Shareable
from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.rows import curve_table
from rnnviz.training.tables import to_csv
from rnnviz.views import Focus

__all__ = ["Share", "ShareBox"]

_WORDS = ("code", "link", "copy", "copied", "by_hand", "download", "tables", "curves", "states", "replay", "waiting")


class ShareBox(PageWidget):
    """Texts to take away; those that cannot be had say why. Tables come when they are asked for.

    Attributes
    ----------
    code, recipe, link, tables, replay : str
        What is shown, each in a box of its own.
    runs : bool
        Whether ``code`` is a program.
    words : dict of str to str
        Titles and buttons.
    on_table : callable
        Called with ``"curves"`` or ``"states"``; `give` answers.

    Examples
    --------
    >>> ShareBox(code="print(1)")
    ShareBox()
    """

    _esm = beside(__file__, "share.js")
    _css = beside(__file__, "share.css")
    code = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Bool().tag(sync=True)
    recipe = traitlets.Unicode().tag(sync=True)
    link = traitlets.Unicode().tag(sync=True)
    tables = traitlets.Unicode().tag(sync=True)
    replay = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, **texts: Any) -> None:
        super().__init__(**texts)
        self.on_table: Callable[[str], object] = lambda name: None
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return "ShareBox()"

    def give(self, file: str, text: str) -> None:
        """Have the page save a text as a file of this name."""
        self.send({"kind": "table", "file": file}, buffers=[text.encode()])

    def _heard(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("kind") == "table":
            self.on_table(str(content.get("name")))


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
    look : callable
        Returns the snapshot whose numbers are taken away.
    guarded : callable
        Called with the work that a press stands for; keeps what it raises.
    """

    name = "share"
    place = "pop"

    def __init__(
        self,
        code: Callable[[], str],
        recipe: Callable[[], Shareable],
        reader: str,
        look: Callable[[], Snapshot],
        guarded: Callable[[Callable[[], object]], None],
    ) -> None:
        self._code, self._recipe, self._look = code, recipe, look
        self._sample = 0
        words = {name: t(f"tool.share.{name}") for name in _WORDS} | {"recipe": t("tool.share.recipe", reader=reader)}
        own = "comparison" if "Comparison" in reader else "lab"
        self.widget = ShareBox(
            words=words, tables=t("tool.share.tables.code", lab=own), replay=t("tool.share.replay.code", lab=own)
        )
        self.widget.on_table = lambda name: guarded(lambda: self.widget.give(*self._table(name)))

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write down the lab as it is set now; texts that are the same are not sent again."""
        self._sample = focus.sample
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

    def _table(self, name: str) -> tuple[str, str]:
        """The curves, or the states of the sequence in focus, as a file."""
        snapshot = self._look()
        if name == "curves":
            models = snapshot.models.items()
            return f"curves-step-{snapshot.step}.csv", to_csv(
                curve_table({key: one.history for key, one in models})
            ) or ""
        sample = min(self._sample, snapshot.layer.hidden.shape[2] - 1)
        return f"states-step-{snapshot.step}-sequence-{sample}.csv", snapshot.to_csv(sample=sample) or ""
