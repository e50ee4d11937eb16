"""The drawing of one cell with its numbers in place, ready for a page that only has to draw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.views.cell.equations import moment
from rnnviz.views.cell.gradient import GradientParts
from rnnviz.views.cell.notation import short
from rnnviz.views.cell.plan import GATE, STRETCH, WIDTH, Path, Spot, plan
from rnnviz.views.cell.reading import Reading
from rnnviz.views.style import shade
from rnnviz.views.words import three

__all__ = ["Diagram", "Mark", "diagram"]

Floats = NDArray[np.floating[Any]]

_FEW = 2  # features of the input that are written out


@dataclass(frozen=True)
class Mark:
    """Something drawn at a place.

    Parameters
    ----------
    kind, name : str
        What to draw, see `rnnviz.views.cell.plan.Spot`.
    x, y : float
        Where.
    symbol, text : str
        ``"f"`` or ``"c now"``, and its number.
    light, dark : tuple of str
        For a gate: the colour that its picture gives the number on a light and on a dark page, and that of words on it.
    tip : str
        Words, and the number at length.
    """

    kind: str
    name: str
    x: float
    y: float
    symbol: str = ""
    text: str = ""
    light: tuple[str, str] | None = None
    dark: tuple[str, str] | None = None
    tip: str = ""


@dataclass(frozen=True)
class Diagram:
    """A drawing: its size, its arrows, and what stands on them; made by `diagram`.

    Parameters
    ----------
    width, height : int
        Of the plan, in pixels.
    stretch : tuple of float
        What a wider column widens: that between these two x.
    gate : tuple of float
        Width and height of a box with a number in it.
    paths : tuple of Path
        The arrows.
    marks : tuple of Mark
        What stands on them.
    """

    width: int
    height: int
    stretch: tuple[float, float]
    gate: tuple[float, float]
    paths: tuple[Path, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, eq=False)
class _Number:
    """A quantity of the cell, over all units, and how it is called; with limits where a gate's picture colours it."""

    symbol: str
    values: Floats
    tip: str
    limits: tuple[float, float] | None = None
    gradient: bool = False


def diagram(reading: Reading, *, norms: bool = False, gradient: bool = False) -> Diagram:
    """Return the drawing of a cell.

    Parameters
    ----------
    reading : Reading
        The numbers.
    norms : bool
        Norms over all units in place of the unit in focus.
    gradient : bool
        The gradient's way back in place of the way forward, where there is a gradient.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> from rnnviz.views import Focus
    >>> snapshot = Session("adding", cell="gru", seq_len=6, hidden_size=4, device="cpu").snapshot()
    >>> drawn = diagram(Reading.of(snapshot, Focus(time=5, unit=2)))
    >>> {"r", "z", "n", "h now"} <= {mark.symbol for mark in drawn.marks}
    True
    """
    layout = plan(reading.kind, gradient and reading.grad_h is not None)
    known = {**_states(reading), **_sums(reading), **_products(reading), **_gradients(reading)}
    marks = tuple(_mark(spot, reading, known, norms) for spot in layout.spots)
    return Diagram(WIDTH, layout.height, STRETCH, GATE, layout.paths, marks)


def _mark(spot: Spot, reading: Reading, known: Mapping[str, _Number], norms: bool) -> Mark:
    place = (spot.kind, spot.name, spot.x, spot.y)
    if spot.kind == "through":
        return Mark(*place, symbol=t("inspector.cell"))
    if spot.kind in ("op", "dot"):
        return Mark(*place, symbol=spot.name)
    if spot.kind == "tag":
        return Mark(*place, symbol=_function(reading, spot.name, norms))
    if spot.name == "x":
        return Mark(*place, symbol=_reads(reading), tip=t("inspector.input", features=len(reading.x)))
    one = known.get(spot.name)
    if one is None:  # nothing is handed on before the first step
        return Mark(*place, symbol=t("inspector.start"))
    value = float(np.linalg.norm(one.values.astype(np.float64)) if norms else one.values[reading.focus.unit])
    text = three(value) if one.gradient else short(value)
    symbol = f"‖{one.symbol}‖" if norms and spot.kind == "gate" else one.symbol
    light = dark = None
    if one.limits is not None and not norms and not np.isnan(value):
        light, dark = shade(value, one.limits), shade(value, one.limits, "dark")
    return Mark(*place, symbol, text, light, dark, t("inspector.exactly", words=one.tip, value=value))


def _reads(reading: Reading) -> str:
    """What the cell reads, in words."""
    few = len(reading.x) <= _FEW
    what = t("inspector.reads.few", x=", ".join(short(float(one)) for one in reading.x))
    what = what if few else t("inspector.reads.many", features=len(reading.x))
    if reading.before is None:
        return t("inspector.reads.first", what=what)
    before = moment(reading, -1).replace("−", " − ").replace("+", " + ")
    return t("inspector.reads", what=what, units=len(reading.h), time=before)


def _function(reading: Reading, name: str, norms: bool) -> str:
    if name == "f_t":
        return "f" if norms else f"f {short(float(reading.gates['f'][reading.focus.unit]))}"
    if name == "1−":
        return "1 − z"
    return reading.nonlinearity if name == "function_h" else name


def _states(reading: Reading) -> dict[str, _Number]:
    first = t("inspector.initial") if reading.before is None else t("inspector.before", time=reading.before)
    found = {
        "h": _Number(t("inspector.word.h"), reading.h, t("view.hidden.h")),
        "h_before": _Number(t("inspector.word.h_before"), reading.h_before, first),
    }
    if reading.c is not None and reading.c_before is not None:
        found["c"] = _Number(t("inspector.word.c"), reading.c, t("view.hidden.c"))
        found["c_before"] = _Number(t("inspector.word.c_before"), reading.c_before, first)
    for name, values in reading.gates.items():
        limits = (-1.0 if name in "gn" else 0.0, 1.0)
        found[name] = _Number(name, values, t(f"view.gates.{reading.kind}.{name}"), limits)
    return found


def _sums(reading: Reading) -> dict[str, _Number]:
    if reading.kind != "rnn":  # theirs stand in the table
        return {}
    one = reading.sums["h"]
    return {
        "part_input": _Number(t("inspector.part.x"), one.input, t("inspector.part.input")),
        "part_state": _Number(t("inspector.part.h"), one.state, t("inspector.part.state")),
        "part_bias": _Number(t("inspector.part.b"), one.bias, t("inspector.part.bias")),
        "total": _Number(t("inspector.sum"), one.total, t("inspector.part.total")),
    }


def _products(reading: Reading) -> dict[str, _Number]:
    gates, kept, new = reading.gates, t("inspector.word.kept"), t("inspector.word.new")
    if reading.kind == "lstm" and reading.c_before is not None:
        return {
            "kept": _Number(kept, gates["f"] * reading.c_before, t("inspector.kept")),
            "written": _Number(new, gates["i"] * gates["g"], t("inspector.written")),
        }
    if reading.kind == "gru":
        z = gates["z"]
        return {
            "kept": _Number(kept, z * reading.h_before, t("inspector.kept")),
            "written": _Number(new, (1 - z) * gates["n"], t("inspector.written")),
            "new_share": _Number("", 1 - z, "1 − z"),
        }
    return {}


def _gradients(reading: Reading) -> dict[str, _Number]:
    found: dict[str, _Number] = {}
    for state, flow in (("h", reading.grad_h), ("c", reading.grad_c)):
        if flow is not None:
            found |= _state_gradients(state, flow, moment(reading, 1), moment(reading, -1))
    return found


def _state_gradients(state: str, flow: GradientParts, after: str, before: str) -> dict[str, _Number]:
    direct = t("inspector.direct") if state == "h" else t("inspector.through", state="h")
    names = {
        f"later_{state}": (t("inspector.later", time=after), flow.later, t("inspector.later.tip", time=after)),
        f"direct_{state}": (direct, flow.direct, t(f"inspector.direct.{state}.tip")),
        f"total_{state}": (f"∂L/∂{state}", flow.total, t(f"inspector.gradient.{state}")),
    }
    if flow.onward is not None:
        names[f"onward_{state}"] = (t("inspector.to", time=before), flow.onward, t("inspector.to.tip"))
    return {name: _Number(*one, gradient=True) for name, one in names.items()}
