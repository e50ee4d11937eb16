"""ResultsTable: how the models of a comparison do (steps, time, size, loss, score), as rows and on screen."""

import html
import math
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.lab.controls.base import Tool
from rnnviz.training import Snapshot
from rnnviz.views import Focus
from rnnviz.views.comparison.models import ComparedModel, compared_models
from rnnviz.views.comparison.scores import beats_chance
from rnnviz.views.style import plain
from rnnviz.views.words import three

__all__ = ["ResultsTable", "results"]

_COLUMNS = ("model", "steps", "time_share", "parameters", "loss", "metric")
_SHOWN = ("model", "loss", "metric", "time_share", "parameters")  # all have made as many steps


def results(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return a row for each model and then for each baseline, with None where there is nothing to tell.

    Columns: ``"model"`` (its label), ``"steps"``, ``"time_share"`` (0 to 1, of the training time), ``"parameters"``
    (how many numbers are trained), ``"loss"`` (of the last training batch), ``"metric"`` (on the held-out part; a
    baseline has this one alone).
    """
    rows = [_row(label, one, snapshot.shares[label]) for label, one in snapshot.models.items()]
    empty = dict.fromkeys(_COLUMNS)
    return rows + [empty | {"model": name, "metric": value} for name, value in snapshot.baselines.items()]


def result_words(snapshot: Snapshot) -> list[list[str]]:
    """Return the table as words for a still, its head first; what depends on the clock is left out."""
    columns = [name for name in _SHOWN if name != "time_share"]
    names = {one.label: one.with_mark(one.name) for one in compared_models(snapshot)}
    head = [t(f"results.{column}") for column in columns]
    rows = [
        [names.get(row["model"], plain(row["model"]))] + [_said(one, row[one]) for one in columns[1:]]
        for row in results(snapshot)
    ]
    return [head, *rows]


class ResultsTable(Tool):
    """The table, below the pictures of the narrow column."""

    name = "results"
    place = "column"

    def __init__(self) -> None:
        self.widget = widgets.HTML()

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write the table of this snapshot."""
        rows = results(snapshot)
        compared = compared_models(snapshot)
        best = _best(snapshot)
        lines = [_line(row, model, row["metric"] == best) for row, model in zip(rows, compared, strict=False)]
        lines += [_line(row, None, False) for row in rows[len(compared) :]]
        metric = t("results.metric.tip", metric=snapshot.metric_name, step=snapshot.validation_step)
        tips = {"metric": metric, "loss": t("results.loss.tip"), "time_share": t("results.time_share.tip")}
        titles = "".join(_head(column, tips.get(column, "")) for column in _SHOWN)
        body = f"<thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody>"
        self.widget.value = f'<table class="rv-results">{body}</table>'


def _row(label: str, snapshot: Snapshot, share: float) -> dict[str, Any]:
    losses = snapshot.history["loss"]
    return {
        "model": label,
        "steps": snapshot.step,
        "time_share": None if math.isnan(share) else share,
        "parameters": sum(weight.size for weight in snapshot.weights.values()),
        "loss": float(losses[-1]) if len(losses) else None,
        "metric": snapshot.validation,
    }


def _head(column: str, tip: str) -> str:
    return f'<th scope="col" title="{html.escape(tip, quote=True)}">{html.escape(t(f"results.{column}"))}</th>'


def _best(snapshot: Snapshot) -> float:
    """The best score of those that are better than chance; NaN where there is none."""
    known = [one.validation for one in snapshot.models.values() if beats_chance(one)]
    return (max if snapshot.higher_is_better else min)(known, default=math.nan)


def _line(row: dict[str, Any], model: ComparedModel | None, best: bool) -> str:
    """One row: a model with its colour and symbol, its score bold if it is the best, or a baseline."""
    swatch = model and f'<span class="rv-swatch rv-tone-{model.tone}" data-glyph="{model.glyph}"></span>'
    # a baseline has no loss: its name has the room
    name = model.short if model else html.escape(row["model"])
    whole = f' title="{model.name}"' if model and model.name != name else ""
    cells = [f'<th scope="row"{"" if model else " colspan=2"}{whole}>{swatch or ""}{name}</th>']
    for column in _SHOWN[1:] if model else _SHOWN[2:]:
        text = html.escape(_said(column, row[column]))
        cells.append(f"<td>{f'<b>{text}</b>' if best and column == 'metric' else text}</td>")
    return f'<tr class="{"rv-baseline" if model is None else "rv-model"}">{"".join(cells)}</tr>'


def _said(column: str, value: Any) -> str:
    if value is None:
        return "–"
    if column == "time_share":
        return percent(value)
    return f"{value:,}" if isinstance(value, int) else three(value)
