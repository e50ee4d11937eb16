"""Freed memory is given back when a run rests or begins anew, for a small part of the time, where that can be done."""

import ctypes

import pytest

from rnnviz.lab.console import console
from rnnviz.lab.lifetime import heap
from rnnviz.lab.lifetime.heap import HeapTrim, give_back
from tests.clock import Clock
from tests.lab.browser import LabMaker


def test_a_pause_and_the_reset_that_follows_both_trim() -> None:
    clock = Clock()
    trim = HeapTrim(lambda: clock.work(0.02), clock)
    assert [trim(), trim()] == [True, True]


@pytest.mark.parametrize("cost", [0.001, 0.02, 3.0])
def test_trimming_takes_a_hundredth_of_the_time_at_most(cost: float) -> None:
    clock, spent = Clock(), [0.0]

    def work() -> None:
        clock.work(cost)
        spent[0] += cost

    trim = HeapTrim(work, clock)
    for _ in range(20_000):
        trim()
        clock.work(0.05)
    assert 0.005 * clock.now < spent[0] < 0.01 * clock.now + 0.5 + cost


def test_without_glibc_nothing_is_done_and_nothing_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in (lambda name: object(), _refuse(OSError), _refuse(TypeError)):
        monkeypatch.setattr(ctypes, "CDLL", library)
        assert heap._of_glibc() is None
    assert not HeapTrim(None)()


def test_here_it_works() -> None:
    assert (heap._of_glibc() is None) == (not hasattr(ctypes.CDLL(None), "malloc_trim"))
    assert isinstance(give_back(), bool)


def test_a_run_gives_back_at_each_rest_and_reset_and_never_between_steps(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    lab = make_lab(steps=6)
    monkeypatch.setattr(console, "give_back", lambda: seen.append((lab.state.phase, lab.state.step)))
    lab.play()
    assert lab._runner.join(60)
    lab.reset()
    lab.train(9)
    assert seen == [("paused", 6), ("ready", 0), ("paused", 9)]


def _refuse(kind: type[Exception]) -> object:
    def refuse(name: object) -> object:
        raise kind("no such library")

    return refuse
