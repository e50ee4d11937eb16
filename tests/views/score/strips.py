"""Strips that the tests share, and runs of every task."""

from functools import cache
from typing import Any

import plotly.graph_objects as go

from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Canvas, Focus, View
from tests.views.pictures.pairs.translated import moment
from tests.views.runs import frames, train


def form(name: str) -> View:
    """Return the form of a view in the score."""
    found = VIEWS[name].score
    assert found is not None
    return found


def filled(name: str, snapshot: Snapshot, focus: Focus | None = None) -> go.Figure:
    return Canvas(form(name), snapshot, Focus()).filled(snapshot, focus or Focus())


def panels(figure: go.Figure) -> list[dict[str, Any]]:
    """What the page is told of each picture of a strip."""
    found: list[dict[str, Any]] = figure.layout.meta["panels"]
    return found


def moments(name: str) -> tuple[Snapshot, ...]:
    """Return frames of a run that a strip has something to draw of."""
    if name in ("alignment", "forced"):
        return translating()
    return answered() if name == "verdict" else frames("both ways")


@cache
def answered() -> tuple[Snapshot, ...]:
    session = Session("temporal-order", seq_len=12, hidden_size=5, num_layers=2, batch_size=8, device="cpu")
    return (session.snapshot(), *(train(session, 2) for _ in range(2)))


@cache
def translating() -> tuple[Snapshot, ...]:
    return tuple(moment(steps=steps) for steps in (0, 2, 4))


@cache
def task(name: str, **settings: Any) -> Snapshot:
    return train(Session(name, device="cpu", batch_size=4, **{"hidden_size": 6, **settings}), 1)


__all__ = ["filled", "form", "frames", "moments", "panels", "task"]
