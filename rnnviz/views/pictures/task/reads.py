"""What the network reads, alone: the strip of the input with a title and axes."""

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import META, Patch, Pixels
from rnnviz.views.score.inputstrip import InputStrip
from rnnviz.views.style import axis, base_layout

__all__ = ["InputView"]

_KEPT = ("range", "tickvals", "ticktext", "showticklabels", "zeroline", "zerolinecolor")  # of the strip's y axis


class InputView(View):
    """x_t over time: lines in the data's own units, symbols, or a heatmap of many features."""

    name = "input"
    height = 200
    light = True
    score = InputStrip()

    def exists(self, snapshot: Snapshot) -> bool:
        return self.score.exists(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        strip = self.score.skeleton(snapshot, focus)
        told = strip.layout.meta["panels"][0]
        up = {name: strip.layout.yaxis[name] for name in _KEPT if strip.layout.yaxis[name] is not None}
        layout = base_layout(
            t("view.input.title"),
            self.height,
            showlegend=False,
            xaxis=axis(t("view.time"), range=strip.layout.xaxis.range),
            yaxis=axis(told["read"]["unit"] if told["read"] else "", **up),
            annotations=strip.layout.annotations,
            shapes=strip.layout.shapes,
            plot_bgcolor=strip.layout.plot_bgcolor,
        )
        return go.Figure(strip.data, layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        patches = self.score.patches(snapshot, focus, pixels)
        return [one for one in patches if one.trace is not None or not one.key.startswith(META)]
