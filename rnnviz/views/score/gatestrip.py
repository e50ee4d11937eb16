"""The strips of the gates: how far each is open, unit by unit; the gate that keeps comes first."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnnviz.i18n import keys, t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.score.band import Band, Bar, Read, rows_high
from rnnviz.views.score.heat import Heat, HeatStrip, signed_bar

__all__ = ["CANDIDATES", "KEEPING", "GateStrip", "KeepingStrip"]

KEEPING = {"lstm": "f", "gru": "z"}  # the gate that multiplies the old state
CANDIDATES = {"g", "n"}  # tanh: −1…1; every other gate is a sigmoid: 0…1
_LOW, _HIGH, _ALONE = 32, 64, 88  # pixels; the keeping gate is the higher one where there is room
_BETWEEN = 4  # pixels


class GateStrip(HeatStrip):
    """A panel a gate: those from 0 to 1 share one colour bar, whose mark is the mean of the first; then the others."""

    name = "gates"

    def exists(self, snapshot: Snapshot) -> bool:
        return bool(snapshot.layer.gates)

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        gates = [_heat(name, snapshot, focus) for name in _ordered(snapshot)]
        opened = sum(heat.limits[0] == 0 for heat in gates)
        heats = []
        for index, heat in enumerate(gates):
            bar, last = heat.band.bar, index == len(gates) - 1
            if bar is not None and bar.kind == "gate":
                # one bar beside all of them
                bar = replace(bar, span=opened) if index == 0 else None
            gap = 6 if last or index == opened - 1 else _BETWEEN
            read = replace(heat.band.read or Read(index), row=index)
            heats.append(replace(heat, band=replace(heat.band, bar=bar, gap=gap, read=read)))
        return heats


class KeepingStrip(HeatStrip):
    """The gate that keeps, alone and high: f of an LSTM, z of a GRU."""

    name = "forget"

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.layer.kind in KEEPING

    def heats(self, snapshot: Snapshot, focus: Focus) -> list[Heat]:
        heat = _heat(KEEPING[snapshot.layer.kind], snapshot, focus)
        high = rows_high(heat.values.shape[1], _ALONE)
        return [replace(heat, band=replace(heat.band, aside=t("score.gates.keeps"), low=high, high=high, gap=6))]


def _ordered(snapshot: Snapshot) -> list[str]:
    """Return the names of the gates: the keeping one, the other ones from 0 to 1, then those with a sign."""
    keeping = KEEPING.get(snapshot.layer.kind)
    return sorted(snapshot.layer.gates, key=lambda name: (name in CANDIDATES, name != keeping))


def _heat(name: str, snapshot: Snapshot, focus: Focus) -> Heat:
    kind = snapshot.layer.kind
    values = snapshot.layer.gates[name][focus.layer, focus.direction, focus.sample]
    units, keeps = values.shape[1], name == KEEPING.get(kind)
    known = f"score.gates.{kind}.{name}" in keys()
    limits = (-1.0 if name in CANDIDATES else 0.0, 1.0)
    band = Band(
        # a registered cell's gates go by the names that its step gave them
        t(f"score.gates.{kind}.{name}") if known else name,
        t(f"score.gates.{kind}.{name}.aside") if known else "",
        rows_high(units, _LOW),
        rows_high(units, _HIGH if keeps else _LOW),
        bar=_signed(limits) if name in CANDIDATES else _gate_bar(name, values, snapshot, focus),
        read=Read(0),
    )
    return Heat(name, band, values, limits, natural=True, fixed=name in CANDIDATES)


def _signed(limits: tuple[float, float]) -> Bar:
    bar = signed_bar(limits)
    return replace(bar, labels=(bar.labels[0], bar.labels[-1]))  # there is no room for a middle one


def _gate_bar(name: str, values: np.ndarray, snapshot: Snapshot, focus: Focus) -> Bar:
    labels = ((1.0, t("score.gates.open")), (0.5, "0.5"), (0.0, t("score.gates.shut")))
    known = values[np.isfinite(values)]
    beyond = bool(known.size and (known.min() < 0 or known.max() > 1))
    mark = float(known.mean(dtype=np.float64)) if known.size else None
    former: Mapping[str, np.ndarray] = snapshot.before.gates if snapshot.before is not None else {}
    was = _at(former.get(name), focus)
    return Bar("gate", 0.0, 1.0, labels, beyond, mark=_inside(mark), was=_inside(was))


def _at(means: np.ndarray | None, focus: Focus) -> float | None:
    """Return the former mean of a layer and direction, where the former run had them."""
    if means is None or focus.layer >= means.shape[0] or focus.direction >= means.shape[1]:
        return None
    return float(means[focus.layer, focus.direction])


def _inside(share: float | None) -> float | None:
    return None if share is None or not np.isfinite(share) else min(max(share, 0.0), 1.0)
