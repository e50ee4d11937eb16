"""Saturation: each point is a unit at the fractions of its steps that a count by hand gives."""

import dataclasses

import numpy as np
import pytest
import torch

from rnnviz.training import Snapshot
from rnnviz.views import Focus, Picked, SaturationView
from tests.views.runs import SAMPLES, STEPS_BACK, UNITS, begin, frames, notices

VIEW = SaturationView()
GATES = {"lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n"), "both ways": ("i", "f", "g", "o"), "rnn": ("h",)}
STEPS = SAMPLES * STEPS_BACK


def extreme(name: str) -> Snapshot:
    """Return a run whose large weights drive many gates to their ends."""
    session = begin(name)
    with torch.no_grad():
        for weight in session.model.recurrent.parameters():
            weight.mul_(9)
    return session.snapshot()


@pytest.mark.parametrize("name", GATES)
def test_a_point_is_at_the_counted_fractions_of_its_unit(name: str) -> None:
    snapshot = extreme(name)
    for layer, direction in np.ndindex(snapshot.layer.hidden.shape[:2]):
        gates = VIEW.figure(snapshot, Focus(0, layer, direction)).data[:-1]
        assert tuple(trace.name for trace in gates) == GATES[name]
        for trace in gates:
            values = snapshot.layer.gates.get(trace.name, snapshot.layer.hidden)[layer, direction]
            low = -0.9 if trace.name in "hgn" else 0.1
            for unit in range(UNITS):
                steps = [float(values[sample, t, unit]) for sample in range(SAMPLES) for t in range(STEPS_BACK)]
                assert trace.x[unit] == pytest.approx(sum(value < low for value in steps) / STEPS)
                assert trace.y[unit] == pytest.approx(sum(value > 0.9 for value in steps) / STEPS)
        assert max(trace.y.max() for trace in gates) > 0.1


def test_each_gate_has_its_own_colour_and_hover_names_the_unit() -> None:
    gates = VIEW.figure(frames("lstm")[0]).data[:-1]
    assert len({trace.marker.color for trace in gates}) == 4
    assert all("unit %{pointNumber}" in trace.hovertemplate for trace in gates)


def test_a_click_picks_the_unit_and_rings_it_in_every_gate() -> None:
    snapshot = extreme("lstm")
    figure = VIEW.figure(snapshot)
    for number, trace in enumerate(figure.data[:-1]):
        for unit in range(UNITS):
            at = Picked(number, float(np.float32(trace.x[unit])), float(np.float32(trace.y[unit])), None)
            picked = VIEW.picked(snapshot, Focus(), at).unit
            assert (trace.x[picked], trace.y[picked]) == (trace.x[unit], trace.y[unit])
    ringed = VIEW.figure(snapshot, Focus(unit=3))
    np.testing.assert_array_equal(ringed.data[-1].x, [trace.x[3] for trace in figure.data[:-1]])
    np.testing.assert_array_equal(ringed.data[-1].y, [trace.y[3] for trace in figure.data[:-1]])
    assert "ringed: unit 3" in notices(ringed)


def test_a_click_on_the_ring_or_beside_a_point_changes_nothing() -> None:
    snapshot, focus = frames("gru")[0], Focus(unit=2)
    assert VIEW.picked(snapshot, focus, Picked(3, 0.5, 0.5, None)) == focus
    assert VIEW.picked(snapshot, focus, Picked(0, None, None, None)) == focus


def test_what_has_no_bounded_state_and_no_gates_has_no_such_picture() -> None:
    assert VIEW.exists(frames("rnn")[0])
    assert not VIEW.exists(frames("relu")[0])
    foreign = dataclasses.replace(frames("rnn")[0].layer, kind="MyCell")
    assert not VIEW.exists(dataclasses.replace(frames("rnn")[0], layer=foreign))
