"""The input's strip: numbers in the data's own units, symbols as letters or dots, what decides the answer in blue."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.tasks.sunspots import monthly_sunspots
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Focus
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.style import ACCENT, INK1
from tests.views.score.strips import filled, form, panels, task


def read_as(snapshot: Snapshot, inputs: np.ndarray, **more: object) -> Snapshot:
    """The same moment, had the network read something else, of which the task says nothing."""
    none = (None,) * len(inputs)
    return replace(snapshot, **{"inputs": inputs, "input_pictures": none, "time_labels": none, **more})


def plain() -> Snapshot:
    return task("adding", seq_len=12)


def test_sunspots_are_drawn_in_sunspots() -> None:
    snapshot = task("sunspots")
    figure = filled("input", snapshot, Focus(sample=2))
    year, month = map(int, (snapshot.time_labels[2] or ("",))[0].split("-"))
    first = 12 * (year - 1749) + month - 1
    truth = monthly_sunspots()[first : first + 132]
    np.testing.assert_array_equal(figure.data[0].y, truth)
    assert figure.layout.meta["rows"][0] == truth.astype(np.float32).tolist()
    (panel,) = panels(figure)
    assert (panel["name"], panel["aside"]) == ("What it reads", "sunspots a month")
    assert (panel["read"]["digits"], panel["read"]["unit"]) == (0, "sunspots")
    assert figure.data[0].line.color == INK1


def test_the_axis_holds_0_and_every_sequence_and_is_marked_at_round_numbers() -> None:
    snapshot = task("sunspots")
    axis = filled("input", snapshot).layout.yaxis
    assert axis.ticktext == ("0", "200")
    most = max(picture.values.max() for picture in snapshot.input_pictures if picture is not None)
    assert axis.range[0] < 0 < most < axis.range[1] < 1.1 * most


def test_of_two_marked_numbers_both_are_dots_in_blue_and_the_answer_is_said() -> None:
    snapshot = task("adding", seq_len=12)
    figure = filled("input", snapshot, Focus(sample=1))
    numbers, marks = snapshot.inputs[1].T
    np.testing.assert_array_equal(figure.data[0].y.astype(np.float32), numbers)
    dots = figure.data[1]
    np.testing.assert_array_equal(dots.x, np.flatnonzero(marks))
    np.testing.assert_array_equal(dots.y.astype(np.float32), numbers[marks == 1])
    assert dots.marker.color == ACCENT
    assert panels(figure)[0]["now"] == f"answer: {numbers[marks == 1].sum():.2f}"


@pytest.mark.parametrize(("width", "mode"), [(308, "markers"), (50 * 9 - 1, "markers"), (50 * 9, "text")])
def test_symbols_closer_than_9_pixels_are_dots(width: int, mode: str) -> None:
    snapshot = task("temporal-order", seq_len=50)
    patches = {(one.trace, one.key): one.value for one in form("input").patches(snapshot, Focus(), (width, 22))}
    assert patches[1, "mode"] == mode
    labels = snapshot.time_labels[0] or ()
    if mode == "text":
        assert list(patches[1, "text"]) == [labels[int(step)] for step in patches[1, "x"]]
        assert set(labels) - set(patches[1, "text"]) == {"X", "Y"} & set(labels)


def read_through(width: int, time: int = 0) -> tuple[str, str]:
    """How forty letters of a text are drawn at this width, and what is said beside the strip's name."""
    text = "a network that reads one letter at a time"
    worded = read_as(plain(), np.arange(41)[None].repeat(8, 0), time_labels=(tuple(text),) * 8)
    patches = {(one.trace, one.key): one.value for one in form("input").patches(worded, Focus(time=time), (width, 22))}
    return patches[1, "mode"], patches[None, "meta.panels[0].aside"]


def test_a_text_stands_letter_by_letter_where_letters_of_one_width_fit() -> None:
    assert read_through(41 * 7) == ("text", "")


def test_where_they_do_not_fit_a_piece_of_the_text_around_the_timestep_can_be_read() -> None:
    assert read_through(41 * 6) == ("markers", "“a network that reads one letter …”")
    assert read_through(41 * 6, 40) == ("markers", "“… that reads one letter at a time”")


def test_longer_symbols_need_more_room() -> None:
    snapshot = plain()
    tokens = np.arange(12)[None].repeat(8, 0)
    worded = read_as(snapshot, tokens, time_labels=(("while",) * 12,) * 8)
    modes = {}
    for width in (120, 500):
        patches = {(one.trace, one.key): one.value for one in form("input").patches(worded, Focus(), (width, 22))}
        modes[width] = patches[1, "mode"]
    assert modes == {120: "markers", 500: "text"}


def test_the_symbols_that_decide_are_boxes_and_no_dot_touches_one() -> None:
    snapshot = task("temporal-order", seq_len=50)
    figure = filled("input", snapshot, Focus(sample=2))
    labels = snapshot.time_labels[2] or ()
    keys = [step for step, symbol in enumerate(labels) if symbol in "XY"]
    boxes = [note for note in figure.layout.annotations if note.visible]
    assert [(box.x, box.text) for box in boxes] == [(step, f"<b>{labels[step]}</b>") for step in keys]
    assert all(box.bgcolor == ACCENT for box in boxes)
    assert min(abs(step - key) for step in figure.data[1].x for key in keys) == 2
    assert panels(figure)[0]["now"] == f"answer: {''.join(labels[step] for step in keys)}"
    assert panels(figure)[0]["low"] == 22


def test_characters_that_cannot_be_seen_are_shown_by_a_sign() -> None:
    shown = Inputs.of(task("python-tokens", seq_len=30), 0)
    assert len(shown.symbols) == 30
    assert not {"\n", "\t", ""} & set(shown.symbols)


def test_a_one_hot_input_without_labels_is_its_symbol_s_number() -> None:
    inputs = np.eye(5)[np.arange(12) % 5][None].repeat(8, 0)
    assert Inputs.of(read_as(plain(), inputs), 0).symbols == tuple(str(step % 5) for step in range(12))


@pytest.mark.parametrize("features", [1, 3, 4])
def test_a_few_features_are_lines(features: int) -> None:
    inputs = np.random.default_rng(0).normal(size=(8, 12, features))
    figure = filled("input", read_as(plain(), inputs), Focus(sample=3))
    for index in range(features):
        np.testing.assert_array_equal(figure.data[index].y, inputs[3, :, index])
    assert len({(line.line.color, line.line.dash) for line in figure.data[:features]}) == features


def test_many_features_are_a_heatmap_whose_rows_are_no_units() -> None:
    inputs = np.random.default_rng(0).normal(size=(8, 12, 9))
    figure = filled("input", read_as(plain(), inputs), Focus(sample=3, unit=4))
    np.testing.assert_array_equal(figure.data[0].z, inputs[3].T)
    (panel,) = panels(figure)
    assert (panel["aside"], panel["read"], figure.layout.meta["marks"]) == ("9 features", None, [None])


def test_a_loop_of_somebody_s_own_has_no_such_strip() -> None:
    assert not form("input").exists(replace(plain(), inputs=None))


@pytest.mark.parametrize("name", ["sunspots", "adding", "temporal-order", "python-tokens"])
def test_alone_the_picture_has_title_and_axes_and_the_same_numbers(name: str) -> None:
    snapshot = task(name)
    alone, strip = VIEWS["input"].figure(snapshot, Focus(sample=1)), filled("input", snapshot, Focus(sample=1))
    assert alone.layout.title.text == "What the network reads"
    assert alone.layout.xaxis.title.text
    assert [trace.to_json() for trace in alone.data] == [trace.to_json() for trace in strip.data]
