"""A drawer's widgets are made when it is first opened, and not before."""

from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest

from rnnviz.lab.tools.pictures import Pictures
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import classes, inside
from tests.lab.small import small_comparison, small_lab


def drawer(browser: Browser, name: str) -> ipywidgets.Widget:
    (found,) = (one for one in inside(browser.screen.panel.widget) if f"rv-tool-{name}" in one._dom_classes)
    return found


@pytest.mark.parametrize("make", [small_lab, small_comparison])
def test_a_drawer_is_empty_until_it_is_opened_and_is_filled_once(make: Callable[..., Any]) -> None:
    lab = make()
    browser = Browser(lab)
    for name, button in browser.screen.panel.toolbox.buttons.items():
        assert drawer(browser, name).children == ()
        button.value = True
        content = drawer(browser, name).children
        assert content
        assert drawer(browser, name).layout.display is None
        button.value = False
        button.value = True
        assert drawer(browser, name).children == content
    lab.close()


def test_a_line_is_there_from_the_beginning(make_lab: LabMaker) -> None:
    assert "rv-timeline" in classes(make_lab().widget)


def test_opening_a_drawer_draws_in_it(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    browser.screen.panel.toolbox.buttons["inspector"].value = True
    browser.catch_up()
    assert browser.screen.panel.toolbox.tool("inspector").view.picture["title"]


def test_the_controls_of_an_opened_drawer_have_names_and_tooltips(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    accessibility = browser.screen.panel.widget.children[0]
    assert "rv-show-hidden" not in accessibility.hints
    browser.screen.panel.toolbox.buttons["pictures"].value = True
    label, tip = accessibility.hints["rv-show-hidden"]
    assert label
    assert len(tip) > len(label)


def test_what_a_drawer_raises_when_it_is_made_is_on_the_status_line_and_the_drawer_stays_closed(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any) -> None:
        raise ValueError("no tick for this picture")

    monkeypatch.setattr(Pictures, "__init__", broken)
    browser = Browser(make_lab())
    browser.screen.panel.toolbox.buttons["pictures"].value = True
    browser.catch_up()
    assert "no tick for this picture" in browser.status
    assert not browser.screen.panel.toolbox.opened
    assert drawer(browser, "pictures").children == ()


def test_what_was_done_before_a_drawer_was_opened_is_seen_in_it(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.screen.choose(["gradients"])
    browser.screen.panel.toolbox.buttons["pictures"].value = True
    ticks = [one for one in inside(drawer(browser, "pictures")) if isinstance(one, ipywidgets.Checkbox)]
    assert [one.description for one in ticks if one.value] == ["gradient through time"]
