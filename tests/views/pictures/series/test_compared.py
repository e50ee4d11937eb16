"""The error at each step ahead, and forecasts beyond the range of the training part."""

import numpy as np
import pytest

from rnnviz.views import error_by_horizon, forecast_curves
from rnnviz.views.style import ACCENT, GHOST

ERRORS = {"recursive": [[1.0, 2.0, 3.0], [3.0, 2.0, 5.0]], "direct": [2.0, 2.5, 3.5], "same as now": [2.0, 4.0, 6.0]}


def test_a_line_is_drawn_for_each_forecast_and_the_mean_where_there_are_seeds():
    drawn = error_by_horizon(ERRORS, [1, 6, 12], rules=["same as now"], unit="ppm")
    lines = {trace.name: trace for trace in drawn.data if trace.mode == "lines"}
    np.testing.assert_array_equal(lines["recursive"].y, [2.0, 2.0, 4.0])
    np.testing.assert_array_equal(lines["direct"].y, [2.0, 2.5, 3.5])
    np.testing.assert_array_equal(lines["same as now"].x, [1, 6, 12])
    assert drawn.layout.yaxis.title.text == "MAE (ppm)"


def test_every_seed_is_a_dot():
    dots = [trace for trace in error_by_horizon(ERRORS, [1, 6, 12]).data if trace.mode == "markers"]
    assert len(dots) == 1
    assert sorted(zip(dots[0].x, dots[0].y, strict=True)) == [(1, 1), (1, 3), (6, 2), (6, 2), (12, 3), (12, 5)]


def test_the_first_is_blue_and_rules_are_grey():
    lines = [one for one in error_by_horizon(ERRORS, [1, 2, 3], rules=["same as now"]).data if one.mode == "lines"]
    assert lines[0].line.color == ACCENT
    assert lines[1].line.color not in (ACCENT, GHOST)
    assert (lines[2].line.color, lines[2].line.dash) == (GHOST, "dot")


def test_an_error_for_each_step_is_asked_for():
    with pytest.raises(ValueError, match=r"errors of 'direct' must have 2 steps, as ahead has, got \(1, 3\)"):
        error_by_horizon({"direct": [1.0, 2.0, 3.0]}, [1, 2])
    with pytest.raises(TypeError, match="must be a mapping of names, got list"):
        error_by_horizon([1.0], [1])


def test_forecasts_stand_beside_the_truth_and_the_highest_value_trained_on_is_marked():
    drawn = forecast_curves([1990.0, 1991.0], [355.0, 357.0], {"raw": [353.0, 354.0]}, highest=354.5, y_title="ppm")
    assert [trace.name for trace in drawn.data] == ["truth", "raw"]
    np.testing.assert_array_equal(drawn.data[1].y, [353.0, 354.0])
    assert (drawn.layout.shapes[0].y0, drawn.layout.shapes[0].y1) == (354.5, 354.5)
    assert drawn.layout.annotations[0].text == "highest value trained on"
    assert drawn.layout.annotations[0].y == 354.5


def test_a_forecast_as_long_as_the_truth_is_asked_for():
    with pytest.raises(ValueError, match=r"forecast 'raw' must have 2 values, as truth has, got \(1, 3\)"):
        forecast_curves([1, 2], [1.0, 2.0], {"raw": [1.0, 2.0, 3.0]})
