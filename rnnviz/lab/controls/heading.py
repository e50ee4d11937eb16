"""Heading: the line on top of a dock or a pop-over, with its name and the × that closes it."""

import traitlets

from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["Heading"]


class Heading(PageWidget):
    """A name and a ×; in a pop-over it also finds the place under the button, and closes at a press outside.

    Attributes
    ----------
    title : str
        The name.
    tool : str
        Whose; the × presses the button ``rv-open-TOOL`` of the same lab, so that the page does without the kernel.
    close : str
        What the × is called.

    Examples
    --------
    >>> Heading(title="Share", tool="share", close="Close")
    Heading('Share')
    """

    _esm = beside(__file__, "heading.js")
    _css = beside(__file__, "heading.css")
    title = traitlets.Unicode().tag(sync=True)
    tool = traitlets.Unicode().tag(sync=True)
    close_words = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, title: str, tool: str, close: str) -> None:
        # not a trait called close: that is the widget's own verb
        super().__init__(title=title, tool=tool, close_words=close)

    def __repr__(self) -> str:
        return f"Heading({self.title!r})"
