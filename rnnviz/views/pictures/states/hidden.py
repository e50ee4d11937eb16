"""The hidden state over time, unit × timestep; under it, for an LSTM, the cell state."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Scale, Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.heatpanels import HeatView, Panel, heat_patches, heat_skeleton
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.score.statestrip import HiddenStrip, StateStrip
from rnnviz.views.style import plain

__all__ = ["HiddenView", "StateView", "heat_ranges", "hidden_panels", "time_words"]


class HiddenView(HeatView):
    """Heatmap of h_t, fixed −1…1 where the cell bounds it, and of c_t where there is one."""

    name = "hidden"
    light = True
    height = 340
    score = HiddenStrip()

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return heat_skeleton(t("view.hidden.title"), self.height, self._panels(snapshot, focus), columns=1)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        panels = self._panels(snapshot, focus)
        patches = heat_patches(panels, snapshot, focus, 1, pixels)
        return [*patches, *heat_ranges(panels), *_time_title(snapshot, focus, len(panels))]

    def _panels(self, snapshot: Snapshot, focus: Focus) -> list[Panel]:
        return hidden_panels(snapshot, focus)


class StateView(HiddenView):
    """Heatmap of h_t alone."""

    name = "state"
    score = StateStrip()

    @property
    def help(self) -> str:
        return t("view.hidden.help")

    def _panels(self, snapshot: Snapshot, focus: Focus) -> list[Panel]:
        return hidden_panels(snapshot, focus)[:1]


def hidden_panels(snapshot: Snapshot, focus: Focus) -> list[Panel]:
    """Return the panels of h_t and, where there is one, c_t."""
    at = (focus.layer, focus.direction, focus.sample)
    layer = snapshot.layer
    panels = [_panel("h", t("view.hidden.h"), layer.hidden[at], snapshot.scales["hidden"])]
    if layer.cell is not None:
        panels.append(_panel("c", t("view.hidden.c"), layer.cell[at], snapshot.scales["cell"]))
    return panels


def _panel(symbol: str, title: str, values: np.ndarray, scale: Scale) -> Panel:
    return Panel(symbol, title, values, (scale.low, scale.high), _note(scale))


def _note(scale: Scale) -> str:
    if scale.natural:
        return ""
    if scale.previous is None:
        return t("view.range.fixed", range=_range(scale.low, scale.high))
    return t("view.range.changed", range=_range(scale.low, scale.high), step=scale.since, was=_range(*scale.previous))


def _range(low: float, high: float) -> str:
    return f"±{high:g}" if low == -high else f"{low:g} … {high:g}"


def heat_ranges(panels: list[Panel]) -> list[Patch]:
    """Return the colour range as the bar shows it: the same every frame unless a notice says that it was widened."""
    patches = []
    for index, panel in enumerate(panels):
        low, high = panel.limits
        patches += [
            Patch(index, "zmin", low),
            Patch(index, "zmax", high),
            Patch(index, "colorbar.tickvals", (low, (low + high) / 2, high)),
        ]
    return patches


def time_words(snapshot: Snapshot, focus: Focus) -> str:
    """Return the time axis' title, with the first and the last label where the task has a calendar."""
    labels = snapshot.time_labels[focus.sample] if snapshot.spans[focus.sample] else None  # a calendar has both
    if labels is None:
        return t("view.time")
    return t("view.time.labelled", first=plain(labels[0]), last=plain(labels[-1]))


def _time_title(snapshot: Snapshot, focus: Focus, panels: int) -> list[Patch]:
    axis = "xaxis" if panels == 1 else f"xaxis{panels}"
    return [Patch(None, f"{axis}.title.text", time_words(snapshot, focus))]
