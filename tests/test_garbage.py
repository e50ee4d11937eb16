"""Opening a lab is not interrupted by a search for garbage, and the search goes on afterwards as it was."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType

import pytest

import rnnviz as rv
from rnnviz.garbage import uncollected
from rnnviz.lab.console.console import Console
from rnnviz.training import Session
from tests.processes import printed_by

SMALL = {"hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}
IMPORT = """
import gc, torch
searched = []
gc.set_threshold(1)
gc.callbacks.append(lambda phase, info: searched.append(phase))
import rnnviz as rv
before = len(searched)
rv.Lab
print(len(searched) - before < 50, gc.isenabled())
"""


@pytest.fixture
def as_it_was() -> Iterator[None]:
    was = gc.isenabled()
    yield
    (gc.enable if was else gc.disable)()


def within(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


@contextmanager
def searches() -> Iterator[list[frozenset[CodeType]]]:
    """Search at every turn, and tell in which functions that was."""
    found: list[frozenset[CodeType]] = []
    often = gc.get_threshold()

    def note(phase: str, _info: dict[str, int]) -> None:
        found.append(frozenset(within(sys._getframe(1))))

    gc.callbacks.append(note)
    gc.set_threshold(50, 10**6, 10**6)
    try:
        yield found
    finally:
        gc.set_threshold(*often)
        gc.callbacks.remove(note)


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("switch", [gc.enable, gc.disable])
def test_the_search_is_off_inside_and_then_as_it_was_whatever_happens(switch: Callable[[], None]) -> None:
    switch()
    was = gc.isenabled()
    with uncollected(), uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is was
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert gc.isenabled() is was


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize(
    "make",
    [lambda: rv.Lab("adding", **SMALL), lambda: rv.compare(["rnn", "gru"], "adding", **SMALL)],
    ids=["lab", "comparison"],
)
def test_nothing_is_searched_while_a_lab_is_made_and_shown(make: Callable[[], rv.Lab]) -> None:
    gc.enable()
    with searches() as found:
        made = make()
        made._console.shown()
        made.train(2)
    made.close()
    assert found
    opening = {Session.__init__.__code__, Console.shown.__wrapped__.__code__}  # type: ignore[attr-defined]
    assert [one for one in found if one & opening] == []


def test_nothing_is_searched_while_the_package_is_loaded() -> None:
    assert printed_by(IMPORT) == "True True"
