"""At the end of an insight stands the verb of the lab that fits it, and a press does it as a button would."""

from typing import Any

import pytest

from rnnviz.insights import Insight
from rnnviz.lab import Lab
from rnnviz.lab.console.remedies import Remedies
from rnnviz.lab.controls.line import Line
from tests.lab.browser import Browser, LabMaker, settle
from tests.lab.comparisons import Maker
from tests.training.examples import WAIT


def offered(lab: Any, act: Any) -> tuple[str, str] | None:
    """Words and verb of what a lab offers for an insight."""
    lab.widget  # noqa: B018  # opens the screen
    console = lab._console
    remedies = Remedies(console.runner, console.moves)
    found = remedies.of(Insight("vanishing", "", act=act))
    return None if found is None else found[:2]


def line(browser: Browser) -> Line:
    browser.catch_up()
    return browser.screen.panel.line


def press(lab: Lab, browser: Browser) -> None:
    said = line(browser)
    said._handle_custom_msg({"acted": said.act["count"]}, [])
    browser.catch_up()
    assert lab._runner.join(WAIT)
    browser.catch_up()


def test_a_vanishing_gradient_is_answered_by_the_preset_that_rescues(make_lab: LabMaker) -> None:
    lab = make_lab("temporal-order", seq_len=60, forget_bias=-1.0)
    browser = Browser(lab)
    lab.train(50)
    said = line(browser)
    assert (said.act["words"], said.act["verb"]) == ("Rescue it", "preset")
    press(lab, browser)
    assert (lab.settings.forget_bias, lab.state.step) == (2.0, 0)
    assert line(browser).told["words"].startswith("Watch the gradient come level")
    assert line(browser).told["link"] == "Undo, back to step 50"


def test_without_such_a_preset_the_knob_is_turned(make_lab: LabMaker) -> None:
    lab = make_lab("temporal-order", seq_len=60, forget_bias=-1.0, presets=[])
    browser = Browser(lab)
    lab.train(50)
    assert line(browser).act["words"] == "Set forget bias 1"
    press(lab, browser)
    assert (lab.settings.forget_bias, lab.state.step) == (1.0, 50)
    assert lab._console.knobs.widgets["forget_bias"].value == 1.0
    assert lab._session.snapshot().before.changed == {"forget_bias": -1.0}


def test_a_structural_knob_that_is_turned_can_be_undone(make_lab: LabMaker) -> None:
    lab = make_lab("adding", cell="rnn", rho=1.1, seq_len=12, presets=[])
    browser = Browser(lab)
    lab.train(3)
    assert offered(lab, {"cell": "gru"}) == ("Set cell GRU", "set")
    lab._console.moves.turn({"cell": "gru"})
    browser.catch_up()
    assert lab._runner.join(WAIT)
    assert (line(browser).told["link"], lab.settings.cell) == ("Undo, back to step 3", "gru")


def test_a_model_that_has_not_learned_enough_is_trained_on(make_lab: LabMaker) -> None:
    lab = make_lab("adding", steps=6)
    browser = Browser(lab)
    lab.train(1)
    assert offered(lab, "play") == ("Train on", "play")
    said = line(browser)
    console = lab._console
    remedies = Remedies(console.runner, console.moves)
    said.see({"words": "x"}, remedies.of(Insight("level", "", act="play")))
    press(lab, browser)
    settle(lab)
    assert lab.state.step == 6


def test_a_model_that_a_change_has_begun_is_taken_back(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(5)
    assert offered(lab, "undo") is None
    lab.set(hidden_size=6)
    assert offered(lab, "undo") == ("Undo, back to step 5", "undo")
    console = lab._console
    remedies = Remedies(console.runner, console.moves)
    line(browser).see({"words": "x"}, remedies.of(Insight("dead", "", act="undo")))
    press(lab, browser)
    assert (lab.state.step, lab.settings.hidden_size) == (5, 4)


def test_only_what_is_on_the_rail_is_turned_and_what_is_so_already_is_not(make_lab: LabMaker) -> None:
    assert offered(make_lab(show=["lr"]), {"clip": 0.5}) is None
    assert offered(make_lab(show=["lr", "clip"]), {"clip": 0.5}) == ("Set clip at 0.5", "set")
    assert offered(make_lab(), {"clip": 1.0}) is None
    assert offered(make_lab(), None) is None


@pytest.mark.parametrize("act", [{"lr": 0.001}, {"forget_bias": -2.0}])
def test_a_preset_that_lowers_or_slows_is_not_taken_for_a_rescue(make_lab: LabMaker, act: dict[str, float]) -> None:
    assert offered(make_lab("temporal-order", seq_len=12, forget_bias=0.0), act)[1] == "set"


def test_a_comparison_offers_nothing_that_it_compares(make_comparison: Maker) -> None:
    comparison = make_comparison({"clip": 1.0}, {"clip": None}, presets=[])
    assert offered(comparison, {"clip": 0.5}) is None
    assert offered(comparison, {"lr": 0.001}) == ("Set learning rate 0.001", "set")
    assert offered(comparison, "play") == ("Train on", "play")


def test_a_press_on_a_sentence_that_has_just_been_replaced_still_counts() -> None:
    said, pressed = Line(), []
    for name in ("first", "second"):
        said.see({"words": name}, (name, "set", lambda name=name: pressed.append(name)))
    said._handle_custom_msg({"acted": 1}, [])
    said._handle_custom_msg({"acted": 99}, [])
    said._handle_custom_msg({}, [])
    assert pressed == ["first"]
