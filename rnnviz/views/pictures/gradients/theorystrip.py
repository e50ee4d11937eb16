"""Theory beside measurement as a strip: how a gradient should fade through time, and how it does."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.pastend import past_end
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.score.band import Band, Read
from rnnviz.views.score.logaxis import LogRange, below_bar, below_words, log_axis
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import ACCENT, GHOST, INK2, INK3, WARN

__all__ = ["TheoryStrip"]

_LOW, _HIGH, _WIDTH = 76, 88, 308  # pixels; the width before the page has said it
_LOOKS = ((GHOST, "4px,3px"), (INK3, "2px,2px"))


class TheoryStrip(Strip):
    """The measured gradient as a share of that at the last step read, and what theory says of it.

    Parameters
    ----------
    names : callable
        Called with a snapshot; returns what each line of theory is called.
    curves : callable
        Called with a snapshot and a focus; returns the measured line, then those of theory, and words on them.
    exists : callable
        Called with a snapshot; returns whether theory knows its cell.
    """

    name = "theory"

    def __init__(
        self,
        names: Callable[[Snapshot], list[str]],
        curves: Callable[[Snapshot, Focus], tuple[list[np.ndarray], str]],
        exists: Callable[[Snapshot], bool],
    ) -> None:
        self._names, self._curves, self._exists = names, curves, exists

    def exists(self, snapshot: Snapshot) -> bool:
        return self._exists(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        names = self._names(snapshot)
        lines = [go.Scatter(mode="lines", name=t("view.theory.measured"), line={"color": ACCENT, "width": 2})]
        for name, (color, dash) in zip(names, _LOOKS, strict=False):
            lines.append(go.Scatter(mode="lines", name=name, line={"color": color, "width": 1.5, "dash": dash}))
        lines.append(go.Scatter(mode="lines", name=t("score.gradients.below"), line={"color": WARN, "width": 2}))
        band = Band(t("view.theory.title"), "", _LOW, _HIGH, read=Read(0, None, dot=ACCENT))
        below = go.layout.Annotation(text="", showarrow=False, x=0, y=0, font={"size": 11, "color": INK2})
        axes = [{"type": "log", **log_axis()}]
        figure = strip_figure(lines, [band], snapshot, axes, rows=1, annotations=[below], shapes=past_end(snapshot))
        return figure.update_traces(hoverinfo="none")

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        curves, words = self._curves(snapshot, focus)
        curves = [curve[: snapshot.asked] for curve in curves]
        reach = LogRange.of(*curves[:2])  # a loose bound may leave the picture
        kept = thin(len(curves[0]), pixels and pixels[0])
        patches = strip_patches(snapshot, focus)
        for index, curve in enumerate(curves):
            inside = np.where(curve > 10.0**reach.high, np.nan, reach.drawn(curve))
            patches += [
                Patch(index, "x", np.arange(len(curve), dtype=np.float32)[kept] if kept.step > 1 else None),
                Patch(index, "y", inside[kept]),
            ]
        return [
            *patches,
            *below_bar(len(curves), curves[0], reach, _LOW),
            *below_words(0, curves[0], reach, (pixels[0] if pixels else _WIDTH, _LOW)),
            *reach.patches("yaxis"),
            Patch(None, "meta.rows[0]", curves[0]),
            Patch(None, "meta.panels[0].aside", words),
        ]
