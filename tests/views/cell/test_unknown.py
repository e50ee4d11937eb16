"""The drawing of a registered cell: what is known stands in it with its number, and nothing else is claimed."""

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnnviz.views import Focus
from rnnviz.views.cell.notation import short
from rnnviz.views.cell.unknown import unknown_diagram
from rnnviz.views.style import shade

SIZES = {"gate": (46, 34), "through": (92, 20)}
FOCUS = Focus(sample=1, time=3, unit=2)


def cell(gates: int, *, memory: bool = False, features: int = 2, spread: float = 1.0) -> Any:
    generator = np.random.default_rng(gates)
    shape = (1, 1, 2, 6, 4)
    values = {f"gate {index}": spread * generator.random(shape) for index in range(gates)}
    hidden, cell = generator.normal(size=shape), generator.normal(size=shape) if memory else None
    layer = SimpleNamespace(kind="Leaky", hidden=hidden, cell=cell, gates=values)
    return SimpleNamespace(layer=layer, inputs=generator.normal(size=(2, 6, features)))


@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("gates", range(10))
def test_no_two_shapes_cover_each_other_and_none_leaves_the_drawing(gates: int, memory: bool) -> None:
    drawing = unknown_diagram(cell(gates, memory=memory), FOCUS)
    shapes = [mark for mark in drawing.marks if mark.kind in SIZES]
    assert len(shapes) == 1 + min(gates, 8)
    for one, other in itertools.combinations(shapes, 2):
        (w1, h1), (w2, h2) = SIZES[one.kind], SIZES[other.kind]
        assert abs(one.x - other.x) >= (w1 + w2) / 2 or abs(one.y - other.y) >= (h1 + h2) / 2
    for one in shapes:
        width, height = SIZES[one.kind]
        assert width / 2 <= one.x <= drawing.width - width / 2
        assert height / 2 <= one.y <= drawing.height - height / 2


def test_every_number_is_the_one_in_the_trace() -> None:
    snapshot = cell(2, memory=True)
    layer, marks = snapshot.layer, {mark.name: mark for mark in unknown_diagram(snapshot, FOCUS).marks}
    assert marks["h"].text == short(layer.hidden[0, 0, 1, 3, 2])
    assert marks["h_before"].text == short(layer.hidden[0, 0, 1, 2, 2])
    assert marks["c"].text == short(layer.cell[0, 0, 1, 3, 2])
    assert marks["gate 1"].text == short(layer.gates["gate 1"][0, 0, 1, 3, 2])
    assert marks["cell"].symbol == "Leaky"


def test_norms_are_over_all_units() -> None:
    snapshot = cell(1)
    marks = {mark.name: mark for mark in unknown_diagram(snapshot, FOCUS, norms=True).marks}
    assert marks["h"].text == short(float(np.linalg.norm(snapshot.layer.hidden[0, 0, 1, 3])))


def test_a_value_has_the_colour_of_a_gate_only_where_it_is_one() -> None:
    gate, large = cell(1), cell(1, spread=40.0)
    value = float(gate.layer.gates["gate 0"][0, 0, 1, 3, 2])
    assert next(one for one in unknown_diagram(gate, FOCUS).marks if one.kind == "gate").light == shade(value, (0, 1))
    assert next(one for one in unknown_diagram(large, FOCUS).marks if one.kind == "gate").light is None


def test_before_the_first_step_there_is_the_start() -> None:
    marks = {mark.name: mark for mark in unknown_diagram(cell(1), Focus(time=0)).marks}
    assert (marks["h_before"].symbol, marks["h_before"].text) == ("the start", "")


def test_what_is_read_is_said() -> None:
    few = next(one for one in unknown_diagram(cell(1), FOCUS).marks if one.name == "x")
    many = next(one for one in unknown_diagram(cell(1, features=9), FOCUS).marks if one.name == "x")
    assert few.symbol.startswith("reads x = ")
    assert many.symbol == "reads 9 numbers x"
