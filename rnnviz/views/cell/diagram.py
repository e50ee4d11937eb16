"""The drawing of one cell with its numbers in place, ready for a page that only has to draw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.training import Scale
from rnnviz.views.cell.equations import LEAST_GRADIENT, moment
from rnnviz.views.cell.gradient import GradientParts
from rnnviz.views.cell.notation import number
from rnnviz.views.cell.plan import CHIP, WIDTH, Path, Spot, plan
from rnnviz.views.cell.reading import Reading
from rnnviz.views.style import shade

__all__ = ["Diagram", "Mark", "diagram"]

Floats = NDArray[np.floating[Any]]

_FEW = 2  # features of the input that fit a chip side by side


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
        ``"f_t"`` and its number.
    fill, ink : str
        Colours as in the heatmaps; empty where no heatmap shows this.
    sign : int
        Of a number without a colour of its own; 0 for what has no sign.
    tip : str
        Words.
    """

    kind: str
    name: str
    x: float
    y: float
    symbol: str = ""
    text: str = ""
    fill: str = ""
    ink: str = ""
    sign: int = 0
    tip: str = ""


@dataclass(frozen=True)
class Diagram:
    """A drawing: its size, its arrows, and what stands on them; made by `diagram`.

    Parameters
    ----------
    width, height : int
        Of the plan, in its own units.
    chip : tuple of float
        Width and height of a box with a number in it.
    paths : tuple of Path
        The arrows.
    marks : tuple of Mark
        What stands on them, placed by their middles.
    """

    width: int
    height: int
    chip: tuple[int, int]
    paths: tuple[Path, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, eq=False)
class _Number:
    """A quantity of the cell, over all units, and how it is called and coloured."""

    symbol: str
    values: Floats
    tip: str
    limits: tuple[float, float] | None = None
    least: float = 0.0005


def diagram(reading: Reading, scales: Mapping[str, Scale], *, norms: bool = False, gradient: bool = False) -> Diagram:
    """Return the drawing of a cell.

    Parameters
    ----------
    reading : Reading
        The numbers.
    scales : mapping of str to Scale
        The colour ranges of ``"hidden"`` and ``"cell"`` in the heatmaps.
    norms : bool
        Norms over all units in place of the unit in focus.
    gradient : bool
        Whether the gradient's way back is drawn underneath.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> from rnnviz.views import Focus
    >>> snapshot = Session("adding", cell="gru", seq_len=6, hidden_size=4, device="cpu").snapshot()
    >>> drawn = diagram(Reading.of(snapshot, Focus(time=5, unit=2)), snapshot.scales)
    >>> {"r_t", "z_t", "n_t", "h_t"} <= {mark.symbol for mark in drawn.marks}
    True
    """
    layout = plan(reading.kind, gradient and reading.grad_h is not None)
    known = {**_states(reading, scales), **_sums(reading), **_products(reading), **_gradients(reading)}
    marks = (_mark(spot, reading, known, norms) for spot in layout.spots)
    return Diagram(WIDTH, layout.height, CHIP, layout.paths, tuple(mark for mark in marks if mark is not None))


def _mark(spot: Spot, reading: Reading, known: Mapping[str, _Number], norms: bool) -> Mark | None:
    place = (spot.kind, spot.name, spot.x, spot.y)
    if spot.kind == "through":
        return Mark(*place, symbol=t("inspector.cell"))
    if spot.kind in ("op", "dot"):
        return Mark(*place, symbol=spot.name)
    if spot.kind == "tag":
        return Mark(*place, symbol=_function(reading, spot.name))
    if spot.name == "x":
        return _input(spot, reading.x)
    one = known.get(spot.name)
    if one is None:  # nothing is handed on before the first step
        return Mark("note", *place[1:], symbol=t("inspector.start"))
    if norms:
        length = float(np.linalg.norm(one.values.astype(np.float64)))
        return Mark(*place, symbol=f"‖{one.symbol}‖" if one.symbol else "", text=number(length, one.least), tip=one.tip)
    value = float(one.values[reading.focus.unit])
    fill, ink = ("", "") if one.limits is None or np.isnan(value) else shade(value, one.limits)
    sign = int(value > 0) - int(value < 0)
    return Mark(*place, one.symbol, number(value, one.least), fill, ink, sign, one.tip)


def _input(spot: Spot, x: Floats) -> Mark:
    few = len(x) <= _FEW
    text = ", ".join(number(float(one)) for one in x) if few else number(float(np.linalg.norm(x)))
    tip = t("inspector.input", features=len(x))
    return Mark(spot.kind, spot.name, spot.x, spot.y, symbol="x_t" if few else "‖x_t‖", text=text, tip=tip)


def _function(reading: Reading, name: str) -> str:
    if not name.startswith("function_"):
        return name
    gate = name.removeprefix("function_")
    return reading.nonlinearity if gate == "h" else ("tanh" if gate in "gn" else "σ")


def _states(reading: Reading, scales: Mapping[str, Scale]) -> dict[str, _Number]:
    earlier = moment(reading, -1)
    first = t("inspector.initial") if reading.before is None else t("inspector.before", time=reading.before)
    of_h = (scales["hidden"].low, scales["hidden"].high)
    found = {
        "h": _Number("h_t", reading.h, t("view.hidden.h"), of_h),
        "h_before": _Number(f"h_{{{earlier}}}", reading.h_before, first, of_h),
    }
    if reading.c is not None and reading.c_before is not None:
        of_c = (scales["cell"].low, scales["cell"].high)
        found["c"] = _Number("c_t", reading.c, t("view.hidden.c"), of_c)
        found["c_before"] = _Number(f"c_{{{earlier}}}", reading.c_before, first, of_c)
    for name, values in reading.gates.items():
        limits = (-1.0 if name in "gn" else 0.0, 1.0)
        found[name] = _Number(f"{name}_t", values, t(f"view.gates.{reading.kind}.{name}"), limits)
    return found


def _sums(reading: Reading) -> dict[str, _Number]:
    if reading.kind != "rnn":  # theirs stand in the equations
        return {}
    one, earlier = reading.sums["h"], moment(reading, -1)
    return {
        "part_input": _Number("W_ih x_t", one.input, t("inspector.part.input")),
        "part_state": _Number(f"W_hh h_{{{earlier}}}", one.state, t("inspector.part.state")),
        "part_bias": _Number("b_ih + b_hh", one.bias, t("inspector.part.bias")),
        "total": _Number(t("inspector.sum"), one.total, t("inspector.part.total")),
    }


def _products(reading: Reading) -> dict[str, _Number]:
    gates, earlier = reading.gates, moment(reading, -1)
    if reading.kind == "lstm" and reading.c is not None and reading.c_before is not None:
        kept, written = gates["f"] * reading.c_before, gates["i"] * gates["g"]
        return {
            "kept": _Number(f"f_t c_{{{earlier}}}", kept, t("inspector.kept")),
            "written": _Number("i_t g_t", written, t("inspector.written")),
            "squashed": _Number("", np.tanh(reading.c), "tanh(c_t)"),
        }
    if reading.kind == "gru":
        z = gates["z"]
        return {
            "kept": _Number(f"z_t h_{{{earlier}}}", z * reading.h_before, t("inspector.kept")),
            "written": _Number("", (1 - z) * gates["n"], t("inspector.written")),
            "new_share": _Number("", 1 - z, "1 − z_t"),
            "reset": _Number("", reading.sums["n"].recurrent, f"r_t (W_hh h_{{{earlier}}} + b_hh)"),
        }
    return {}


def _gradients(reading: Reading) -> dict[str, _Number]:
    found: dict[str, _Number] = {}
    for state, flow in (("h", reading.grad_h), ("c", reading.grad_c)):
        if flow is not None:
            found |= _lane(state, flow, moment(reading, 1), moment(reading, -1))
    return found


def _lane(state: str, flow: GradientParts, after: str, before: str) -> dict[str, _Number]:
    direct = t("inspector.direct") if state == "h" else t("inspector.through", state="h_t")
    names = {
        f"later_{state}": (t("inspector.later", time=after), flow.later, t("inspector.later.tip", time=after)),
        f"direct_{state}": (direct, flow.direct, t(f"inspector.direct.{state}.tip")),
        f"total_{state}": (f"∂L/∂{state}_t", flow.total, t(f"inspector.gradient.{state}")),
    }
    if flow.onward is not None:
        names[f"onward_{state}"] = (t("inspector.onward", time=before), flow.onward, t("inspector.onward.tip"))
    return {name: _Number(*one, least=LEAST_GRADIENT) for name, one in names.items()}
