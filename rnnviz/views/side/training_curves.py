"""Loss, held-out score, and the gradient's norm before and after clipping, above one axis of training steps."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.i18n import keys, t
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.before import value_words
from rnnviz.views.base import Focus
from rnnviz.views.curvepanels import log_ticks, wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure, words_at
from rnnviz.views.style import ACCENT, GHOST, HAIR2, HELD_OUT, INK3, plain
from rnnviz.views.words import three

__all__ = ["FOOT", "SideCurves", "counted", "rounded_up", "smoothed"]

_BEFORE, _RAW, _LOSS, _SCORES, _RULE, _UNCLIPPED, _CLIPPED, _CLIP = range(8)  # trace numbers
_ALONG, _OVER = 0.8, 40  # of the smoothed loss, how much of the step before stays; after 40 steps that is nothing
FOOT = 30  # the labels, and what the axis counts
_AXES = ("yaxis", "yaxis2", "yaxis3")


class SideCurves(SideView):
    """The form of the curves in the narrow column."""

    name = "curves"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        step = t("view.step")
        hover = f"{step} %{{x:,}}<br>%{{y:.3g}}<extra>%{{fullData.name}}</extra>"
        held_out, clip = t("view.curves.held_out.name", metric=plain(snapshot.metric_name)), t("view.curves.clip")
        traces = [
            line(GHOST, 1.5, "", dash="4px,3px", hoverinfo="skip"),
            line(ACCENT, 1, t("view.curves.loss"), opacity=0.35, hoverinfo="skip"),
            line(ACCENT, 2, t("view.curves.loss.smooth"), hovertemplate=hover),
            line(HELD_OUT, 1.5, held_out, panel=1, mode="lines+markers", marker={"size": 5}, hovertemplate=hover),
            line(GHOST, 1, t("side.curves.rule"), panel=1, dash="4px,3px", hoverinfo="skip"),
            line(ACCENT, 1, t("view.clipping.before"), panel=2, opacity=0.4, hovertemplate=hover),
            line(ACCENT, 1.75, t("view.clipping.after"), panel=2, hovertemplate=hover),
            line(GHOST, 1, clip, panel=2, dash="4px,3px", line_shape="hv", hovertemplate=hover),
        ]
        changed = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "x0": 0, "x1": 0, "visible": False}
        return side_figure(
            _panels(snapshot),
            traces,
            foot=FOOT,
            xaxis={"range": [0, 1], "tickformat": ",", "nticks": 4},
            shapes=[changed | {"line": {"color": HAIR2, "width": 1}}],
            annotations=[
                words_at("", 0, xref="x", yref="y domain", y=0, x=0),
                words_at("", 1),
                words_at("", 2),
                counted(),
            ],
        )

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps = snapshot.history["step"]
        end = rounded_up(float(steps[-1])) if len(steps) else 1.0
        return [
            *_loss(snapshot, pixels),
            *_scores(snapshot, end),
            *_norms(snapshot, pixels),
            *_changed(snapshot),
            Patch(None, "xaxis.range", (0.0, end)),
            Patch(None, "xaxis.showticklabels", bool(len(steps))),
        ]


def rounded_up(step: float) -> float:
    """Return where the axis ends: a round number, so that it stays for a while.

    >>> rounded_up(1.0), rounded_up(117.0), rounded_up(1500.0), rounded_up(1501.0)
    (10.0, 150.0, 1500.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(max(step, 10.0)))
    return next(power * end for end in (1, 1.5, 2, 3, 5, 7.5, 10) if power * end >= step)


def counted() -> dict[str, Any]:
    """Return what the horizontal axis counts, under its right end."""
    place = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 0, "yshift": -14, "yanchor": "top"}
    return place | {"text": t("side.curves.step"), "showarrow": False, "font": {"size": 11, "color": INK3}}


def smoothed(values: NDArray[np.floating], *, log: bool) -> NDArray[np.floating]:
    """Return an exponential mean over the steps before, on a log axis of the logarithms; axis (row,).

    Examples
    --------
    >>> smoothed(np.array([1.0, 1.0, 1.0]), log=True)
    array([1., 1., 1.])
    """
    if not len(values):
        return np.zeros(0)
    taken = np.log(np.where(values > 0, values, np.nan)) if log else np.asarray(values, np.float64)
    known = np.isfinite(taken)
    weights = _ALONG ** np.arange(_OVER)
    total = np.convolve(np.where(known, taken, 0.0), weights)[: len(taken)]
    count = np.convolve(known.astype(float), weights)[: len(taken)]
    mean = np.divide(total, count, out=np.full(len(taken), np.nan), where=count > 0)
    mean[~known] = np.nan
    return np.asarray(np.exp(mean)) if log else mean


def _panels(snapshot: Snapshot) -> list[SidePanel]:
    name, aside = _score_words(snapshot.metric_name)
    share = {"tickformat": ".0%"} if snapshot.higher_is_better else {}
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


def _changed(snapshot: Snapshot) -> list[Patch]:
    """A line at the step from which on other settings were in force, and what they were."""
    before, settings = snapshot.before, snapshot.settings
    at = 0 if before is None else before.at
    words = ""
    if at and before is not None and settings is not None:
        now = value_words(before.name, getattr(settings, before.name))
        words = t("side.curves.changed", was=before.words.partition(": ")[2], now=now)
    # over the left half of the axis words stand at the right of the line
    left = at < 0.5 * (snapshot.history["step"][-1] if len(snapshot.history["step"]) else 1)
    return [
        Patch(None, "shapes[0].visible", bool(at)),
        Patch(None, "shapes[0].x0", at),
        Patch(None, "shapes[0].x1", at),
        Patch(None, "annotations[0].x", at),
        Patch(None, "annotations[0].xanchor", "left" if left else "right"),
        Patch(None, "annotations[0].text", words),
    ]


def _loss(snapshot: Snapshot, pixels: Pixels | None) -> list[Patch]:
    steps, loss = snapshot.history["step"], snapshot.history["loss"]
    log = wants_log(loss)  # a loss of a task of one's own may be negative
    kept = newest(len(steps), pixels and pixels[0])
    before = snapshot.before
    former = (np.zeros(0), np.zeros(0)) if before is None or before.loss is None else (before.step, before.loss)
    patches = [
        Patch(_BEFORE, "x", former[0]),
        Patch(_BEFORE, "y", smoothed(former[1], log=log)),
        Patch(_BEFORE, "name", "" if before is None else before.words),
        Patch(None, "yaxis.type", "log" if log else "linear"),
        Patch(None, "meta.panels[0].now", three(float(loss[-1])) if len(loss) else ""),
        Patch(None, "meta.panels[0].empty", "" if len(steps) else t("side.curves.empty")),
    ]
    for trace, curve in ((_RAW, loss), (_LOSS, smoothed(loss, log=log))):
        shown = np.where(curve > 0, curve, np.nan) if log else curve
        patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", shown[kept]), _mode(trace, kept)]
    return [*patches, *log_ticks("yaxis", np.where(loss > 0, loss, np.nan) if log else loss, log=log)]


def _scores(snapshot: Snapshot, end: float) -> list[Patch]:
    began = slice(None if len(snapshot.history["step"]) else 0)
    steps, scores = snapshot.scores["step"][began], snapshot.scores["metric"][began]
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
        *log_ticks("yaxis2", values, log=False),
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
        patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", shown), _mode(trace, kept)]
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
        *log_ticks("yaxis3", drawn, log=True),
    ]


def _norm_words(before: float, after: float) -> str:
    """The last step's norm, and what clipping has left of it."""
    if not after < before:
        return three(before)
    return t("side.norm.now", before=three(before), after=three(after))


def _mode(trace: int, kept: NDArray[np.int64]) -> Patch:
    return Patch(trace, "mode", "lines" if len(kept) > 1 else "markers")  # one point has no length
