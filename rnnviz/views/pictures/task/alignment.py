"""The alignment of attention: which source token each target token looks at."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.views.style import GATE, axis, base_layout, plain

__all__ = ["alignment"]


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
    height = int(np.clip(140 + 20 * len(down), 260, 700))
    layout = base_layout(
        t("view.alignment.title"),
        height,
        xaxis=_labels(t("view.alignment.source"), across),
        yaxis=_labels(t("view.alignment.target"), down) | {"autorange": "reversed"},
    )
    layout["margin"] |= {"l": 50 + 7 * min(max(map(len, down), default=0), 20), "b": 70}
    cells = np.array([[(row, column) for column in across] for row in down], object)
    return go.Figure(
        go.Heatmap(
            z=values,
            customdata=cells,
            zmin=0,
            zmax=1,
            zauto=False,
            colorscale=GATE["light"],
            colorbar={"thickness": 9, "outlinewidth": 0, "tickfont": {"size": 10}},
            hovertemplate=f"{t('view.alignment.cell')}<extra></extra>",
        ),
        layout,
    )


def _labels(title: str, names: Sequence[str]) -> dict[str, Any]:
    """Return an axis with a label a place: a token may come twice, so places are numbers."""
    return axis(title, tickvals=list(range(len(names))), ticktext=list(names), showgrid=False)
