"""Codes are bytes over a fixed range, and come back within half a level."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.views import Patch, apply, decode, encode, thin

LIMITS = st.tuples(st.floats(-1e3, 1e3), st.floats(0.01, 1e3)).map(lambda ends: (ends[0], ends[0] + ends[1]))


@given(limits=LIMITS, share=st.floats(0, 1))
def test_a_value_comes_back_within_half_a_level(limits: tuple[float, float], share: float) -> None:
    low, high = limits
    value = low + share * (high - low)
    back = decode(encode(np.array([value]), limits), limits)[0]
    assert abs(back - value) <= (high - low) / 254 / 2 * (1 + 1e-9)


def test_zero_is_exactly_zero_on_a_symmetric_range() -> None:
    for limit in (1.0, 3.0, 0.7):
        assert decode(encode(np.zeros(1), (-limit, limit)), (-limit, limit))[0] == 0.0


def test_values_outside_are_drawn_at_the_edge_and_missing_ones_stay_missing() -> None:
    codes = encode(np.array([-5.0, 5.0, np.nan, np.inf]), (-1, 1))
    np.testing.assert_array_equal(codes, [0, 254, 255, 254])
    np.testing.assert_array_equal(decode(codes, (-1, 1)), [-1, 1, np.nan, 1])


@given(length=st.integers(1, 5000), room=st.integers(1, 800))
def test_nothing_larger_than_its_pixels_is_kept(length: int, room: int) -> None:
    kept = np.arange(length)[thin(length, room)]
    assert 1 <= len(kept) <= room
    assert kept[0] == 0


@pytest.mark.parametrize("room", [None, 100, 5000])
def test_what_fits_is_kept_whole(room: int | None) -> None:
    assert len(np.arange(100)[thin(100, room)]) == 100


def test_patches_reach_traces_and_layout() -> None:
    figure = go.Figure(go.Heatmap(), {"annotations": [{"text": "old"}]})
    apply(
        figure,
        [Patch(0, "z", np.eye(2)), Patch(None, "annotations[0].text", "new"), Patch(0, "colorbar.tickvals", (0, 1))],
    )
    np.testing.assert_array_equal(figure.data[0].z, np.eye(2))
    assert figure.layout.annotations[0].text == "new"
    assert figure.data[0].colorbar.tickvals == (0, 1)
