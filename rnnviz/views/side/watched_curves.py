"""Loss and gradient norm of a training loop that is not ours, above one axis of training steps."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.curvepanels import wants_log
from rnnviz.views.patch import Patch, Pixels, newest
from rnnviz.views.side.base import SidePanel, SideView, axis_of, line, side_figure, ticks
from rnnviz.views.side.run_loss import FOOT, counted, rounded_up, smoothed
from rnnviz.views.style import ACCENT
from rnnviz.views.words import three

__all__ = ["SideWatchedCurves"]

_COLUMNS = ("loss", "grad_norm")
_EMPTY = ("side.watched.empty", "side.norm.empty")  # what stands in a panel that waits
_LOW, _HIGH = 120, 160  # pixels


class SideWatchedCurves(SideView):
    """The form of a watched loop's curves in the narrow column: each step thin, the smoothed curve over it."""

    name = "curves"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        hover = f"{t('view.step')} %{{x:,}}<br>%{{y:.3g}}<extra></extra>"
        # clipping may come after the pictures have seen the gradient, or before
        aside = t("side.norm.before") if snapshot.unclipped else t("side.norm.seen")
        panels = [
            SidePanel(
                t("side.curves.loss"), t("side.curves.loss.aside"), _LOW, _HIGH, True, 10, t("side.watched.empty")
            ),
            SidePanel(t("side.norm"), aside, _LOW, _HIGH, True, 4, t(_EMPTY[1])),
        ]
        traces = []
        for place in range(len(panels)):
            traces.append(line(ACCENT, 1, "", panel=place, opacity=0.35, hoverinfo="skip"))
            traces.append(line(ACCENT, 2, "", panel=place, hovertemplate=hover))
        xaxis = {"range": [0, 1], "tickformat": ",", "nticks": 4}
        return side_figure(panels, traces, foot=FOOT, xaxis=xaxis, annotations=[counted()])

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        steps = snapshot.history["step"]
        kept = newest(len(steps), pixels and pixels[0])
        patches = [
            Patch(None, "xaxis.range", (0.0, rounded_up(float(steps[-1])) if len(steps) else 1.0)),
            Patch(None, "xaxis.showticklabels", bool(len(steps))),
        ]
        for place, column in enumerate(_COLUMNS):
            values = snapshot.history[column]
            log = wants_log(values)
            known = values[np.isfinite(values)]
            for trace, curve in ((2 * place, values), (2 * place + 1, smoothed(values, log=log))):
                shown = np.where(curve > 0, curve, np.nan) if log else curve
                patches += [Patch(trace, "x", steps[kept]), Patch(trace, "y", shown[kept])]
                patches.append(Patch(trace, "mode", "lines" if len(kept) > 1 else "markers"))
            axis = f"yaxis{axis_of(place)[1:]}"
            patches += [
                Patch(None, f"{axis}.type", "log" if log else "linear"),
                Patch(None, f"meta.panels[{place}].now", three(float(known[-1])) if len(known) else ""),
                Patch(None, f"meta.panels[{place}].empty", "" if len(known) else t(_EMPTY[place])),
                *ticks(axis, values, log=log),
            ]
        return patches
