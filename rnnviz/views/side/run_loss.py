"""The loss along a run, step by step and smoothed, with a mark where a setting changed, and the loss of before."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.before import value_words
from rnnviz.views.base import Focus
from rnnviz.views.curvepanels import wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure, ticks, words_at
from rnnviz.views.style import ACCENT, GHOST, HAIR2, INK3
from rnnviz.views.words import three

__all__ = [
    "FOOT",
    "SideLoss",
    "change_mark",
    "change_words",
    "counted",
    "drawn_as",
    "loss_patches",
    "loss_traces",
    "rounded_up",
    "smoothed",
    "step_axis",
]

_BEFORE, _RAW, _LOSS = range(3)  # trace numbers
_ALONG, _OVER = 0.8, 40  # of the smoothed loss, how much of the step before stays; after 40 steps that is nothing
FOOT = 30  # the labels, and what the axis counts
_LOW, _HIGH = 172, 220  # pixels
_WIDTH = 230  # pixels of a plot before the page has said how many there are
_LETTER = 6.4  # pixels of a letter of the words beside the mark: the widest of the fonts


class SideLoss(SideView):
    """The form of the loss in the narrow column, where it has the column nearly for itself."""

    name = "loss"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        hover = f"{t('view.step')} %{{x:,}}<br>%{{y:.3g}}<extra>%{{fullData.name}}</extra>"
        words = t("side.curves.loss"), t("side.curves.loss.aside")
        panel = SidePanel(*words, _LOW, _HIGH, log=True, gap=4, empty=t("side.curves.empty"))
        return side_figure(
            [panel],
            loss_traces(hover),
            foot=FOOT,
            xaxis={"range": [0, 1], "tickformat": ",", "nticks": 4},
            shapes=[change_mark()],
            annotations=[change_words(), counted()],
        )

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return [*loss_patches(snapshot, pixels), *step_axis(snapshot, pixels)]


def loss_traces(hover: str) -> list[go.Scatter]:
    """Return the traces 0 to 2: the loss of the model before, that of each step, and the smoothed one."""
    return [
        line(GHOST, 1.5, "", dash="4px,3px", hoverinfo="skip"),
        line(ACCENT, 1, t("view.curves.loss"), opacity=0.35, hoverinfo="skip"),
        line(ACCENT, 2, t("view.curves.loss.smooth"), hovertemplate=hover),
    ]


def change_mark() -> dict[str, Any]:
    """Return the upright line, shape 0, at the step from which on other settings were in force."""
    place = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "x0": 0, "x1": 0}
    return {"type": "line", **place, "visible": False, "line": {"color": HAIR2, "width": 1}}


def change_words() -> dict[str, Any]:
    """Return the words beside that line, annotation 0."""
    return words_at("", 0, xref="x", yref="y domain", y=0, x=0)


def step_axis(snapshot: Snapshot, pixels: Pixels | None) -> list[Patch]:
    """Return how far the axis of steps goes, and the mark of the last change."""
    steps = snapshot.history["step"]
    end = rounded_up(float(steps[-1])) if len(steps) else 1.0
    return [
        *_changed(snapshot, end, pixels[0] if pixels else _WIDTH),
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


def _changed(snapshot: Snapshot, end: float, width: float) -> list[Patch]:
    """A line at the step from which on other settings were in force, and what they were."""
    before, settings = snapshot.before, snapshot.settings
    at = 0 if before is None else before.at
    words = ""
    if at and before is not None and settings is not None:
        now = value_words(before.name, getattr(settings, before.name))
        was = t("before.setting", name=t(f"knob.{before.name}"), value=value_words(before.name, before.was))
        words = t("side.curves.changed", was=was, now=now)
    left = at < 0.5 * end  # there words stand at the right of the line
    beyond = len(words) * _LETTER - width * (1 - at / end if left else at / end)
    away = min(max(beyond, 0.0), width) * (-1 if left else 1)  # back into the picture, where they would leave it
    return [
        Patch(None, "shapes[0].visible", bool(at)),
        Patch(None, "shapes[0].x0", at),
        Patch(None, "shapes[0].x1", at),
        Patch(None, "annotations[0].x", at),
        Patch(None, "annotations[0].xanchor", "left" if left else "right"),
        Patch(None, "annotations[0].xshift", away),
        Patch(None, "annotations[0].text", words),
    ]


def loss_patches(snapshot: Snapshot, pixels: Pixels | None) -> list[Patch]:
    """Return what changes of the loss, panel 0."""
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
        patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", shown[kept]), drawn_as(trace, kept)]
    return [*patches, *ticks("yaxis", np.where(loss > 0, loss, np.nan) if log else loss, log=log)]


def drawn_as(trace: int, kept: NDArray[np.int64]) -> Patch:
    """Return how a curve of so many points is drawn: one point has no length."""
    return Patch(trace, "mode", "lines" if len(kept) > 1 else "markers")
