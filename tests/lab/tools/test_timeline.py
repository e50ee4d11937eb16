"""Winding a run back: the recording's moments on screen, held while the training goes on."""

from typing import Any

import numpy as np
import pytest

from rnnviz.lab import Lab
from rnnviz.lab.controls.runbar import RunBar
from rnnviz.lab.tools.timeline import Timeline
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import inside

pytestmark = pytest.mark.timeout(120)


def track(lab: Lab) -> RunBar:
    [found] = [part for part in inside(lab.widget) if isinstance(part, RunBar)]
    return found


def ask(browser: Browser, line: RunBar, step: int | None, number: int = 1) -> None:
    """Move the slider as the page does."""
    line._handle_custom_msg({"step": step, "number": number}, [])
    browser.catch_up()


def shown(browser: Browser) -> int:
    return int(browser.frames[-1][0]["step"])


@pytest.fixture
def played(make_lab: LabMaker) -> tuple[Lab, Browser, RunBar]:
    """A lab that was watched for twelve steps, each of them on the recording."""
    lab = make_lab()
    browser = Browser(lab)
    for _ in range(12):
        lab.train(1)
    browser.catch_up()
    return lab, browser, track(lab)


def test_the_line_is_there_from_the_first_and_has_moments_once_there_are_two(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.catch_up()
    line = track(lab)
    assert "rv-timeline" in line._dom_classes
    assert (line.layout.display, line.steps) == (None, [0])
    lab.train(1)
    browser.catch_up()
    assert (line.layout.display, line.steps) == (None, [0, 1])


def test_the_steps_are_those_of_the_tape_and_grow_with_it(played: Any) -> None:
    lab, browser, line = played
    assert line.steps == lab._runner.recording.steps() == list(range(13))
    lab.train(3)
    browser.catch_up()
    assert line.steps == lab._runner.recording.steps()
    assert line.steps[-1] == 15
    assert line.words == "live: step 15"


def test_a_step_of_the_slider_is_drawn_with_the_numbers_of_then(played: Any) -> None:
    lab, browser, line = played
    ask(browser, line, 4)
    assert shown(browser) == 4
    message, [data] = browser.frames[-1]
    states = next(part for part in message["parts"] if (part["figure"], part["key"]) == ("hidden", "z"))
    codes = np.frombuffer(data, np.uint8, 4 * 8, states["offset"]).reshape(4, 8)
    truth = lab._runner.recording.at(4).layer.hidden[0, 0, 0].T
    assert np.abs(codes / 127 - 1 - truth).max() <= 1 / 254 + 1e-6
    assert (line.held, line.words) == (4, "looking at step 4 of 12")


def test_training_goes_on_behind_a_picture_that_is_held(played: Any) -> None:
    lab, browser, line = played
    ask(browser, line, 4)
    lab.train(5)
    browser.catch_up()
    assert shown(browser) == 4
    assert line.words == "looking at step 4 of 17"
    assert "step 17 of" in line.progress
    assert "looking at step 4 of 17" in browser.status
    assert browser.screen.panel.live.layout.display is None
    ask(browser, line, None, 2)
    assert shown(browser) == 17
    assert (line.held, line.words) == (None, "live: step 17")
    assert "looking" not in browser.status
    assert browser.screen.panel.live.layout.display == "none"


def test_the_line_says_which_request_it_answers(played: Any) -> None:
    _, browser, line = played
    ask(browser, line, 4, 7)
    assert line.heard == 7


def test_a_step_that_was_thinned_away_stays_on_the_slider_while_it_is_looked_at(played: Any) -> None:
    lab, browser, line = played
    ask(browser, line, 5)
    lab._runner.recording._kept._thin()
    assert 5 not in lab._runner.recording.steps()
    lab.train(1)
    browser.catch_up()
    assert 5 in line.steps
    assert line.held == shown(browser) == 5


def test_a_new_model_lets_go(played: Any) -> None:
    lab, browser, line = played
    ask(browser, line, 4)
    lab.set(hidden_size=5)
    browser.catch_up()
    assert (shown(browser), line.held, line.steps) == (0, None, [0])


def test_rewinding_by_code_shows_the_nearest_moment_and_returns(played: Any) -> None:
    lab, browser, line = played
    for _ in range(2):
        lab._runner.recording._kept._thin()
    assert lab._runner.recording.steps() == [0, 4, 8, 12]
    lab.rewind(7)
    browser.catch_up()
    assert shown(browser) == line.held == 8
    lab.rewind(None)
    browser.catch_up()
    assert shown(browser) == 12


def test_a_run_that_nobody_watched_can_be_wound_back_and_its_end_is_on_the_line(make_lab: LabMaker) -> None:
    lab = make_lab(steps=640)
    lab.train(25)
    browser = Browser(lab)
    browser.catch_up()
    assert track(lab).steps == [0, 10, 20, 25]
    lab.rewind(11)
    browser.catch_up()
    assert shown(browser) == 10


def test_a_lab_without_the_line_shows_its_progress_and_can_be_wound_back_too(make_lab: LabMaker) -> None:
    lab = make_lab(show=["lr"], steps=50)
    browser = Browser(lab)
    lab.train(3)
    lab.rewind(0)
    browser.catch_up()
    assert shown(browser) == 0
    (bar,) = (part for part in inside(lab.widget) if isinstance(part, RunBar))
    assert (bar.step, bar.goal, bar.steps) == (3, 50, [])


def test_a_press_leads_back_to_the_newest(played: Any) -> None:
    _, browser, line = played
    ask(browser, line, 4)
    browser.screen.panel.live.click()
    browser.catch_up()
    assert (shown(browser), line.held) == (12, None)


def test_a_figure_of_an_earlier_step_has_the_numbers_of_then(make_lab: LabMaker) -> None:
    lab, other = make_lab(steps=64), make_lab(steps=64)
    lab.train(9)
    other.train(4)
    np.testing.assert_array_equal(
        lab.figure("hidden", step=4, sample=2).data[0].z, other.figure("hidden", sample=2).data[0].z
    )
    np.testing.assert_array_equal(lab.figure("hidden", step=99).data[0].z, lab.figure("hidden").data[0].z)


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (-1, ValueError, "step must be at least 0, got -1"),
        ("5", TypeError, "step must be a whole number, got '5'"),
        (True, TypeError, "step must be a whole number, got True"),
    ],
)
def test_a_step_that_cannot_be_is_refused(make_lab: LabMaker, step: Any, error: type[Exception], words: str) -> None:
    lab = make_lab()
    with pytest.raises(error, match=words):
        lab.rewind(step)
    with pytest.raises(error, match=words):
        lab.figure("hidden", step=step)


def test_what_goes_wrong_is_shown_and_not_swallowed(played: Any) -> None:
    lab, browser, line = played
    ask(browser, line, "four", 9)  # type: ignore[arg-type]
    assert "rv-failed" in browser.status
    with pytest.raises(TypeError):
        lab.train(1)


def test_the_controls_have_names() -> None:
    line = Timeline(None, lambda: None, lambda step: None).widget  # type: ignore[arg-type]
    assert all(line.labels.values())
    assert set(line.labels) == {"slider"}
