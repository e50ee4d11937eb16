"""Answers that are one number a sequence: each beside the right one, the sequence on show among the others."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch
from rnnviz.views.side.base import line
from rnnviz.views.style import ACCENT, GHOST
from rnnviz.views.words import three

__all__ = ["number_axes", "number_patches", "number_traces", "numbered", "off_words"]

_RIGHT, _OTHERS, _SHOWN = range(3)  # trace numbers


def numbered(snapshot: Snapshot) -> bool:
    """Return whether the answer to each probe sequence is one number, and no forecast tells it better."""
    outputs, targets = snapshot.outputs, snapshot.targets
    if outputs is None or targets is None or snapshot.prediction is not None or snapshot.confusion is not None:
        return False
    return outputs.shape == targets.shape == (len(targets), 1) and targets.dtype.kind == "f"


def number_axes(snapshot: Snapshot) -> dict[str, Any]:
    """Return the axes: the right numbers across, the answers up, over one range that the right ones fill."""
    low, high = _range(_of(snapshot)[1])
    title = {"text": t("side.answer.right"), "standoff": 2, "font": {"size": 11}}
    return {"xaxis": {"range": [low, high], "nticks": 5, "title": title}, "yaxis": {"range": [low, high], "nticks": 5}}


def number_traces(snapshot: Snapshot) -> list[go.Scatter]:
    """Return the line on which an answer is right, a dot a sequence, and a larger one for the sequence on show."""
    low, high = _range(_of(snapshot)[1])
    hover = f"{t('side.answer.right')} %{{x:.3g}}<br>{t('view.answer.name')} %{{y:.3g}}<extra></extra>"
    right = line(GHOST, 1, t("side.answer.right"), dash="4px,3px", x=[low, high], y=[low, high], hoverinfo="skip")
    dots: dict[str, Any] = {"mode": "markers", "hovertemplate": hover, "cliponaxis": True}
    return [
        right,
        line(GHOST, 1, "", **dots, marker={"size": 6, "color": GHOST}),
        line(ACCENT, 1, "", **dots, marker={"size": 10, "color": ACCENT}),
    ]


def number_patches(snapshot: Snapshot, focus: Focus) -> list[Patch]:
    """Return the answers of this frame; one beyond the range stands at its edge."""
    answers, right = _of(snapshot)
    drawn = np.clip(answers, *_range(right))
    return [
        Patch(_OTHERS, "x", right),
        Patch(_OTHERS, "y", drawn),
        Patch(_SHOWN, "x", right[[focus.sample]]),
        Patch(_SHOWN, "y", drawn[[focus.sample]]),
    ]


def off_words(snapshot: Snapshot, focus: Focus) -> tuple[str, str]:
    """Return the answer to the sequence on show, and the words beside it."""
    answers, right = _of(snapshot)
    return three(float(answers[focus.sample])), t("side.answer.where", right=three(float(right[focus.sample])))


def _of(snapshot: Snapshot) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    if snapshot.outputs is None or snapshot.targets is None:
        raise ValueError("the task's answers are no numbers; this picture needs a task with one number a sequence.")
    return np.asarray(snapshot.outputs)[:, 0], np.asarray(snapshot.targets)[:, 0]


def _range(right: NDArray[np.floating]) -> tuple[float, float]:
    """A range that the right numbers fill, with room around them."""
    low, high = float(right.min()), float(right.max())
    room = 0.25 * (high - low) or 1.0
    return low - room, high + room
