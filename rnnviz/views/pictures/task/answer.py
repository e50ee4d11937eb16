"""What the network answers to the sequence that is shown: a share for each class."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.bars import answered, bars, bars_axes, bars_patches, classes_of
from rnnviz.views.side.bars_of_classes import SideAnswer
from rnnviz.views.style import base_layout

__all__ = ["AnswerView"]


class AnswerView(View):
    """A bar a class, as long as its share; the right class is in the accent's colour."""

    name = "answer"
    height = 240
    shares_time = False
    score = SideAnswer()

    def exists(self, snapshot: Snapshot) -> bool:
        return answered(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        drawn = classes_of(snapshot, focus)
        layout = base_layout(t("view.answer.title"), self.height, **bars_axes(drawn))
        layout["margin"] |= {"l": 20 + 7 * max(map(len, drawn.names)), "r": 60}
        return go.Figure(bars(drawn), layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return bars_patches(classes_of(snapshot, focus))
