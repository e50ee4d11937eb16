"""What a `CellView` is told of one cell: drawing, lines and the unit over time, every word and number written out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views import Equation, Focus, Reading, diagram
from rnnviz.views.cell.unknown import unknown_diagram
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.timeaxis import time_axis
from rnnviz.views.words import three

__all__ = ["cell_picture", "clock", "unknown_picture"]


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
        "clock": clock(snapshot, focus),
        "unit": focus.unit,
        "where": _where(snapshot, focus),
        "back": back,
        "norms": norms,
        "onward": reading.grad_h is not None,
        "diagram": asdict(diagram(reading, norms=norms, gradient=back)),
        "heads": [t(f"inspector.part.{name}") for name in "xhb"] + [t("inspector.sum")],
        "lines": lines,
        "arrives": _arrives(reading, norms),
        "over": _over_time(snapshot, focus, norms=norms, back=back),
    }


def unknown_picture(snapshot: Snapshot, focus: Focus, *, norms: bool) -> dict[str, Any]:
    """Return the picture of a cell whose equations are not known: its drawing, and its unit over time.

    Parameters
    ----------
    snapshot, focus
        Which cell.
    norms : bool
        Norms over all units in place of the unit in focus.
    """
    drawn = unknown_diagram(snapshot, focus, norms=norms)
    direction = t("selectors.backward") if focus.direction else t("selectors.forward")
    where = {"layer": focus.layer, "direction": direction, "sample": focus.sample, "step": snapshot.step}
    title = t("inspector.title", kind=snapshot.layer.kind, time=focus.time, unit=focus.unit, **where)
    results = "; ".join(f"{mark.symbol} = {mark.text}" for mark in drawn.marks if mark.text)
    gradient = snapshot.layer.grad_hidden
    return {
        "title": title,
        "alt": t("inspector.alt", title=title, results=results),
        "hint": t("inspector.unknown"),
        "time": focus.time,
        "clock": clock(snapshot, focus),
        "unit": focus.unit,
        "where": _where(snapshot, focus),
        "back": False,
        "norms": norms,
        "onward": False,
        "diagram": asdict(drawn),
        "heads": [],
        "lines": [{"heading": t("inspector.unknown"), "note": t("inspector.unknown"), "equations": []}],
        "arrives": "" if gradient is None else three(float(_course(gradient, focus, False, norms)[focus.time])),
        "over": _over_time(snapshot, focus, norms=norms, back=False),
    }


def clock(snapshot: Snapshot, focus: Focus) -> str:
    """Return what a timestep is called: ``"month t"``, ``"symbol t"`` or ``"step t"``."""
    if snapshot.inputs is not None and Inputs.of(snapshot, focus.sample).symbols:
        return t("score.time.symbol")
    return str(time_axis(snapshot, focus.sample)["title"])


def _where(snapshot: Snapshot, focus: Focus) -> str:
    """Which layer it is, where there are several, or two directions."""
    layers, directions = snapshot.layer.hidden.shape[:2]
    if layers * directions == 1:
        return ""
    return t(
        "inspector.where",
        layer=focus.layer,
        direction=t("selectors.backward" if focus.direction else "selectors.forward"),
    )


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
