"""Parallel coordinates: an axis a setting and one for the score, a line a trial, brushed by whoever looks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import Choices, Range
from rnnviz.views.style import ACCENT, GHOST, base_layout, plain

__all__ = ["Axis", "axes_of", "parallel", "scored"]

_HEIGHT = 380
_WIDE = 30.0  # times: a score that spans more is told apart by its logarithm alone
_ROUND = [digit * 10**power for power in range(16) for digit in (1, 2, 5)]  # how far apart whole numbers are marked
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One axis: a place a line, where it begins and ends, and what is written where."""

    label: str
    values: Floats
    ends: tuple[float, float]
    ticks: tuple[float, ...] = ()
    words: tuple[str, ...] = ()


def scored(rows: Sequence[Row]) -> list[Row]:
    """Return the trials that a line can be drawn for: those that failed have no score."""
    return [row for row in rows if row.state != "failed"]


def parallel(plan: Plan, rows: Sequence[Row]) -> go.Figure:
    """Return the figure of all trials that have a score.

    Parameters
    ----------
    plan : Plan
        What was varied.
    rows : sequence of Row
        What has finished.
    """
    axes = axes_of(plan, scored(rows))
    best_last = axes[-1].values if plan.higher_is_better else -axes[-1].values
    layout = base_layout(t("sweep.title", task=plain(plan.task.name)), _HEIGHT)
    layout["margin"] = {"l": 76, "r": 76, "t": 92, "b": 34}
    colours = [[0.0, GHOST], [1.0, ACCENT]]
    line = {"color": best_last, "colorscale": colours, "showscale": False}
    dimensions = [_dimension(axis) for axis in axes]
    # plotly's own shadow is white: on a dark page it hides the words
    return go.Figure(go.Parcoords(dimensions=dimensions, line=line, tickfont={"shadow": "none"}), layout)


def axes_of(plan: Plan, rows: Sequence[Row]) -> list[Axis]:
    """Return an axis for each varied setting, for the steps where trials were pruned, and last for the score."""
    axes = [_setting(name, one, [row.settings[name] for row in rows]) for name, one in plan.space.ranges.items()]
    if any(row.state == "pruned" for row in rows):
        axes.append(Axis(t("sweep.axis.steps"), np.array([row.step for row in rows], np.float64), (0.0, plan.steps)))
    return [*axes, _score(t("sweep.axis.score", metric=plain(plan.task.metric_name)), [row.score for row in rows])]


def _setting(name: str, one: Range | Choices, values: list[Any]) -> Axis:
    if isinstance(one, Choices):
        places = np.array([one.values.index(value) for value in values], np.float64)
        words = tuple(plain(str(value)) for value in one.values)
        apart = 0.5 if len(words) == 1 else 0.0
        return Axis(name, places, (-apart, len(words) - 1 + apart), tuple(map(float, range(len(words)))), words)
    numbers = np.array(values, np.float64)
    if one.by_log:
        return _by_log(name, numbers, one.low, one.high)
    ticks = _whole(one.low, one.high) if one.whole else ()
    return Axis(name, numbers, (one.low, one.high), ticks, tuple(f"{tick:.0f}" for tick in ticks))


def _whole(low: float, high: float) -> tuple[float, ...]:
    """Return both ends and the round whole numbers between them that do not stand on their words."""
    apart = next(one for one in _ROUND if (high - low) / one <= 10)
    between = np.arange(math.ceil(low / apart) * apart, high, apart)
    return (float(low), *(float(one) for one in between if min(one - low, high - one) >= apart / 2), float(high))


def _score(label: str, scores: list[float]) -> Axis:
    values = np.array(scores, np.float64)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if low > 0 and high > _WIDE * low:
        return _by_log(label, values, low, high)
    return Axis(label, values, (low, high) if low < high else (low - 0.5, low + 0.5))


def _by_log(label: str, values: Floats, low: float, high: float) -> Axis:
    ticks = _decades(low, high)
    places = tuple(math.log10(tick) for tick in ticks)
    return Axis(label, np.log10(values), (places[0], places[-1]), places, tuple(map(_tick, ticks)))


def _decades(low: float, high: float) -> list[float]:
    """Return the ends of a range and powers between them that do not stand on their words: of ten, else of two."""
    for base in (10.0, 2.0):
        powers = range(math.floor(math.log(low, base)), math.ceil(math.log(high, base)) + 1)
        room = (math.log(high) - math.log(low)) / 20
        found = [base**power for power in powers]
        between = [one for one in found if math.log(one / low) > room and math.log(high / one) > room]
        if len(between) > 1 or base == 2:
            break
    return [low, *between, high]


def _tick(value: float) -> str:
    return three(value) if value < 1e-3 or value >= 1e5 else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _dimension(axis: Axis) -> dict[str, Any]:
    values = axis.values.tolist()  # as a list: the words beside the figure read it
    made: dict[str, Any] = {"label": axis.label, "values": values, "range": list(axis.ends)}
    return {**made, "tickvals": list(axis.ticks), "ticktext": list(axis.words)} if axis.ticks else made
