"""OtherLabs: the line that says how many other labs train meanwhile, with one press to pause them all."""

from collections.abc import Callable

import ipywidgets as widgets

from rnnviz.i18n import t

__all__ = ["OtherLabs"]


class OtherLabs:
    """A button under the status line, there while other labs or comparisons of this kernel play.

    Attributes
    ----------
    count : callable
        Returns how many others play.
    """

    def __init__(self) -> None:
        self.count: Callable[[], int] = lambda: 0
        self.widget = widgets.Button(tooltip=t("lab.others.tip"), layout={"display": "none"})
        self.widget.add_class("rv-others")

    def show(self) -> None:
        """Count again. Called by one thread only."""
        count = self.count()
        if count:
            self.widget.description = t("lab.others", count=count)
            self.widget.layout.display = None
        else:
            self.hide()

    def hide(self) -> None:
        """Say nothing."""
        self.widget.layout.display = "none"
