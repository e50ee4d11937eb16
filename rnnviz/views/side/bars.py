"""Bars of an answer: a share for each class, the right one in the accent's colour."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.insights.insight import percent
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch
from rnnviz.views.style import ACCENT, FILL, GHOST, plain

__all__ = ["MOST", "Classes", "answered", "bars", "bars_axes", "bars_patches", "classes_of"]

MOST = 6  # classes that are drawn: the likeliest, and the right one
_TRACK, _BARS, _WORDS = range(3)  # trace numbers
_END = 1.24  # of the axis, in whole bars: the shares in words end there, level with the pictures below


class Classes:
    """The answer to one sequence, or at one timestep of it.

    Parameters
    ----------
    names : sequence of str
        Of the classes.
    logits : numpy.ndarray
        What the model gives for each, axis (class,).
    right : int
        Index of the right one; negative where there is none, as at padding.

    Attributes
    ----------
    shares : numpy.ndarray
        Softmax of the logits, float64, axis (class,).
    kept : list of int
        The classes to draw: in order where they are few, else the likeliest.
    """

    def __init__(self, names: tuple[str, ...], logits: NDArray[np.floating], right: int) -> None:
        self.names, self.right = names, right
        raised = np.exp(np.asarray(logits, np.float64) - np.max(logits))
        self.shares = raised / raised.sum()
        self.kept = list(range(len(names)))
        if len(names) > MOST:
            likeliest = [int(one) for one in np.argsort(-self.shares, kind="stable")[:MOST]]
            self.kept = likeliest if right < 0 or right in likeliest else [*likeliest[:-1], right]


def answered(snapshot: Snapshot) -> bool:
    """Return whether the answers are classes."""
    known = snapshot.outputs is not None and snapshot.targets is not None
    return known and snapshot.confusion is not None and len(snapshot.confusion.classes) > 0


def classes_of(snapshot: Snapshot, focus: Focus) -> Classes:
    """Return the answer in focus: of the sequence, or where there is one a timestep, at that timestep."""
    confusion, outputs, targets = snapshot.confusion, snapshot.outputs, snapshot.targets
    if confusion is None or outputs is None or targets is None:
        raise ValueError("the task's answers are no classes; this picture needs a task with classes.")
    at = (focus.sample, focus.time)[: outputs.ndim - 1]
    return Classes(confusion.classes, outputs[at], int(targets[at]))


def bars_axes(drawn: Classes) -> dict[str, Any]:
    """Return the axes of a bar a class: shares across, the first class on top."""
    places = list(range(len(drawn.kept)))
    hidden = {"visible": False, "fixedrange": True, "range": [0, _END]}
    down = {"tickvals": places, "range": [len(places) - 0.5, -0.5], "fixedrange": True, "showgrid": False}
    return {"xaxis": hidden, "yaxis": {**down, "zeroline": False, "ticks": ""}, "barmode": "overlay", "bargap": 0.36}


def bars(drawn: Classes) -> list[Any]:
    """Return the traces: the whole of each bar, its share, and the share in words."""
    places = list(range(len(drawn.kept)))
    shape: dict[str, Any] = {"orientation": "h", "y": places, "showlegend": False}
    words: dict[str, Any] = {"mode": "text", "textposition": "middle left", "cliponaxis": False, "hoverinfo": "skip"}
    return [
        go.Bar(x=[1] * len(places), marker={"color": FILL, "line": {"width": 0}}, hoverinfo="skip", **shape),
        go.Bar(marker={"line": {"width": 0}}, hovertemplate="%{y}: %{x:.3f}<extra></extra>", **shape),
        go.Scatter(x=[_END] * len(places), y=places, showlegend=False, **words),
    ]


def bars_patches(drawn: Classes) -> list[Patch]:
    """Return what changes: the shares, their words, and which class is the right one."""
    shares = drawn.shares[drawn.kept]
    named = [plain(drawn.names[one]) for one in drawn.kept]
    right = [one == drawn.right for one in drawn.kept]
    bold = [f"<b>{name}</b>" if yes else name for name, yes in zip(named, right, strict=True)]
    said = [percent(float(one)) for one in shares]
    return [
        Patch(_BARS, "x", shares),
        Patch(_BARS, "marker.color", tuple(ACCENT if yes else GHOST for yes in right)),
        Patch(_WORDS, "text", tuple(f"<b>{one}</b>" if yes else one for one, yes in zip(said, right, strict=True))),
        Patch(None, "yaxis.ticktext", tuple(bold)),
    ]
