"""Parallel coordinates: an axis a setting and one for the score, a line a trial, brushed by whoever looks."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.sweep.plan import Plan
from rnnviz.sweep.rows import Row
from rnnviz.sweep.space import Choices, Range
from rnnviz.views.style import GATE, base_layout, plain

__all__ = ["parallel"]

_HEIGHT = 380


def parallel(plan: Plan, rows: Sequence[Row]) -> go.Figure:
    """Return the figure of all trials that have a score; those that failed have none.

    Parameters
    ----------
    plan : Plan
        What was varied.
    rows : sequence of Row
        What has finished.
    """
    scored = [row for row in rows if row.state != "failed"]
    scores = np.array([row.score for row in scored], np.float64)
    axes = [_axis(name, one, [row.settings[name] for row in scored]) for name, one in plan.space.ranges.items()]
    axes.append({"label": plain(t("sweep.axis.score", metric=plan.task.metric_name)), "values": scores})
    layout = base_layout(t("sweep.title", task=plan.task.name), _HEIGHT)
    layout["margin"] = {"l": 70, "r": 70, "t": 84, "b": 30}
    line = {"color": scores, "colorscale": GATE["light"], "reversescale": not plan.higher_is_better}
    return go.Figure(go.Parcoords(dimensions=axes, line=line), layout)


def _axis(name: str, one: Range | Choices, values: list[Any]) -> dict[str, Any]:
    if isinstance(one, Choices):
        places = list(range(len(one.values)))
        words = [plain(str(value)) for value in one.values]
        ends = [-0.5, len(places) - 0.5] if len(places) == 1 else [0, len(places) - 1]
        return {
            "label": name,
            "values": np.array([one.values.index(value) for value in values], np.float64),
            "tickvals": places,
            "ticktext": words,
            "range": ends,
        }
    if not one.by_log:
        return {"label": name, "values": np.array(values, np.float64), "range": [one.low, one.high]}
    ticks = _decades(one.low, one.high)
    return {
        "label": name,
        "values": np.log10(np.array(values, np.float64)),
        "range": [math.log10(one.low), math.log10(one.high)],
        "tickvals": [math.log10(tick) for tick in ticks],
        "ticktext": [f"{tick:g}" for tick in ticks],
    }


def _decades(low: float, high: float) -> list[float]:
    """Return the ends of a range and the powers of ten between them; of two to the end where there is hardly one."""
    between = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    if len(between) < 2:
        between = [2.0**power for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    return sorted({low, high, *between})
