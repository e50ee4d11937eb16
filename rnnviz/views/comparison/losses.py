"""The loss of every model along the run, its name at the end of its line."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.comparison.models import ComparedModel, compared_models
from rnnviz.views.curvepanels import wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, line, side_figure, ticks
from rnnviz.views.side.run_loss import FOOT, counted, rounded_up, smoothed
from rnnviz.views.style import INK1

__all__ = ["SideLosses"]

_BESIDE, _LINE = 24, 13  # pixels at the right for a symbol, and of a line of words
_LOW, _HIGH = 150, 190  # pixels of the picture


class SideLosses(SideView):
    """The form of the curves in the narrow column of a comparison."""

    name = "curves"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        compared = compared_models(snapshot)
        hover = f"{t('view.step')} %{{x:,}}<br>%{{y:.3g}}<extra>%{{fullData.name}}</extra>"
        lines = [line(model.color, 1.75, model.name, hovertemplate=hover) for model in compared]
        panel = SidePanel(
            t("side.curves.loss"), t("side.curves.loss.aside"), _LOW, _HIGH, log=True, empty=t("side.curves.empty")
        )
        names = [_name(model) for model in compared]
        xaxis = {"range": [0, 1], "tickformat": ",", "nticks": 4}
        figure = side_figure([panel], lines, foot=FOOT, xaxis=xaxis, annotations=[*names, counted()])
        return figure.update_layout(margin_r=_BESIDE + 8 * max(len(model.short) for model in compared))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        compared = compared_models(snapshot)
        losses = [model.snapshot.history["loss"] for model in compared]
        log = wants_log(np.concatenate(losses))
        steps = snapshot.history["step"]
        end = rounded_up(float(steps[-1])) if len(steps) else 1.0
        patches = [
            Patch(None, "xaxis.range", (0.0, end)),
            Patch(None, "xaxis.showticklabels", bool(len(steps))),
            Patch(None, "yaxis.type", "log" if log else "linear"),
            Patch(None, "meta.panels[0].empty", "" if len(steps) else t("side.curves.empty")),
            *ticks("yaxis", np.concatenate(losses), log=log),
        ]
        curves = [smoothed(loss, log=log) for loss in losses]
        for index, (model, loss) in enumerate(zip(compared, losses, strict=True)):
            kept = newest(len(loss), pixels and pixels[0])
            patches += [
                Patch(index, "x", model.snapshot.history["step"][kept]),
                Patch(index, "y", curves[index][kept]),
                Patch(index, "mode", "lines" if len(kept) > 1 else "markers"),
            ]
        return [*patches, *_names(compared, curves, pixels[1] if pixels else _LOW, log=log)]


def _name(model: ComparedModel) -> dict[str, object]:
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 4, "yref": "y", "yanchor": "middle", "y": 0}
    return place | {"text": "", "showarrow": False, "font": {"size": 11, "color": INK1}}


def _names(compared: list[ComparedModel], curves: list[np.ndarray], high: int, *, log: bool) -> list[Patch]:
    """Names level with the ends of their lines, moved down where one would cover another; ``high`` is the plot's."""
    drawn = [np.log10(np.where(one > 0, one, np.nan)) if log else one for one in curves]
    known = np.concatenate([one[np.isfinite(one)] for one in drawn])
    spread = float(known.max() - known.min()) if len(known) else 0.0
    ends = [float(one[-1]) if len(one) else np.nan for one in drawn]
    moved = _apart([end / (spread or 1.0) * high for end in ends])
    patches = []
    for place, (model, end) in enumerate(zip(compared, ends, strict=True)):
        shown = bool(np.isfinite(end))
        patches += [
            Patch(None, f"annotations[{place}].text", f"<b>{model.with_mark(model.short)}</b>" if shown else ""),
            Patch(None, f"annotations[{place}].y", end if shown else 0.0),
            Patch(None, f"annotations[{place}].yshift", moved[place]),
        ]
    return patches


def _apart(heights: list[float]) -> list[float]:
    """Return how far each of some words at these heights, in pixels, is moved so that none covers another.

    >>> _apart([50.0, 48.0, 10.0])
    [0.0, -11.0, 0.0]
    """
    moved, free = [0.0] * len(heights), np.inf
    for place in sorted(range(len(heights)), key=lambda one: -np.nan_to_num(heights[one], nan=-np.inf)):
        if np.isfinite(heights[place]):
            stands = min(heights[place], free)
            moved[place], free = stands - heights[place], stands - _LINE
    return moved
