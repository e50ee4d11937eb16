"""The colours of a heatmap are the traced numbers, over a range that does not move unseen."""

import itertools

import numpy as np
import pytest

from rnnviz.training import Snapshot
from rnnviz.views import Focus, GatesView, HiddenView
from tests.views.runs import RUNS, SAMPLES, STEPS_BACK, UNITS, begin, frames, headings, notices, train

GATES = {"lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}  # the order of torch's weights
GATED = [name for name, settings in RUNS.items() if settings["cell"] != "rnn"]


def every_focus(snapshot: Snapshot) -> list[Focus]:
    layers, directions, batch = snapshot.layer.hidden.shape[:3]
    return [Focus(s, k, d) for s, k, d in itertools.product(range(batch), range(layers), range(directions))]


@pytest.mark.parametrize("name", RUNS)
def test_hidden_states_are_the_traced_ones_unit_by_time(name: str) -> None:
    snapshot = frames(name)[-1]
    for focus in every_focus(snapshot):
        panel = HiddenView().figure(snapshot, focus).data[0]
        assert panel.z.shape == (UNITS, STEPS_BACK)
        np.testing.assert_array_equal(panel.z, snapshot.layer.hidden[focus.layer, focus.direction, focus.sample].T)
        np.testing.assert_array_equal(panel.x, np.arange(STEPS_BACK))
        np.testing.assert_array_equal(panel.y, np.arange(UNITS))


@pytest.mark.parametrize("name", RUNS)
def test_only_an_lstm_has_a_second_panel_with_its_cell_state(name: str) -> None:
    snapshot = frames(name)[-1]
    focus = every_focus(snapshot)[-1]
    panels = HiddenView().figure(snapshot, focus).data
    assert len(panels) == (2 if RUNS[name]["cell"] == "lstm" else 1)
    if len(panels) == 2:
        np.testing.assert_array_equal(panels[1].z, snapshot.layer.cell[focus.layer, focus.direction, focus.sample].T)


@pytest.mark.parametrize("name", GATED)
def test_every_gate_has_its_panel_in_the_order_of_torch(name: str) -> None:
    snapshot = frames(name)[-1]
    for focus in every_focus(snapshot):
        panels = GatesView().figure(snapshot, focus).data
        assert tuple(panel.name for panel in panels) == GATES[RUNS[name]["cell"]]
        for panel in panels:
            values = snapshot.layer.gates[panel.name][focus.layer, focus.direction, focus.sample]
            np.testing.assert_array_equal(panel.z, values.T)


@pytest.mark.parametrize("name", GATED)
def test_a_gate_is_drawn_from_0_to_1_and_a_candidate_from_minus_1_to_1(name: str) -> None:
    for panel in GatesView().figure(frames(name)[-1]).data:
        assert (panel.zmin, panel.zmax) == ((-1, 1) if panel.name in ("g", "n") else (0, 1))
        assert panel.zauto is False


@pytest.mark.parametrize("name", ["rnn", "relu"])
def test_a_plain_rnn_has_no_gates_and_the_picture_says_so(name: str) -> None:
    figure = GatesView().figure(frames(name)[0])
    assert len(figure.data) == 0
    assert "no gates" in notices(figure)


@pytest.mark.parametrize("name", [name for name in RUNS if name != "relu"])
def test_a_bounded_state_is_drawn_from_minus_1_to_1_without_a_word(name: str) -> None:
    for snapshot in frames(name):
        figure = HiddenView().figure(snapshot)
        assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
        assert "hidden state h" in headings(figure)


@pytest.mark.parametrize(("name", "panel", "symbol"), [("relu", 0, "h"), ("lstm", 1, "c")])
def test_an_unbounded_state_gets_a_written_range_when_the_run_starts(name: str, panel: int, symbol: str) -> None:
    figure = HiddenView().figure(frames(name)[0])
    drawn = figure.data[panel]
    assert drawn.zmin == -drawn.zmax
    assert drawn.zmax >= np.abs(drawn.z).max()
    assert drawn.colorbar.tickvals == (drawn.zmin, 0, drawn.zmax)
    title = {"h": "hidden state h", "c": "cell state c"}[symbol]
    assert f"{title} · ±{drawn.zmax:g}, fixed when the run started" in headings(figure)


@pytest.mark.parametrize("view", [HiddenView(), GatesView()])
@pytest.mark.parametrize("name", RUNS)
def test_a_colour_means_the_same_number_in_every_frame(name: str, view: HiddenView | GatesView) -> None:
    limits = [[(panel.zmin, panel.zmax) for panel in view.figure(snapshot).data] for snapshot in frames(name)]
    assert limits[0] == limits[1] == limits[2]


def test_a_range_is_widened_only_with_a_notice_that_names_the_step() -> None:
    session = begin("relu", lr=1e-6)
    before = HiddenView().figure(session.snapshot()).data[0]
    quiet = HiddenView().figure(train(session, 2))
    assert (quiet.data[0].zmin, quiet.data[0].zmax) == (before.zmin, before.zmax)
    session.model.recurrent.weight_ih_l0.data *= 100
    figure = HiddenView().figure(train(session, 1))
    wide = figure.data[0]
    assert wide.zmax >= wide.z.max() > before.zmax
    assert f"hidden state h · ±{wide.zmax:g} since step 3, was ±{before.zmax:g}" in headings(figure)
    assert wide.colorbar.tickvals == (wide.zmin, 0, wide.zmax)


def test_a_picture_says_which_sequence_layer_and_direction_it_shows() -> None:
    figure = HiddenView().figure(frames("both ways")[0], Focus(sample=1, layer=1, direction=1))
    assert f"sequence 1 of {SAMPLES} · layer 1 · backward direction" in notices(figure)


def test_a_focus_beyond_the_traced_layer_is_refused_with_what_exists() -> None:
    layer = frames("two layers")[0].layer
    assert Focus(SAMPLES - 1, 1, 0).checked(layer) == Focus(SAMPLES - 1, 1, 0)
    for focus, words in (
        (Focus(sample=SAMPLES), f"sample must be from 0 to {SAMPLES - 1}, got {SAMPLES}"),
        (Focus(layer=-1), "layer must be from 0 to 1, got -1"),
        (Focus(direction=1), "direction must be 0, there is only one, got 1"),
    ):
        with pytest.raises(ValueError, match=words):
            focus.checked(layer)
    with pytest.raises(TypeError, match="sample must be a whole number, got 'a'"):
        Focus(sample="a").checked(layer)
