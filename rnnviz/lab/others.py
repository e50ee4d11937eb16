"""Others: the line that says how many other labs train meanwhile, with one press to pause them all."""

from collections.abc import Callable

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.tools import Tool
from rnnviz.training import Snapshot
from rnnviz.views import Focus

__all__ = ["Others"]


class Others(Tool):
    """A button under the status line, there while other labs or comparisons of this kernel play.

    Parameters
    ----------
    count : callable
        Returns how many others play.
    pause : callable
        Called with a press.
    """

    name = "others"
    drawer = False

    def __init__(self, count: Callable[[], int], pause: Callable[[], object]) -> None:
        self._count = count
        self.widget = widgets.Button(tooltip=t("tool.others.tip"), layout={"display": "none"})
        self.widget.add_class("rv-link")
        self.widget.on_click(lambda _button: pause())

    def retire(self) -> None:
        """See `Tool`."""
        self.widget.layout.display = "none"

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Count again."""
        count = self._count()
        if count:
            self.widget.description = t("tool.others", count=count)
        display = None if count else "none"
        if self.widget.layout.display != display:
            self.widget.layout.display = display
