"""The answer to the sequence that the score shows."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.bars import answered, bars, bars_axes, bars_patches, classes_of
from rnnviz.views.side.base import SidePanel, SideView, side_figure

__all__ = ["SideAnswer"]

_ROW = 25  # pixels a class
_WORDS = 48  # pixels at the right end, for the shares


class SideAnswer(SideView):
    """The form of the answer in the narrow column."""

    name = "answer"

    def exists(self, snapshot: Snapshot) -> bool:
        return answered(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        drawn = classes_of(snapshot, focus)
        axes = bars_axes(drawn)
        high = _ROW * len(drawn.kept)
        panel = SidePanel(t("view.answer.name"), "", high, high, yaxis=axes.pop("yaxis"))
        figure = side_figure([panel], bars(drawn), foot=0, **axes)
        figure.update_layout(margin={"l": 12 + 7 * max(map(len, drawn.names)), "r": _WORDS})
        return figure

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        each = snapshot.outputs is not None and snapshot.outputs.ndim > 2
        aside = t("side.answer.at", t=focus.time) if each else t("side.answer.sequence")
        return [*bars_patches(classes_of(snapshot, focus)), Patch(None, "meta.panels[0].aside", aside)]
