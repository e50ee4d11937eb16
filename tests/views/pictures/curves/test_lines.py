"""Gradients, training curves and the forecast: the drawn lines are the run's own numbers."""

import dataclasses
import math

import numpy as np
import pytest

from rnnviz.tasks.sunspots import monthly_sunspots
from rnnviz.training import Scale
from rnnviz.views import VIEWS, CurvesView, Focus, GradientsView, PredictionView, norm_through_time
from tests.views.runs import RUNS, STEPS_BACK, begin, frames, norm, notices, sunspots, train

GHOSTS, DIRECT, TOTAL = slice(0, 5), 5, 6


@pytest.mark.parametrize("name", RUNS)
def test_the_solid_line_is_the_norm_of_the_total_gradient_and_the_dashed_of_the_direct(name: str) -> None:
    snapshot = frames(name)[-1]
    layers, directions = snapshot.layer.hidden.shape[:2]
    for focus in [Focus(0, layer, direction) for layer in range(layers) for direction in range(directions)]:
        lines = GradientsView().figure(snapshot, focus).data
        for line, gradient in ((TOTAL, snapshot.layer.grad_hidden), (DIRECT, snapshot.layer.grad_hidden_direct)):
            truth = norm(gradient, focus.layer, focus.direction)
            np.testing.assert_allclose(lines[line].y, np.where(truth > 0, truth, np.nan), rtol=1e-12)
            np.testing.assert_array_equal(lines[line].x, np.arange(STEPS_BACK))
        assert lines[TOTAL].line.dash == "solid"
        assert lines[DIRECT].line.dash == "dash"


@pytest.mark.parametrize(
    ("chosen", "shown"), [("both", {*range(7)}), ("total", {*range(5), TOTAL}), ("direct", {DIRECT})]
)
def test_the_chosen_gradient_is_shown_and_the_ghosts_only_with_the_total(chosen: str, shown: set[int]) -> None:
    snapshot = frames("lstm")[-1]
    lines = GradientsView().figure(snapshot, Focus(gradient=chosen)).data
    assert {index for index, line in enumerate(lines) if line.visible} == shown
    for line, whole in zip(lines, GradientsView().figure(snapshot).data, strict=True):
        np.testing.assert_array_equal(line.y, whole.y)


def test_a_loss_on_the_last_step_leaves_gaps_before_it_and_the_notice_counts_the_zeros() -> None:
    figure = GradientsView().figure(frames("lstm")[-1])
    assert np.isnan(figure.data[DIRECT].y[:-1]).all()
    assert figure.data[DIRECT].y[-1] > 0
    assert f"exactly 0 at {STEPS_BACK - 1} of {STEPS_BACK} steps" in notices(figure)


def test_where_no_gradient_is_zero_nothing_is_said() -> None:
    snapshot = frames("rnn")[0]
    layer = dataclasses.replace(snapshot.layer, grad_hidden_direct=np.ones_like(snapshot.layer.grad_hidden))
    assert "exactly 0" not in notices(GradientsView().figure(dataclasses.replace(snapshot, layer=layer)))


def test_the_ghosts_are_the_frames_before_the_newest_the_darkest() -> None:
    shown = frames("both ways", 8)
    focus = Focus(layer=1, direction=1)
    recent_gradients = GradientsView().figure(shown[-1], focus).data[GHOSTS]
    for ghost, earlier in zip(recent_gradients, shown[-6:-1], strict=True):
        np.testing.assert_allclose(ghost.y, norm(earlier.layer.grad_hidden, 1, 1), rtol=1e-6)
    opacities = [ghost.opacity for ghost in recent_gradients]
    assert opacities == sorted(opacities)


def test_a_run_that_has_just_begun_has_no_ghosts() -> None:
    for ghost in GradientsView().figure(frames("gru")[0]).data[GHOSTS]:
        assert np.isnan(ghost.y).all()


@pytest.mark.parametrize("name", RUNS)
def test_the_log_axis_spans_the_runs_decades_and_every_line_lies_inside(name: str) -> None:
    first, *_, last = frames(name)
    figure = GradientsView().figure(last)
    axis = figure.layout.yaxis
    assert axis.type == "log"
    assert tuple(axis.range) == (last.scales["gradient"].low, last.scales["gradient"].high)
    assert tuple(axis.range) == tuple(GradientsView().figure(first).layout.yaxis.range)
    heights = np.concatenate([np.log10(line.y[np.isfinite(line.y)]) for line in figure.data])
    assert axis.range[0] <= heights.min()
    assert heights.max() <= axis.range[1]


def test_a_widened_log_axis_says_so_with_its_step() -> None:
    snapshot = frames("rnn")[0]
    scale = Scale(-9.0, 4.0, since=31, previous=(-5.0, 1.0))
    figure = GradientsView().figure(dataclasses.replace(snapshot, scales={**snapshot.scales, "gradient": scale}))
    assert tuple(figure.layout.yaxis.range) == (-9.0, 4.0)
    assert "axis widened to 10<sup>−9</sup> … 10<sup>4</sup> at step 31" in notices(figure)


def test_a_trace_without_a_loss_has_no_gradient_to_draw() -> None:
    with pytest.raises(ValueError, match="made without a loss; pass loss="):
        norm_through_time(None)


def test_padded_steps_count_as_nothing() -> None:
    gradient = np.full((1, 1, 2, 3, 2), 1.0)
    gradient[0, 0, 1, 2] = np.nan
    np.testing.assert_allclose(norm_through_time(gradient)[0, 0], [2, 2, math.sqrt(2)])


def test_tiny_gradients_do_not_vanish_when_they_are_squared() -> None:
    tiny = np.full((1, 1, 1, 1, 4), 1e-30, np.float32)
    assert norm_through_time(tiny)[0, 0, 0] == pytest.approx(2e-30, rel=1e-6)


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_each_curve_is_its_column_of_the_history(name: str) -> None:
    session = begin(name)
    train(session, 5)
    session.settings = session.settings.replace(lr=0.125)
    snapshot = train(session, 3)
    figure = CurvesView().figure(snapshot)
    for line, column in zip(figure.data[:4], ("loss", "metric", "grad_norm", "lr"), strict=True):
        np.testing.assert_array_equal(line.x, np.arange(1, 9))
        np.testing.assert_array_equal(line.y, session.history[column])
        assert line.mode == "lines"
    np.testing.assert_array_equal(figure.data[3].y, [5e-3] * 5 + [0.125] * 3)


def test_a_dashed_line_marks_the_clip_threshold_among_the_gradient_norms() -> None:
    figure = CurvesView().figure(train(begin("gru", clip=0.375), 4))
    clip = figure.data[4]
    assert (clip.xaxis, clip.yaxis, clip.line.dash) == (figure.data[2].xaxis, figure.data[2].yaxis, "dash")
    np.testing.assert_array_equal(clip.x, [1, 4])
    np.testing.assert_array_equal(clip.y, [0.375, 0.375])


def test_without_clipping_there_is_no_threshold_to_see() -> None:
    assert np.isnan(CurvesView().figure(train(begin("gru", clip=None), 4)).data[4].y).all()


def test_a_fresh_run_has_empty_curves_without_tick_labels() -> None:
    figure = CurvesView().figure(frames("gru")[0])
    assert [len(line.y) for line in figure.data] == [0] * 6
    assert not any(figure.layout[f"yaxis{number}"].showticklabels for number in ("", "2", "3", "4"))


def test_a_single_step_is_drawn_as_a_point_as_one_point_has_no_line() -> None:
    figure = CurvesView().figure(train(begin("gru"), 1))
    assert [line.mode for line in figure.data[:4]] == ["markers"] * 4
    assert all(figure.layout[f"yaxis{number}"].showticklabels for number in ("", "2", "3", "4"))


def test_a_loss_of_zero_leaves_a_gap_on_its_log_axis_and_stays_in_the_metric() -> None:
    snapshot = frames("rnn")[-1]
    history = {name: column.copy() for name, column in snapshot.history.items()}
    history["loss"][1] = history["metric"][1] = 0.0
    figure = CurvesView().figure(dataclasses.replace(snapshot, history=history))
    assert np.isnan(figure.data[0].y[1])
    assert figure.data[1].y[1] == 0.0
    assert (figure.layout.yaxis.type, figure.layout.yaxis2.type) == ("log", None)


def test_simple_rules_are_dotted_lines_in_the_metrics_panel() -> None:
    snapshot = sunspots()
    shapes = CurvesView().figure(snapshot).layout.shapes
    assert {shape.name: shape.y0 for shape in shapes} == dict(snapshot.baselines)
    assert all((shape.yref, shape.y0, shape.line.dash) == ("y2", shape.y1, "dot") for shape in shapes)


@pytest.mark.parametrize(("higher", "best"), [(True, "0.7"), (False, "0.25")])
def test_the_rule_to_beat_is_the_best_one_in_the_metrics_own_sense(higher: bool, best: str) -> None:
    snapshot = dataclasses.replace(frames("rnn")[-1], baselines={"a": 0.25, "b": 0.7}, higher_is_better=higher)
    assert f"best simple rule {best}" in notices(CurvesView().figure(snapshot))


def test_the_truth_is_the_record_and_the_naive_forecast_the_year_before() -> None:
    truth, naive, forecast = PredictionView().figure(sunspots()).data
    record = monthly_sunspots()
    months = np.rint((truth.x - 1749) * 12).astype(int)
    np.testing.assert_array_equal(truth.y, record[months])
    np.testing.assert_array_equal(naive.y, record[months - 12])
    np.testing.assert_array_equal(forecast.x, truth.x)
    assert months[-1] == len(record) - 1


def test_the_forecast_errs_by_the_score_that_is_written_beside_it() -> None:
    snapshot = sunspots()
    figure = PredictionView().figure(snapshot)
    truth, _, forecast = figure.data
    error = np.abs(truth.y - forecast.y).mean()
    assert f"held-out MAE {error:.3g}" in notices(figure)
    assert f"held-out MAE {error:.3g}" in notices(CurvesView().figure(snapshot))


def test_a_score_of_an_earlier_step_says_of_which() -> None:
    snapshot = dataclasses.replace(sunspots(), step=9, validation_step=7)
    for view in (PredictionView(), CurvesView()):
        assert f"held-out MAE {snapshot.validation:.3g} at step 7" in notices(view.figure(snapshot))


def test_a_task_without_forecasts_has_no_such_picture() -> None:
    snapshot = frames("rnn")[0]
    assert not PredictionView().exists(snapshot)
    assert PredictionView().patches(snapshot, Focus()) == []
    with pytest.raises(ValueError, match="only forecasting tasks such as 'sunspots'"):
        PredictionView().skeleton(snapshot, Focus())


def test_the_cursor_runs_over_the_months_of_its_sequence() -> None:
    snapshot = sunspots()
    for sample, labels in enumerate(snapshot.time_labels):
        start, width = PredictionView().cursor(snapshot, Focus(sample))
        for step in (0, len(labels) - 1):
            year, month = map(int, labels[step].split("-"))
            assert abs(start + step * width - (year + (month - 1) / 12)) < 1e-6
    assert GradientsView().cursor(snapshot, Focus()) == (0.0, 1.0)
    assert CurvesView().cursor(snapshot, Focus()) is None


def test_words_that_came_with_the_data_are_never_markup() -> None:
    snapshot = sunspots()
    hostile = "<a href='x'>&amp;</a>"
    snapshot = dataclasses.replace(
        snapshot,
        metric_name=hostile,
        prediction=dataclasses.replace(snapshot.prediction, x_title=hostile, y_title=hostile),
        time_labels=((hostile,) * 132,) * len(snapshot.time_labels),
    )
    for view in (one for one in VIEWS.values() if one.exists(snapshot)):
        assert "<a" not in view.figure(snapshot).to_json().replace("\\u003c", "<")
