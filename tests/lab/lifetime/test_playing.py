"""Every lab tells how many others play, and one press or one call pauses them all."""

import threading
from collections.abc import Iterator

import pytest

import rnnviz as rv
from rnnviz.lab.screen.other_labs import OtherLabs
from rnnviz.views import View
from tests.lab.browser import Browser, LabMaker
from tests.lab.small import small_comparison
from tests.training.examples import WAIT

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def nobody_else_plays() -> Iterator[None]:
    rv.pause_all()
    yield
    rv.pause_all()


def line(browser: Browser) -> OtherLabs:
    browser.catch_up()
    return browser.screen.panel.others


def said(browser: Browser) -> str:
    """What the line says; nothing where it is hidden."""
    button = line(browser).widget
    return "" if button.layout.display == "none" else button.description


def assert_comes_to_say(browser: Browser, words: str) -> None:
    """Wait until the line says so: a run tells the others when its thread has begun, or has stopped."""
    changed, button = threading.Event(), browser.screen.panel.others.widget
    button.observe(lambda _: changed.set(), names="description")
    button.layout.observe(lambda _: changed.set(), names="display")
    while said(browser) != words:
        assert changed.wait(WAIT), f"it never said {words!r}, but {said(browser)!r}"
        changed.clear()


def test_pause_all_pauses_labs_and_comparisons_shown_or_not_and_counts_them(make_lab: LabMaker) -> None:
    shown, unshown, resting = (make_lab(steps=10**9) for _ in range(3))
    comparison = small_comparison(steps=10**9)
    Browser(shown)
    playing = (shown, unshown, comparison)
    for one in playing:
        one.train(1)
        one.play()
    assert rv.pause_all() == 3
    assert [one.state.phase for one in (*playing, resting)] == ["paused"] * 3 + ["ready"]
    assert rv.pause_all() == 0
    comparison.close()


def test_a_paused_run_goes_on_as_if_nothing_had_been(make_lab: LabMaker) -> None:
    lab, undisturbed = make_lab(steps=60, seed=3), make_lab(steps=60, seed=3)
    lab.play()
    rv.pause_all()
    lab.play()
    assert lab._runner.join(WAIT)
    undisturbed.train(60)
    assert lab.history["loss"].tolist() == undisturbed.history["loss"].tolist()


def test_closed_labs_are_not_counted(make_lab: LabMaker) -> None:
    lab = make_lab(steps=10**9)
    lab.play()
    lab.close()
    assert rv.pause_all() == 0


def test_a_picture_of_one_s_own_may_pause_all_from_the_thread_that_trains(make_lab: LabMaker) -> None:
    counts: list[int] = []
    lab, other = make_lab(steps=10**9), make_lab(steps=10**9)
    Browser(lab)
    asked = threading.Event()

    def pause_once(_snapshot: object) -> None:
        if lab.state.phase == "playing" and not asked.is_set():
            counts.append(rv.pause_all())
            asked.set()

    lab._runner._player._on_frame = pause_once
    other.play()
    lab.play()
    assert asked.wait(WAIT)
    assert lab._runner.join(WAIT)
    assert other._runner.join(WAIT)
    assert counts == [2]


def test_a_shown_lab_says_how_many_others_play(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    one, two = (make_lab(steps=10**9) for _ in range(2))
    told = []
    line(browser).widget.observe(lambda change: told.append(change["new"]), names="description")
    assert_comes_to_say(browser, "")
    one.train(1)
    one.step(1)
    assert_comes_to_say(browser, "")
    one.play()
    two.play()
    one._runner.access.visit(lambda: None)
    two._runner.access.visit(lambda: None)
    assert_comes_to_say(browser, "Other labs training: 2. Pause all")
    one.pause()
    assert_comes_to_say(browser, "Other labs training: 1. Pause all")
    two.pause()
    assert_comes_to_say(browser, "")
    assert set(told) == {f"Other labs training: {count}. Pause all" for count in (1, 2)}


def test_a_lab_that_plays_alone_counts_nobody(make_lab: LabMaker) -> None:
    lab = make_lab(steps=10**9)
    browser = Browser(lab)
    lab.play()
    lab._runner.access.visit(lambda: None)
    assert_comes_to_say(browser, "")


@pytest.mark.parametrize("show", [None, ["lr"]])
def test_one_press_pauses_them_all(make_lab: LabMaker, show: list[str] | None) -> None:
    lab, other = make_lab(steps=10**9, show=show), make_lab(steps=10**9)
    browser = Browser(lab)
    for one in (lab, other):
        one.train(1)
        one.play()
    line(browser).widget.click()
    for one in (lab, other):
        assert one._runner.join(WAIT)
        assert one.state.phase == "paused"
    assert_comes_to_say(browser, "")


def test_a_comparison_has_the_line_too(make_lab: LabMaker) -> None:
    comparison, other = small_comparison(), make_lab(steps=10**9)
    browser = Browser(comparison)
    other.play()
    other._runner.access.visit(lambda: None)
    assert_comes_to_say(browser, "Other labs training: 1. Pause all")
    comparison.close()


def test_the_line_s_words_stay_when_a_view_fails(make_lab: LabMaker) -> None:
    class Broken(View):
        name = "broken"

        def figure(self, *_: object) -> None:
            raise LookupError("no such picture")

        skeleton = patches = figure

    browser = Browser(make_lab(views=[Broken()]))
    other = make_lab(steps=10**9)
    other.play()
    other._runner.access.visit(lambda: None)
    assert_comes_to_say(browser, "Other labs training: 1. Pause all")


def test_a_closed_lab_counts_no_more(make_lab: LabMaker) -> None:
    lab, other = make_lab(), make_lab(steps=10**9)
    browser = Browser(lab)
    other.play()
    assert_comes_to_say(browser, "Other labs training: 1. Pause all")
    lab.close()
    assert browser.screen.panel.others.widget.layout.display == "none"
