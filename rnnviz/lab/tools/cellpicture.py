"""What a `CellView` is told of one cell: drawing, lines and the unit over time, every word and number written out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views import Equation, Focus, Reading, diagram
from rnnviz.views.words import three

__all__ = ["cell_picture"]


def cell_picture(reading: Reading, snapshot: Snapshot, *, norms: bool, gradient: bool) -> dict[str, Any]:
    """Return the picture of a cell.

    Parameters
    ----------
    reading : Reading
        The cell.
    snapshot : Snapshot
        What it was read from.
    norms : bool
        Norms over all units in place of the unit in focus.
    gradient : bool
        The gradient's way back in place of the way forward, where there is a gradient.
    """
    focus, back = reading.focus, gradient and reading.grad_h is not None
    lines = _sections(reading, norms=norms, back=back)
    results = "; ".join(f"{one['symbol']} = {one['result']}" for part in lines for one in part["equations"])
    return {
        "title": reading.title,
        "alt": t("inspector.alt.back" if back else "inspector.alt", title=reading.title, results=results),
        "hint": t("inspector.hint.norms") if norms else t("inspector.hint"),
        "time": focus.time,
        "unit": focus.unit,
        "where": _where(snapshot, focus),
        "back": back,
        "norms": norms,
        "diagram": asdict(diagram(reading, norms=norms, gradient=back)),
        "heads": [t(f"inspector.part.{name}") for name in "xhb"] + [t("inspector.sum")],
        "lines": lines,
        "arrives": _arrives(reading, norms),
        "over": _over_time(snapshot, focus, norms=norms, back=back),
    }


def _where(snapshot: Snapshot, focus: Focus) -> str:
    """Which layer it is, where there are several, or two directions."""
    layers, directions = snapshot.layer.hidden.shape[:2]
    if layers * directions == 1:
        return ""
    return t("inspector.where", layer=focus.layer, direction=t("gaze.backward" if focus.direction else "gaze.forward"))


def _sections(reading: Reading, *, norms: bool, back: bool) -> list[dict[str, Any]]:
    """The lines under their headings: the way forward, or the way back with its norms, whichever are asked for."""
    if not back:
        forward = _lines(reading.lines(norms=norms), reading.equations(norms=norms))
        return [{"heading": t("inspector.heading.forward"), "equations": forward}]
    kinds = [norms] if norms else [False, True]
    headings = {False: t("inspector.heading.backward"), True: t("inspector.heading.norms")}
    return [
        {
            "heading": headings[kind],
            "equations": _lines(reading.gradient_lines(norms=kind), reading.gradient_equations(norms=kind)),
        }
        for kind in kinds
    ]


def _lines(short: Iterable[Any], long: Iterable[Equation]) -> list[dict[str, Any]]:
    """Each short line with what the long equation of the same symbol says in one piece."""
    known: Mapping[str, Equation] = {one.symbol: one for one in long}
    return [asdict(one) | {"name": known[one.symbol].name, "plain": str(known[one.symbol])} for one in short]


def _arrives(reading: Reading, norms: bool) -> str:
    """The gradient at h, empty without a loss."""
    if reading.grad_h is None:
        return ""
    total = reading.grad_h.total
    return three(float(np.linalg.norm(total.astype(np.float64)) if norms else total[reading.focus.unit]))


def _over_time(snapshot: Snapshot, focus: Focus, *, norms: bool, back: bool) -> dict[str, Any]:
    """The unit's states at every timestep, or the size of its gradients: curves, the quiet one first."""
    layer = snapshot.layer
    arrays = (layer.grad_hidden, layer.grad_cell) if back else (layer.hidden, layer.cell)
    curves = [_course(array, focus, norms or back, norms) for array in arrays if array is not None]
    which = ("gradient" if back else "states") + (".both" if len(curves) > 1 else "")
    return {
        "name": t("inspector.over.all" if norms else "inspector.over"),
        "aside": t(f"inspector.over.{which}"),
        "log": back,
        "curves": [curve.astype("<f4").tobytes() for curve in curves],
    }


def _course(states: np.ndarray, focus: Focus, size: bool, norms: bool) -> np.ndarray:
    seen = states[focus.layer, focus.direction, focus.sample]
    if norms:
        return np.asarray(np.linalg.norm(seen.astype(np.float64), axis=-1))
    return np.asarray(np.abs(seen[:, focus.unit]) if size else seen[:, focus.unit])
