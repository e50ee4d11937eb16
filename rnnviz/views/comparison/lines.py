"""Lines of several models in one picture, a colour each: gradient through time, training curves, forecasts."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, times
from rnnviz.views.comparison.forecasts import SideForecasts
from rnnviz.views.comparison.gradientnorms import ComparedNorms
from rnnviz.views.comparison.losses import SideLosses
from rnnviz.views.comparison.models import ComparedModel, compared_models
from rnnviz.views.curvepanels import curve_points, curve_ticks
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.pictures.curves.curves import CURVES, CurvesView, score_patches
from rnnviz.views.pictures.gradients.gradients import GradientsView, gradient_words
from rnnviz.views.pictures.task.prediction import PredictionView
from rnnviz.views.score.gradientstrip import norm_through_time, positive
from rnnviz.views.style import GHOST, plain

__all__ = ["ComparedCurves", "ComparedGradients", "ComparedPrediction"]

_MARKS = 7  # on a line, about
_LETTERS = 28  # of all labels together: more need a second line


class ComparedGradients(View):
    """Total gradient (solid) and direct gradient (dashed) of every model, over one range."""

    name = "gradients"
    height = 340
    score = ComparedNorms()

    def exists(self, snapshot: Snapshot) -> bool:
        return all(GradientsView().exists(one) for one in snapshot.models.values())

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        alone = GradientsView().skeleton(snapshot, focus)
        compared = compared_models(snapshot)
        longest = max(len(times(model.snapshot)) for model in compared)
        alone.update_layout(xaxis_range=[-0.5, longest - 0.5])
        direct, total = alone.data[-2:]
        traces = []
        for place, model in enumerate(compared):
            wide = 1.8 + 1.1 * (len(compared) - 1 - place)  # the first are wider, so that none hides another
            dashed = _of(direct, model.color, f"{model.label} · {t('view.gradients.direct')}", model.label)
            traces += [
                _marked(dashed, f"{model.symbol}-open").update(line_width=1.4),
                _marked(_of(total, model.color, model.label, model.label), model.symbol).update(line_width=wide),
            ]
        return go.Figure(traces, alone.layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        compared = compared_models(snapshot)
        scale = compared[0].snapshot.scales["gradient"]
        patches: list[Patch] = []
        for place, model in enumerate(compared):
            patches += _gradients(2 * place, model.snapshot, focus, pixels)
        return [
            *patches,
            Patch(None, "yaxis.range", (scale.low, scale.high)),
            Patch(None, "yaxis.dtick", max(1, math.ceil((scale.high - scale.low) / 8))),
            Patch(None, "annotations[0].text", _notice(compared, focus, pixels)),
        ]


class ComparedCurves(View):
    """Loss, metric, gradient norm and learning rate of every model; held-out scores as dots."""

    name = "curves"
    height = 340
    shares_time = False
    score = SideLosses()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        alone = CurvesView().skeleton(snapshot, focus)
        compared = compared_models(snapshot)
        *lines, clip, held_out = alone.data
        same = len({_clip(model.snapshot) for model in compared}) == 1
        traces = [
            _marked(_of(line, model.color, model.label, model.label), model.symbol)
            for model in compared
            for line in lines
        ]
        traces += [
            _of(held_out, model.color, model.label, model.label).update(marker_symbol=model.symbol)
            for model in compared
        ]
        traces += [_of(clip, GHOST if same else model.color, clip.name, model.label) for model in compared]
        return go.Figure(traces, alone.layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        compared = compared_models(snapshot)
        patches: list[Patch] = []
        for place, model in enumerate(compared):
            points = curve_points(CURVES, model.snapshot.history, pixels, first=place * len(CURVES))
            patches += [one for one in points if one.key != "mode"]  # these lines always have marks
            patches += score_patches(len(compared) * len(CURVES) + place, model.snapshot)
            patches += _clip_line(len(compared) * (len(CURVES) + 1) + place, model.snapshot)
        patches += curve_ticks(CURVES, [model.snapshot.history for model in compared])
        words = _scores(compared)
        if not len(snapshot.history["step"]):
            words = (
                t("view.curves.empty", score=words) if "<br>" in words else t("view.curves.empty.each", scores=words)
            )
        return [*patches, Patch(None, "annotations[0].text", words)]


class ComparedPrediction(PredictionView):
    """Every model's forecast against the truth and the naive forecast."""

    score = SideForecasts()

    def exists(self, snapshot: Snapshot) -> bool:
        return all(one.prediction is not None for one in snapshot.models.values())

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        alone = super().skeleton(snapshot, focus)
        truth, naive, forecast = alone.data
        return go.Figure(
            [
                truth,
                naive,
                *(
                    _marked(_of(forecast, model.color, model.label, ""), model.symbol)
                    for model in compared_models(snapshot)
                ),
            ],
            alone.layout,
        )

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        compared = compared_models(snapshot)
        # truth and naive forecast, which all models share
        patches = [one for one in super().patches(snapshot, focus, pixels) if one.trace in (0, 1)]
        stride = 1
        for index, model in enumerate(compared, 2):
            shown = model.snapshot.prediction
            if shown is not None:
                kept = thin(len(shown.x), pixels and pixels[0])
                stride = max(stride, kept.step)
                patches += [Patch(index, "x", shown.x[kept]), Patch(index, "y", shown.forecast[kept])]
        words = t("view.thinned.points", points=stride) if stride > 1 else ""
        return [*patches, Patch(None, "annotations[0].text", words)]


def _of(line: go.Scatter, color: str, name: str, group: str) -> go.Scatter:
    """The same line in a model's colour; hover tells whose it is, and a click on the legend hides all its lines."""
    words = line.hovertemplate or ""
    hover = f"{words.partition('<extra>')[0]}<extra>{name}</extra>"
    made = go.Scatter(line)
    return made.update(line_color=color, name=name, legendgroup=group, hovertemplate=hover)


def _marked(line: go.Scatter, symbol: str) -> go.Scatter:
    """The same line with a few of a model's symbols on it: colours alone do not tell it from others to every eye."""
    return line.update(mode="lines+markers", marker={"symbol": symbol, "size": 6, "maxdisplayed": _MARKS})


def _gradients(first: int, snapshot: Snapshot, focus: Focus, pixels: Pixels | None) -> list[Patch]:
    total, direct = _norms(snapshot, focus)
    kept = thin(len(total), pixels and pixels[0])
    patches = []
    for index, curve, hidden in ((first, direct, "total"), (first + 1, total, "direct")):
        patches += [Patch(index, "x", times(snapshot)[kept]), Patch(index, "y", positive(curve)[kept])]
        patches.append(Patch(index, "visible", focus.gradient != hidden))
    return [*patches, Patch(first, "showlegend", focus.gradient == "direct")]


def _norms(snapshot: Snapshot, focus: Focus) -> tuple[np.ndarray, np.ndarray]:
    at = focus.within(snapshot.layer)
    place = (at.layer, at.direction)
    layer = snapshot.layer
    return norm_through_time(layer.grad_hidden)[place], norm_through_time(layer.grad_hidden_direct)[place]


def _notice(compared: Sequence[ComparedModel], focus: Focus, pixels: Pixels | None) -> str:
    """What the lines mean and leave out; what is said of all models alike is said once."""
    said = {}
    for model in compared:
        direct = _norms(model.snapshot, focus)[1]
        words = gradient_words(direct, model.snapshot.scales["gradient"], thin(len(direct), pixels and pixels[0]).step)
        said[model.label] = words
    alike = len(set(said.values())) == 1
    told = [text if alike else f"{label}: {text}" for label, text in said.items() if text]
    told = told[:1] if alike else told
    return "<br>".join([t("view.gradients.lines"), *told] if focus.gradient == "both" else told)


def _clip(snapshot: Snapshot) -> float | None:
    return None if snapshot.settings is None else snapshot.settings.clip


def _clip_line(index: int, snapshot: Snapshot) -> list[Patch]:
    steps, clip = snapshot.history["step"], _clip(snapshot)
    ends = steps[[0, -1]] if len(steps) else np.zeros(0)
    return [Patch(index, "x", ends), Patch(index, "y", np.full(len(ends), np.nan if clip is None else clip))]


def _scores(compared: Sequence[ComparedModel]) -> str:
    """The held-out scores, each behind its model's symbol."""
    one = compared[0].snapshot
    told = [
        model.with_mark(t("view.curves.scored", name=model.label, value=three(model.snapshot.validation)))
        for model in compared
    ]
    half = -(-len(told) // 2) if sum(len(model.label) for model in compared) > _LETTERS else len(told)
    scores = " ·<br>".join(" · ".join(line) for line in (told[:half], told[half:]) if line)
    return t("view.curves.held_out.each", metric=plain(one.metric_name), scores=scores)
