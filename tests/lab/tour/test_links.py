"""Links in the prose: a press sets the lab; what does not exist is refused when the button is made."""

from typing import Any

import pytest

from rnnviz.lab import Lab
from rnnviz.views import Focus
from tests.lab.browser import Browser, LabMaker, settle
from tests.lab.screens import visible

pytestmark = pytest.mark.timeout(120)


def pressed(lab: Lab, **link_target: Any) -> Browser:
    """Press a button of the lab, and wait until the page shows what it did."""
    browser = Browser(lab)
    browser.catch_up()
    lab.button("show me", **link_target).click()
    browser.catch_up()
    if not link_target.get("play"):
        settle(lab)
        browser.catch_up()
    return browser


def test_a_live_setting_is_in_force_and_its_knob_follows(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    pressed(lab, rho=1.1, lr=0.03)
    assert (lab.settings.rho, lab.settings.lr) == (1.1, 0.03)
    assert lab._console.knobs.widgets["rho"].value == 1.1


def test_a_structural_setting_is_said_first_and_starts_a_new_model(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    lab.train(3)
    browser = pressed(lab, hidden_size=6, cell="gru")
    assert any("this starts a new model, trained from step 0" in words for words in browser.words())
    assert lab.snapshot().layer.hidden.shape[-1] == 6
    assert lab.state.step == 0
    assert lab._console.knobs.widgets["cell"].value == "gru"


def test_the_pictures_asked_for_are_shown_and_ticked_and_no_others(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = pressed(lab, views=["gradients", "theory"])
    assert set(visible(browser)) == {"gradients", "theory"}
    boxes = browser.screen.panel.toolbox.tool("pictures").boxes
    assert {name for name, tick in boxes.items() if tick.value} == {"gradients", "theory"}


def test_pictures_can_be_chosen_where_no_drawer_lists_them(make_lab: LabMaker) -> None:
    assert visible(pressed(make_lab(show=["lr"]), views=["gradients"])) == ["gradients"]


def test_the_selectors_that_are_named_move_and_the_others_stay(make_lab: LabMaker) -> None:
    lab = make_lab()
    Browser(lab).screen.panel.focus_controls.go(sample=2)
    browser = pressed(lab, focus={"time": 5, "unit": 3})
    assert browser.screen.panel.focus_controls.focus == Focus(sample=2, time=5, unit=3)


def test_a_place_in_a_new_and_longer_sequence_is_looked_at_once_it_is_there(make_lab: LabMaker) -> None:
    browser = pressed(make_lab(), seq_len=20, focus={"time": 15})
    assert browser.screen.panel.focus_controls.time.value == 15


def test_play_trains_with_the_new_settings(make_lab: LabMaker) -> None:
    lab = make_lab(steps=6)
    pressed(lab, lr=0.25, play=True)
    assert lab._runner.join(60)
    assert lab.history["lr"].tolist() == [0.25] * 6


def test_play_after_a_structural_change_trains_the_new_model_alone(make_lab: LabMaker) -> None:
    lab = make_lab(steps=6)
    browser = pressed(lab, hidden_size=7, play=True)
    browser.catch_up()
    assert lab._runner.join(60)
    assert lab.snapshot().layer.hidden.shape[-1] == 7
    assert lab.state.step == 6


def test_a_look_back_ends_with_a_press(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(4)
    lab.rewind(0)
    lab.button("faster", lr=0.5).click()
    assert browser.screen.held is None


def test_what_goes_wrong_is_on_the_status_line(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = pressed_and_failed(lab, focus={"time": 99})
    assert "time must be from 0 to 7, got 99." in browser.status
    with pytest.raises(ValueError, match="time must be from 0 to 7"):
        lab.train(1)


def test_a_setting_that_no_longer_fits_is_said_too(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    link = lab.button("ReLU", nonlinearity="relu")
    browser = Browser(lab)
    lab.set(cell="lstm")
    link.click()
    browser.catch_up()
    assert "exists only for the plain RNN" in browser.status


def pressed_and_failed(lab: Lab, **link_target: Any) -> Browser:
    browser = Browser(lab)
    browser.catch_up()
    lab.button("show me", **link_target).click()
    browser.catch_up()
    return browser


@pytest.mark.parametrize(
    ("link_target", "kind", "words"),
    [
        ({"nosuch": 1}, TypeError, r"unknown setting 'nosuch'; the settings are lr, "),
        ({"lr": -1}, ValueError, r"lr must be"),
        ({"seq_len": 5000}, ValueError, r"seq_len must be from 2 to 1000"),
        ({"views": ["nosuch"]}, ValueError, r"views must hold names \(input, hidden, "),
        ({"views": "hidden"}, TypeError, r"write \['hidden'\]"),
        ({"focus": {"nosuch": 1}}, TypeError, r"focus has no part 'nosuch'; its parts are sample, "),
        ({"play": 1}, TypeError, r"play must be True or False, got 1"),
        ({"focus": 5}, TypeError, r"focus must be a dict such as \{'time': 5\}, got 5\."),
    ],
)
def test_what_does_not_exist_is_refused_when_the_button_is_made(
    make_lab: LabMaker, link_target: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        make_lab().button("show me", **link_target)


@pytest.mark.parametrize("label", ["", " ", 5])
def test_a_button_needs_words(make_lab: LabMaker, label: Any) -> None:
    with pytest.raises(ValueError, match="label must be the words on the button, got"):
        make_lab().button(label, lr=0.1)


def test_its_text_is_what_was_asked(make_lab: LabMaker) -> None:
    lab = make_lab()
    assert repr(lab.button("show me ρ = 1.1", rho=1.1)) == "Link('show me ρ = 1.1', rho=1.1)"
    assert repr(lab.button("go", views=["hidden"], focus={"time": 2}, play=True)) == (
        "Link('go', views=['hidden'], focus={'time': 2}, play=True)"
    )


def test_it_says_what_it_does_before_it_is_pressed(make_lab: LabMaker) -> None:
    link = make_lab().button("show me", rho=1.1, play=True)
    assert link.tooltip == "Sets the lab: rho=1.1, play=True"
    assert "rv-link" in link._dom_classes


def test_a_button_of_a_closed_lab_switches_itself_off_and_says_why(make_lab: LabMaker) -> None:
    lab = make_lab()
    link = lab.button("show me", lr=0.1)
    Browser(lab)
    lab.close()
    link.click()
    assert link.disabled
    assert link.tooltip == "This lab was closed: run its cell again, then this one."
    assert lab.settings.lr != 0.1
