"""The strip of the gradient through time: how much the loss listens to each step, on a log axis that holds still."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.training.snapshots.before import value_words
from rnnviz.views.base import Focus
from rnnviz.views.pastend import past_end
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.band import Band, Read
from rnnviz.views.score.labels import Label, placed
from rnnviz.views.score.logaxis import LogRange, below_bar, below_place, below_words, log_axis
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import ACCENT, ACCENT_TEXT, BEFORE_DASH, GHOST, INK2, INK3, PAGE, WARN
from rnnviz.views.words import said

__all__ = ["GradientStrip", "norm_through_time", "positive"]

_BEFORE, _DIRECT, _TOTAL, _BELOW = range(4)  # traces
_LOW, _HIGH = 76, 88  # pixels
_WIDTH = 308  # pixels of a plot before the page has said how many there are


def norm_through_time(gradient: np.ndarray | None) -> np.ndarray:
    """Return ‖gradient‖ at each timestep, the Euclidean norm over batch and unit.

    Parameters
    ----------
    gradient : numpy.ndarray or None
        Axes (layer, direction, batch, time, unit); NaN past a sequence's end counts as nothing.

    Returns
    -------
    numpy.ndarray
        Axes (layer, direction, time); NaN where no sequence is as long.

    Raises
    ------
    ValueError
        If there is no gradient, because the trace was made without a loss.

    Examples
    --------
    >>> norm_through_time(np.full((1, 1, 1, 2, 4), 0.5))
    array([[[1., 1.]]])
    """
    if gradient is None:
        raise ValueError("gradient is None: the trace was made without a loss; pass loss=… to rnnviz.trace.")
    norms = np.asarray(np.sqrt(np.nansum(np.square(gradient, dtype=np.float64), axis=(2, 4))))
    # where no sequence is as long there is no norm, and none of 0
    return norms if np.isfinite(gradient[..., -1, 0]).all() else np.where(np.isnan(gradient).all((2, 4)), np.nan, norms)


def positive(curve: np.ndarray) -> np.ndarray:
    """Leave a gap where a log axis has no place for 0."""
    return np.where(curve > 0, curve, np.nan)


class GradientStrip(Strip):
    """Total gradient, the direct one thin and dashed, and in grey the total before the last change of a setting."""

    name = "gradients"

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.layer.grad_hidden is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        calendar = snapshot.spans[focus.sample] is not None
        aside = t("score.gradients.month") if calendar else t("score.gradients.step")
        band = Band(t("score.gradients"), aside, _LOW, _HIGH, read=Read(0, None, dot=ACCENT), above=True)
        traces = [
            _line(t("score.gradients.before"), GHOST, 1.5, BEFORE_DASH),
            _line(t("view.gradients.direct"), ACCENT, 1, "2px,2px"),
            _line(t("view.gradients.total"), ACCENT, 2),
            _line(t("score.gradients.below"), WARN, 2),
        ]
        notes = [_words("left", INK2), _words("left", INK3), _words("left", ACCENT_TEXT)]
        axes = [{"type": "log", **log_axis()}]
        return strip_figure(traces, [band], snapshot, axes, rows=2, annotations=notes, shapes=past_end(snapshot))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        at = (focus.layer, focus.direction)
        total, direct = (
            norm_through_time(one)[at][: snapshot.asked]  # past it there is none
            for one in (snapshot.layer.grad_hidden, snapshot.layer.grad_hidden_direct)
        )
        before = _former(snapshot, focus, len(total))
        reach = LogRange.of(total, before)
        kept = thin(len(total), pixels and pixels[0])
        curves = {
            _BEFORE: (before, True),
            _DIRECT: (direct, focus.gradient != "total"),
            _TOTAL: (total, focus.gradient != "direct"),
        }
        patches = strip_patches(snapshot, focus)
        for index, (curve, visible) in curves.items():
            patches += [
                Patch(index, "x", np.arange(len(total), dtype=np.float32)[kept] if kept.step > 1 else None),
                Patch(index, "y", reach.drawn(curve)[kept]),
                Patch(index, "visible", visible),
            ]
        patches.append(Patch(_DIRECT, "mode", "lines+markers" if _alone(direct) else "lines"))
        changed = bool(np.isfinite(before).any())
        panel = "meta.panels[0]"
        return [
            *patches,
            *below_bar(_BELOW, total, reach, _LOW),
            *reach.patches("yaxis"),
            *below_words(0, total, reach, (pixels[0] if pixels else _WIDTH, _LOW)),
            *_named(snapshot, before, total, reach, pixels),
            Patch(None, "meta.rows[0]", total),
            Patch(None, "meta.rows[1]", before),
            Patch(None, f"{panel}.read.was", 1 if changed else None),
            Patch(None, f"{panel}.aside", _aside(snapshot, focus, direct, kept.step)),
        ]


def _alone(curve: np.ndarray) -> bool:
    """Whether a value stands between two zeros, as where the last step alone is asked: a line would not show it."""
    above = np.concatenate([[False], curve > 0, [False]])
    return bool((above[1:-1] & ~above[:-2] & ~above[2:]).any())


def _former(snapshot: Snapshot, focus: Focus, steps: int) -> np.ndarray:
    """Return the total gradient before the last change, NaN where there was none of this shape."""
    norms = None if snapshot.before is None else snapshot.before.gradient
    if norms is None or focus.layer >= norms.shape[0] or focus.direction >= norms.shape[1]:
        return np.full(steps, np.nan)
    found = norms[focus.layer, focus.direction][:steps]
    return found if len(found) == steps else np.full(steps, np.nan)


def _aside(snapshot: Snapshot, focus: Focus, direct: np.ndarray, stride: int) -> str:
    words = t("score.gradients.month") if snapshot.spans[focus.sample] is not None else t("score.gradients.step")
    zeros = int((direct == 0).sum()) if focus.gradient == "direct" else 0
    told = t("view.gradients.zeros", zeros=zeros, steps=snapshot.asked) if zeros else ""
    return said(words, told, t("view.thinned.steps", steps=stride) if stride > 1 else "")


def _named(
    snapshot: Snapshot, before: np.ndarray, total: np.ndarray, reach: LogRange, pixels: Pixels | None
) -> list[Patch]:
    """Return the names of the two lines after a change, beside them."""
    if snapshot.before is None or not np.isfinite(before).any():
        return [Patch(None, f"annotations[{index}].text", "") for index in (1, 2)]
    size = (pixels[0] if pixels else _WIDTH, _LOW)
    labels = [Label(snapshot.before.words, before, 0.55), Label(_now(snapshot), total, 0.02, bold=True)]
    return placed(labels, 1, reach, size, below_place(total, reach, size))


def _now(snapshot: Snapshot) -> str:
    before, settings = snapshot.before, snapshot.settings
    if before is None or settings is None or len(before.changed) != 1:
        return t("score.gradients.now")
    value = value_words(before.name, getattr(settings, before.name))
    return t("score.gradients.now.setting", name=t(f"knob.{before.name}"), value=value)


def _line(name: str, color: str, width: float, dash: str = "solid") -> go.Scatter:
    line = {"color": color, "width": width, "dash": dash}
    return go.Scatter(mode="lines", name=name, line=line, marker={"size": 5, "color": color}, hoverinfo="none")


def _words(anchor: str, color: str) -> go.layout.Annotation:
    font = {"size": 11, "color": color}
    place = {"x": 0, "y": 0, "xanchor": anchor, "borderpad": 0}
    return go.layout.Annotation(text="", showarrow=False, font=font, bgcolor=PAGE, **place)
