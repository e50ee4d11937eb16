"""Ranges are fixed at the first frame and widened only when a value leaves them."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.training import Scale, Session
from rnnviz.training.snapshots.ranges import fit, nice


def layer(hidden=0.5, cell=None):
    return SimpleNamespace(hidden=np.array([hidden]), cell=None if cell is None else np.array([cell]))


def scales(frame, curve=1.0, *, before=None, relu=False, step=0):
    return fit(frame, (np.atleast_1d(np.array(curve)),), relu=relu, step=step, before=before or {})


def test_a_squashed_state_has_its_natural_range_for_ever():
    first = scales(layer(0.5))
    assert first["hidden"] == Scale(-1.0, 1.0, natural=True)
    assert scales(layer(1.0), before=first)["hidden"] == first["hidden"]


def test_a_plain_networks_relu_state_gets_three_times_its_first_maximum():
    assert scales(layer(4.0), relu=True)["hidden"] == Scale(-15.0, 15.0)


def test_a_range_fixed_when_training_is_under_way_leaves_half_as_much_room():
    assert scales(layer(4.0), relu=True, step=7)["hidden"] == Scale(-6.0, 6.0, since=7)


@pytest.mark.parametrize(("largest", "end"), [(0.0, 1.0), (0.2, 1.0), (0.5, 1.5), (1.0, 3.0), (11.0, 40.0)])
def test_a_cell_state_gets_a_round_range_of_at_least_one(largest, end):
    assert (scales(layer(cell=-largest))["cell"].low, scales(layer(cell=-largest))["cell"].high) == (-end, end)


def test_only_an_lstm_has_a_cell_range():
    assert "cell" not in scales(layer())


def test_a_value_outside_widens_the_range_and_says_what_it_was():
    first = scales(layer(cell=1.0))
    inside = scales(layer(cell=3.0), before=first, step=5)
    assert inside["cell"] is first["cell"]
    wider = scales(layer(cell=3.1), before=inside, step=9)["cell"]
    assert wider == Scale(-5.0, 5.0, since=9, previous=(-3.0, 3.0))


def test_the_gradient_gets_whole_decades_with_two_to_spare():
    assert scales(layer(), [3e-5, 0.2])["gradient"] == Scale(-7.0, 2.0)


def test_broken_values_leave_the_range_alone():
    first = scales(layer(cell=1.0), [0.1])
    assert scales(layer(cell=math.inf), [math.inf], before=first) == first
    assert scales(layer(cell=math.nan), [math.nan], before=first) == first
    assert scales(layer(cell=math.inf))["cell"] == Scale(-1.0, 1.0)


def test_zeros_have_no_decade():
    assert scales(layer(), [0.0, 0.02])["gradient"] == Scale(-4.0, 1.0)
    assert scales(layer(), [0.0])["gradient"].low < scales(layer(), [0.0])["gradient"].high


def test_gradients_end_at_the_floor():
    assert scales(layer(), [1e-300, 1.0])["gradient"].low == -20.0
    first = scales(layer(), [1e-19, 1.0])
    assert scales(layer(), [1e-40, 1.0], before=first)["gradient"] is first["gradient"]


def test_only_the_end_that_was_passed_moves():
    first = scales(layer(), [1e-3, 1.0])
    assert first["gradient"] == Scale(-5.0, 2.0)
    assert scales(layer(), [1e-6, 1.0], before=first, step=3)["gradient"] == Scale(-8.0, 2.0, 3, previous=(-5.0, 2.0))
    assert scales(layer(), [1e-3, 1e3], before=first, step=3)["gradient"] == Scale(-5.0, 5.0, 3, previous=(-5.0, 2.0))


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_nice_number_is_the_next_round_one(value):
    rounded = nice(value)
    assert value <= rounded * (1 + 1e-8)
    assert rounded <= value * 1.6
    digits = rounded / 10.0 ** math.floor(math.log10(rounded) + 1e-9)
    assert any(digits == pytest.approx(step) for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10))


@given(st.lists(st.floats(min_value=1e-30, max_value=1e30), min_size=1, max_size=8))
def test_every_frames_gradients_lie_within_its_range(norms):
    before = {}
    for norm in norms:
        before = scales(layer(), [norm], before=before)
        assert before["gradient"].low <= max(math.log10(norm), -20.0) <= before["gradient"].high


def test_a_session_keeps_its_ranges_and_a_new_run_has_new_ones():
    session = Session("adding", seq_len=8, hidden_size=4, device="cpu")
    first = session.snapshot().scales
    assert session.snapshot().scales["cell"] is first["cell"]
    session.settings = session.settings.replace(cell="rnn", nonlinearity="relu")
    session.adopt()
    second = session.snapshot().scales
    assert set(second) == {"hidden", "hidden.colours", "gradient"}
    assert not second["hidden"].natural


def colours(values, *, before=None, step=0):
    return scales(SimpleNamespace(hidden=np.zeros(1), cell=np.asarray(values)), before=before, step=step)


@given(st.floats(1e-12, 1e12))
def test_colours_end_at_the_next_of_1_2_and_5_times_a_power_of_ten(size):
    every = [float(f"{digit}e{power}") for power in range(-14, 15) for digit in (1, 2, 5)]
    wanted = min(one for one in every if one >= size * (1 - 1e-9))
    assert colours(np.full(50, size))["cell.colours"].high == pytest.approx(wanted)


def test_three_in_a_hundred_large_values_do_not_take_all_the_colour():
    values = np.concatenate([np.linspace(-1.5, 1.5, 98), [40.0, -70.0]])
    assert colours(values)["cell.colours"] == Scale(-2.0, 2.0)


def test_colours_follow_values_up_at_once_and_down_only_when_there_is_room_to_spare():
    first = colours(np.full(9, 1.9))
    assert first["cell.colours"].high == 2.0
    wider = colours(np.full(9, 2.1), before=first, step=3)
    assert wider["cell.colours"] == Scale(-5.0, 5.0, since=3, previous=(-2.0, 2.0))
    assert colours(np.full(9, 1.9), before=wider, step=4)["cell.colours"] is wider["cell.colours"]
    assert colours(np.full(9, 1.5), before=wider, step=5)["cell.colours"] == Scale(
        -2.0, 2.0, since=5, previous=(-5.0, 5.0)
    )


@given(st.lists(st.floats(0.95, 1.05), min_size=2, max_size=30), st.sampled_from([1.0, 2.0, 5.0, 50.0]))
def test_colours_of_values_that_tremble_around_a_rung_change_once_at_most(factors, rung):
    seen, ends = None, []
    for step, factor in enumerate(factors):
        seen = colours(np.full(9, factor * rung), before=seen, step=step)
        ends.append(seen["cell.colours"].high)
    assert sum(one != other for one, other in itertools.pairwise(ends)) <= 1


def test_states_that_mathematics_bounds_have_no_range_of_colours_of_their_own():
    assert set(scales(layer())) == {"hidden", "gradient"}
    assert set(scales(layer(4.0), relu=True)) == {"hidden", "hidden.colours", "gradient"}


def test_a_light_frame_keeps_the_colours_of_the_last_whole_one():
    session = Session("adding", seq_len=12, hidden_size=4, seed=0, device="cpu")
    whole = session.snapshot()
    next(session.steps())
    light = session.light(whole, 1)
    assert light is not None
    assert light.scales["cell.colours"] is whole.scales["cell.colours"]
