"""The path from the end of the sequence on show, in a band measured on the other half of the origins."""

from functools import cache

import numpy as np
import pytest

from rnnviz.tasks import Paths, from_series
from rnnviz.training import Session
from rnnviz.views import VIEWS, Focus
from rnnviz.views.pictures.series.ahead import bands
from tests.views.runs import notices, sunspots, train

VIEW = VIEWS["ahead"]
KNOWN, LOW, HIGH, NAIVE, TRUTH, FORECAST = range(6)


def values():
    rng = np.random.default_rng(0)
    first = np.cumsum(rng.normal(size=240))
    return np.column_stack([first, 50 + 3 * np.sin(np.arange(240) / 4)])


@cache
def run(features=2):
    task = from_series(values()[:, :features], lookback=12, horizon=4)
    return task, train(Session(task, cell="gru", hidden_size=5, batch_size=8, probe_size=3, device="cpu"), 3)


@pytest.mark.parametrize("sample", [0, 1, 2])
@pytest.mark.parametrize("answer", [0, 1])
def test_the_window_and_what_came_after_it_are_those_of_the_sequence_on_show(sample, answer):
    task, snapshot = run()
    data = VIEW.figure(snapshot, Focus(sample=sample)).data[6 * answer : 6 * answer + 6]
    origin = int(task.origins()[task.probe_index(sample)])
    np.testing.assert_array_equal(data[KNOWN].x, np.arange(origin - 11, origin + 1))
    np.testing.assert_array_equal(data[KNOWN].y, values()[origin - 11 : origin + 1, answer])
    np.testing.assert_array_equal(data[TRUTH].x, np.arange(origin, origin + 5))
    np.testing.assert_array_equal(data[TRUTH].y, values()[origin : origin + 5, answer])
    np.testing.assert_array_equal(data[NAIVE].y, values()[[origin] * 5, answer])


@pytest.mark.parametrize("sample", [0, 1, 2])
@pytest.mark.parametrize("answer", [0, 1])
def test_the_forecast_is_the_models_answer_in_real_units(sample, answer):
    task, snapshot = run()
    data = VIEW.figure(snapshot, Focus(sample=sample)).data[6 * answer : 6 * answer + 6]
    said = snapshot.outputs[sample].reshape(4, 2)[:, answer]
    trained = values()[: task.record.trained, answer]
    np.testing.assert_allclose(data[FORECAST].y[1:], said * trained.std() + trained.mean(), rtol=1e-5)


def test_the_band_is_made_of_the_errors_in_the_other_half():
    _, snapshot = run(1)
    paths = snapshot.prediction.paths
    errors, half = paths.truth - paths.forecast, len(paths.origins) // 2
    found = bands(paths)
    wide = np.quantile(errors[half:, :, 0], [0.1, 0.9], axis=0)
    np.testing.assert_allclose(found.low[0, :, 0], paths.forecast[0, :, 0] + wide[0])
    narrow = np.quantile(errors[:half, :, 0], [0.1, 0.9], axis=0)
    np.testing.assert_allclose(found.high[-1, :, 0], paths.forecast[-1, :, 0] + narrow[1])


def test_the_share_that_the_bands_held_is_counted():
    task, snapshot = run()
    paths, found = snapshot.prediction.paths, bands(snapshot.prediction.paths)
    inside = [
        low <= truth <= high for low, truth, high in zip(found.low.flat, paths.truth.flat, found.high.flat, strict=True)
    ]
    words = f"from {len(task.origins())} origins: of what came, {sum(inside) / len(inside):.0%}"
    assert words in notices(VIEW.figure(snapshot))


def test_noise_that_stays_the_same_lies_in_the_band_as_often_as_it_should():
    noise = np.random.default_rng(1).normal(size=(4003, 1))
    said = np.zeros((4000, 3, 1))
    paths = Paths(np.arange(4003.0), noise, np.arange(4000), (1, 2, 3), said, said, ("y",))
    assert bands(paths).held == pytest.approx(0.8, abs=0.02)


def test_a_forecast_of_one_number_has_no_path():
    assert not VIEW.exists(sunspots())
    task = from_series(values(), lookback=12)
    assert not VIEW.exists(Session(task, hidden_size=3, device="cpu").snapshot())
    with pytest.raises(ValueError, match="the task forecasts no path"):
        VIEW.figure(sunspots())


def test_every_feature_that_is_forecast_has_a_panel_of_its_own():
    _, snapshot = run()
    drawn = VIEWS["prediction"].figure(snapshot)
    paths = snapshot.prediction.paths
    assert [one.title.text for one in (drawn.layout.yaxis, drawn.layout.yaxis2)] == ["value 1", "value 2"]
    for answer in (0, 1):
        truth, naive, forecast = drawn.data[3 * answer : 3 * answer + 3]
        np.testing.assert_array_equal(truth.y, values()[paths.origins + 4, answer])
        np.testing.assert_array_equal(naive.y, values()[paths.origins, answer])
        np.testing.assert_array_equal(forecast.y, paths.forecast[:, -1, answer])
        assert {one.yaxis for one in (truth, naive, forecast)} == {"y2" if answer else "y"}


def test_an_axis_begins_at_nought_only_where_the_values_come_near_it():
    _, snapshot = run()
    layout = VIEWS["prediction"].figure(snapshot).layout
    assert layout.yaxis2.rangemode == "normal"  # 47 to 53
    assert VIEWS["prediction"].figure(sunspots()).layout.yaxis.rangemode == "tozero"
