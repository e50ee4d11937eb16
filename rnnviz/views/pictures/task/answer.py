"""What the network answers to the sequence that is shown: a share for each class."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.answered_numbers import number_axes, number_patches, number_traces, numbered
from rnnviz.views.side.bars import answered, bars, bars_axes, bars_patches, classes_of
from rnnviz.views.side.bars_of_classes import SideAnswer
from rnnviz.views.style import axis, base_layout

__all__ = ["AnswerView"]


class AnswerView(View):
    """A bar a class, as long as its share, the right one in the accent's colour; or numbers beside the right ones."""

    name = "answer"
    height = 240
    shares_time = False
    score = SideAnswer()

    def exists(self, snapshot: Snapshot) -> bool:
        return answered(snapshot) or numbered(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        if not answered(snapshot):
            axes = {name: axis() | more for name, more in number_axes(snapshot).items()}
            layout = base_layout(t("view.answer.title"), self.height, showlegend=False, **axes)
            return go.Figure(number_traces(snapshot), layout)
        drawn = classes_of(snapshot, focus)
        layout = base_layout(t("view.answer.title"), self.height, **bars_axes(drawn))
        layout["margin"] |= {"l": 20 + 7 * max(map(len, drawn.names)), "r": 60}
        return go.Figure(bars(drawn), layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return bars_patches(classes_of(snapshot, focus)) if answered(snapshot) else number_patches(snapshot, focus)
