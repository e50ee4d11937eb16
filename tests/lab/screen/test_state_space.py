"""The state space in a lab: while it plays points may be of an earlier step, and once it rests they are its own."""

import pytest

from rnnviz.views.pictures.states import rest
from tests.lab.browser import Browser, LabMaker


def words(browser: Browser) -> list[str]:
    """Return what each frame's picture said."""
    frames = [message["parts"] for message, _ in browser.frames]
    return [
        part["value"]
        for parts in frames
        for part in parts
        if part["figure"] == "trajectory" and part["key"] == "annotations[0].text"
    ]


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_lab_that_rests_shows_the_points_of_its_last_step(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.setattr(rest, "_SECONDS", 0.0)  # a slow machine
    lab = make_lab(cell=cell, views=["trajectory"])
    browser = Browser(lab)
    browser.catch_up()
    for _ in range(3):
        lab.train(7)
        browser.catch_up()
    assert "(weights of" not in words(browser)[-1]
    assert "attract" in words(browser)[-1]
