"""Strip: a view as one strip of the score, its panels below each other on the time axis that all strips share."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch
from rnnviz.views.score.band import Band, domains, told
from rnnviz.views.style import HAIR2, TEXT
from rnnviz.views.timeaxis import time_axis

__all__ = ["MARGIN", "Strip", "strip_figure", "strip_patches"]

MARGIN = {"l": 36, "r": 48, "t": 0, "b": 0, "pad": 0}


class Strip(View):
    """A strip of the score; the view that it draws for says when it exists and what helps to read it."""

    place = "strip"


def strip_figure(
    traces: Sequence[Any],
    bands: list[Band],
    snapshot: Snapshot,
    axes: Sequence[Mapping[str, Any]],
    rows: int = 0,
    **more: Any,
) -> go.Figure:
    """Return a strip without changing data, its notes to the page (``layout.meta``) included.

    Parameters
    ----------
    traces : sequence of plotly traces
        On the axes ``x``, ``y`` of the first band, ``x2``, ``y2`` of the second, and so on.
    bands : list of Band
        From the top down.
    snapshot : Snapshot
        Its sequences have the words of the time axis.
    axes : sequence of mapping
        Attributes of each band's y axis.
    rows : int
        How many rows of exact numbers there will be.
    **more : object
        Further layout attributes.
    """
    samples = range(snapshot.layer.hidden.shape[2])
    layout: dict[str, Any] = {
        "height": sum(band.whole for band in bands),
        "margin": MARGIN,
        "font": {"family": "system-ui, sans-serif", "size": 11, "color": TEXT},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "uirevision": "rnnviz",
        "template": "none",
        "meta": {
            "place": "strip",
            "panels": told(bands),
            "rows": [[] for _ in range(rows)],
            "marks": [None] * len(bands),
            "sample": 0,
            "longest": snapshot.longest,
            "axes": [time_axis(snapshot, sample) for sample in samples],
        },
        **more,
    }
    for index, (axis, domain) in enumerate(zip(axes, domains(bands), strict=True)):
        suffix = "" if index == 0 else str(index + 1)
        layout[f"xaxis{suffix}"] = {
            **_LINE,
            "anchor": f"y{suffix}",
            # as far as the longest sequence goes: when a longer one is typed the page widens it
            "range": [-0.5, snapshot.longest - 0.5],
            "showticklabels": False,
            # a frame goes all around
            "showline": axis.get("showline", False),
            "mirror": axis.get("mirror", False),
            # zoomed together: the panels show the same timesteps
            **({"matches": "x"} if index else {}),
        }
        layout[f"yaxis{suffix}"] = {**_LINE, "anchor": f"x{suffix}", "domain": domain, "fixedrange": True, **axis}
    return go.Figure(traces, layout)


_LINE = {
    "showline": False,
    "showgrid": False,
    "zeroline": False,
    "ticks": "",
    "linecolor": HAIR2,
    "linewidth": 1,
}


def strip_patches(snapshot: Snapshot, focus: Focus) -> list[Patch]:
    """Return what every strip tells the page: which sequence it shows, and the words of one that was typed."""
    last = len(snapshot.time_labels) - 1
    typed = [Patch(None, f"meta.axes[{last}]", time_axis(snapshot, last))] if snapshot.typed else []
    return [Patch(None, "meta.sample", focus.sample), *typed]
