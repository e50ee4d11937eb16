"""Labs that show what they are asked to: one knob, chosen pictures, a view of one's own."""

from typing import Any

import numpy as np
import pytest

from rnnviz.lab import Lab
from rnnviz.views import DEFAULT, VIEWS, Focus, Patch, Picked
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import NormView, classes, visible


def test_a_lab_with_named_knobs_shows_those_and_no_other_control(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", show=["rho", "seq_len"])
    found = classes(lab.widget)
    assert {"rv-rho", "rv-seq-len", "rv-play"} <= found
    hidden = {"rv-lr", "rv-clip", "rv-clipping", "rv-cell", "rv-sample", "rv-layer", "rv-seed", "rv-open-pictures"}
    assert hidden & found == set()


def test_a_lab_may_show_no_knob_at_all(make_lab: LabMaker) -> None:
    assert "rv-knobs" not in classes(make_lab(show=[]).widget)


@pytest.mark.parametrize("asked", [["gradients", "hidden"], ["hidden", "gradients"], ["spectrum", "saturation"]])
def test_pictures_of_one_place_come_in_the_order_that_was_asked_for(make_lab: LabMaker, asked: list[str]) -> None:
    lab = make_lab(views=asked)
    browser = Browser(lab)
    lab.train(1)
    browser.catch_up()
    assert visible(browser) == asked
    assert {part["figure"] for part in browser.frames[-1][0]["parts"]} == set(asked)


def test_by_default_the_usual_pictures_are_shown(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    browser.catch_up()
    assert visible(browser) == [name for name in DEFAULT if name != "prediction"]  # it has no such task


def test_a_view_of_one_s_own_is_drawn_live_and_as_a_figure(make_lab: LabMaker) -> None:
    lab = make_lab(views=[NormView(), "hidden"])
    browser = Browser(lab)
    lab.train(2)
    browser.catch_up()
    assert visible(browser) == ["hidden", "norm"]
    expected = np.linalg.norm(lab.snapshot().layer.hidden[0, 0, 0], axis=1)
    np.testing.assert_allclose(lab.figure("norm").data[0].y, expected)
    assert "norm" in {part["figure"] for part in browser.frames[-1][0]["parts"]}


def test_ticking_a_picture_brings_it_and_unticking_hides_it(make_lab: LabMaker) -> None:
    lab = make_lab(views=["hidden"])
    browser = Browser(lab)
    tool = browser.screen.panel.toolbox.tool("pictures")
    tool.boxes["gradients"].value = True
    browser.catch_up()
    assert visible(browser) == ["hidden", "gradients"]
    tool.boxes["hidden"].value = False
    browser.catch_up()
    assert visible(browser) == ["gradients"]


def test_a_picture_that_is_not_shown_is_not_worked_out(make_lab: LabMaker) -> None:
    class Dear(NormView):
        name, calls = "dear", 0

        def patches(self, *arguments: Any) -> list[Patch]:
            Dear.calls += 1
            return super().patches(*arguments)

    lab = make_lab(views=[Dear(), "hidden"])
    browser = Browser(lab)
    browser.catch_up()
    browser.screen.choose(["hidden"])
    browser.catch_up()
    before = Dear.calls
    lab.train(3)
    browser.catch_up()
    assert Dear.calls == before


def test_a_click_on_a_heatmap_picks_timestep_and_unit(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    browser.catch_up()
    browser.feed._heard(browser.feed, {"kind": "pick", "figure": "hidden", "trace": 0, "x": 5, "y": 2, "time": 5}, [])
    assert (browser.screen.panel.focus_controls.time.value, browser.screen.panel.focus_controls.unit.value) == (5, 2)


def test_a_click_on_a_curve_over_time_picks_the_timestep_alone(make_lab: LabMaker) -> None:
    snapshot = make_lab().snapshot()
    focus = VIEWS["gradients"].picked(snapshot, Focus(unit=3), Picked(6, 4.0, 1e-3, 4))
    assert (focus.time, focus.unit) == (4, 3)


def test_a_snapshot_that_is_held_stays_on_screen_until_it_is_let_go(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    early = lab.snapshot()
    lab.train(4)
    browser.screen.hold(early)
    browser.catch_up()
    assert browser.frames[-1][0]["step"] == 0
    lab.train(2)
    browser.catch_up()
    assert browser.frames[-1][0]["step"] == 0
    browser.screen.hold(None)
    browser.catch_up()
    assert browser.frames[-1][0]["step"] == 6


def test_a_new_model_lets_go_of_what_is_held(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(4)
    browser.screen.hold(lab._runner.recording.at(0))
    lab.reset()
    browser.catch_up()
    assert browser.screen.seen.run == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"show": ["roh"]}, "show names 'roh'; a lab has lr, schedule, clip"),
        ({"show": "rho"}, r"show must be a list of names, got 'rho'; write show=\['rho'\]"),
        ({"show": 5}, r"show must be a list of names, got 5; write show=\['lr'\]"),
        ({"views": 5}, r"views must be a list of names and views, got 5; write views=\['hidden'\]"),
        ({"views": ["hiden"]}, r"views must hold names \(input, hidden, gates"),
        ({"views": "hidden"}, r"views must be a list of names and views"),
        ({"views": [NormView]}, "got the class NormView; call it"),
        ({"views": [type("Mute", (NormView,), {"name": None})()]}, "a view must have a name, got Mute with name None"),
        ({"views": ["hidden", "hidden"]}, "views must all have different names"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_can(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        Lab("adding", seq_len=8, device="cpu", **arguments)


def test_a_figure_s_focus_is_checked(make_lab: LabMaker) -> None:
    with pytest.raises(TypeError, match="figure has no argument 'smaple'; besides name and step it has sample, layer"):
        make_lab().figure("hidden", smaple=1)
    with pytest.raises(ValueError, match="gradient must be one of both, total, direct"):
        make_lab().figure("gradients", gradient="all")
    with pytest.raises(ValueError, match="time must be from 0 to 7, got 8"):
        make_lab().figure("hidden", time=8)
