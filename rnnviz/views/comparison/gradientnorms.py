"""The comparison's gradient through time: a line a model in one picture, its name beside it."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.comparison.models import ComparedModel, compared_models, longest
from rnnviz.views.pastend import past_end
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.band import Band
from rnnviz.views.score.gradientstrip import norm_through_time
from rnnviz.views.score.labels import Label, placed
from rnnviz.views.score.logaxis import LogRange, log_axis
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import INK1, PAGE, with_mark

__all__ = ["ComparedNorms"]

_LOW, _HIGH, _WIDTH = 112, 128, 308  # pixels; the width before the page has said it
_DASH = "2px,2px"


class ComparedNorms(Strip):
    """The total gradient of every model, or the direct one where that is asked for, over one range."""

    name = "gradients"

    def exists(self, snapshot: Snapshot) -> bool:
        return all(one.layer.grad_hidden is not None for one in snapshot.models.values())

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        compared = compared_models(snapshot)
        band = Band(t("score.gradients"), t("score.gradients.step"), _LOW, _HIGH, above=True)
        lines = []
        for place, model in enumerate(compared):
            # the first are wider, so that none hides another
            line = {"color": model.color, "width": 1.75 + 0.75 * (len(compared) - 1 - place)}
            lines.append(go.Scatter(mode="lines", name=model.name, line=line, hoverinfo="none"))
        axes = [{"type": "log", **log_axis()}]
        notes = [_words() for _ in compared]
        widest = longest(snapshot)
        return strip_figure(lines, [band], widest, axes, annotations=notes, shapes=past_end(widest))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        compared = compared_models(snapshot)
        curves = [_norm(model, focus) for model in compared]
        reach = LogRange.of(*curves)
        patches = [*strip_patches(snapshot, focus), *reach.patches("yaxis")]
        for index, curve in enumerate(curves):
            kept = thin(len(curve), pixels and pixels[0])
            patches += [
                Patch(index, "x", np.arange(len(curve), dtype=np.float32)[kept] if kept.step > 1 else None),
                Patch(index, "y", reach.drawn(curve)[kept]),
                Patch(index, "line.dash", _DASH if focus.gradient == "direct" else "solid"),
            ]
        width = pixels[0] if pixels else _WIDTH
        # names are laid out over the whole axis, also those of shorter sequences
        steps = max(map(len, curves))
        filled = [np.concatenate([one, np.full(steps - len(one), np.nan)]) for one in curves]
        named = [
            Label(model.name, reach.drawn(curve), (0.02, 0.1, 0.25, 0.45)[place % 4], bold=True)
            for place, (model, curve) in enumerate(zip(compared, filled, strict=True))
        ]
        return [*patches, *_glyphs(placed(named, 0, reach, (width, _LOW)), compared)]


def _glyphs(patches: list[Patch], compared: list[ComparedModel]) -> list[Patch]:
    """Put each model's symbol before its name."""
    names = iter(compared)
    return [
        Patch(None, one.key, with_mark(model.name, model.color, model.glyph))
        if one.key.endswith(".text") and (model := next(names))
        else one
        for one in patches
    ]


def _norm(model: ComparedModel, focus: Focus) -> np.ndarray:
    layer = model.snapshot.layer
    at = focus.within(layer)
    gradient = layer.grad_hidden_direct if focus.gradient == "direct" else layer.grad_hidden
    return np.asarray(norm_through_time(gradient)[at.layer, at.direction])


def _words() -> go.layout.Annotation:
    font = {"size": 11, "color": INK1}
    place = {"x": 0, "y": 0, "xanchor": "left", "borderpad": 0}
    return go.layout.Annotation(text="", showarrow=False, font=font, bgcolor=PAGE, **place)
