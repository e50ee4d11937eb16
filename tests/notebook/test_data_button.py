"""The button of a data set: it says licence and size, fetches on a press and never before, and says what went wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

import rnnviz as rv
from rnnviz.data.archives import ARCHIVES, Archive
from tests.data.conftest import cache, offered
from tests.data.injected import GOOD, INNER, OUTER, archive, index

__all__ = ["cache", "offered"]  # the fixtures of this file too

Offered = Callable[[Archive, str], None]
REAL = archive(GOOD, OUTER, INNER)


@pytest.mark.parametrize("name", ARCHIVES)
def test_it_says_what_the_set_is_how_large_and_under_which_licence(name: str, cache: Path) -> None:
    button = rv.data_button(name)
    words = button._repr_mimebundle_()["text/plain"]
    heading = button._panel.widget.children[1].value
    for part in (ARCHIVES[name].what, ARCHIVES[name].licence):
        assert part in words
        assert part.replace("&", "&amp;") in heading
    assert button._panel.button.description == f"Fetch ({ARCHIVES[name].size / 1e6:.1f} MB)"
    assert words.endswith(f"Fetch it with: rnnviz data get {name}")


def test_a_press_fetches_and_then_there_is_nothing_more_to_press(cache: Path, offered: Offered) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        button = rv.data_button("addresses")
        button._repr_mimebundle_()
        assert not button.here  # showing it fetches nothing
        button._panel.button.click()
    assert button.here
    assert button._panel.bar.value == 100
    assert button._panel.button.disabled
    assert "Run the cells below again" in button._panel.said.value
    assert "It is here already" in str(button)


@pytest.mark.parametrize("sent", [GOOD[:-20], b""], ids=["cut", "nothing"])
def test_what_went_wrong_is_said_and_the_button_can_be_pressed_again(
    sent: bytes, cache: Path, offered: Offered
) -> None:
    with index(sent) as address:
        offered(REAL, address)
        button = rv.data_button("addresses")
        button._repr_mimebundle_()
        button._panel.button.click()
    assert "nothing was kept" in button._panel.said.value
    assert not button._panel.button.disabled
    assert button._panel.bar.layout.display == "none"
    with index(GOOD) as address:
        offered(REAL, address)
        button._panel.button.click()
    assert button.here


def test_of_a_set_that_is_here_the_button_is_closed(cache: Path, offered: Offered) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        rv.data.get("addresses")
    button = rv.data_button("addresses")
    button._repr_mimebundle_()
    assert button._panel.button.disabled
    assert "It is here already" in button._panel.said.value


def test_a_set_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"name must be a data set that can be fetched .*got 'adresses'"):
        rv.data_button("adresses")
