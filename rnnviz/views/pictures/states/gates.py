"""The gates over time, one panel a gate: how far each is open, unit by unit."""

import plotly.graph_objects as go

from rnnviz.i18n import keys, t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.heatpanels import HeatView, Panel, heat_patches, heat_skeleton
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.score.gatestrip import CANDIDATES, KEEPING, GateStrip, KeepingStrip
from rnnviz.views.style import base_layout, plain

__all__ = ["ForgetView", "GatesView", "gate_panels"]

_LOW = 128  # pixels: a picture that has only a sentence to say


class GatesView(HeatView):
    """Heatmaps of i, f, g, o (LSTM) or r, z, n (GRU); the plain RNN has none, and the picture says so."""

    name = "gates"
    light = True
    score = GateStrip()
    height = 340

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        if not snapshot.layer.gates:
            return _no_gates(_LOW)
        return heat_skeleton(t("view.gates.title"), self.height, gate_panels(snapshot, focus), columns=2)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        if not snapshot.layer.gates:
            return []
        return heat_patches(gate_panels(snapshot, focus), snapshot, focus, 2, pixels)


class ForgetView(HeatView):
    """Heatmap of the gate that keeps: f of an LSTM, z of a GRU."""

    name = "forget"
    height = 340
    light = True
    score = KeepingStrip()

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.layer.kind in KEEPING

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return heat_skeleton(t("view.forget.title"), self.height, self._panels(snapshot, focus), columns=1)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return heat_patches(self._panels(snapshot, focus), snapshot, focus, 1, pixels)

    def _panels(self, snapshot: Snapshot, focus: Focus) -> list[Panel]:
        keeping = KEEPING.get(snapshot.layer.kind)
        if keeping is None:
            raise ValueError(f"a layer of kind {snapshot.layer.kind!r} has no gate that keeps; use an LSTM or a GRU.")
        return [panel for panel in gate_panels(snapshot, focus) if panel.symbol == keeping]


def gate_panels(snapshot: Snapshot, focus: Focus) -> list[Panel]:
    """Return a panel a gate, in torch's order; none for a cell without gates."""
    at = (focus.layer, focus.direction, focus.sample)
    return [
        Panel(gate, _title(snapshot.layer.kind, gate), values[at], (-1.0 if gate in CANDIDATES else 0.0, 1.0))
        for gate, values in snapshot.layer.gates.items()
    ]


def _title(kind: str, gate: str) -> str:
    """Words for torch's own gates; those of a registered cell go by the name that its step gave them."""
    key = f"view.gates.{kind}.{gate}"
    return t(f"view.gates.{kind}.{gate}") if key in keys() else plain(gate)


def _no_gates(height: int) -> go.Figure:
    layout = base_layout(t("view.gates.title"), height, xaxis={"visible": False}, yaxis={"visible": False})
    words = {
        "text": t("view.gates.none"),
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "font": {"size": 13},
    }
    return go.Figure(layout=layout | {"annotations": [words]})
