"""The confusion matrix: which class the network takes for which, on the part it never trains on."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Confusion, Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import GATE, axis, base_layout, notice, plain

__all__ = ["ConfusionView"]


class ConfusionView(View):
    """True classes down, answers across; colour is the share of a row in percent, fixed 0 … 100."""

    name = "confusion"
    height = 340
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.confusion is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        names = [plain(one) for one in _of(snapshot).classes]
        layout = base_layout(
            t("view.confusion.title"),
            self.height,
            annotations=[notice().update(yshift=4)],
            xaxis=axis(t("view.confusion.said"), type="category", showgrid=False),
            yaxis=axis(t("view.confusion.true"), type="category", autorange="reversed", showgrid=False),
        )
        longest = max(map(len, names))
        layout["margin"] |= {"l": 50 + 7 * longest, "b": 46 if longest < 6 else 66}
        bar = {
            "title": {"text": t("view.confusion.share")},
            "thickness": 9,
            "outlinewidth": 0,
            "tickfont": {"size": 10},
        }
        matrix = go.Heatmap(
            x=names,
            y=names,
            zmin=0,
            zmax=100,
            zauto=False,
            colorscale=GATE["light"],
            colorbar=bar,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            texttemplate="%{text}",
            hovertemplate=f"{t('view.confusion.cell')}<extra></extra>",
        )
        return go.Figure([matrix], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        counts = _of(snapshot).counts
        total, right = int(counts.sum()), int(np.trace(counts))
        rows = counts.sum(1, keepdims=True)
        share = np.where(rows > 0, 100 * counts / np.maximum(rows, 1), np.nan)  # a class that never came has no row
        words = t("view.confusion.notice", right=right, total=total, share=100 * right / max(total, 1))
        return [
            Patch(0, "z", share),
            Patch(0, "customdata", counts),
            Patch(0, "text", tuple(tuple(f"{one:,}" for one in row) for row in counts)),
            Patch(None, "annotations[0].text", words),
        ]


def _of(snapshot: Snapshot) -> Confusion:
    if snapshot.confusion is None:
        raise ValueError("the task's answers are no classes; a confusion matrix needs a task with classes.")
    return snapshot.confusion
