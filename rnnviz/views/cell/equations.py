"""The equations of one cell at one timestep with the numbers plugged in: of one unit, or as norms over all of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.views.cell.gradient import GradientParts
from rnnviz.views.cell.notation import Equation, Term, number, signed
from rnnviz.views.cell.step import CellStep, Sum

__all__ = ["LEAST_GRADIENT", "equations", "gradient_equations", "moment"]

Floats = NDArray[np.floating[Any]]

LEAST_GRADIENT = 0.05  # smaller gradients are written as powers of ten: their size is what matters
_TANH = {"g", "n"}


def moment(step: CellStep, away: int = 0) -> str:
    """Return the name of a timestep: t, or ``"t−1"`` and ``"t+1"`` for those ``away`` −1 or 1 in reading order.

    The backward direction reads t+1 before t.
    """
    # the backward direction reads t+1 before t
    move = -away if step.focus.direction else away
    return {-1: "t−1", 0: "t", 1: "t+1"}[move]


def equations(step: CellStep, *, norms: bool = False) -> tuple[Equation, ...]:
    """Return the lines from the input to the new state, in the order in which they are computed.

    Parameters
    ----------
    step : CellStep
        What the cell did.
    norms : bool
        Euclidean norms over all units in place of the unit in focus.
    """
    if norms:
        return tuple(_norm_lines(step))
    before = f"h_{{{moment(step, -1)}}}"
    lines = [_gate(step, name, one, before) for name, one in step.sums.items()]
    return (*lines, *_STATES[step.kind](step, before))


def gradient_equations(
    step: CellStep, at_h: GradientParts | None, at_c: GradientParts | None, *, norms: bool = False
) -> tuple[Equation, ...]:
    """Return the lines of the gradient at h_t and c_t: direct, from the step after, and their sum.

    A `GradientParts` of None gives no line. ``norms`` are over all units, in place of the unit in focus.
    """
    asked = (("h", at_h, t("inspector.direct")), ("c", at_c, t("inspector.through", state="h_t")))
    return tuple(_backward(step, name, flow, note, norms) for name, flow, note in asked if flow is not None)


def _gate(step: CellStep, name: str, one: Sum, before: str) -> Equation:
    unit = step.focus.unit
    function = _function(step, name)
    result = step.h if name == "h" else step.gates[name]
    terms = [Term(f"{function}("), *_parts(one, unit, before), Term(")"), Term(f" = {function}(")]
    terms += [*signed(one.total[unit]), Term(")")]
    symbol = f"{name}_t"
    return Equation(symbol, _title(step, name), "=", tuple(terms), _value(result[unit], gate=function == "σ"))


def _parts(one: Sum, unit: int, before: str) -> Iterable[Term]:
    yield from signed(one.input[unit], "W_ih x_t")
    if one.reset is None or one.state_bias is None:
        yield from signed(one.state[unit], f"W_hh {before}", joined=True)
        yield from signed(one.bias[unit], "b", joined=True)
        return
    yield from signed(one.bias[unit], "b_ih", joined=True)
    yield from (Term(" + "), Term(number(one.reset[unit]), 0, "r_t"), Term(" · ("))
    yield from signed(one.state[unit], f"W_hh {before}")
    yield from (*signed(one.state_bias[unit], "b_hh", joined=True), Term(")"))


def _rnn_state(_step: CellStep, _before: str) -> list[Equation]:
    return []  # its one sum gives the state itself


def _lstm_state(step: CellStep, _before: str) -> list[Equation]:
    unit = step.focus.unit
    i, f, g, o = (float(step.gates[name][unit]) for name in "ifgo")
    assert step.c is not None
    assert step.c_before is not None
    c, c_before = float(step.c[unit]), float(step.c_before[unit])
    keep = [Term(number(f), 0, "f_t"), Term(" · "), *signed(c_before, f"c_{{{moment(step, -1)}}}")]
    write = [Term(" + "), Term(number(i), 0, "i_t"), Term(" · "), *signed(g, "g_t")]
    squash = [Term(number(o), 0, "o_t"), Term(" · tanh("), *signed(c, "c_t"), Term(")"), Term(" = "), Term(number(o))]
    squash += [Term(" · "), *signed(float(np.tanh(c)))]
    return [
        Equation("c_t", t("view.hidden.c"), "=", (*keep, *write), _value(c)),
        Equation("h_t", t("view.hidden.h"), "=", tuple(squash), _value(step.h[unit])),
    ]


def _gru_state(step: CellStep, before: str) -> list[Equation]:
    unit = step.focus.unit
    z, n = float(step.gates["z"][unit]), float(step.gates["n"][unit])
    new = [Term("(1 − "), Term(number(z), 0, "z_t"), Term(") · "), *signed(n, "n_t")]
    kept = [Term(" + "), Term(number(z), 0, "z_t"), Term(" · "), *signed(step.h_before[unit], before)]
    return [Equation("h_t", t("view.hidden.h"), "=", (*new, *kept), _value(step.h[unit]))]


_STATES: dict[str, Callable[[CellStep, str], list[Equation]]] = {
    "rnn": _rnn_state,
    "lstm": _lstm_state,
    "gru": _gru_state,
}


def _norm_lines(step: CellStep) -> Iterable[Equation]:
    before = f"h_{{{moment(step, -1)}}}"
    for name, one in step.sums.items():
        state = f"W_hh {before}" if one.reset is None else f"r_t (W_hh {before} + b_hh)"
        parts = [("W_ih x_t", one.input), (state, one.recurrent), ("b" if one.reset is None else "b_ih", one.bias)]
        parts.append((t("inspector.sum"), one.total))
        yield _norm_line(f"{name}_t", _title(step, name), parts, step.h if name == "h" else step.gates[name])
    if step.c is not None and step.c_before is not None:
        earlier = f"c_{{{moment(step, -1)}}}"
        f, i, g, o = (step.gates[name] for name in "figo")
        kept = [(f"f_t {earlier}", f * step.c_before), ("i_t g_t", i * g)]
        yield _norm_line("c_t", t("view.hidden.c"), kept, step.c)
        yield _norm_line("h_t", t("view.hidden.h"), [("o_t", o), ("tanh(c_t)", np.tanh(step.c))], step.h)
    if step.kind == "gru":
        z, n = step.gates["z"], step.gates["n"]
        parts = [("(1 − z_t) n_t", (1 - z) * n), (f"z_t {before}", z * step.h_before)]
        yield _norm_line("h_t", t("view.hidden.h"), parts, step.h)


def _norm_line(
    symbol: str, name: str, parts: Sequence[tuple[str, Floats]], result: Floats, least: float = 0.0005
) -> Equation:
    terms: list[Term] = []
    for note, values in parts:
        terms += [*([Term("  ")] if terms else []), Term(_length(values, least), 0, f"‖{note}‖")]
    return Equation(f"‖{symbol}‖", name, ":", tuple(terms), Term(_length(result, least)))


def _backward(step: CellStep, state: str, flow: GradientParts, note: str, norms: bool) -> Equation:
    symbol, name = f"∂L/∂{state}_t", t(f"inspector.gradient.{state}")
    later = t("inspector.later", time=moment(step, 1))
    if norms:
        return _norm_line(symbol, name, [(note, flow.direct), (later, flow.later)], flow.total, LEAST_GRADIENT)
    unit = step.focus.unit
    terms = [
        *signed(flow.direct[unit], note, least=LEAST_GRADIENT),
        *signed(flow.later[unit], later, least=LEAST_GRADIENT, joined=True),
    ]
    return Equation(symbol, name, "=", tuple(terms), signed(flow.total[unit], least=LEAST_GRADIENT)[0])


def _function(step: CellStep, name: str) -> str:
    if name == "h":
        return step.nonlinearity
    return "tanh" if name in _TANH else "σ"


def _title(step: CellStep, name: str) -> str:
    return t("view.hidden.h") if name == "h" else t(f"view.gates.{step.kind}.{name}")


def _value(value: float, *, gate: bool = False) -> Term:
    return Term(number(value)) if gate else signed(value)[0]


def _length(values: Floats, least: float = 0.0005) -> str:
    return number(float(np.linalg.norm(values.astype(np.float64))), least)
