"""Other pictures over time as strips: the memory horizon, and theory beside measurement."""

import numpy as np
import pytest

from rnnviz.views import VIEWS, Focus
from rnnviz.views.style import ACCENT, GATE
from tests.views.runs import frames
from tests.views.score.strips import filled, form, panels


def test_a_row_of_the_horizon_is_a_moment_of_the_run() -> None:
    snapshot = frames("lstm")[-1]
    figure = filled("horizon", snapshot)
    assert snapshot.horizon is not None
    norms = snapshot.horizon.norms[:, 0, 0]
    np.testing.assert_allclose(figure.data[0].z, np.log10(norms))
    assert figure.layout.yaxis.ticktext == ("0", "4")
    assert panels(figure)[0]["aside"] == "3 moments, the newest on top"
    assert figure.layout.meta["rows"][0] == norms[-1].astype(np.float32).tolist()
    assert [list(stop) for stop in figure.data[0].colorscale] == GATE["light"]


def test_the_horizon_s_colours_cover_the_range_of_the_run() -> None:
    snapshot = frames("lstm")[-1]
    scale, bar = snapshot.scales["gradient"], panels(filled("horizon", snapshot))[0]["bar"]
    heat = filled("horizon", snapshot).data[0]
    assert (heat.zmin, heat.zmax) == (scale.low, scale.high) == (bar["low"], bar["high"])
    raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"
    assert [word for _, word in bar["labels"]] == [f"10{raised[int(scale.high)]}", f"10⁻{raised[-int(scale.low)]}"]


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_theory_s_lines_are_those_of_the_picture_with_a_title(name: str) -> None:
    snapshot = frames(name)[-1]
    strip, alone = filled("theory", snapshot), VIEWS["theory"].figure(snapshot)
    for line, full in zip(strip.data, alone.data, strict=False):
        assert line.name == full.name
        np.testing.assert_allclose(line.y, full.y)
    assert strip.data[0].line.color == ACCENT
    assert "<" not in panels(strip)[0]["aside"]
    assert strip.layout.meta["rows"][0] == strip.data[0].y.astype(np.float32).tolist()


def test_what_theory_does_not_know_is_no_strip() -> None:
    for name in ("rnn", "lstm", "gru", "both ways"):
        snapshot = frames(name)[-1]
        assert form("theory").exists(snapshot) == VIEWS["theory"].exists(snapshot)


def test_the_state_alone_is_the_first_panel_of_the_hidden_strip() -> None:
    snapshot = frames("lstm")[-1]
    both, alone = filled("hidden", snapshot, Focus(unit=2)), filled("state", snapshot, Focus(unit=2))
    assert [panel["name"] for panel in panels(both)] == ["Hidden state h", "Cell state c"]
    assert panels(alone) == panels(both)[:1]
    np.testing.assert_array_equal(alone.data[0].z, both.data[0].z)
    assert len(VIEWS["state"].figure(snapshot).data) == 1
