"""The answer to the sequence that the score shows."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.answered_numbers import number_axes, number_patches, number_traces, numbered, off_words
from rnnviz.views.side.bars import answered, bars, bars_axes, bars_patches, classes_of
from rnnviz.views.side.base import SidePanel, SideView, side_figure

__all__ = ["SideAnswer"]

_ROW = 25  # pixels a class
_LOW, _HIGH, _FOOT = 120, 150, 34  # pixels of the picture of numbers, and of the words below it


class SideAnswer(SideView):
    """The form of the answer in the narrow column."""

    name = "answer"

    def exists(self, snapshot: Snapshot) -> bool:
        return answered(snapshot) or numbered(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        if not answered(snapshot):
            axes = number_axes(snapshot)
            panel = SidePanel(t("view.answer.name"), "", _LOW, _HIGH, big=True, yaxis=axes.pop("yaxis"))
            return side_figure([panel], number_traces(snapshot), foot=_FOOT, **axes)
        drawn = classes_of(snapshot, focus)
        axes = bars_axes(drawn)
        high = _ROW * len(drawn.kept)
        panel = SidePanel(t("view.answer.name"), "", high, high, yaxis=axes.pop("yaxis"))
        figure = side_figure([panel], bars(drawn), foot=0, **axes)
        figure.update_layout(margin={"l": 12 + 7 * max(map(len, drawn.names))})
        return figure

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        if not answered(snapshot):
            big, words = off_words(snapshot, focus)
            said = [Patch(None, "meta.panels[0].big", big), Patch(None, "meta.panels[0].bigwords", words)]
            aside = Patch(None, "meta.panels[0].aside", t("side.answer.sequence"))
            return [*number_patches(snapshot, focus), aside, *said]
        each = snapshot.outputs is not None and snapshot.outputs.ndim > 2
        aside = Patch(
            None, "meta.panels[0].aside", t("side.answer.at", t=focus.time) if each else t("side.answer.sequence")
        )
        return [*bars_patches(classes_of(snapshot, focus)), aside]
