"""A cell's equations as a narrow column has room for them: sums as rows of a table, states as two short lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.views.cell.equations import moment
from rnnviz.views.cell.gradient import GradientParts
from rnnviz.views.cell.notation import bracketed, short
from rnnviz.views.cell.step import CellStep, Sum
from rnnviz.views.words import three

__all__ = ["Line", "forward_lines", "gradient_lines"]

Floats = NDArray[np.floating[Any]]

_ORDER = {"rnn": "h", "lstm": "figo", "gru": "zrn"}  # as they stand in the drawing


@dataclass(frozen=True)
class Line:
    """One result.

    Parameters
    ----------
    symbol : str
        Of the `Equation` that says the same at length, ``"f_t"`` or ``"‖f_t‖"``.
    left : str
        What is computed, ``"f"``; with the way to it where that is no row, ``"c = f · c_{t−1} + i · g"``.
    cells : tuple of str
        What comes from x, from h and from the biases, and the sum of these; empty where the line is no row of a table.
    way : str
        For a row of one unit the function that the sum goes through; else the numbers, ``"= 0.52 · (−0.75) + …"``.
    result : str
        The number.
    """

    symbol: str
    left: str
    cells: tuple[str, ...]
    way: str
    result: str


def forward_lines(step: CellStep, *, norms: bool = False) -> tuple[Line, ...]:
    """Return the lines from the input to the new state, of the unit in focus, or as norms over all units."""
    rows = tuple(_row(step, name, norms) for name in _ORDER[step.kind])
    return (*rows, *_states(step, norms))


def gradient_lines(
    step: CellStep, at_h: GradientParts | None, at_c: GradientParts | None, *, norms: bool = False
) -> tuple[Line, ...]:
    """Return the lines of the gradient at h_t and c_t, where there are some; ``norms`` are over all units."""
    asked = (("h", at_h, t("inspector.direct")), ("c", at_c, t("inspector.through", state="h")))
    return tuple(_flow(step, name, flow, note, norms) for name, flow, note in asked if flow is not None)


def _row(step: CellStep, name: str, norms: bool) -> Line:
    one = step.sums[name]
    result = step.h if name == "h" else step.gates[name]
    cells = tuple(_value(step, part, norms) for part in _parts(one))
    function = step.nonlinearity if name == "h" else "tanh" if name in "gn" else "σ"
    # the function acts on each unit, not on the norm of all
    return Line(_named(f"{name}_t", norms), name, cells, "" if norms else function, _value(step, result, norms))


def _parts(one: Sum) -> tuple[Floats, ...]:
    return one.input, one.recurrent, one.bias, one.total


def _states(step: CellStep, norms: bool) -> Iterable[Line]:
    before = moment(step, -1)
    if step.kind == "lstm" and step.c is not None and step.c_before is not None:
        f, i, g, o = (step.gates[name] for name in "figo")
        kept, new = (f, step.c_before, f"f · c_{{{before}}}"), (i, g, "i · g")
        yield _state(step, "c", (kept, new), step.c, norms)
        yield _state(step, "h", ((o, np.tanh(step.c), "o · tanh c"),), step.h, norms)
    if step.kind == "gru":
        z, n = step.gates["z"], step.gates["n"]
        kept, new = (z, step.h_before, f"z · h_{{{before}}}"), (1 - z, n, "(1 − z) · n")
        yield _state(step, "h", (kept, new), step.h, norms)


def _state(
    step: CellStep, name: str, products: tuple[tuple[Floats, Floats, str], ...], result: Floats, norms: bool
) -> Line:
    """A state as a sum of products, each of two factors and its words."""
    way = " + ".join(words for *_, words in products)
    if norms:
        numbers = ", ".join(f"‖{words}‖ {_value(step, one * other, norms)}" for one, other, words in products)
    else:
        each = ((_value(step, one, False), _value(step, other, False)) for one, other, _ in products)
        numbers = "= " + " + ".join(f"{one} · {bracketed(other)}" for one, other in each)
    return Line(_named(f"{name}_t", norms), f"{name} = {way}", (), numbers, _value(step, result, norms))


def _flow(step: CellStep, name: str, flow: GradientParts, note: str, norms: bool) -> Line:
    later, unit = t("inspector.later", time=moment(step, 1)), step.focus.unit
    parts = (note, flow.direct), (later, flow.later)
    if norms:
        way = ", ".join(f"{words} {three(_length(values))}" for words, values in parts)
        result = three(_length(flow.total))
    else:
        way = "= " + " + ".join(bracketed(three(float(values[unit]))) for _, values in parts)
        result = three(float(flow.total[unit]))
    left = f"{_named(f'∂L/∂{name}', norms)} = {note} + {later}"
    return Line(_named(f"∂L/∂{name}_t", norms), left if not norms else _named(f"∂L/∂{name}", norms), (), way, result)


def _named(symbol: str, norms: bool) -> str:
    return f"‖{symbol}‖" if norms else symbol


def _value(step: CellStep, values: Floats, norms: bool) -> str:
    return short(_length(values) if norms else float(values[step.focus.unit]))


def _length(values: Floats) -> float:
    return float(np.linalg.norm(values.astype(np.float64)))
