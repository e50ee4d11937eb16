"""The memory horizon: every row is the gradient through time as it was at that moment, as powers of ten."""

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training import Horizon, Scale, Snapshot
from rnnviz.views import Focus, HorizonView, apply, newest
from tests.views.runs import RUNS, STEPS_BACK, frames, norm, notices

VIEW = HorizonView()


def with_horizon(steps: list[int], norms: np.ndarray) -> Snapshot:
    """Return a snapshot whose horizon has these norms, axes (moment, time)."""
    horizon = Horizon(np.array(steps, float), norms[:, None, None])
    return dataclasses.replace(frames("rnn")[0], horizon=horizon)


def sent(snapshot: Snapshot, pixels: tuple[int, int]) -> go.Heatmap:
    return apply(VIEW.skeleton(snapshot, Focus()), VIEW.patches(snapshot, Focus(), pixels)).data[0]


@pytest.mark.parametrize("name", RUNS)
def test_a_row_is_the_norm_of_the_gradient_at_its_training_step(name: str) -> None:
    shown = frames(name)
    layers, directions = shown[-1].layer.hidden.shape[:2]
    for focus in [Focus(0, layer, direction) for layer in range(layers) for direction in range(directions)]:
        heat = VIEW.figure(shown[-1], focus).data[0]
        np.testing.assert_array_equal(heat.y, [0, 2, 4])
        np.testing.assert_array_equal(heat.x, np.arange(STEPS_BACK))
        for row, moment in enumerate(shown):
            truth = norm(moment.layer.grad_hidden, focus.layer, focus.direction)
            np.testing.assert_allclose(heat.customdata[row], truth, rtol=1e-12)
            np.testing.assert_allclose(heat.z[row], np.log10(truth), atol=1e-12)


def test_hover_gives_the_gradient_itself_in_e_notation() -> None:
    heat = VIEW.figure(frames("lstm")[-1]).data[0]
    np.testing.assert_allclose(10.0**heat.z, heat.customdata, rtol=1e-12)
    assert "%{customdata:.2e}" in heat.hovertemplate


def test_a_colour_means_the_same_number_in_every_frame() -> None:
    for snapshot in frames("gru"):
        heat = VIEW.figure(snapshot).data[0]
        scale = snapshot.scales["gradient"]
        assert (heat.zauto, heat.zmin, heat.zmax) == (False, scale.low, scale.high)
        assert heat.zmin == VIEW.figure(frames("gru")[0]).data[0].zmin
        assert heat.colorbar.ticktext == tuple(f"10<sup>{int(tick)}</sup>" for tick in heat.colorbar.tickvals)
        assert all(scale.low <= tick <= scale.high for tick in heat.colorbar.tickvals)
        assert len(heat.colorbar.tickvals) >= 2


def test_widened_colours_say_so_with_their_step() -> None:
    snapshot = frames("rnn")[-1]
    scale = Scale(-9.0, 4.0, since=31, previous=(-5.0, 1.0))
    snapshot = dataclasses.replace(snapshot, scales={**snapshot.scales, "gradient": scale})
    assert "colours widened at step 31 to 10<sup>−9</sup> … 10<sup>4</sup>" in notices(VIEW.figure(snapshot))


def test_a_gradient_of_zero_or_without_a_value_is_blank() -> None:
    heat = VIEW.figure(with_horizon([0, 3], np.array([[0.0, 0.1], [np.nan, 10.0]]))).data[0]
    np.testing.assert_allclose(heat.z, [[np.nan, -1], [np.nan, 1]])
    assert heat.hoverongaps is False


@settings(max_examples=60)
@given(
    moments=st.integers(1, 200), steps=st.integers(1, 300), pixels=st.tuples(st.integers(1, 400), st.integers(1, 250))
)
def test_no_more_cells_than_pixels_and_the_newest_row_is_always_in(
    moments: int, steps: int, pixels: tuple[int, int]
) -> None:
    norms = 10.0 ** np.random.default_rng(0).uniform(-9, 1, (moments, steps))
    heat = sent(with_horizon(list(range(0, 5 * moments, 5)), norms), pixels)
    assert 1 <= heat.z.shape[0] <= max(1, pixels[1])
    assert 1 <= heat.z.shape[1] <= max(1, int(0.88 * pixels[0]))
    assert heat.y[-1] == 5 * (moments - 1)
    rows = (heat.y / 5).astype(int)
    whole = np.broadcast_to(norms, (moments, steps))
    kept = -(-steps // max(1, int(0.88 * pixels[0])))
    np.testing.assert_array_equal(heat.customdata, whole[rows, ::kept])


@given(length=st.integers(1, 5000), room=st.integers(1, 800))
def test_the_newest_of_a_row_of_things_is_kept_and_the_rest_evenly(length: int, room: int) -> None:
    kept = newest(length, room)
    assert len(kept) <= room
    assert kept[-1] == length - 1
    assert len(set(np.diff(kept))) <= 1


def test_it_shares_the_time_cursor_and_a_trace_without_a_loss_has_no_horizon() -> None:
    snapshot = frames("rnn")[0]
    assert VIEW.cursor(snapshot, Focus()) == (0.0, 1.0)
    assert not VIEW.exists(dataclasses.replace(snapshot, horizon=None))
    assert VIEW.patches(dataclasses.replace(snapshot, horizon=None), Focus()) == []
