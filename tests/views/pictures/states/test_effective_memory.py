"""Effective memory: a gate that is σ(b) keeps its state for 1 + eᵇ timesteps."""

import dataclasses

import numpy as np
import pytest

from rnnviz.views import Focus, MemoryView, Picked
from tests.views.runs import SAMPLES, STEPS_BACK, UNITS, alike, frames, notices

VIEW = MemoryView()


@pytest.mark.parametrize("name", ["lstm", "gru"])
@pytest.mark.parametrize("bias", [-2.0, 0.0, 4.0])
def test_a_constant_gate_gives_the_memory_of_the_formula(name: str, bias: float) -> None:
    figure = VIEW.figure(alike(name, bias).snapshot())
    np.testing.assert_allclose(figure.data[0].y, [1 + np.exp(bias)] * UNITS, rtol=1e-5)
    assert f"mean {1 + np.exp(bias):#.3g}, median {1 + np.exp(bias):#.3g} steps" in notices(figure)


@pytest.mark.parametrize(("name", "gate"), [("lstm", "f"), ("gru", "z"), ("both ways", "f")])
def test_a_bar_is_made_of_the_mean_gate_of_its_unit(name: str, gate: str) -> None:
    snapshot = frames(name)[-1]
    for layer, direction in np.ndindex(snapshot.layer.hidden.shape[:2]):
        values = snapshot.layer.gates[gate][layer, direction]
        bars = VIEW.figure(snapshot, Focus(0, layer, direction)).data[0]
        for unit in range(UNITS):
            mean = (
                sum(float(values[s, t, unit]) for s in range(SAMPLES) for t in range(STEPS_BACK)) / values[..., 0].size
            )
            assert bars.y[unit] == pytest.approx(1 / (1 - mean), rel=1e-9)


def test_the_dashed_line_is_the_length_of_a_sequence_and_every_bar_fits() -> None:
    figure = VIEW.figure(alike("lstm", 8.0).snapshot())
    assert figure.layout.shapes[0].y0 == STEPS_BACK
    assert figure.layout.yaxis.type == "log"
    assert 10 ** figure.layout.yaxis.range[1] > figure.data[0].y.max() > 2000


def test_a_gate_that_is_exactly_one_is_as_long_as_float32_can_tell() -> None:
    assert VIEW.figure(alike("gru", 60.0).snapshot()).data[0].y.tolist() == [2.0**24] * UNITS


def test_a_gate_without_a_number_has_no_bar() -> None:
    snapshot = frames("gru")[0]
    gates = {**snapshot.layer.gates, "z": np.full_like(snapshot.layer.gates["z"], np.nan)}
    broken = dataclasses.replace(snapshot, layer=dataclasses.replace(snapshot.layer, gates=gates))
    assert np.isnan(VIEW.figure(broken).data[0].y).all()


def test_a_click_on_a_bar_picks_its_unit_and_colours_it() -> None:
    snapshot = frames("lstm")[0]
    focus = VIEW.picked(snapshot, Focus(), Picked(0, 3, 7.5, None))
    assert focus == Focus(unit=3)
    bars, picked = VIEW.figure(snapshot, focus).data
    assert (picked.x.tolist(), picked.y.tolist()) == ([3], [bars.y[3]])


def test_a_plain_rnn_has_no_gate_that_keeps() -> None:
    assert not VIEW.exists(frames("rnn")[0])
    with pytest.raises(ValueError, match="kind 'rnn' has no gate that keeps; use an LSTM or a GRU"):
        VIEW.figure(frames("rnn")[0])
