"""The picture of a sweep that a saved notebook keeps: parallel coordinates as plain lines, drawn without a browser."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from plotly.colors import find_intermediate_color

from rnnviz.i18n import t
from rnnviz.lab.still.picture import Picture
from rnnviz.sweep.shown.parallel import Axis, axes_of, scored
from rnnviz.sweep.shown.progress import said
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import Row
from rnnviz.views.still.inpieces import at_once
from rnnviz.views.still.sheet import Sheet
from rnnviz.views.style import ACCENT, HAIR2, INK1, INK2, PAGE

__all__ = ["kept_picture"]

_HEIGHT, _MOST = 300, 200  # pixels; lines, of more only the best


def kept_picture(plan: Plan, rows: Sequence[Row], wanted: int) -> Picture:
    """Return the picture of what has finished.

    Parameters
    ----------
    plan : Plan
        What was varied.
    rows : sequence of Row
        What has finished.
    wanted : int
        Trials in all.
    """
    words = f"{t('sweep.still.title', task=plan.task.name)}. {said(plan, rows, wanted)} {t('still.static')}"
    lines = sorted(scored(rows), key=lambda row: row.score, reverse=not plan.higher_is_better)[-_MOST:]
    png, size = at_once(Sheet(words, wide=[_figure(axes_of(plan, lines))] if lines else []).png())
    return Picture(words, png, size)


def _figure(axes: Sequence[Axis]) -> dict[str, Any]:
    """Return the figure as plain data; lines come from the worst to the best, which lies on top."""
    heights = np.array([(axis.values - axis.ends[0]) / (axis.ends[1] - axis.ends[0]) for axis in axes])
    count = heights.shape[1]
    across = np.arange(len(axes), dtype=np.float64)
    data = [
        {"type": "scatter", "x": across, "y": heights[:, line], "line": {"color": _shade(line, count), "width": 1.5}}
        for line in range(count)
    ]
    hidden = {"visible": False, "range": [-0.04, 1.04]}
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 60, "r": 90, "t": 34, "b": 12},
        "xaxis": {"visible": False, "range": [0, len(axes) - 1]},
        "yaxis": hidden,
        "shapes": [_upright(place) for place in range(len(axes))],
        "annotations": [note for place, axis in enumerate(axes) for note in _notes(place, axis)],
    }
    return {"data": data, "layout": layout}


def _shade(line: int, count: int) -> str:
    whole = "rgb({}, {}, {})".format
    ends = (whole(*(int(colour[at : at + 2], 16) for at in (1, 3, 5))) for colour in (HAIR2, ACCENT))
    return str(find_intermediate_color(*ends, (line + 1) / count, colortype="rgb"))


def _upright(place: int) -> dict[str, Any]:
    line = {"color": INK2, "width": 1}
    return {"type": "line", "x0": place, "x1": place, "y0": 0.0, "y1": 1.0, "line": line}


def _notes(place: int, axis: Axis) -> list[dict[str, Any]]:
    low, high = axis.ends
    ticks = list(zip(axis.ticks, axis.words, strict=True)) or [(end, f"{end:.3g}") for end in axis.ends]
    beside = {"x": place, "xanchor": "left", "xshift": 5, "yanchor": "middle", "font": {"color": INK2}, "bgcolor": PAGE}
    head = {"x": place, "y": 1.0, "text": axis.label, "xanchor": "center", "yanchor": "bottom", "yshift": 12}
    notes = [{**beside, "y": (tick - low) / (high - low), "text": words} for tick, words in ticks]
    return [{**head, "font": {"color": INK1}}, *notes]
