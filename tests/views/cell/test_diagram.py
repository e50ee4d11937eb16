"""The drawing of a cell: everything has its place, no two numbers cover each other, colours are the heatmaps'."""

import itertools

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.colors import sample_colorscale

from rnnviz.views import Diagram, Focus, Reading, diagram
from rnnviz.views.cell.notation import number
from rnnviz.views.style import SIGNED, shade
from tests.views.runs import frames

CELLS = ("rnn", "lstm", "gru")


def drawn(name: str, **options: bool) -> Diagram:
    seen = frames(name)[-1]
    return diagram(Reading.of(seen, Focus(time=4, unit=2)), seen.scales, **options)


@pytest.mark.parametrize("name", CELLS)
def test_no_two_chips_cover_each_other_and_none_leaves_the_drawing(name: str) -> None:
    drawing = drawn(name, gradient=True)
    width, height = drawing.chip
    chips = [mark for mark in drawing.marks if mark.kind == "chip"]
    for one, other in itertools.combinations(chips, 2):
        assert abs(one.x - other.x) >= width or abs(one.y - other.y) >= height, (one.name, other.name)
    for one in chips:
        assert width / 2 <= one.x <= drawing.width - width / 2
        assert height / 2 <= one.y <= drawing.height - height / 2


@pytest.mark.parametrize("name", CELLS)
def test_every_gate_and_state_is_in_the_drawing(name: str) -> None:
    layer = frames(name)[-1].layer
    names = {mark.name for mark in drawn(name).marks}
    assert {"x", "h_before", "h", *layer.gates} <= names
    assert ({"c_before", "c"} <= names) == (layer.cell is not None)


def test_the_gradient_s_way_is_drawn_only_when_asked_for() -> None:
    assert not any(path.back for path in drawn("gru").paths)
    assert any(path.back for path in drawn("gru", gradient=True).paths)


def test_products_are_those_of_the_shown_gates() -> None:
    reading = Reading.of(frames("lstm")[-1], Focus(time=4, unit=2))
    marks = {mark.name: mark for mark in drawn("lstm").marks}
    assert marks["kept"].text == number(float(reading.gates["f"][2] * reading.c_before[2]))
    assert marks["written"].text == number(float(reading.gates["i"][2] * reading.gates["g"][2]))


def test_a_state_has_the_colour_that_the_heatmap_gives_it() -> None:
    seen = frames("rnn")[-1]
    value = float(seen.layer.hidden[0, 0, 0, 4, 2])
    heatmap = go.Heatmap(colorscale=SIGNED["light"]).colorscale
    expected = sample_colorscale([list(pair) for pair in heatmap], (value + 1) / 2, colortype="tuple")[0]
    found = next(mark.fill for mark in drawn("rnn").marks if mark.name == "h")
    levels = [int(level) for level in found.removeprefix("rgb(").removesuffix(")").split(", ")]
    assert levels == pytest.approx([255 * level for level in expected], abs=3)  # of 255 levels


def test_ink_reads_on_every_colour() -> None:
    for limits in ((-1.0, 1.0), (0.0, 1.0)):
        inks = [shade(limits[0] + share / 20 * (limits[1] - limits[0]), limits)[1] for share in range(21)]
        assert set(inks) == {"#000", "#fff"}


@pytest.mark.parametrize("limits", [(-1.0, 1.0), (0.0, 1.0)])
def test_words_on_every_shade_have_the_contrast_that_wcag_asks_for(limits: tuple[float, float]) -> None:
    def light(channels: list[float]) -> float:
        linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for value in np.linspace(*limits, 255):
        paper, ink = shade(float(value), limits)
        brighter, darker = sorted(
            [light([int(one) / 255 for one in paper[4:-1].split(",")]), float(ink == "#fff")], reverse=True
        )
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def test_norms_have_no_sign_and_no_heatmap_colour() -> None:
    assert all(not mark.fill and not mark.sign for mark in drawn("gru", norms=True).marks)


def test_the_first_step_says_that_the_sequence_begins_there() -> None:
    seen = frames("lstm")[-1]
    marks = diagram(Reading.of(seen, Focus(time=0)), seen.scales, gradient=True).marks
    assert [mark.symbol for mark in marks if mark.kind == "note"] == ["the sequence begins here"] * 2


def test_few_inputs_are_written_out_and_many_as_their_norm() -> None:
    few = next(mark for mark in drawn("gru").marks if mark.name == "x")
    seen = frames("two layers")[-1]
    many = diagram(Reading.of(seen, Focus(layer=1)), seen.scales).marks
    assert (few.symbol, next(mark.symbol for mark in many if mark.name == "x")) == ("x_t", "‖x_t‖")
