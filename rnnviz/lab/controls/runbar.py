"""RunBar: progress and timeline in one — filled is what was trained, the handle the moment that is shown."""

import traitlets

from rnnviz.i18n import t
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["RunBar"]

_LABELS = ("slider",)


class RunBar(PageWidget):
    """A line from step 0 to the goal. The page asks for a moment with messages, and writes no trait.

    Attributes
    ----------
    step, goal : int
        How far the run is, and where it pauses by itself; without a goal, 0.
    progress : str
        The same in words, for who does not see the line.
    steps : list of int
        The moments there are to choose from, rising; the last one is the newest. Of fewer than two none is chosen.
    held : int or None
        The step that is looked at, None for whatever is newest.
    words : str
        What is said of it; shown as text, never as markup.
    heard : int
        Number of the newest message that the rest answers: the page has its own way until then.
    labels : dict of str to str
        Words of the controls.
    """

    _esm = beside(__file__, "runbar.js")
    _css = beside(__file__, "runbar.css")
    step = traitlets.Int().tag(sync=True)
    goal = traitlets.Int().tag(sync=True)
    progress = traitlets.Unicode().tag(sync=True)
    steps = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    held = traitlets.Int(None, allow_none=True).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    heard = traitlets.Int().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(labels={name: t(f"tool.timeline.{name}") for name in _LABELS})
        self.add_class("rv-timeline")

    def __repr__(self) -> str:
        return "RunBar()"

    def tell(self, step: int, goal: int, progress: str) -> None:
        """Say how far the run is, in one message."""
        with self.hold_sync():
            self.step, self.goal, self.progress = step, goal, progress
