"""The order of rows: by number, or units that move alike beside each other; what is picked is the unit of the row."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.views import Focus, Picked
from rnnviz.views.score.order import by_correlation, rows_of
from tests.views.runs import frames
from tests.views.score.strips import filled, form, panels


@given(st.permutations(range(9)), st.integers(0, 2**32 - 1))
def test_units_of_three_kinds_are_gathered_kind_by_kind(places: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = np.linalg.qr(rng.normal(size=(60, 3)))[0]
    states = np.repeat(kinds, 3, axis=1) + 0.01 * rng.normal(size=(60, 9)) / 8
    found = by_correlation(states[:, places])
    assert sorted(found) == list(range(9))
    kind_of_row = [places[unit] // 3 for unit in found]
    changes = sum(one != other for one, other in pairwise(kind_of_row))
    assert changes == 2


def test_opposite_units_lie_at_opposite_ends() -> None:
    wave = np.sin(np.arange(40) / 3)
    states = np.stack([wave, -wave, 0.9 * wave, -0.8 * wave], 1)
    assert [unit % 2 for unit in by_correlation(states)] in ([0, 0, 1, 1], [1, 1, 0, 0])


def test_units_that_never_move_and_padded_steps_are_no_trouble() -> None:
    states = np.random.default_rng(0).normal(size=(20, 5))
    states[:, 2] = 0.5
    padded = np.concatenate([states, np.full((4, 5), np.nan)])
    assert by_correlation(padded).tolist() == by_correlation(states).tolist()
    assert by_correlation(np.full((4, 5), np.nan)).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["hidden", "gates"])
def test_rows_marks_and_ticks_follow_the_order(name: str) -> None:
    snapshot = frames("lstm")[-1]
    order = (3, 1, 4, 0, 2)
    plain, ordered = (filled(name, snapshot, Focus(unit=4, order=one)) for one in ("index", order))
    for one, other in zip(plain.data, ordered.data, strict=True):
        np.testing.assert_array_equal(other.z, np.asarray(one.z)[list(order)])
    assert plain.layout.meta["rows"] == ordered.layout.meta["rows"]
    assert set(ordered.layout.meta["marks"]) == {2}
    assert (ordered.layout.yaxis.ticktext, plain.layout.yaxis.ticktext) == (("3", "2"), ("0", "4"))
    assert "by correlation" in panels(ordered)[0]["aside"]
    assert "by correlation" not in panels(plain)[0]["aside"]


def test_a_click_picks_the_unit_of_the_row() -> None:
    snapshot = frames("lstm")[-1]
    focus = Focus(order="correlation")
    rows = rows_of(snapshot, focus)
    assert sorted(rows) == [0, 1, 2, 3, 4]
    assert [form("hidden").picked(snapshot, focus, Picked(0, 1.0, float(row), 1)).unit for row in range(5)] == list(
        rows
    )


def test_an_order_that_does_not_exist_is_told() -> None:
    layer = frames("lstm")[-1].layer
    for wrong in ("size", (0, 1), (0, 0, 1, 2, 3), None):
        with pytest.raises((TypeError, ValueError), match="order must be"):
            Focus(order=wrong).checked(layer)
    assert Focus(order=(4, 3, 2, 1, 0)).checked(layer).order == (4, 3, 2, 1, 0)
    assert Focus(order=(1, 0)).within(layer).order == "index"
