"""The drawing of a cell whose equations nobody has told: what goes in, values its step has named, what comes out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.cell.diagram import Diagram, Mark
from rnnviz.views.cell.notation import short
from rnnviz.views.cell.plan import GATE, STRETCH, WIDTH, Path
from rnnviz.views.style import shade

__all__ = ["unknown_diagram"]

Floats = NDArray[np.floating[Any]]

_COLUMNS = (23, 83, 143, 203)
_MOST = 2 * len(_COLUMNS)  # values that are drawn; the others have their pictures
_FIRST, _SECOND, _MIDDLE, _HALF = 32, 72, 113, 46  # the states' lines, and the box that stands for the cell
_ROW, _LETTERS, _FEW = 48, 6, 2


def unknown_diagram(snapshot: Snapshot, focus: Focus, *, norms: bool = False) -> Diagram:
    """Return the drawing of a registered cell; how its values make the new state it does not claim to know.

    Parameters
    ----------
    snapshot : Snapshot
        With a layer of any kind.
    focus : Focus
        One that exists in it.
    norms : bool
        Norms over all units in place of the unit in focus.
    """
    layer, at = snapshot.layer, (focus.layer, focus.direction, focus.sample)
    names = list(layer.gates)[:_MOST]
    marks = [Mark("through", "cell", _MIDDLE, _FIRST, symbol=layer.kind[:12], tip=t("inspector.unknown"))]
    paths = [Path(f"M0 {_FIRST} H{_MIDDLE}-{_HALF}"), Path(f"M{_MIDDLE}+{_HALF} {_FIRST} H{WIDTH}")]
    marks += _state("h", layer.hidden[at], focus, _FIRST, norms)
    if layer.cell is not None:
        marks += _state("c", layer.cell[at], focus, _SECOND, norms)
        paths += [Path(f"M0 {_SECOND} H{_MIDDLE - 15} V42"), Path(f"M{_MIDDLE + 15} 42 V{_SECOND} H{WIDTH}")]
    top = (_SECOND if layer.cell is not None else _FIRST) + 36
    places = [(_COLUMNS[i % 4], top + _ROW * (i // 4)) for i in range(len(names))]
    for name, (x, y) in zip(names, places, strict=True):
        marks.append(_value(name, layer.gates[name][at], focus, (x, y + GATE[1] / 2), norms))
    rows = -(-len(names) // len(_COLUMNS))
    bus = top + _ROW * max(rows, 1)
    paths += _ways([places[i : i + 4] for i in range(0, len(places), 4)], top - 12, bus)
    marks.append(Mark("start", "x", 0, bus + 18, symbol=_reads(snapshot, focus)))
    return Diagram(WIDTH, bus + 23, STRETCH, GATE, tuple(paths), tuple(marks))


def _ways(rows: list[list[tuple[int, int]]], collected: int, bus: int) -> list[Path]:
    """From the input up through the named values into the cell; without any, straight into it."""
    into = Path(f"M{_MIDDLE} {collected} V42")
    if not rows:
        return [Path(f"M{_MIDDLE} {bus} V42")]
    paths = [into]
    for index, row in enumerate(rows):
        low = bus if index == len(rows) - 1 else rows[index + 1][0][1]
        paths += [Path(f"M{x} {low} V{y + GATE[1]}", headless=index < len(rows) - 1) for x, y in row]
    ends = [x for x, _ in rows[0]] + [_MIDDLE]
    paths += [Path(f"M{x} {y} V{collected}", headless=True) for x, y in rows[0]]
    paths.append(Path(f"M{min(ends)} {collected} H{max(ends)}", headless=True))
    feet = [x for x, _ in rows[-1]]
    return [*paths, Path(f"M{min(feet)} {bus} H{max(feet)}", headless=True)]


def _state(symbol: str, states: Floats, focus: Focus, line: int, norms: bool) -> list[Mark]:
    """What a state was and is, above its line."""
    before = focus.time + (1 if focus.direction else -1)
    known = 0 <= before < len(states) and not np.isnan(states[before]).all()  # as past a sequence's end
    words = t(f"inspector.word.{symbol}_before")
    was = Mark("start", f"{symbol}_before", 0, line - 20, symbol=words if known else t("inspector.start"))
    if known:
        was = Mark("start", f"{symbol}_before", 0, line - 20, words, short(_of(states[before], focus, norms)))
    now = short(_of(states[focus.time], focus, norms))
    return [was, Mark("end", symbol, WIDTH, line - 20, t(f"inspector.word.{symbol}"), now)]


def _value(name: str, values: Floats, focus: Focus, place: tuple[float, float], norms: bool) -> Mark:
    value = _of(values[focus.time], focus, norms)
    low, high = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    # between 0 and 1 it is drawn as a gate, between −1 and 1 with a sign; beyond, it has no colour that means it
    limits = (0.0, 1.0) if low >= 0 and high <= 1 else (-1.0, 1.0)
    bounded = limits[0] <= low and high <= limits[1] and not norms and not np.isnan(value)
    light, dark = (shade(value, limits), shade(value, limits, "dark")) if bounded else (None, None)
    symbol = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    tip = t("inspector.exactly", words=name, value=value)
    return Mark("gate", name, *place, f"‖{symbol}‖" if norms else symbol, short(value), light, dark, tip)


def _of(values: Floats, focus: Focus, norms: bool) -> float:
    if norms:
        return float(np.linalg.norm(values.astype(np.float64)))
    return float(values[min(focus.unit, len(values) - 1)])


def _reads(snapshot: Snapshot, focus: Focus) -> str:
    """What the cell reads, in words."""
    if focus.layer > 0 or snapshot.inputs is None:
        return t("inspector.reads.states")
    seen = np.atleast_1d(snapshot.inputs[focus.sample, focus.time])
    if len(seen) > _FEW:
        return t("inspector.reads.many", features=len(seen))
    return t("inspector.reads.few", x=", ".join(short(float(one)) for one in seen))
