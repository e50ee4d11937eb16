"""The drawing of a cell: everything has its place, nothing covers anything else, colours are the heatmaps'."""

import itertools
import re

import numpy as np
import pytest

from rnnviz.views import Diagram, Focus, Reading, diagram
from rnnviz.views.cell.notation import short
from rnnviz.views.style import shade
from rnnviz.views.words import three
from tests.views.runs import frames

CELLS = ("rnn", "lstm", "gru")
SIZES = {"gate": (46, 34), "op": (16, 16), "tag": (38, 15), "through": (92, 20), "dot": (5, 5)}


def drawn(name: str, **options: bool) -> Diagram:
    return diagram(Reading.of(frames(name)[-1], Focus(time=4, unit=2)), **options)


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_no_two_shapes_cover_each_other_and_none_leaves_the_drawing(name: str, gradient: bool) -> None:
    drawing = drawn(name, gradient=gradient)
    shapes = [mark for mark in drawing.marks if mark.kind in SIZES]
    for one, other in itertools.combinations(shapes, 2):
        (w1, h1), (w2, h2) = SIZES[one.kind], SIZES[other.kind]
        apart = abs(one.x - other.x) >= (w1 + w2) / 2 or abs(one.y - other.y) >= (h1 + h2) / 2
        assert apart, (one.name, other.name)
    for one in shapes:
        width, height = SIZES[one.kind]
        assert width / 2 <= one.x <= drawing.width - width / 2
        assert height / 2 <= one.y <= drawing.height - height / 2


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_arrows_stay_in_the_drawing(name: str, gradient: bool) -> None:
    drawing = drawn(name, gradient=gradient)
    for path in drawing.paths:
        assert re.fullmatch(r"M[\d.]+([+-]\d+)? [\d.]+( [HV][\d.]+([+-]\d+)?)+", path.d)
        for command, place in re.findall(r"([MHV])([\d.]+)", path.d):
            assert 0 <= float(place) <= (drawing.height if command == "V" else drawing.width)


@pytest.mark.parametrize("name", CELLS)
def test_every_gate_and_the_states_that_go_in_are_in_the_drawing(name: str) -> None:
    layer = frames(name)[-1].layer
    names = {mark.name for mark in drawn(name).marks}
    assert {"x", "h", *layer.gates} <= names
    assert ({"c_before", "c"} <= names) == (layer.cell is not None)
    assert ("h_before" in names) == (name == "gru")  # elsewhere it goes in with all units' weights


@pytest.mark.parametrize("name", CELLS)
def test_the_gradient_s_way_takes_the_place_of_the_way_forward_when_asked_for(name: str) -> None:
    assert not any(path.back for path in drawn(name).paths)
    assert all(path.back for path in drawn(name, gradient=True).paths)


@pytest.mark.parametrize("name", CELLS)
def test_the_gradient_s_way_carries_the_traced_numbers(name: str) -> None:
    reading = Reading.of(frames(name)[-1], Focus(time=4, unit=2))
    marks = {mark.name: mark.text for mark in drawn(name, gradient=True).marks}
    for state, flow in (("h", reading.grad_h), ("c", reading.grad_c)):
        for part in ("direct", "later", "total", "onward") if flow is not None else ():
            assert marks[f"{part}_{state}"] == three(float(getattr(flow, part)[2]))


def test_products_are_those_of_the_shown_gates() -> None:
    reading = Reading.of(frames("lstm")[-1], Focus(time=4, unit=2))
    marks = {mark.name: mark for mark in drawn("lstm").marks}
    assert marks["kept"].text == short(float(reading.gates["f"][2] * reading.c_before[2]))
    assert marks["written"].text == short(float(reading.gates["i"][2] * reading.gates["g"][2]))


def test_the_parts_of_a_plain_cell_s_sum_are_those_of_the_reading() -> None:
    one = Reading.of(frames("rnn")[-1], Focus(time=4, unit=2)).sums["h"]
    marks = {mark.name: mark.text for mark in drawn("rnn").marks}
    names = {"part_input": one.input, "part_state": one.state, "part_bias": one.bias, "total": one.total}
    assert {name: marks[name] for name in names} == {name: short(float(part[2])) for name, part in names.items()}


def test_a_gate_has_the_colour_that_its_picture_gives_it_on_either_page() -> None:
    layer = frames("lstm")[-1].layer
    marks = {mark.name: mark for mark in drawn("lstm").marks}
    for name, limits in (("f", (0.0, 1.0)), ("g", (-1.0, 1.0))):
        value = float(layer.gates[name][0, 0, 0, 4, 2])
        assert marks[name].light == shade(value, limits)
        assert marks[name].dark == shade(value, limits, "dark")
        assert marks[name].light != marks[name].dark


def test_a_number_s_tip_has_it_at_length() -> None:
    value = float(frames("lstm")[-1].layer.gates["f"][0, 0, 0, 4, 2])
    tip = next(mark.tip for mark in drawn("lstm").marks if mark.name == "f")
    assert float(tip.rpartition(": ")[2]) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("limits", [(-1.0, 1.0), (0.0, 1.0)])
def test_words_on_every_shade_have_the_contrast_that_wcag_asks_for(limits: tuple[float, float], theme: str) -> None:
    def light(channels: list[float]) -> float:
        linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    inks = set()
    for value in np.linspace(*limits, 255):
        paper, ink = shade(float(value), limits, theme)
        brighter, darker = sorted(
            [light([int(one) / 255 for one in paper[4:-1].split(",")]), float(ink == "#fff")], reverse=True
        )
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5
        inks.add(ink)
    assert inks == {"#000", "#fff"}


def test_norms_are_over_all_units_and_have_no_colour() -> None:
    reading = Reading.of(frames("gru")[-1], Focus(time=4, unit=2))
    marks = {mark.name: mark for mark in drawn("gru", norms=True).marks}
    assert all(mark.light is None and mark.dark is None for mark in marks.values())
    assert (marks["z"].symbol, marks["z"].text) == ("‖z‖", short(float(np.linalg.norm(reading.gates["z"]))))


def test_the_first_step_says_that_the_sequence_begins_there() -> None:
    seen = Reading.of(frames("lstm")[-1], Focus(time=0))
    back = {mark.name: mark for mark in diagram(seen, gradient=True).marks}
    assert {back[name].symbol for name in ("onward_h", "onward_c")} == {"the start"}
    reads = next(mark.symbol for mark in diagram(seen).marks if mark.name == "x")
    assert reads.endswith("; h before the start is 0")


def test_few_inputs_are_written_out_and_many_are_counted() -> None:
    seen = frames("two layers")[-1]
    few, many = (
        next(mark.symbol for mark in diagram(Reading.of(seen, Focus(layer=layer, time=4))).marks if mark.name == "x")
        for layer in (0, 1)
    )
    written = ", ".join(short(float(one)) for one in seen.inputs[0, 4])
    assert few == f"reads x = {written} and the 5 h of t − 1"
    assert many == "reads 5 numbers x and the 5 h of t − 1"
