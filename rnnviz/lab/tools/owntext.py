"""OwnText: the line above the pictures where a learner types a text of her own, which the network reads at once."""

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["OwnText", "TextLine"]

_LABELS = ("label", "example", "clear")


class TextLine(PageWidget):
    """A line to type in. The page sends what stands there with messages, and writes no trait.

    Attributes
    ----------
    text : str
        What the network reads.
    words : str
        What is said of it; shown as text, never as markup.
    failed : bool
        Whether that is why it cannot be read.
    heard : int
        Number of the newest message that the rest answers: the page has its own way until then.
    labels : dict of str to str
        Words of the controls.
    """

    _esm = beside(__file__, "owntext.js")
    _css = beside(__file__, "owntext.css")
    text = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    failed = traitlets.Bool(False).tag(sync=True)
    heard = traitlets.Int().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(labels={name: t(f"tool.type.{name}") for name in _LABELS})
        self.add_class("rv-own-text")

    def __repr__(self) -> str:
        return f"TextLine({self.text!r})"


class OwnText(Tool):
    """Type a text of your own; why it cannot be read is said beside it, and what was read before stays.

    Parameters
    ----------
    read : callable
        Called with the text; raises a TypeError or ValueError if it cannot be read.
    typed : callable
        Returns what is read now.
    """

    name = "type"
    place = "row"

    def __init__(self, read: Callable[[str], object], typed: Callable[[], str]) -> None:
        self._read, self._typed = read, typed
        self._refused = ""
        self.widget = TextLine()
        self.widget.on_msg(self._asked)

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """See `Tool`."""
        return {}

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Say what is read, whoever has typed it, and which of its tokens are unknown."""
        self._write(self._typed(), self._refused or _unknown(snapshot))

    def _asked(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        self.uses += 1
        self._refused = ""
        try:
            self._read(str(content.get("text", "")))
        except (TypeError, ValueError) as error:
            self._refused = str(error)
            self._write(self._typed(), self._refused, int(content.get("number", 0)))
        else:
            self.widget.heard = int(content.get("number", 0))

    def _write(self, text: str, words: str, heard: int | None = None) -> None:
        with self.widget.hold_sync():
            # while something is refused, what stands there is the learner's, to be mended
            if not self._refused:
                self.widget.text = text
            self.widget.words, self.widget.failed = words, bool(self._refused)
            if heard is not None:
                self.widget.heard = heard


def _unknown(snapshot: Snapshot) -> str:
    labels = snapshot.time_labels[-1] if snapshot.typed else None
    count = (labels or ()).count("<UNK>")
    return t("tool.type.unknown", count=count) if count else ""
