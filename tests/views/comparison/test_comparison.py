"""Pictures of several models: every number is that of the model alone, over one colour scale and one axis for all."""

import itertools
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.training import ComparisonSnapshot, Scale
from rnnviz.training.comparison.entries import lockstep_of
from rnnviz.views import COMPARED, VIEWS, Focus, Picked
from rnnviz.views.comparison.models import COLORS, shared
from tests.views.runs import axis_of, norm, notices

SIZES = {"seq_len": 9, "hidden_size": 5, "batch_size": 8, "device": "cpu"}
CELLS = ("rnn", "gru", "lstm")
LINES = 4  # a model, in the training curves: loss, metric, gradient norm, learning rate


@cache
def snapshot(*cells: str, steps: int = 3, **settings: object) -> ComparisonSnapshot:
    return seen([*cells], steps, **settings)


def seen(models: list, steps: int = 3, **settings: object) -> ComparisonSnapshot:
    stated = {name for one in models if isinstance(one, dict) for name in one}
    sizes = {name: value for name, value in SIZES.items() if name not in stated}
    lockstep = lockstep_of(models, "adding", **{**sizes, **settings})
    lockstep.snapshot()  # ranges are fixed at the first look
    for _ in itertools.islice(lockstep.steps(), steps):
        pass
    return lockstep.snapshot()


def headings(figure: go.Figure) -> list[str]:
    """The words above each heatmap."""
    return [note.text for note in figure.layout.annotations[1 : 1 + len(figure.data)]]


def of(figure: go.Figure, label: str, symbol: str) -> go.Heatmap:
    """The heatmap of that quantity in the column under the label."""
    columns = [axis_of(figure, index, "x").domain for index in range(len(figure.data))]
    under = next(column for column, text in zip(columns, headings(figure), strict=True) if f"<b>{label}</b>" in text)
    found = [one for one, column in zip(figure.data, columns, strict=True) if column == under and one.name == symbol]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("cell", CELLS)
def test_hidden_states_side_by_side_are_the_models_own(cell: str) -> None:
    state = snapshot(*CELLS)
    for sample in range(8):
        panel = of(COMPARED["hidden"].figure(state, Focus(sample=sample)), cell, "h")
        np.testing.assert_array_equal(panel.z, state.models[cell].layer.hidden[0, 0, sample].T)
        np.testing.assert_array_equal(panel.x, np.arange(9))


def test_a_model_without_a_cell_state_says_so_in_its_place() -> None:
    figure = COMPARED["hidden"].figure(snapshot(*CELLS))
    assert [one.name for one in figure.data] == ["h", "h", "h", "c"]
    assert sum("has none" in note.text for note in figure.layout.annotations) == 2


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_side_by_side_are_the_models_own(cell: str) -> None:
    state = snapshot(*CELLS)
    figure = COMPARED["gates"].figure(state)
    for gate, values in state.models[cell].layer.gates.items():
        np.testing.assert_array_equal(of(figure, cell, gate).z, values[0, 0, 0].T)


def test_gates_that_do_the_same_work_stand_in_one_row() -> None:
    figure = COMPARED["gates"].figure(snapshot("gru", "lstm"))
    rows = [axis_of(figure, index, "y").domain for index in range(len(figure.data))]
    names = [one.name for one in figure.data]
    assert [rows[names.index(a)] == rows[names.index(b)] for a, b in ("ri", "zf", "ng")] == [True] * 3


def test_there_is_no_picture_of_gates_where_no_model_has_any() -> None:
    lockstep = seen([{"clip": 1.0}, {"clip": None}], cell="rnn")
    assert not COMPARED["gates"].exists(lockstep)
    assert COMPARED["hidden"].exists(lockstep)


def test_one_colour_means_one_number_in_all_models_of_a_row() -> None:
    state = seen(
        [{"init": "identity", "lr": 0.5}, {"init": "default", "lr": 1e-4}], 30, cell="rnn", nonlinearity="relu"
    )
    figure = COMPARED["hidden"].figure(state)
    ranges = [one.scales["hidden"] for one in state.models.values()]
    assert ranges[0].high != ranges[1].high
    whole = (min(one.low for one in ranges), max(one.high for one in ranges))
    assert {(one.zmin, one.zmax) for one in figure.data} == {whole}
    assert [one.showscale for one in figure.data] == [True, False]


def test_all_panels_share_their_timesteps_and_units() -> None:
    figure = COMPARED["hidden"].figure(snapshot(*CELLS))
    axes = [axis_of(figure, index, letter) for index in range(1, 4) for letter in "xy"]
    assert [axis.matches for axis in axes] == ["x", "y"] * 3


def test_models_of_several_sizes_are_each_drawn_whole() -> None:
    state = seen([{"hidden_size": 3, "seq_len": 6}, {"hidden_size": 7, "seq_len": 12}])
    shapes = [one.z.shape for one in COMPARED["hidden"].figure(state).data if one.name == "h"]
    assert shapes == [(3, 6), (7, 12)]


def test_a_layer_that_only_one_model_has_is_drawn_there_and_the_other_says_what_it_shows() -> None:
    state = seen([{"num_layers": 1}, {"num_layers": 2}], cell="gru")
    figure = COMPARED["hidden"].figure(state, Focus(layer=1))
    shallow, deep = state.models.values()
    np.testing.assert_array_equal(figure.data[0].z, shallow.layer.hidden[0, 0, 0].T)
    np.testing.assert_array_equal(figure.data[1].z, deep.layer.hidden[1, 0, 0].T)
    said = headings(figure)
    assert "layer 0" in said[0]
    assert "layer" not in said[1].replace("num_layers", "")


def test_gradients_through_time_lie_over_each_other_a_colour_a_model() -> None:
    state = snapshot(*CELLS)
    figure = COMPARED["gradients"].figure(state)
    for place, cell in enumerate(CELLS):
        direct, total = figure.data[2 * place : 2 * place + 2]
        layer = state.models[cell].layer
        np.testing.assert_allclose(total.y, norm(layer.grad_hidden, 0, 0), rtol=1e-6)
        exact = norm(layer.grad_hidden_direct, 0, 0)
        np.testing.assert_allclose(direct.y, np.where(exact > 0, exact, np.nan), rtol=1e-6)
        assert (total.name, total.line.color, direct.line.color) == (cell, COLORS[place], COLORS[place])
        assert (total.line.dash, direct.line.dash) == ("solid", "dash")


def test_the_gradient_axis_covers_every_model() -> None:
    state = snapshot(*CELLS)
    scales = [one.scales["gradient"] for one in state.models.values()]
    assert COMPARED["gradients"].figure(state).layout.yaxis.range == (
        min(one.low for one in scales),
        max(one.high for one in scales),
    )


@pytest.mark.parametrize(("gradient", "shown"), [("total", [False, True]), ("direct", [True, False])])
def test_one_of_the_two_gradients_alone_is_drawn_where_that_is_chosen(gradient: str, shown: list[bool]) -> None:
    figure = COMPARED["gradients"].figure(snapshot(*CELLS), Focus(gradient=gradient))
    assert [one.visible for one in figure.data] == shown * 3


def test_curves_lie_over_each_other_a_colour_a_model() -> None:
    state = snapshot(*CELLS)
    figure = COMPARED["curves"].figure(state)
    for place, cell in enumerate(CELLS):
        lines = figure.data[LINES * place : LINES * (place + 1)]
        history = state.models[cell].history
        for line, column in zip(lines, ("loss", "metric", "grad_norm", "lr"), strict=True):
            np.testing.assert_array_equal(line.x, history["step"])
            np.testing.assert_array_equal(line.y, history[column])
            assert (line.name, line.line.color) == (cell, COLORS[place])
    panels = [figure.data[LINES * place].yaxis for place in range(3)]
    assert panels == ["y"] * 3  # the losses share one axis, which fits itself to all


def test_the_curves_tell_every_models_score_behind_its_symbol() -> None:
    state = snapshot(*CELLS)
    words = COMPARED["curves"].figure(state).layout.annotations[0].text
    for place, (cell, one) in enumerate(state.models.items()):
        glyph = "●◆■▲"[place]
        assert f'<span style="color:{COLORS[place]}">{glyph}</span> <b>{cell}: {one.validation:.3g}</b>' in words


def test_before_the_first_step_the_curves_are_empty_and_say_what_to_do() -> None:
    figure = COMPARED["curves"].figure(snapshot(*CELLS, steps=0))
    assert "press Play" in notices(figure)
    assert all(len(line.x) == 0 for line in figure.data)


def test_a_clip_threshold_of_all_is_grey_and_one_that_is_compared_has_the_models_colour() -> None:
    same, compared = snapshot(*CELLS), seen([{"clip": 1.0}, {"clip": 0.5}])
    assert len({one.line.color for one in COMPARED["curves"].figure(same).data[-3:]} & set(COLORS)) == 0
    lines = COMPARED["curves"].figure(compared).data[-2:]
    assert [(one.line.color, one.y[0]) for one in lines] == [(COLORS[0], 1.0), (COLORS[1], 0.5)]


def test_a_range_that_is_no_bound_is_told_once_for_all_models() -> None:
    words = COMPARED["hidden"].figure(snapshot(*CELLS)).layout.annotations[0].text
    assert words.startswith("sequence 0 of 8 · cell state c: ±")
    assert "fixed when the run started" in words


@cache
def sunspots() -> ComparisonSnapshot:
    return lockstep_of(["rnn", "lstm"], "sunspots", hidden_size=4, device="cpu").snapshot()


def test_forecasts_lie_over_the_truth_a_colour_a_model() -> None:
    state = sunspots()
    truth, naive, *forecasts = COMPARED["prediction"].figure(state).data
    shown = [one.prediction for one in state.models.values()]
    np.testing.assert_array_equal(truth.y, shown[0].truth)
    np.testing.assert_array_equal(naive.y, shown[0].baseline)
    for line, prediction, color, label in zip(forecasts, shown, COLORS[:2], ("rnn", "lstm"), strict=True):
        np.testing.assert_array_equal(line.x, prediction.x)
        np.testing.assert_array_equal(line.y, prediction.forecast)
        assert (line.name, line.line.color) == (label, color)


def test_a_task_that_forecasts_nothing_has_no_such_picture() -> None:
    assert not COMPARED["prediction"].exists(snapshot(*CELLS))


def test_where_the_task_has_a_calendar_its_ends_are_told() -> None:
    state = sunspots()
    labels = state.time_labels[3]
    words = COMPARED["hidden"].figure(state, Focus(sample=3)).layout.annotations[0].text
    assert f"({labels[0]} to {labels[-1]})" in words


def test_long_words_over_four_narrow_columns_give_way_to_the_symbol() -> None:
    four = [{"forget_bias": bias} for bias in (0.0, 1.0, 2.0, 3.0)]
    figure = COMPARED["gates"].figure(seen(four, cell="gru"))
    assert headings(figure)[4:8] == ["z"] * 4


def test_a_click_on_a_heatmap_picks_timestep_and_unit() -> None:
    focus = COMPARED["hidden"].picked(snapshot(*CELLS), Focus(), Picked(trace=2, x=4, y=3, time=4))
    assert (focus.time, focus.unit) == (4, 3)


def test_pictures_over_time_are_marked_by_the_cursor_and_curves_are_not() -> None:
    state = snapshot(*CELLS)
    places = {name: view.cursor(state, Focus()) for name, view in COMPARED.items()}
    assert places == {
        "input": (0.0, 1.0),
        "hidden": (0.0, 1.0),
        "gradients": (0.0, 1.0),
        "scores": None,
        "gates": (0.0, 1.0),
        "curves": None,
        "prediction": None,
        "tags": None,  # its words stand in lines, not along a time axis
    }


def test_a_picture_is_no_finer_than_its_pixels_and_says_so() -> None:
    state = seen(["rnn", "gru"], seq_len=400, hidden_size=4)
    patches = COMPARED["hidden"].patches(state, Focus(), (500, 200))
    values = [patch.value for patch in patches if patch.key == "z"]
    assert [one.shape for one in values] == [(4, 200), (4, 200)]  # half of the picture has less than 250 pixels
    words = next(patch.value for patch in patches if patch.key == "annotations[0].text")
    assert "1 in 2 steps shown" in words


@cache
def tagged() -> ComparisonSnapshot:
    return lockstep_of(["rnn", "lstm"], "python-tokens", hidden_size=4, device="cpu").snapshot()


def test_tags_of_a_task_without_any_are_refused_with_what_to_do() -> None:
    assert not COMPARED["tags"].exists(sunspots())
    with pytest.raises(ValueError, match="wants no class at every timestep; this picture needs one that does, such as"):
        COMPARED["tags"].figure(sunspots())


@pytest.mark.parametrize("name", COMPARED)
def test_a_label_is_drawn_as_text(name: str) -> None:
    lockstep = tagged() if name == "tags" else sunspots()
    assert COMPARED[name].exists(lockstep)
    strange = ComparisonSnapshot.of(
        {"<i>a</i>": lockstep.models["rnn"], "b": lockstep.models["lstm"]},
        lockstep.shares,
        lockstep.paces,
        run=0,
        step=3,
    )
    assert "<i>" not in COMPARED[name].figure(strange).to_json()


@pytest.mark.parametrize("name", ["hidden", "gates"])
def test_a_single_run_is_a_comparison_of_one(name: str) -> None:
    alone = snapshot("rnn", "lstm").models["lstm"]
    ours, usual = COMPARED[name].figure(alone).data, VIEWS[name].figure(alone).data
    assert [one.name for one in ours] == [one.name for one in usual]
    for one, other in zip(ours, usual, strict=True):
        np.testing.assert_array_equal(one.z, other.z)


def test_a_shared_range_covers_all_and_tells_when_it_was_last_changed() -> None:
    natural = Scale(-1.0, 1.0, natural=True)
    assert shared([natural, natural]) == natural
    one, two = Scale(-3.0, 3.0, since=0), Scale(-2.0, 2.0, since=4, previous=(-1.0, 1.0))
    assert shared([one, two]) == Scale(-3.0, 3.0)  # what grew within the range changed no colour
    wide = Scale(-4.0, 4.0, since=6, previous=(-2.0, 2.0))
    assert shared([one, wide]) == Scale(-4.0, 4.0, since=6, previous=(-3.0, 3.0))
    assert shared([wide, Scale(-4.0, 4.0, since=9, previous=(-1.0, 1.0))]).since == 6


@pytest.mark.parametrize("view", ["gradients", "curves"])
def test_models_are_told_apart_without_colours(view: str) -> None:
    figure = COMPARED[view].figure(snapshot(*CELLS))
    marks: dict[str, set[str]] = {}
    for line in figure.data:
        if line.name in CELLS:
            assert line.mode == "lines+markers"
            marks.setdefault(line.name, set()).add(line.marker.symbol)
    assert list(marks.values()) == [{"circle"}, {"diamond"}, {"square"}]
