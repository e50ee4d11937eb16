"""Rules about the gradient on its way back through time: whether it vanishes, explodes, or grows as training goes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.insights.insight import Act, Insight, power, short
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.snapshot import Floats, Snapshot

__all__ = ["UNHEARD", "VANISHED", "Path", "exploding", "paths", "rising", "vanishing", "ways"]

VANISHED = 1e-6  # float32 keeps seven digits: what is a millionth of the rest is nearly lost in its sum
UNHEARD = 1e-3  # a timestep whose gradient is a thousandth of the largest has next to no say
EXPLODED = 1e3  # the same the other way round: then the first timesteps alone decide
RISEN = 100.0  # batches differ, and learning changes the norm, but hardly by this factor
_FURTHER = 1.1  # a spectral radius at which a plain RNN hears further back
FEW = 10  # steps; before that there is no course to speak of


@dataclass(frozen=True)
class Path:
    """The gradient's way back in one layer and direction: its norms, the last state read first."""

    layer: int
    direction: int
    norms: Floats
    times: NDArray[np.integer[Any]]

    @property
    def ratio(self) -> float:
        """The norm where the way ends, in parts of that where it begins."""
        return float(self.norms[-1] / self.norms[0])


def vanishing(snapshot: Snapshot) -> Insight | None:
    """The gradient at the far end is a millionth of that at the near end."""
    worst = min(paths(snapshot), key=lambda path: path.ratio, default=None)
    # `not <=`, for NaN
    if worst is None or not worst.ratio <= VANISHED:
        return None
    heard = worst.norms >= UNHEARD * worst.norms.max()
    numbers = {"ratio": worst.ratio}
    limit = int(worst.times[np.flatnonzero(heard)[-1]])
    key, told = _sentence("vanishing", worst, snapshot, limit)
    return Insight.of(key, told, numbers, _against_vanishing(snapshot), act=_longer(snapshot))


def exploding(snapshot: Snapshot) -> Insight | None:
    """The gradient grows on its way back."""
    worst = max(paths(snapshot), key=lambda path: path.ratio, default=None)
    if worst is None or not worst.ratio >= EXPLODED:
        return None
    key, told = _sentence("exploding", worst, snapshot, int(worst.times[0]))
    return Insight.of(key, told, {"ratio": worst.ratio}, _against_exploding(snapshot), act=_shorter(snapshot))


def rising(snapshot: Snapshot) -> Insight | None:
    """The gradient norm grows from training step to training step."""
    norms = snapshot.history.get("grad_norm", np.empty(0))
    if len(norms) < 2 * FEW or not np.isfinite(norms).all():  # a run that has left the numbers fails, and says so
        return None
    # medians: one bad batch is no course
    first, last = float(np.median(norms[:FEW])), float(np.median(norms[-FEW:]))
    if not 0 < RISEN * first <= last:
        return None
    told = {"first": short(first), "last": short(last), "steps": int(snapshot.history["step"][-1])}
    return Insight.of("rising", told, {"last": last}, _against_exploding(snapshot), act=_shorter(snapshot))


def paths(snapshot: Snapshot) -> list[Path]:
    """Every way back along which a gradient came at all; the newest moment of the horizon is this snapshot's."""
    return [] if snapshot.horizon is None else ways(snapshot.horizon.norms[-1], snapshot.asked)


def ways(norms: Floats, steps: int | None = None) -> list[Path]:
    """Every way back in norms with axes (layer, direction, time) along which a gradient came at all.

    Past the first ``steps`` there is nothing but padding, whose norm is 0 and means nothing.
    """
    found = []
    for layer, direction in np.ndindex(norms.shape[:2]):
        along = norms[layer, direction, :steps]
        times = np.arange(len(along))
        if direction == 0:
            along, times = along[::-1], times[::-1]
        begun = np.flatnonzero(along)  # no loss may have reached the states before the first of these
        if len(begun) and np.isfinite(along).all() and len(along) - begun[0] > 1:
            found.append(Path(layer, direction, along[begun[0] :], times[begun[0] :]))
    return found


def _sentence(rule: str, path: Path, snapshot: Snapshot, limit: int) -> tuple[str, dict[str, object]]:
    """Which sentence, and what it tells: of several layers and directions also where."""
    layers, directions = snapshot.layer.hidden.shape[:2]
    told: dict[str, object] = {
        "far": int(path.times[-1]),
        "near": int(path.times[0]),
        "ratio": power(path.ratio),
        "limit": limit,
    }
    if layers * directions == 1:
        return rule, told
    return f"{rule}.where", told | {"layer": path.layer, "direction": _direction(path.direction)}


def _direction(direction: int) -> str:
    return t("view.where.backward") if direction else t("view.where.forward")


def _against_vanishing(snapshot: Snapshot) -> str:
    settings, kind = snapshot.settings, snapshot.layer.kind
    if settings is None:
        return t("insight.vanishing.advice.watch.rnn") if kind == "rnn" else t("insight.vanishing.advice.watch.gates")
    knobs = {"seq_len": t("knob.seq_len"), "forget_bias": t("knob.forget_bias"), "init": t("knob.init")}
    if kind == "rnn":
        cells = {"cell": t("knob.cell"), "gru": t("knob.cell.gru"), "orthogonal": t("knob.init.orthogonal")}
        return t("insight.vanishing.advice.rnn", **cells, **knobs)
    higher = _higher(settings)
    if higher is None:
        return t("insight.vanishing.advice.shorter", **knobs)
    return t("insight.vanishing.advice.gates", **knobs, value=higher)


def _higher(settings: Settings) -> int | None:
    """The forget bias to try next; None where it is as high already."""
    higher = 1 if settings.forget_bias is None or settings.forget_bias < 1 else 3
    return None if settings.forget_bias is not None and settings.forget_bias >= higher else higher


def _longer(snapshot: Snapshot) -> Act:
    """What lets the gradient reach further back."""
    settings = snapshot.settings
    if settings is None:
        return None
    if snapshot.layer.kind == "rnn":
        return {"rho": _FURTHER} if settings.rho is None or settings.rho < _FURTHER else {"cell": "gru"}
    higher = _higher(settings)
    return "play" if higher is None else {"forget_bias": float(higher)}


def _shorter(snapshot: Snapshot) -> Act:
    """What holds the gradient."""
    settings = snapshot.settings
    if settings is None:
        return None
    return {"clip": 1.0} if settings.clip is None else {"rho": 1.0}


def _against_exploding(snapshot: Snapshot) -> str:
    settings = snapshot.settings
    if settings is None:
        return t("insight.exploding.advice.watch")
    knobs = {"clip": t("knob.clipping"), "rho": t("knob.rho"), "lr": t("knob.lr")}
    return (
        t("insight.exploding.advice.clip", **knobs) if settings.clip is None else t("insight.exploding.advice", **knobs)
    )
