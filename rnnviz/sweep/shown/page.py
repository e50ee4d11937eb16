"""What a notebook shows of a sweep while it runs: a bar, a line of words, the figure; and the picture that it keeps."""

import html
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from rnnviz.i18n import t
from rnnviz.lab.screen.accessibility import Accessibility
from rnnviz.lab.still.outputs import Output, call_after_cells
from rnnviz.live.figure import LiveFigure
from rnnviz.sweep.shown.keptpicture import kept_picture
from rnnviz.sweep.shown.parallel import parallel, scored
from rnnviz.sweep.shown.progress import said
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import Row

__all__ = ["Page"]

_REST = 0.5  # seconds between two drawings of the figure, at least
# a kept picture is told by what its file begins with, as in lab.css
_STYLE = """
.rv-sweep { padding: 4px 0; }
.rv-sweep .widget-html-content { line-height: 1.4; white-space: normal; }
.jp-OutputArea:has(.rv-sweep)
  > .jp-OutputArea-child:has(> .jp-OutputArea-output > img[src*="AAAAFXRFWHRTb2Z0d2FyZQBybm52aXogc3RpbG"]) {
  display: none;
}
"""


class Page:
    """Follows a sweep in the cell that runs it; shows widgets only where somebody is there.

    Parameters
    ----------
    plan : Plan
        What is done.
    wanted : int
        Trials in all.
    attended : bool
        Whether somebody reads along.
    """

    def __init__(self, plan: Plan, wanted: int, *, attended: bool) -> None:
        self._plan, self._wanted = plan, wanted
        self._rows: Sequence[Row] = ()
        self._output, self._left = Output(), False
        self.bar = widgets.IntProgress(0, 0, max(wanted, 1), layout={"width": "100%"})
        self.bar.add_class("rv-sweep-bar")
        self.said = widgets.HTML()
        self.figure: LiveFigure | None = None
        self._drawn = 0.0
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout={"display": "none"})
        hints = Accessibility(hints={"rv-sweep-bar": [t("sweep.bar"), ""]})
        self.widget = widgets.VBox([style, hints, self.bar, self.said])
        self.widget.add_class("rv-sweep")
        if attended:
            words = t("sweep.still.title", task=plan.task.name)
            shown: Any = display
            shown({**self.widget._repr_mimebundle_(), "text/plain": words}, raw=True)
        call_after_cells(self)

    def follow(self, rows: Sequence[Row], running: int) -> None:
        """Show what has finished; the figure no more often than can be looked at."""
        self._rows = rows
        self.bar.value = len(rows)
        self.said.value = f"<span>{html.escape(said(self._plan, rows, self._wanted, running))}</span>"
        if time.monotonic() - self._drawn >= _REST:
            self._draw()

    def end(self, rows: Sequence[Row]) -> None:
        """Show how it ended."""
        self.follow(rows, 0)
        self._draw()

    def cell_ended(self) -> None:
        """Leave the picture among the cell's outputs, once."""
        if not self._left and self._rows:
            self._left = True
            self._output.put(kept_picture(self._plan, self._rows, self._wanted))

    def _draw(self) -> None:
        if not scored(self._rows):
            return
        figure: Any = parallel(self._plan, self._rows)
        if self.figure is None:
            self.figure = LiveFigure(figure, name="sweep")
            self.widget.children = (*self.widget.children, self.figure)
        else:
            self.figure.rebuild(figure)
        self._drawn = time.monotonic()
