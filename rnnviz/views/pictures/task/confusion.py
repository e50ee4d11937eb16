"""The confusion matrix: which class the network takes for which, on the part it never trains on."""

import html
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.training import Confusion, Mistake, Snapshot
from rnnviz.views.base import Focus, Picked, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import GATE, axis, base_layout, notice, plain

__all__ = ["ConfusionView"]


_LISTED = 10  # mistakes
_LONGEST = 46  # characters of one
_LINE = 0.082  # of the picture's height, from one mistake to the next


class ConfusionView(View):
    """True classes down, answers across; colour is the share of a row in percent, fixed 0 … 100.

    Where the sequences have words, the mistakes of which the network was surest stand beside it; a click on a cell
    chooses those in it.
    """

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
        if _of(snapshot).worst:
            layout["height"] = max(self.height, 120 + 26 * len(names))
            layout["xaxis"]["domain"] = [0, 0.54]
            layout["annotations"] += [_line(index) for index in range(_LISTED + 1)]
        bar = {
            "title": {"text": t("view.confusion.share")},
            "thickness": 9,
            "outlinewidth": 0,
            "tickfont": {"size": 10},
            **({"x": 0.545, "xanchor": "left"} if _of(snapshot).worst else {}),
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
            *_listed(_of(snapshot), focus),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        """Choose the mistakes of a cell; a cell of right answers, or the one that is chosen, shows all again."""
        cell = f"{html.unescape(str(at.y))} > {html.unescape(str(at.x))}"
        known = {one.cell for one in _of(snapshot).worst}
        return replace(focus, mistake=cell if cell in known and cell != focus.mistake else "")


def _of(snapshot: Snapshot) -> Confusion:
    if snapshot.confusion is None:
        raise ValueError("the task's answers are no classes; a confusion matrix needs a task with classes.")
    return snapshot.confusion


def _line(index: int) -> go.layout.Annotation:
    """The place of one line of the list; the first is its heading."""
    return go.layout.Annotation(
        text="",
        showarrow=False,
        xref="paper",
        yref="paper",
        x=0.66,
        y=1 - index * _LINE,
        xanchor="left",
        yanchor="top",
        align="left",
        font={"size": 11},
    )


def _listed(confusion: Confusion, focus: Focus) -> list[Patch]:
    """Return the list of mistakes, of all kinds or of the one in focus."""
    if not confusion.worst:
        return []
    chosen = [one for one in confusion.worst if focus.mistake in ("", one.cell)]
    true, _, said = focus.mistake.partition(" > ")
    title = t("view.confusion.worst.cell", true=true, said=said) if focus.mistake else t("view.confusion.worst")
    lines = [f"<b>{plain(title)}</b>", *(plain(_case(one, bool(focus.mistake))) for one in chosen[:_LISTED])]
    lines += [] if chosen else [t("view.confusion.none")]
    lines += [""] * (_LISTED + 1 - len(lines))
    return [Patch(None, f"annotations[{index + 1}].text", line) for index, line in enumerate(lines)]


def _case(mistake: Mistake, inside: bool) -> str:
    short = mistake.text if len(mistake.text) <= _LONGEST else f"{mistake.text[: _LONGEST - 1]}…"
    said = {"text": short, "share": percent(mistake.share)}
    if inside:
        return t("view.confusion.case.cell", **said)
    return t("view.confusion.case", true=mistake.true, said=mistake.said, **said)
