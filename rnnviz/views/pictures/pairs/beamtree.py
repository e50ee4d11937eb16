"""The tree of a beam search: what went on, what was dropped, and what greedy decoding would have written."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from rnnviz.checks import kind_of
from rnnviz.i18n import t
from rnnviz.models.search import BeamTree
from rnnviz.views.pictures.pairs.attended import shown
from rnnviz.views.style import ACCENT, GHOST, INK1, INK3, SERIES, axis, base_layout

__all__ = ["beam_tree"]


def beam_tree(tree: BeamTree, symbols: Sequence[str], *, steps: int | None = None) -> go.Figure:
    """Return a beam search as a tree: time to the right, log-probability up, a point for each hypothesis.

    Filled circles went on, crosses were dropped. The path that won is drawn thick, and the greedy one, which takes the
    most probable token at each step, dashed.

    Parameters
    ----------
    tree : rnnviz.models.BeamTree
        What ``model.beam(…)`` returns.
    symbols : sequence of str
        What each token is called, such as ``task.target_symbols``.
    steps : int, optional
        Draw no more than these first steps.

    Raises
    ------
    TypeError
        If ``tree`` is no `BeamTree`.

    Examples
    --------
    >>> from rnnviz.models.search import Hypothesis
    >>> parts = [Hypothesis(None, 4, 0, -0.7, True), Hypothesis(0, 3, 1, -0.9, True)]
    >>> figure = beam_tree(BeamTree(tuple(parts), best=1, width=1), ["<PAD>", "<UNK>", "<BOS>", "<EOS>", "a"])
    >>> list(figure.data[2].text)
    ['a', '⏎']
    """
    if not isinstance(tree, BeamTree):
        raise TypeError(f"tree must be an rnnviz.models.BeamTree, as model.beam(...) returns, got {kind_of(tree)}.")
    last = len(tree.hypotheses) if steps is None else steps
    places = [place for place, one in enumerate(tree.hypotheses) if one.step < last]
    drawn = [
        _edges(tree, [one for one in places if not tree.hypotheses[one].kept], t("view.beam.dropped"), GHOST, 0.75),
        _edges(tree, [one for one in places if tree.hypotheses[one].kept], t("view.beam.kept"), INK3, 1.25),
        _points(tree, [one for one in places if tree.hypotheses[one].kept], symbols, kept=True),
        _points(tree, [one for one in places if not tree.hypotheses[one].kept], symbols, kept=False),
        _path(tree, [one for one in _greedy(tree) if one in places], t("view.beam.greedy"), SERIES[0], "4px,3px"),
        _path(tree, [one for one in tree.path() if one in places], t("view.beam.best"), ACCENT, "solid"),
    ]
    layout = base_layout(
        t("view.beam.title", width=tree.width),
        420,
        xaxis=axis(t("view.beam.step"), dtick=1, showgrid=False),
        yaxis=axis(t("view.beam.log")),
        legend={"orientation": "h", "y": -0.16, "x": 0},
    )
    layout["margin"] |= {"b": 70}
    return go.Figure(drawn, layout)


def _edges(tree: BeamTree, places: Sequence[int], name: str, color: str, width: float) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for place in places:
        one = tree.hypotheses[place]
        before = 0.0 if one.parent is None else tree.hypotheses[one.parent].log_probability
        x += [one.step - 1, one.step, None]
        y += [before, one.log_probability, None]
    return go.Scatter(
        x=x, y=y, mode="lines", name=name, line={"color": color, "width": width}, hoverinfo="skip", showlegend=False
    )


def _points(tree: BeamTree, places: Sequence[int], symbols: Sequence[str], *, kept: bool) -> go.Scatter:
    chosen = [tree.hypotheses[one] for one in places]
    look: dict[str, Any] = {"size": 8, "color": INK1} if kept else {"size": 7, "color": GHOST, "symbol": "x-thin-open"}
    said = ["".join(shown(symbols[token]) for token in tree.tokens(one)) for one in places]
    return go.Scatter(
        x=[one.step for one in chosen],
        y=[one.log_probability for one in chosen],
        text=[shown(symbols[one.token]) for one in chosen],
        customdata=said,
        mode="markers+text",
        textposition="top center",
        textfont={"size": 12 if kept else 10, "color": INK1 if kept else INK3},
        marker=look,
        name=t("view.beam.kept") if kept else t("view.beam.dropped"),
        hovertemplate="%{customdata}<br>log p = %{y:.2f}<extra>%{fullData.name}</extra>",
    )


def _path(tree: BeamTree, places: Sequence[int], name: str, color: str, dash: str) -> go.Scatter:
    chosen = [tree.hypotheses[one] for one in places]
    return go.Scatter(
        x=[-1, *(one.step for one in chosen)],
        y=[0.0, *(one.log_probability for one in chosen)],
        mode="lines",
        name=name,
        line={"color": color, "width": 3, "dash": dash},
        opacity=0.7,
        hoverinfo="skip",
    )


def _greedy(tree: BeamTree) -> list[int]:
    """Return the path that takes the most probable next token at each step, as far as the tree has it."""
    found: list[int] = []
    while True:
        parent = found[-1] if found else None
        onward = [place for place, one in enumerate(tree.hypotheses) if one.parent == parent]
        if not onward:
            return found
        found.append(max(onward, key=lambda place: tree.hypotheses[place].log_probability))
