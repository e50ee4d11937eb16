"""A lab that draws for hours holds no more than one that has drawn for a second."""

import gc
import tracemalloc

import pytest

from rnnviz.training import Snapshot
from tests.lab.browser import Browser, LabMaker

pytestmark = pytest.mark.timeout(120)


def draw(browser: Browser, snapshots: list[Snapshot], count: int) -> None:
    for number in range(count):
        browser.screen.show(snapshots[number % len(snapshots)])
        browser.catch_up()
        browser.frames.clear()


def test_two_thousand_frames_leave_nothing_behind(make_lab: LabMaker) -> None:
    lab = make_lab(fps=1e6, cell="rnn")
    browser = Browser(lab)
    lab.train(5)
    snapshots = [lab.snapshot(), lab.snapshot()]
    draw(browser, snapshots, 100)
    gc.collect()
    before = len(gc.get_objects())
    draw(browser, snapshots, 1900)
    gc.collect()
    assert len(gc.get_objects()) - before < 200
    assert browser.feed.in_flight == 0


def test_looking_and_training_leave_nothing_behind(make_lab: LabMaker) -> None:
    lab = make_lab(fps=1e6, cell="rnn")
    browser = Browser(lab)

    def work(count: int) -> None:
        for _ in range(count):
            lab.train(1)
            browser.catch_up()
            browser.frames.clear()
        browser.statuses.clear()
        lab._runner.recording._kept.clear()  # grows on purpose, up to a bound that has tests of its own
        gc.collect()

    work(50)
    tracemalloc.start()
    try:
        work(50)
        before, _ = tracemalloc.get_traced_memory()
        work(150)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 150 * 1500  # bytes; a kept snapshot or message is several thousand, a history row fewer
