"""A knob that starts a new model offers the way back; `lab.undo()` and the press go it, and the knobs follow."""

import numpy as np
import pytest

from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import move
from tests.training.examples import WAIT


def told(browser: Browser) -> dict[str, object]:
    browser.catch_up()
    return browser.screen.panel.line.told


def test_a_structural_knob_says_what_it_did_and_offers_the_step_that_there_was(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(1394)
    move(browser, lab, "hidden_size", 6)
    said = told(browser)
    assert (said["words"], said["link"]) == ("hidden size 4 → 6", "Undo, back to step 1,394")


def test_the_press_goes_back_and_the_knob_with_it(make_lab: LabMaker) -> None:
    lab, twin = make_lab(), make_lab()
    browser = Browser(lab)
    for one in (lab, twin):
        one.train(5)
    move(browser, lab, "hidden_size", 6)
    lab.train(2)
    said = told(browser)
    line = browser.screen.panel.line
    line._handle_custom_msg({"pressed": said["count"]}, [])
    browser.catch_up()
    assert lab._runner.join(WAIT)
    assert (lab.state.step, lab.settings.hidden_size) == (5, 4)
    assert lab._console.knobs.widgets["hidden_size"].value == 4
    for one in (lab, twin):
        one.train(5)
    np.testing.assert_array_equal(lab.history["loss"], twin.history["loss"])


def test_what_is_drawn_after_the_way_back_is_the_run_that_is_back(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(5)
    before = lab.snapshot()
    lab.set(hidden_size=6)
    lab.train(1)
    lab.undo()
    browser.catch_up()
    assert browser.frames[-1][0]["step"] == 5
    np.testing.assert_array_equal(browser.screen.seen.layer.hidden, before.layer.hidden)


def test_code_that_sets_a_structure_is_offered_the_way_back_too(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(5)
    lab.set(cell="lstm", hidden_size=6)
    assert told(browser)["link"] == "Undo, back to step 5"


def test_a_model_that_was_never_trained_offers_no_way_back(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    move(browser, lab, "hidden_size", 6)
    assert told(browser)["link"] == ""
    with pytest.raises(RuntimeError, match="there is nothing to undo: no new model has taken the place of a trained"):
        lab.undo()
    lab.train(1)


def test_undo_of_an_order_that_waits_takes_the_order_back(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(3)
    lab._session.settings = lab.settings.replace(hidden_size=6)
    lab.undo()
    assert (lab.state.step, lab.settings.hidden_size) == (3, 4)
