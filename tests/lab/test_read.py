"""Reading through time from code: the page is told once, and what follows its cursor is told where it stands."""

from dataclasses import replace
from typing import Any

import pytest

from tests.lab.browser import Browser, LabMaker
from tests.lab.comparisons import Maker


def told(lab: Any, **given: Any) -> list[dict[str, Any]]:
    """What the page hears of one call."""
    lab.widget  # noqa: B018  # puts it on a page
    heard: list[dict[str, Any]] = []
    feed = lab._console.screen.feed
    lab._console.screen.pump.flush()
    feed.send = lambda content, buffers=None: heard.append(content)
    lab.read(**given)
    return [one for one in heard if one["kind"] == "read"]


def test_a_lab_has_its_page_read_at_a_few_steps_a_second(make_lab: LabMaker) -> None:
    assert told(make_lab()) == [{"kind": "read", "rate": 6.0, "start": 0}]


def test_rate_and_beginning_can_be_chosen(make_lab: LabMaker) -> None:
    assert told(make_lab(), rate=2.5, start=7) == [{"kind": "read", "rate": 2.5, "start": 7}]


def test_a_comparison_is_read_with_the_same_word(make_comparison: Maker) -> None:
    assert told(make_comparison(), rate=3, start=1) == [{"kind": "read", "rate": 3.0, "start": 1}]


def test_a_lab_on_no_page_says_what_to_do(make_lab: LabMaker) -> None:
    lab = make_lab()
    with pytest.raises(RuntimeError, match=r"this lab is on none; end a cell with it first\.$"):
        lab.read()
    lab.rewind(0)  # makes a screen, and puts it on no page
    with pytest.raises(RuntimeError, match="on none"):
        lab.read()


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"rate": 0}, ValueError, "rate must be above 0, got 0."),
        ({"rate": 61}, ValueError, "rate must be at most 60, got 61."),
        ({"rate": float("nan")}, ValueError, "rate must be above 0, got nan."),
        ({"rate": "fast"}, TypeError, "rate must be a number, got 'fast'."),
        ({"start": -1}, ValueError, "start must be at least 0, got -1."),
        ({"start": 1.5}, TypeError, "start must be a whole number, got 1.5."),
        ({"start": 8}, ValueError, "start must be below the sequence's 8 timesteps, got 8."),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    make_lab: LabMaker, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    lab = make_lab()
    lab.widget  # noqa: B018
    with pytest.raises(error) as caught:
        lab.read(**given)
    assert str(caught.value) == words


@pytest.mark.parametrize(("looked", "found"), [(5, 5), (99, 7)])
def test_what_the_page_looks_at_is_in_focus_as_far_as_it_exists(make_lab: LabMaker, looked: int, found: int) -> None:
    browser = Browser(make_lab())
    browser.catch_up()
    before = browser.screen.panel.focus_controls.focus
    browser.feed._heard(browser.feed, {"kind": "look", "time": looked}, [])
    assert browser.screen.panel.focus_controls.focus == replace(before, time=found)
