"""The alignment of attention: which source token each target token looks at, of any weights and of a run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.pictures.pairs.alignmentstrip import AlignmentStrip, row_picked
from rnnviz.views.pictures.pairs.attended import aligned, attended_tokens, of_decoder, shown
from rnnviz.views.style import GATE, axis, base_layout, notice, plain
from rnnviz.views.words import said

__all__ = ["AlignmentView", "alignment"]


class AlignmentView(View):
    """Weights of a translator's attention, fixed 0 … 1: a row for each token that is written, a column for each read.

    Parameters
    ----------
    name : str
        What ``lab.figure(name)`` calls it.
    forced : bool
        Whether each row goes on from the right tokens, where they are known, and not from those that were written.
    """

    shares_time = True

    def __init__(self, name: str, *, forced: bool = False) -> None:
        self.name, self.forced, self._strip = name, forced, AlignmentStrip(name, forced=forced)

    @property
    def score(self) -> View:
        return self._strip

    def exists(self, snapshot: Snapshot) -> bool:
        return aligned(snapshot)

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        return None if of_decoder(snapshot) else super().cursor(snapshot, focus)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        rows, steps = attended_tokens(snapshot, focus.sample, forced=self.forced).weights.shape
        layout = _layout(t(f"view.{self.name}.title"), rows, annotations=[notice().update(yshift=4)])
        layout["yaxis"] |= {"range": [rows - 0.5, -0.5], "title": {"text": t(f"view.{self.name}.rows"), "standoff": 6}}
        layout["xaxis"] |= {"range": [-0.5, steps - 0.5]}
        return go.Figure(_heatmap("%{customdata}<br>%{z:.2f}<extra></extra>"), layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        looks = attended_tokens(snapshot, focus.sample, forced=self.forced)
        translation = snapshot.translations[focus.sample]
        verdict = {None: "", True: t("view.alignment.right"), False: t("view.alignment.wrong")}[translation.right]
        return [
            Patch(0, "z", looks.weights, (0.0, 1.0)),
            Patch(0, "customdata", looks.cells),
            Patch(None, "xaxis.tickvals", tuple(range(len(looks.source)))),
            Patch(None, "xaxis.ticktext", tuple(shown(one) for one in looks.source)),
            Patch(None, "yaxis.tickvals", tuple(range(len(looks.written)))),
            Patch(None, "yaxis.ticktext", looks.labels),
            Patch(None, "annotations[0].text", said(where(snapshot, replace(focus, layer=0)), verdict)),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        return row_picked(snapshot, focus if of_decoder(snapshot) else super().picked(snapshot, focus, at), at)


def alignment(weights: Any, source: Sequence[str], target: Sequence[str]) -> go.Figure:
    """Return attention weights as a heatmap, target down and source across, colours fixed from 0 to 1.

    Parameters
    ----------
    weights : array or torch.Tensor
        Axes (target, source), each from 0 to 1.
    source, target : sequence of str
        A label for each column and each row.

    Raises
    ------
    ValueError
        If the shape is not (target, source), or a weight is not from 0 to 1.

    Examples
    --------
    >>> alignment([[0.9, 0.1], [0.2, 0.8]], ["le", "chat"], ["the", "cat"]).data[0].z.shape
    (2, 2)
    """
    if hasattr(weights, "detach"):
        weights = weights.detach().cpu()
    values = np.asarray(weights, np.float64)
    if values.shape != (len(target), len(source)):
        raise ValueError(
            f"weights must have axes (target, source), here {(len(target), len(source))}, got shape {values.shape}; "
            "pick one sequence and one head, such as weights[0]."
        )
    # 1e-6: a softmax in float32 may round to a little above 1
    if not ((values >= 0) & (values <= 1 + 1e-6)).all():
        raise ValueError(
            f"weights must be from 0 to 1, got {values.min():.3g} to {values.max():.3g}; "
            "pass what the softmax gives, not the scores before it."
        )
    down, across = [plain(one) for one in target], [plain(one) for one in source]
    layout = _layout(t("view.alignment.title"), len(down))
    layout["xaxis"] |= _labels(across)
    layout["yaxis"] |= _labels(down) | {"autorange": "reversed"}
    layout["margin"] |= {"l": 50 + 7 * min(max(map(len, down), default=0), 20)}
    drawn = _heatmap(f"{t('view.alignment.cell')}<extra></extra>")
    return go.Figure(
        drawn.update(z=values, customdata=np.array([[(row, column) for column in across] for row in down], object)),
        layout,
    )


def _layout(title: str, rows: int, **more: Any) -> dict[str, Any]:
    layout = base_layout(
        title,
        int(np.clip(140 + 20 * rows, 260, 700)),
        xaxis=axis(t("view.alignment.source"), showgrid=False),
        yaxis=axis(t("view.alignment.target"), showgrid=False),
        **more,
    )
    layout["margin"] |= {"l": 70, "b": 70}
    return layout


def _heatmap(hover: str) -> go.Heatmap:
    return go.Heatmap(
        zmin=0,
        zmax=1,
        zauto=False,
        colorscale=GATE["light"],
        colorbar={"thickness": 9, "outlinewidth": 0, "tickfont": {"size": 10}},
        hoverongaps=False,
        hovertemplate=hover,
    )


def _labels(names: Sequence[str]) -> dict[str, Any]:
    """Return a label a place: a token may come twice, so places are numbers."""
    return {"tickvals": list(range(len(names))), "ticktext": list(names)}
