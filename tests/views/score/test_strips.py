"""A strip: one time axis, whole pixels for every row, exact numbers beside the codes, words instead of titles."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.live import Frame, pack
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Canvas, Focus, Picked, apply
from rnnviz.views.score.band import CAPTION, rows_high
from rnnviz.views.style import GATE, SIGNED
from rnnviz.views.timeaxis import resting_step, time_axis
from tests.views.runs import frames
from tests.views.score.strips import answered, filled, form, moments, panels, task

STRIPS = [name for name, view in VIEWS.items() if view.score is not None and view.score.place == "strip"]
HEATS = ["hidden", "gates", "forget"]
HERE = Focus(sample=1, layer=1, direction=1, unit=3)


def tensor(snapshot: Snapshot, symbol: str, focus: Focus) -> np.ndarray:
    """What a panel draws, axes (time, unit)."""
    layer = snapshot.layer
    values = {"h": layer.hidden, "c": layer.cell, **layer.gates}[symbol]
    return np.asarray(values[focus.layer, focus.direction, focus.sample])


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_has_the_name_of_its_view_and_its_place_in_the_score(name: str) -> None:
    assert (form(name).name, form(name).place) == (name, "strip")
    assert VIEWS[name].place == "wide"
    assert filled(name, moments(name)[-1]).layout.meta["place"] == "strip"


@pytest.mark.parametrize("name", STRIPS)
def test_all_strips_have_one_time_axis_and_no_words_of_plotly_s(name: str) -> None:
    snapshot = moments(name)[-1]
    layout, steps = filled(name, snapshot).layout, snapshot.layer.hidden.shape[3]
    assert layout.margin.to_plotly_json() == {"l": 36, "r": 48, "t": 0, "b": 0, "pad": 0}
    assert layout.title.text is None
    assert not layout.showlegend
    for axis in (layout[key] for key in layout if key.startswith("xaxis")):
        assert tuple(axis.range) == (-0.5, steps - 0.5)
        assert axis.showticklabels is False
        assert axis.title.text is None


@pytest.mark.parametrize("name", STRIPS)
def test_captions_pictures_and_gaps_fill_the_strip_from_the_top_down(name: str) -> None:
    figure = filled(name, moments(name)[-1])
    top = figure.layout.height
    for panel in panels(figure):
        axis = figure.layout[panel["axis"].replace("y", "yaxis")]
        ends = tuple(share * figure.layout.height for share in axis.domain)
        assert ends == pytest.approx((top - CAPTION - panel["low"], top - CAPTION))
        top -= CAPTION + panel["low"] + panel["gap"]
    assert top == pytest.approx(0)


@given(units=st.integers(1, 2000), pixels=st.integers(8, 120))
def test_every_row_of_a_heatmap_has_as_many_whole_pixels_as_any_other(units: int, pixels: int) -> None:
    height = rows_high(units, pixels)
    left_out = -(-units // height)  # one in so many is shown
    assert height % -(-units // left_out) == 0
    assert 1 <= height <= 1.6 * pixels


@pytest.mark.parametrize(("units", "height"), [(32, 64), (8, 64), (5, 60), (16, 64), (64, 64), (128, 64)])
def test_the_usual_sizes_have_the_usual_heights(units: int, height: int) -> None:
    assert rows_high(units, 64) == height


@pytest.mark.parametrize("name", HEATS)
def test_the_exact_numbers_of_the_unit_in_focus_travel_bit_for_bit(name: str) -> None:
    snapshot = frames("both ways")[-1]
    patches = form(name).patches(snapshot, HERE, (40, 20))
    message, data = pack(Frame(0, 0, {name: patches}))
    (part,) = (part for part in message["parts"] if part["key"] == "meta.rows")
    sent = np.frombuffer(data, "<f4", part["shape"][0] * part["shape"][1], part["offset"]).reshape(part["shape"])
    figure = filled(name, snapshot, HERE)
    for index, (panel, trace) in enumerate(zip(panels(figure), figure.data, strict=True)):
        truth = tensor(snapshot, trace.name, HERE)[:, HERE.unit]
        assert panel["read"]["row"] == index
        assert sent[index].tobytes() == truth.astype(np.float32).tobytes()
        assert figure.layout.meta["rows"][index] == truth.tolist()
        assert figure.layout.meta["marks"][index] == HERE.unit


@pytest.mark.parametrize("name", HEATS)
def test_a_heatmap_s_colours_are_the_tensor(name: str) -> None:
    snapshot = frames("both ways")[-1]
    for trace in filled(name, snapshot, HERE).data:
        np.testing.assert_array_equal(trace.z, tensor(snapshot, trace.name, HERE).T)
        signed = trace.name in ("h", "c", "g")
        assert [list(stop) for stop in trace.colorscale] == (SIGNED if signed else GATE)["light"]


@pytest.mark.parametrize("name", STRIPS)
def test_what_a_strip_tells_the_page_is_ready_for_json(name: str) -> None:
    figure = filled(name, moments(name)[-1])
    told, sent = json.loads(json.dumps(figure.layout.meta)), json.loads(figure.to_json())["layout"]["meta"]
    assert {**told, "rows": None} == {**sent, "rows": None}
    assert [len(row) for row in sent["rows"]] == [len(row) for row in told["rows"]]


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_that_was_fed_ends_as_one_that_is_made_now(name: str) -> None:
    first, *_, last = moments(name)
    here = HERE.within(last.layer)
    live = Canvas(form(name), first, Focus())
    live.patches(first, Focus(), (30, 10))
    apply(live.figure, live.patches(first, Focus(), (3, 3)))
    apply(live.figure, live.patches(last, here))
    assert live.figure.to_json() == filled(name, last, here).to_json()


def test_in_fewer_pixels_whole_columns_and_rows_are_left_out_and_the_caption_says_so() -> None:
    snapshot = task("adding", hidden_size=130, seq_len=40)
    patches = form("hidden").patches(snapshot, Focus(unit=7), (20, 172))
    figure = apply(form("hidden").skeleton(snapshot, Focus()), patches)
    truth = tensor(snapshot, "h", Focus())
    heat = figure.data[0]
    np.testing.assert_array_equal(heat.z, truth[heat.x.astype(int)][:, heat.y.astype(int)].T)
    assert heat.z.shape == (44, 20)
    assert panels(figure)[0]["aside"] == "130 units · 1 in 2 steps, 1 in 3 units shown"
    assert figure.layout.meta["rows"][0] == truth[:, 7].tolist()


def test_where_all_fits_no_place_of_a_cell_has_to_travel() -> None:
    snapshot = frames("lstm")[-1]
    patches = form("hidden").patches(snapshot, Focus(), (300, 172))
    assert [one.value for one in patches if one.key in ("x", "y")] == [None] * 4


def test_a_strip_sends_no_more_bytes_than_the_picture_with_a_title() -> None:
    snapshot = task("sunspots", hidden_size=32)
    for name in ("hidden", "gates", "gradients"):
        message, data = pack(Frame(0, 0, {name: form(name).patches(snapshot, Focus())}))
        other, _ = pack(Frame(0, 0, {name: VIEWS[name].patches(snapshot, Focus())}))
        # each array of it by itself, though two that are alike travel once
        numbers = [math.prod(one["shape"]) * (1 if one["limits"] else 4) for one in other["parts"] if "shape" in one]
        assert len(data) + len(json.dumps(message)) <= sum(numbers) + len(json.dumps(other)), name


def test_the_first_caption_says_which_unit_is_read() -> None:
    snapshot = frames("lstm")[-1]
    told = panels(filled("hidden", snapshot, Focus(unit=2)))
    assert [panel["read"]["lead"] for panel in told] == ["unit 2", ""]
    assert [panel["read"]["digits"] for panel in told] == [2, 2]


def test_a_click_on_a_row_picks_its_unit_and_the_timestep_under_the_pointer() -> None:
    snapshot = frames("lstm")[-1]
    found = form("hidden").picked(snapshot, Focus(), Picked(0, 4.0, 3.0, 4))
    assert (found.unit, found.time) == (3, 4)


def test_of_several_layers_the_caption_says_which_one_is_shown() -> None:
    assert (
        panels(filled("hidden", frames("both ways")[-1], HERE))[0]["aside"] == "5 units · layer 1 · backward direction"
    )


def test_the_axis_has_the_task_s_calendar() -> None:
    meta = filled("hidden", task("sunspots"), Focus()).layout.meta
    axis = meta["axes"][meta["sample"]]
    assert (axis["title"], axis["first"], axis["last"]) == ("month t", "Jul 1971", "Jun 1982")
    assert (len(axis["labels"]), axis["labels"][88]) == (132, "Nov 1978")


def test_the_flag_says_which_symbol_is_read() -> None:
    snapshot = task("temporal-order", seq_len=20)
    meta = filled("hidden", snapshot, Focus(sample=1)).layout.meta
    axis = meta["axes"][meta["sample"]]
    assert meta["sample"] == 1
    assert (axis["title"], axis["first"], axis["last"]) == ("step t", "", "")
    assert axis["labels"] == [f"reads {symbol}" for symbol in snapshot.time_labels[1] or ()]


def test_the_cursor_rests_at_the_first_step_that_the_answer_hangs_on() -> None:
    snapshot = answered()[-1]
    for sample, axis in enumerate(filled("hidden", snapshot).layout.meta["axes"]):
        picture = snapshot.input_pictures[sample]
        assert picture is not None
        assert axis["rest"] == resting_step(snapshot, sample) == picture.key_steps[0]
    plain = frames("lstm")[-1]
    assert "rest" not in time_axis(replace(plain, input_pictures=()), 0)
    assert resting_step(replace(plain, input_pictures=()), 0) == plain.layer.hidden.shape[3] - 1
