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
from rnnviz.views.comparison.models import COLORS, GLYPHS

__all__ = ["ResultsTable", "results"]

_COLUMNS = ("model", "steps", "time_share", "parameters", "loss", "metric")


def results(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return a row for each model and then for each baseline, with None where there is nothing to tell.

    Columns: ``"model"`` (its label), ``"steps"``, ``"time_share"`` (0 to 1, of the training time), ``"parameters"``
    (how many numbers are trained), ``"loss"`` (of the last training batch), ``"metric"`` (on the held-out part; a
    baseline has this one alone).
    """
    rows = [_row(label, one, snapshot.shares[label]) for label, one in snapshot.models.items()]
    empty = dict.fromkeys(_COLUMNS)
    return rows + [empty | {"model": name, "metric": value} for name, value in snapshot.baselines.items()]


class ResultsTable(Tool):
    """The table, a line under the status."""

    name = "standings"
    place = "line"

    def __init__(self) -> None:
        self.widget = widgets.HTML()

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Write the table of this snapshot."""
        rows = results(snapshot)
        models = len(snapshot.models)
        best = _best([row["metric"] for row in rows[:models]], snapshot.higher_is_better)
        metric = t("standings.metric", metric=snapshot.metric_name, step=snapshot.validation_step)
        heads = [t(f"standings.{column}") for column in _COLUMNS[:-1]] + [metric]
        lines = [_line(row, place, row["metric"] == best) for place, row in enumerate(rows[:models])]
        lines += [_line(row, None, False) for row in rows[models:]]
        titles = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in heads)
        body = f"<thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody>"
        self.widget.value = f'<table class="rv-standings">{body}</table>'


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


def _best(metrics: list[float], higher_is_better: bool) -> float:
    known = [metric for metric in metrics if not math.isnan(metric)]
    return (max if higher_is_better else min)(known, default=math.nan)


def _line(row: dict[str, Any], place: int | None, best: bool) -> str:
    """One row: a model with its colour and symbol, the best score bold, or a baseline."""
    glyph = "" if place is None else list(GLYPHS.values())[place]
    swatch = glyph and f'<span class="rv-swatch" data-glyph="{glyph}" style="color:{COLORS[place or 0]}"></span>'
    cells = [f'<th scope="row">{swatch}{html.escape(row["model"])}</th>']
    for column in _COLUMNS[1:]:
        text = html.escape(_said(column, row[column]))
        cells.append(f"<td>{f'<b>{text}</b>' if best and column == 'metric' else text}</td>")
    return f'<tr class="{"rv-baseline" if place is None else "rv-model"}">{"".join(cells)}</tr>'


def _said(column: str, value: Any) -> str:
    if value is None:
        return "–"
    if column == "time_share":
        return percent(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
