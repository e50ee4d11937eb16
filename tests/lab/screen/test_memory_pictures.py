"""The knobs that decide how long a network remembers, and the pictures that show it, in one lab."""

from typing import Any

import numpy as np
import pytest

from rnnviz.views import VIEWS
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import move

VIEWS_OF_MEMORY = ["spectrum", "theory", "horizon", "memory", "saturation", "clipping"]


def words(browser: Browser, view: str, key: str = "annotations[0].text") -> Any:
    """Return the newest words of a picture: its notice, or those at another place."""
    parts = [part for part in browser.frames[-1][0]["parts"] if part["figure"] == view]
    return next(part["value"] for part in parts if part["key"] == key)


def numbers(browser: Browser, view: str, trace: int, key: str) -> np.ndarray:
    """Return the newest float32 numbers that a picture was sent."""
    message, buffers = browser.frames[-1]
    found = [part for part in message["parts"] if (part["figure"], part["trace"], part["key"]) == (view, trace, key)]
    return np.frombuffer(buffers[0], np.float32, int(np.prod(found[0]["shape"])), found[0]["offset"])


@pytest.mark.parametrize("radius", [0.9, 1.1])
def test_the_radius_that_is_set_is_the_one_in_the_pictures(make_lab: LabMaker, radius: float) -> None:
    lab = make_lab(cell="rnn", views=["spectrum", "theory"], lr=1e-9)
    browser = Browser(lab)
    move(browser, lab, "rho", radius)
    lab.train(1)
    browser.catch_up()
    assert f"ρ = {radius:.3f}" in words(browser, "spectrum")
    assert f"ρ = {radius:.3f}" in words(browser, "theory", "meta.panels[0].aside")
    np.testing.assert_allclose(numbers(browser, "theory", 1, "y"), radius ** np.arange(8.0)[::-1], rtol=1e-5)
    assert (len(numbers(browser, "spectrum", 2, "x")) > 0) == (radius > 1)


def test_a_larger_forget_bias_lifts_every_bar(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm", views=["memory"], lr=1e-9)
    browser = Browser(lab)
    browser.catch_up()
    before = numbers(browser, "memory", 0, "y")
    move(browser, lab, "forget_bias", 4.0)
    lab.train(1)
    browser.catch_up()
    after = numbers(browser, "memory", 0, "y")
    assert (after > 5 * before).all()
    assert f"mean {after.mean():.3g}" in words(browser, "memory")


@pytest.mark.parametrize("view", ["memory", "saturation"])
def test_a_click_on_a_unit_picks_it_for_the_whole_lab(make_lab: LabMaker, view: str) -> None:
    lab = make_lab(cell="gru", views=[view])
    browser = Browser(lab)
    browser.catch_up()
    drawn = VIEWS[view].figure(lab.snapshot()).data[0]
    content = {"kind": "pick", "figure": view, "trace": 0, "time": None}
    browser.feed._heard(browser.feed, {**content, "x": float(drawn.x[2]), "y": float(drawn.y[2])}, [])
    picked = browser.screen.panel.focus_controls.unit.value
    assert (drawn.x[picked], drawn.y[picked]) == (drawn.x[2], drawn.y[2])


def test_all_of_them_are_drawn_together_while_a_run_plays(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm", views=VIEWS_OF_MEMORY, steps=6)
    browser = Browser(lab)
    lab.train(6)
    browser.catch_up()
    assert {part["figure"] for part in browser.frames[-1][0]["parts"]} == set(VIEWS_OF_MEMORY)
    assert words(browser, "horizon", "yaxis.ticktext")[-1] == "6"


def test_a_picture_that_the_run_has_nothing_for_is_refused_by_name(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match="has nothing to draw in the view 'memory'"):
        make_lab(cell="rnn").figure("memory")
