"""A comparison's strips, one model below the other: one range of colours for all, one time axis."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.comparison.models import ComparedModel, compared_models, longest
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.score.band import Band, Read, rows_high
from rnnviz.views.score.gatestrip import GateStrip
from rnnviz.views.score.heat import Heat, HeatStrip, heat_figure, heat_patches, signed_bar

__all__ = ["ComparedGates", "ComparedStates"]

_GATE = 32  # pixels a gate
_ROOM = {2: (96, 120), 3: (72, 96), 4: (56, 72)}  # pixels a model by how many there are, in a low and in a high window


class ComparedStates(HeatStrip):
    """The hidden states of every model, one below the other."""

    name = "hidden"

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        compared = compared_models(snapshot)
        shown = [_states(model.snapshot, focus) for model in compared]
        natural = all(model.snapshot.scales["hidden"].natural for model in compared)
        scale = compared[0].snapshot.scales["hidden" if natural else "hidden.colours"]
        # beside a bounded model colours cover what bounds it
        floor = max((1.0 for model in compared if model.snapshot.scales["hidden"].natural), default=0.0)
        limits = (min(scale.low, -floor), max(scale.high, floor))
        beyond = any(bool(np.nanmax(np.abs(values), initial=0.0) > limits[1]) for values in shown)
        room = _ROOM[max(2, min(len(compared), 4))]
        heats = []
        for index, (model, values) in enumerate(zip(compared, shown, strict=True)):
            bar = None if index else signed_bar(limits, pointed=beyond, span=len(compared))
            low, high = (rows_high(values.shape[1], pixels) for pixels in room)
            words = t("comparison.weights", count=sum(one.size for one in model.snapshot.weights.values()))
            band = Band(model.name, words, low, high, bar=bar, read=Read(index))
            heats.append(Heat(model.label, band, values, limits))
        return heats

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        # the axis is as long as the longest model's sequence
        return _marked(heat_figure(self.heats(snapshot, focus), longest(snapshot)), compared_models(snapshot))

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return heat_patches(self.heats(snapshot, focus), longest(snapshot), focus, pixels)


class ComparedGates(HeatStrip):
    """The gates of every model that has some, each model's one below the other, the gate that keeps first."""

    name = "gates"

    def exists(self, snapshot: Snapshot) -> bool:
        return any(one.layer.gates for one in snapshot.models.values())

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        heats: list[Heat] = []
        for model, one in _gated(snapshot):
            for heat in GateStrip().heats(one, focus.within(one.layer)):
                read = replace(heat.band.read or Read(0), row=len(heats))
                units = heat.values.shape[1]
                band = replace(heat.band, low=rows_high(units, _GATE), high=rows_high(units, _GATE), read=read)
                heats.append(replace(heat, band=replace(band, name=f"{model.name} · {heat.band.name}")))
        return heats

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        models = [model for model, one in _gated(snapshot) for _ in one.layer.gates]
        return _marked(heat_figure(self.heats(snapshot, focus), longest(snapshot)), models)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return heat_patches(self.heats(snapshot, focus), longest(snapshot), focus, pixels)


def _gated(snapshot: Snapshot) -> list[tuple[ComparedModel, Snapshot]]:
    return [(model, model.snapshot) for model in compared_models(snapshot) if model.snapshot.layer.gates]


def _states(snapshot: Snapshot, focus: Focus) -> np.ndarray:
    at = focus.within(snapshot.layer)
    return np.asarray(snapshot.layer.hidden[at.layer, at.direction, at.sample])


def _marked(figure: go.Figure, compared: Sequence[ComparedModel]) -> go.Figure:
    """Tell the page each panel's symbol and colour."""
    for panel, model in zip(figure.layout.meta["panels"], compared, strict=True):
        panel |= {"glyph": model.glyph, "tone": model.tone}
    return figure
