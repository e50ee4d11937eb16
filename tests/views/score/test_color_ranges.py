"""Ranges without natural limits: the 97th percentile, rounded up to few round numbers; pointed where more is beyond."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.views import Focus
from rnnviz.views.score.ranges import below, coloured
from tests.views.runs import frames
from tests.views.score.strips import filled, panels

ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8)


def smallest_round(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ, by trying them all."""
    every = sorted(float(f"{step}e{power}") for step in ROUND for power in range(-45, 40))
    return next(one for one in every if one >= value * (1 - 1e-9))


@given(arrays(np.float32, (7, 9), elements=st.floats(-1e6, 1e6, width=32)))
def test_the_range_is_that_of_97_in_100_values_rounded_up(values: np.ndarray) -> None:
    ordered = sorted(abs(float(one)) for one in values.ravel())
    place = 0.97 * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    most = low + (place - math.floor(place)) * (high - low)
    expected = smallest_round(most) if most > 1e-40 else coloured(values)[1]
    assert coloured(values) == pytest.approx((-expected, expected), rel=1e-6)


def test_what_lies_past_a_sequence_s_end_counts_as_nothing() -> None:
    assert coloured(np.array([0.3, np.nan, -0.2])) == (-0.3, 0.3)
    assert coloured(np.full(3, np.nan)) == (-1.0, 1.0)


@given(st.floats(1e-20, 1e20))
def test_the_round_number_below_is_the_largest_that_is_no_larger(value: float) -> None:
    every = [float(f"{step}e{power}") for step in ROUND for power in range(-25, 25)]
    assert below(value) == pytest.approx(max(one for one in every if one <= value * (1 + 1e-9)))


@pytest.mark.parametrize("name", ["lstm", "relu"])
def test_a_state_without_limits_has_that_range_and_says_its_ends(name: str) -> None:
    snapshot = frames(name)[-1]
    index, values = (1, snapshot.layer.cell) if name == "lstm" else (0, snapshot.layer.hidden)
    assert values is not None
    figure = filled("hidden", snapshot)
    end = snapshot.scales["cell.colours" if name == "lstm" else "hidden.colours"].high
    heat, bar = figure.data[index], panels(figure)[index]["bar"]
    assert (heat.zmin, heat.zmax) == (-end, end) == (bar["low"], bar["high"])
    assert bar["labels"] == ((1.0, f"{end:g}"), (0.5, "0"), (0.0, f"−{end:g}"))
    assert bar["pointed"] == bool(np.abs(values[0, 0, 0]).max() > end)


def test_a_bounded_state_has_its_natural_range_with_blunt_ends() -> None:
    for name in ("rnn", "lstm", "gru"):
        figure = filled("hidden", frames(name)[-1], Focus(unit=1))
        assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
        assert not panels(figure)[0]["bar"]["pointed"]
