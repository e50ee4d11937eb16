"""The picture of a perturbation holds the numbers of the perturbation, and says what it leaves out."""

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.training import Perturbation, perturb
from rnnviz.views import colour_limit, perturbation_figure, perturbation_patches
from tests.views.runs import STEPS_BACK, UNITS, begin, notices

FORWARD, BACKWARD, MAP = range(3)


@cache
def seen(name: str = "gru", time: int = 4) -> Perturbation:
    return perturb(begin(name), sample=1, time=time, value=2.0)


@cache
def drawn(name: str = "gru", layer: int = -1, direction: int = 0) -> go.Figure:
    return perturbation_figure(seen(name), layer=layer, direction=direction)


@pytest.mark.parametrize("direction", [0, 1])
def test_the_map_is_the_change_of_the_states(direction: int) -> None:
    figure = drawn("both ways", 0, direction)
    np.testing.assert_array_equal(figure.data[MAP].z, seen("both ways").delta_hidden[0, direction].T)
    assert figure.data[MAP].z.shape == (UNITS, STEPS_BACK)


@pytest.mark.parametrize(("trace", "array"), [(FORWARD, "delta_hidden"), (BACKWARD, "grad_hidden")])
def test_each_curve_is_a_norm_divided_by_its_largest_and_hover_has_the_norm_itself(trace: int, array: str) -> None:
    values = getattr(seen(), array)[0, 0]
    norms = np.array([np.sqrt(sum(float(one) ** 2 for one in row)) for row in values])
    curve = drawn().data[trace]
    np.testing.assert_allclose(curve.customdata, norms, rtol=1e-12)
    np.testing.assert_allclose(curve.y, np.where(norms > 0, norms / norms.max(), np.nan), rtol=1e-12)
    assert "customdata" in curve.hovertemplate


def test_the_axis_is_logarithmic_and_covers_both_curves() -> None:
    low, high = drawn().layout.yaxis.range
    values = np.concatenate([drawn().data[trace].y for trace in (FORWARD, BACKWARD)])
    values = np.log10(values[np.isfinite(values)])
    assert drawn().layout.yaxis.type == "log"
    assert low <= values.min()
    assert values.max() == 0 < high


def test_zero_is_the_middle_of_the_colours_and_the_limit_is_written_down() -> None:
    data = drawn().data[MAP]
    assert data.zmin == -data.zmax
    assert data.zmax >= np.abs(seen().delta_hidden).max()
    assert f"{data.zmax:g}" in notices(drawn())


def test_a_line_marks_the_changed_timestep() -> None:
    assert drawn().layout.shapes[0].x0 == drawn().layout.shapes[0].x1 == 4


def test_the_notice_names_the_largest_values_and_counts_the_steps_that_are_not_reached() -> None:
    assert f"largest ‖Δh‖ {seen().norm.max():.3g}" in notices(drawn())
    assert f"largest ‖∂L/∂h‖ {seen().grad_norm.max():.3g}" in notices(drawn())
    assert f"exactly 0 at 4 of {STEPS_BACK} steps" in notices(drawn())


def test_where_nothing_is_changed_the_picture_says_so_and_still_draws_the_gradient() -> None:
    figure = perturbation_figure(perturb(begin("gru")))
    assert "nothing is changed" in notices(figure)
    assert not figure.data[MAP].z.any()
    assert np.isnan(figure.data[FORWARD].y).all()
    assert np.nanmax(figure.data[BACKWARD].y) == 1


def test_no_more_columns_and_rows_travel_than_there_are_pixels() -> None:
    patches = perturbation_patches(seen(), pixels=(4, 8))
    sent = {(patch.trace, patch.key): patch.value for patch in patches}
    rows, columns = sent[MAP, "z"].shape
    assert (rows, columns) == (len(sent[MAP, "y"]), len(sent[MAP, "x"]))
    assert columns <= 3
    assert rows <= 3
    np.testing.assert_array_equal(
        sent[MAP, "z"], seen().delta_hidden[0, 0][sent[MAP, "x"].astype(int)][:, sent[MAP, "y"].astype(int)].T
    )


@pytest.mark.parametrize(
    ("largest", "before", "limit"),
    [
        (0.3, None, 0.5),
        (0.5, None, 0.5),
        (0.02, None, 0.02),
        (7e-9, None, 1e-8),
        (0.0, None, 1.0),
        (0.3, 1.0, 1.0),
        (0.3, 0.2, 0.5),
        (0.04, 1.0, 0.05),
        (0.0, 0.2, 0.2),
    ],
)
def test_a_colour_keeps_its_meaning_while_the_values_fit(largest: float, before: float | None, limit: float) -> None:
    one = replace(seen(), delta_hidden=np.full((1, 1, 2, 2), -largest))
    assert colour_limit(one, before) == pytest.approx(limit)
