"""Loss, held-out score, and the gradient's norm before and after clipping, above one axis of training steps."""

import math

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import keys, t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.curvepanels import log_ticks
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure, ticks, words_at
from rnnviz.views.side.run_loss import (
    FOOT,
    change_mark,
    change_words,
    counted,
    drawn_as,
    loss_patches,
    loss_traces,
    rounded_up,
    step_axis,
)
from rnnviz.views.style import ACCENT, GHOST, HELD_OUT, plain
from rnnviz.views.words import three

__all__ = ["SideCurves"]

_BEFORE, _RAW, _LOSS, _SCORES, _RULE, _UNCLIPPED, _CLIPPED, _CLIP = range(8)  # trace numbers
_AROUND = 0.06  # of all answers: the places at 0.05 lie within the picture


class SideCurves(SideView):
    """The form of the curves in the narrow column."""

    name = "curves"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        step = t("view.step")
        hover = f"{step} %{{x:,}}<br>%{{y:.3g}}<extra>%{{fullData.name}}</extra>"
        held_out, clip = t("view.curves.held_out.name", metric=plain(snapshot.metric_name)), t("view.curves.clip")
        traces = [
            *loss_traces(hover),
            line(HELD_OUT, 1.5, held_out, panel=1, mode="lines+markers", marker={"size": 5}, hovertemplate=hover),
            line(GHOST, 1, t("side.curves.rule"), panel=1, dash="4px,3px", hoverinfo="skip"),
            line(ACCENT, 1, t("view.clipping.before"), panel=2, opacity=0.4, hovertemplate=hover),
            line(ACCENT, 1.75, t("view.clipping.after"), panel=2, hovertemplate=hover),
            line(GHOST, 1, clip, panel=2, dash="4px,3px", line_shape="hv", hovertemplate=hover),
        ]
        return side_figure(
            _panels(snapshot),
            traces,
            foot=FOOT,
            xaxis={"range": [0, 1], "tickformat": ",", "nticks": 4},
            shapes=[change_mark()],
            annotations=[
                change_words(),
                words_at("", 1),
                words_at("", 2),
                counted(),
            ],
        )

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps = snapshot.history["step"]
        end = rounded_up(float(steps[-1])) if len(steps) else 1.0
        return [
            *loss_patches(snapshot, pixels),
            *_scores(snapshot, end),
            *_norms(snapshot, pixels),
            *step_axis(snapshot, pixels),
        ]


def _panels(snapshot: Snapshot) -> list[SidePanel]:
    name, aside = _score_words(snapshot.metric_name)
    share: dict[str, object] = {"tickformat": ".0%"} if snapshot.higher_is_better else {}
    if share and snapshot.baselines:
        # so far around the simple rule at least: of less, two places of the axis would have one name
        rule = max(snapshot.baselines.values())
        share["autorangeoptions"] = {"include": [rule - _AROUND, rule + _AROUND]}
    return [
        SidePanel(t("side.curves.loss"), t("side.curves.loss.aside"), 78, 100, log=True, empty=t("side.curves.empty")),
        SidePanel(name, aside, 84, 108, yaxis=share, empty=t("side.scores.empty")),
        SidePanel(t("side.norm"), t("side.norm.aside"), 92, 116, log=True, gap=4, empty=t("side.norm.empty")),
    ]


def _score_words(metric: str) -> tuple[str, str]:
    """What the metric is in plain words; a task of one's own says it in its own."""
    known = metric.split()[0].lower()
    name = t(f"side.score.{known}") if f"side.score.{known}" in keys() else plain(metric)
    return name, t("side.score.aside")


def _scores(snapshot: Snapshot, end: float) -> list[Patch]:
    steps, scores = snapshot.scores["step"], snapshot.scores["metric"]
    rules = list(snapshot.baselines.values())
    rule = (max if snapshot.higher_is_better else min)(rules) if rules else math.nan
    values = np.array([*scores, rule], np.float64)
    return [
        Patch(_SCORES, "x", steps),
        Patch(_SCORES, "y", scores),
        Patch(_RULE, "x", np.array([0.0, end])),
        Patch(_RULE, "y", np.full(2, rule)),
        Patch(None, "annotations[1].text", _rule_words(snapshot) if rules else ""),
        Patch(None, "annotations[1].y", rule if rules else 0.0),
        Patch(None, "meta.panels[1].now", _score(snapshot, float(scores[-1])) if len(scores) else ""),
        Patch(None, "meta.panels[1].empty", "" if len(scores) else t("side.scores.empty")),
        *log_ticks("yaxis2", values if len(scores) else values[:0], log=False),
    ]


def _rule_words(snapshot: Snapshot) -> str:
    """A share of right answers that any guess reaches is guessing; an error is the best simple rule's."""
    return t("side.curves.guessing") if snapshot.higher_is_better else t("side.curves.rule")


def _score(snapshot: Snapshot, value: float) -> str:
    return f"{value:.0%}" if snapshot.higher_is_better else three(value)


def _norms(snapshot: Snapshot, pixels: Pixels | None) -> list[Patch]:
    history = snapshot.history
    steps, before = history["step"], history["grad_norm"]
    clip = history["clip"] if "clip" in history else np.full(len(steps), np.inf)
    after = np.minimum(before, clip)
    kept = newest(len(steps), pixels and pixels[0])
    patches = []
    for trace, curve in ((_UNCLIPPED, before), (_CLIPPED, after), (_CLIP, clip)):
        shown = np.where(np.isfinite(curve) & (curve > 0), curve, np.nan)[kept]
        patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", shown), drawn_as(trace, kept)]
    drawn = np.concatenate([patch.value for patch in patches if patch.key == "y"])
    line_at = float(clip[-1]) if len(clip) and math.isfinite(clip[-1]) else math.nan
    on = math.isfinite(line_at)
    return [
        *patches,
        # on a log axis plotly places words by the power of ten
        Patch(None, "annotations[2].y", math.log10(line_at) if on else 0.0),
        Patch(None, "annotations[2].text", t("side.norm.clip", clip=three(line_at)) if on else ""),
        Patch(None, "meta.panels[2].now", _norm_words(float(before[-1]), float(after[-1])) if len(before) else ""),
        Patch(None, "meta.panels[2].empty", "" if len(steps) else t("side.norm.empty")),
        *ticks("yaxis3", drawn, log=True),
    ]


def _norm_words(before: float, after: float) -> str:
    """The last step's norm, and what clipping has left of it."""
    if not after < before:
        return three(before)
    return t("side.norm.now", before=three(before), after=three(after))
