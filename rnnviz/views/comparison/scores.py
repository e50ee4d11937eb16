"""The held-out score of every model, beside that of the best simple rule."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.insights.score import ahead, best_rule
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.comparison.models import ComparedModel, compared_models
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure
from rnnviz.views.style import GHOST, HAIR2, INK1, INK3, base_layout, plain
from rnnviz.views.words import three

__all__ = ["ComparedScores", "SideScores", "beats_chance", "first_ahead"]

_ROW, _LEFT, _RIGHT, _FOOT = 30, 48, 76, 18  # pixels
_ROOMY = 1.25  # of the best rule's error: where the axis of errors ends, if no model is worse
_FLAG = "⚑"


def beats_chance(snapshot: Snapshot) -> bool:
    """Return whether a model's score is better than the best simple rule by more than chance; true without rules."""
    if not math.isfinite(snapshot.validation):
        return False
    return not snapshot.baselines or ahead(snapshot, snapshot.validation, best_rule(snapshot)[1])


def first_ahead(snapshot: Snapshot) -> int | None:
    """Return the first training step whose held-out score beat the best simple rule; None while it does not."""
    if not snapshot.baselines or not beats_chance(snapshot):
        return None
    best = best_rule(snapshot)[1]
    steps, scores = snapshot.scores["step"], snapshot.scores["metric"]
    return next((int(step) for step, one in zip(steps, scores, strict=True) if ahead(snapshot, float(one), best)), None)


class SideScores(SideView):
    """The form of the scores in the narrow column."""

    name = "scores"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        compared = compared_models(snapshot)
        high = _ROW * len(compared)
        panel = SidePanel(t("comparison.scores"), plain(snapshot.metric_name), high, high, yaxis=_down(compared))
        figure = side_figure([panel], _traces(compared), foot=_FOOT, **_layout(compared))
        return figure.update_layout(margin={"l": _left(compared), "r": _RIGHT})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return _patches(snapshot)


class ComparedScores(View):
    """A bar with a mark at its end for each model, a dashed line where the best simple rule stands."""

    name = "scores"
    height = 240
    shares_time = False
    score = SideScores()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        compared = compared_models(snapshot)
        layout = base_layout(t("view.scores.title"), self.height, yaxis=_down(compared), showlegend=False)
        layout["margin"] |= {"l": _left(compared), "r": _RIGHT}
        return go.Figure(_traces(compared), layout | _layout(compared))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return _patches(snapshot)


def _left(compared: list[ComparedModel]) -> int:
    return max(_LEFT, 8 + 8 * max(len(model.short) for model in compared))


def _down(compared: list[ComparedModel]) -> dict[str, Any]:
    places = list(range(len(compared)))
    names = [f"<b>{model.short}</b>" for model in compared]
    kept = {"range": [len(places) - 0.5, -0.5], "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": ""}
    return kept | {"tickvals": places, "ticktext": names, "tickfont": {"size": 12, "color": INK1}, "showline": False}


def _layout(compared: list[ComparedModel]) -> dict[str, Any]:
    across = {"range": [0, 1], "fixedrange": True, "showticklabels": False, "showline": False, "showgrid": False}
    notes = [_note(1, place, "y", "left", INK1, 8) for place in range(len(compared))]
    # what the two upright lines mean, below them
    notes += [_note(0, 0, "paper", "center", INK3, 0), _note(1, 0, "paper", "right", INK3, 0)]
    end = {"type": "line", "xref": "paper", "yref": "y domain", "x0": 1, "x1": 1, "y0": 0, "y1": 1}
    return {"xaxis": across, "annotations": notes, "shapes": [end | {"line": {"color": HAIR2, "width": 1}}]}


def _note(x: float, y: float, yref: str, anchor: str, color: str, shift: int) -> dict[str, Any]:
    paper = yref == "paper"
    place = {"x": x, "y": y, "yref": yref, "xref": "x" if anchor == "center" else "paper", "xanchor": anchor}
    place |= {"yanchor": "top" if paper else "middle", "xshift": shift}
    return place | {"text": "", "showarrow": False, "font": {"size": 11, "color": color}}


def _traces(compared: list[ComparedModel]) -> list[go.Scatter]:
    rule = line(GHOST, 1, t("side.curves.rule"), dash="4px,3px", hoverinfo="skip")
    rule.y = [-0.5, len(compared) - 0.5]
    stems = []
    for place, model in enumerate(compared):
        marks = {"symbol": model.symbol, "size": [0, 12], "color": model.color, "opacity": 1}
        hover = f"%{{x:.4g}}<extra>{model.name}</extra>"
        stem = line(model.color, 3, model.name, mode="lines+markers", marker=marks, cliponaxis=False, y=[place, place])
        stems.append(stem.update(hovertemplate=hover))
    return [rule, *stems]


def _patches(snapshot: Snapshot) -> list[Patch]:
    compared = compared_models(snapshot)
    scores = [model.snapshot.validation for model in compared]
    rule = best_rule(snapshot)[1] if snapshot.baselines else math.nan
    end = 1.0 if snapshot.higher_is_better else _end(scores, rule)
    patches = [Patch(0, "x", np.full(2, rule)), Patch(None, "xaxis.range", (0.0, end))]
    for place, (model, score) in enumerate(zip(compared, scores, strict=True)):
        patches += [
            Patch(place + 1, "x", np.array([0.0, min(score, end)])),
            Patch(None, f"annotations[{place}].text", _score(model.snapshot)),
        ]
    count = len(compared)
    best = t("comparison.all_right") if snapshot.higher_is_better else ""
    words = "" if not snapshot.baselines else t("side.curves.guessing" if best else "side.curves.rule")
    return [
        *patches,
        Patch(None, f"annotations[{count}].x", 0.0 if math.isnan(rule) else min(rule, end)),
        Patch(None, f"annotations[{count}].text", words),
        Patch(None, f"annotations[{count + 1}].text", best),
    ]


def _end(scores: list[float], rule: float) -> float:
    """Where an axis of errors ends: a round number, so that it stays for a while."""
    known = [one for one in (*scores, _ROOMY * rule) if math.isfinite(one) and one > 0]
    largest = max(known, default=1.0)
    power = 10.0 ** math.floor(math.log10(largest))
    return next(power * step for step in (1, 1.5, 2, 3, 5, 7.5, 10) if power * step >= largest)


def _score(snapshot: Snapshot) -> str:
    """The score in bold where it is better than chance, with a flag and the step at which it first was."""
    value = snapshot.validation
    words = "–" if math.isnan(value) else percent(value) if snapshot.higher_is_better else three(value)
    since = first_ahead(snapshot)
    if not beats_chance(snapshot):
        return words
    return f"<b>{words}</b>" if since is None else f"<b>{words}</b> {_FLAG}{since:,}"
