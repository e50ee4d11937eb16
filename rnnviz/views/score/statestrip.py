"""The strip of the states: h_t of every unit and, where the cell keeps one, c_t."""

from dataclasses import replace

import numpy as np

from rnnviz.i18n import t
from rnnviz.training import Scale, Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.score.band import Band, Read, rows_high
from rnnviz.views.score.heat import Heat, HeatStrip, signed_bar

__all__ = ["HiddenStrip", "StateStrip"]

_LOW, _HIGH = 64, 96


class HiddenStrip(HeatStrip):
    """Heatmaps of h_t, fixed −1…1 where the cell bounds it, and of c_t, over the range that most of it fills."""

    name = "hidden"

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        at = (focus.layer, focus.direction, focus.sample)
        layer, scale = snapshot.layer, snapshot.scales["hidden"]
        units = layer.hidden.shape[-1]
        if not scale.natural:
            scale = snapshot.scales["hidden.colours"]
        heats = [_heat("h", t("score.hidden.h"), t("score.units", units=units), layer.hidden[at], scale, 0)]
        if layer.cell is not None:
            scale = snapshot.scales["cell.colours"]
            heats.append(_heat("c", t("score.hidden.c"), t("score.hidden.c.aside"), layer.cell[at], scale, 1))
        return heats


class StateStrip(HiddenStrip):
    """h_t without c_t: for a lab that shows little."""

    name = "state"

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        return super().heats(snapshot, focus)[:1]


def _heat(symbol: str, name: str, aside: str, values: np.ndarray, scale: Scale, row: int) -> Heat:
    limits, units = (scale.low, scale.high), values.shape[1]
    bar = signed_bar(limits)
    if not scale.natural:
        bar = replace(bar, pointed=bool(np.nanmax(np.abs(values), initial=0.0) > scale.high))
    band = Band(name, aside, rows_high(units, _LOW), rows_high(units, _HIGH), bar=bar, read=Read(row))
    return Heat(symbol, band, values, limits, scale.natural, scale.natural)
