"""Scores by tag: precision, recall and F1 of each tag that comes often enough, as dots."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.tasks.tags.tagscores import TagScores, from_counts
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import ACCENT, GHOST, SERIES, axis, base_layout, notice, plain

__all__ = ["CASES", "TagScoresView"]

CASES = 25  # words that a tag has to have: of fewer a single one moves its F1 by more than anybody should read into it
_ROW = 18  # pixels
_KINDS = (("precision", "triangle-left", SERIES[1]), ("recall", "triangle-right", SERIES[3]), ("f1", "circle", ACCENT))


class TagScoresView(View):
    """A row a tag, the most frequent on top: precision, recall and F1 on the part that is never trained on."""

    name = "tagscores"
    height = 300
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        each = snapshot.outputs is not None and np.ndim(snapshot.outputs) == 3
        return each and snapshot.confusion is not None and len(_shown(_scores(snapshot))) > 0

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        found = _scores(snapshot)
        kept = _shown(found)
        names = [f"{plain(found.tags[one])} ({found.cases[one]:,})" for one in kept]
        places = list(range(len(kept)))
        layout = base_layout(
            t("view.tagscores.title"),
            110 + _ROW * len(kept),
            showlegend=True,
            annotations=[notice().update(x=1, xanchor="right", yshift=24)],
            legend={
                "orientation": "h",
                "xref": "container",
                "x": 0.02,
                "y": 1,
                "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)",
            },
            xaxis=axis(t("view.tagscores.share"), range=[-0.02, 1.02]),
            yaxis=axis(tickvals=places, ticktext=names, range=[len(kept) - 0.5, -0.5], fixedrange=True),
        )
        layout["margin"] |= {"t": 76, "l": 20 + 7 * max(map(len, names))}
        hover = "%{customdata}: %{x:.3f}<extra>%{fullData.name}</extra>"
        dots = [
            go.Scatter(
                y=places,
                mode="markers",
                name=t(f"view.tagscores.{kind}"),
                marker={"symbol": symbol, "size": 9 if kind == "f1" else 7, "color": colour},
                customdata=[plain(found.tags[one]) for one in kept],
                hovertemplate=hover,
                cliponaxis=False,
            )
            for kind, symbol, colour in _KINDS
        ]
        span = go.Scatter(mode="lines", line={"color": GHOST, "width": 1}, hoverinfo="skip", showlegend=False)
        return go.Figure([span, *dots], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        found = _scores(snapshot)
        kept = _shown(found)
        low, high = np.minimum(found.precision, found.recall)[kept], np.maximum(found.precision, found.recall)[kept]
        gap = np.full(len(kept), np.nan)
        rows = np.arange(len(kept), dtype=np.float64)
        words = t("view.tagscores.notice", macro=found.macro_f1(CASES), accuracy=100 * found.accuracy)
        return [
            Patch(0, "x", np.stack([low, high, gap], 1).ravel()),
            Patch(0, "y", np.stack([rows, rows, gap], 1).ravel()),
            *(Patch(place, "x", getattr(found, kind)[kept]) for place, (kind, _, _) in enumerate(_KINDS, 1)),
            Patch(None, "annotations[0].text", words),
        ]


def _scores(snapshot: Snapshot) -> TagScores:
    if snapshot.confusion is None:
        raise ValueError("the task's answers are no classes; this picture needs a task with classes.")
    return from_counts(snapshot.confusion.counts, snapshot.confusion.classes)


def _shown(found: TagScores) -> list[int]:
    """The tags with cases enough, the most frequent first."""
    often = [one for one in range(len(found.tags)) if found.cases[one] >= CASES]
    return sorted(often, key=lambda one: -int(found.cases[one]))
