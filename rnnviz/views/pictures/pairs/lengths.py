"""Quality by the length of the source: exact match or BLEU, a line for each network, a dot for each seed."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.views.style import SERIES, axis, base_layout, plain

__all__ = ["quality_by_length"]

_GLYPHS = ("circle", "diamond", "square", "triangle-up")


def quality_by_length(
    lengths: Sequence[str], scores: Mapping[str, Sequence[Sequence[float]]], *, title: str, height: int = 320
) -> go.Figure:
    """Return a line for each network through the mean over its seeds, and a dot for each seed.

    Parameters
    ----------
    lengths : sequence of str
        What each bin of lengths is called, such as ``"8 to 12"``.
    scores : mapping
        By the network's name, axes (seed, bin); at most four networks.
    title : str
        What is scored, the title of the vertical axis.
    height : int
        Pixels.

    Raises
    ------
    ValueError
        If a network's scores do not have one number a bin, or there are more than four networks.

    Examples
    --------
    >>> quality_by_length(["short", "long"], {"with": [[1.0, 0.9], [1.0, 0.7]]}, title="exact").data[0].y
    array([1. , 0.8])
    """
    if len(scores) > len(SERIES):
        raise ValueError(f"scores must have at most {len(SERIES)} networks, got {len(scores)}.")
    traces = []
    for (name, values), color, glyph in zip(scores.items(), SERIES, _GLYPHS, strict=False):
        table = np.asarray(values, float)  # (seed, bin)
        if table.ndim != 2 or table.shape[1] != len(lengths):
            raise ValueError(
                f"scores of {name!r} must have axes (seed, bin), {len(lengths)} bins, got shape {table.shape}."
            )
        look = {"color": color, "size": 7, "symbol": glyph}
        words = {"name": plain(name), "x": list(lengths), "legendgroup": name}
        traces.append(
            go.Scatter(y=table.mean(0), mode="lines+markers", marker=look, line={"color": color, "width": 2}, **words)
        )
        seeds = {"x": list(lengths) * len(table), "y": table.ravel(), "showlegend": False}
        traces.append(go.Scatter({**words, **seeds}, mode="markers", marker={**look, "symbol": f"{glyph}-open"}))
    layout = base_layout(
        t("view.lengths.title"),
        height,
        xaxis=axis(t("view.lengths.length"), type="category", showgrid=False),
        yaxis=axis(title, rangemode="tozero"),
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
    )
    return go.Figure(traces, layout)
