"""The forecast's bands are quantiles of earlier errors, and what they cover is counted."""

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.tasks import Prediction
from rnnviz.training import Session, Snapshot
from rnnviz.views import QUANTILES, VIEWS, fan
from tests.views.runs import frames, notices, sunspots

VIEW = VIEWS["fan"]
LOW, HIGH, QUARTER, THIRD, MIDDLE, TRUTH, FORECAST = range(7)


@cache
def drawn() -> go.Figure:
    return VIEW.figure(sunspots())


def by_hand(errors: np.ndarray, share: float) -> float:
    """The quantile between the two errors around it."""
    place = share * (len(errors) - 1)
    below = int(place)
    ordered = sorted(errors)
    return ordered[below] + (place - below) * (ordered[min(below + 1, len(errors) - 1)] - ordered[below])


def test_bands_are_the_forecast_plus_the_quantiles_of_the_errors_of_the_half_before() -> None:
    shown = sunspots().prediction
    half = len(shown.x) // 2
    errors = (shown.truth - shown.forecast)[:half]
    for trace, share in zip((LOW, QUARTER, MIDDLE, THIRD, HIGH), QUANTILES, strict=True):
        np.testing.assert_allclose(drawn().data[trace].y, shown.forecast[half:] + by_hand(errors, share))


def test_truth_and_forecast_of_the_later_half_are_drawn() -> None:
    shown = sunspots().prediction
    half = len(shown.x) // 2
    np.testing.assert_array_equal(drawn().data[TRUTH].y, shown.truth[half:])
    np.testing.assert_array_equal(drawn().data[FORECAST].y, shown.forecast[half:])
    np.testing.assert_array_equal(drawn().data[TRUTH].x, shown.x[half:])


def test_the_notice_counts_what_lies_in_each_band() -> None:
    data, truth = drawn().data, drawn().data[TRUTH].y
    wide = sum(low <= one <= high for low, one, high in zip(data[LOW].y, truth, data[HIGH].y, strict=True))
    narrow = sum(low <= one <= high for low, one, high in zip(data[QUARTER].y, truth, data[THIRD].y, strict=True))
    words = f"of the {len(truth)} values drawn, {wide / len(truth):.0%} lie in the wide band (meant: 80 %)"
    assert f"{words}, {narrow / len(truth):.0%} in the narrow one" in notices(drawn())


def made_up(noise: np.ndarray) -> Snapshot:
    x = np.arange(len(noise), dtype=float)
    return replace(sunspots(), prediction=Prediction(x, np.sin(x) + noise, np.sin(x), x, "t", "y"))


def test_errors_that_stay_what_they_were_are_covered_as_meant() -> None:
    truth, bands = made_up(np.random.default_rng(0).normal(size=20000)).prediction, 0
    later, bands = fan(truth)
    inside = (bands[0] <= truth.truth[later]) & (truth.truth[later] <= bands[-1])
    assert inside.mean() == pytest.approx(0.8, abs=0.015)
    inside = (bands[1] <= truth.truth[later]) & (truth.truth[later] <= bands[3])
    assert inside.mean() == pytest.approx(0.5, abs=0.015)


def test_bands_do_not_know_the_errors_of_the_half_that_is_drawn() -> None:
    noise = np.random.default_rng(0).normal(size=40)
    louder = np.where(np.arange(40) < 20, noise, 100 * noise)
    np.testing.assert_array_equal(fan(made_up(noise).prediction)[1], fan(made_up(louder).prediction)[1])


def test_a_task_without_a_forecast_has_no_fan() -> None:
    assert not VIEW.exists(frames("rnn")[0])


def test_no_more_points_travel_than_there_are_pixels() -> None:
    patches = {(patch.trace, patch.key): patch.value for patch in VIEW.patches(sunspots(), None, (50, 50))}
    assert len(patches[TRUTH, "x"]) <= 50
    assert "points shown" in patches[None, "annotations[0].text"]


def test_it_is_drawn_for_sunspots_as_they_are() -> None:
    assert VIEW.exists(Session("sunspots", hidden_size=2, device="cpu").snapshot())
