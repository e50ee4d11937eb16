"""In a real kernel: what an interrupt does, where the memory goes, and what a cell that trains says."""

from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.lab.console.progress import Progress
from rnnviz.training import RunState
from tests.lab.kernel import Kernel, kernel

pytestmark = pytest.mark.timeout(300)

PREPARED = """
import threading, time
import rnnviz as rv

def plays_on(lab):
    before = lab.state.step
    while lab.state.step == before and lab.state.phase == "playing":
        lab.evaluate()
    return lab.state.phase == "playing"
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Kernel]:
    with kernel() as made:
        assert made.run(PREPARED).status == "ok"
        yield made


@pytest.fixture
def playing(running: Kernel) -> Iterator[Kernel]:
    running.run("lab = rv.Lab('adding', hidden_size=4, seq_len=8, steps=10**9, device='cpu')\nlab.play()")
    yield running
    running.run("lab.close()")


def test_an_interrupt_while_no_cell_runs_leaves_a_lab_playing(playing: Kernel) -> None:
    playing.interrupt()
    assert playing.value("plays_on(lab)") == "True"


def test_an_interrupt_ends_the_cell_that_waits_and_the_lab_plays_on(playing: Kernel) -> None:
    def interrupt(kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            playing.interrupt()

    ran = playing.run("print('waits', flush=True)\nthreading.Event().wait()", then=interrupt)
    assert [one["ename"] for one in ran.of("error")] == ["KeyboardInterrupt"]
    assert playing.value("plays_on(lab)") == "True"


def test_an_interrupted_run_has_the_curve_of_an_undisturbed_one(running: Kernel) -> None:
    running.run("one, two = (rv.Lab('adding', hidden_size=4, seq_len=8, steps=400, seed=1) for _ in range(2))")
    running.run("one.play()")
    running.interrupt()
    running.run("one._runner.join()\ntwo.train(400)")
    assert running.value("(one.history['loss'] == two.history['loss']).all(), one.state.step") == "True 400"


def test_pause_all_is_what_stops_a_lab_that_no_variable_names(running: Kernel) -> None:
    running.run("rv.Lab('adding', hidden_size=4, seq_len=8, steps=10**9).play()")
    assert running.value("rv.pause_all()") == "0"  # nobody holds it, nobody sees it: it has stopped
    running.run("box = rv.Lab('adding', hidden_size=4, seq_len=8, steps=10**9)\nbox.play()\nbox = box.widget")
    assert running.value("rv.pause_all()") == "1"
    assert running.value("rv.pause_all()") == "0"


@pytest.fixture
def impatient(running: Kernel) -> Iterator[Kernel]:
    """A kernel where every call to `train` takes too long to be silent."""
    running.run("import rnnviz.lab.console.progress as module\nkept, module._PATIENCE = module._PATIENCE, 0.0")
    yield running
    running.run("module._PATIENCE = kept")


MAKERS = {
    "lab": "rv.Lab('adding', hidden_size=4, seq_len=8, fps=1e6)",
    "comparison": "rv.compare(['rnn', 'gru'], 'adding', hidden_size=4, seq_len=8, fps=1e6)",
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_long_call_to_train_tells_the_cell_how_far_it_is_and_leaves_nothing(impatient: Kernel, make: str) -> None:
    ran = impatient.run(f"print('before')\nlab = {make}\nlab.train(30)\nprint('after')")
    (line,) = ran.of("display_data")
    later = ran.of("update_display_data")
    assert line["data"]["text/plain"].startswith("Training: 0 of 30 steps")
    assert {one["transient"]["display_id"] for one in later} == {line["transient"]["display_id"]}
    assert later[-1]["data"] == {}
    assert ran.printed == "before\nafter"
    assert ran.of("clear_output") == []


def test_a_call_that_fails_takes_its_line_away_too(impatient: Kernel) -> None:
    ran = impatient.run("rv.Lab('adding', hidden_size=4, seq_len=8, lr=1e30, clip=None, optimizer='sgd').train(500)")
    assert [one["ename"] for one in ran.of("error")] == ["NonFiniteLoss"]
    assert ran.of("update_display_data")[-1]["data"] == {}


def test_a_short_call_and_a_notebook_that_a_program_runs_show_no_line(running: Kernel, impatient: Kernel) -> None:
    cell = f"{MAKERS['lab']}.train(30)"
    assert impatient.run(cell, asks=False).of("display_data") == []
    impatient.run("module._PATIENCE = 1e9")
    assert running.run(cell).of("display_data") == []


def test_the_line_is_there_after_a_second_and_not_with_every_step() -> None:
    now, written = [0.0], []
    progress = Progress(2_000, written.append, clock=lambda: now[0])
    for now[0], step in ((0.0, 500), (0.9, 700), (1.1, 750), (1.2, 760), (1.5, 1_800)):
        progress.see(RunState("playing", step, 10_000, steps_per_second=250.0))
    progress.end()
    assert written == [
        "Training: 250 of 2,000 steps · 250 steps/s",
        "Training: 1,300 of 2,000 steps · 250 steps/s",
        "",
    ]


def test_a_call_that_was_done_in_time_writes_nothing() -> None:
    written: list[str] = []
    progress = Progress(3, written.append, clock=lambda: 0.0)
    progress.see(RunState("playing", 1, 3))
    progress.end()
    assert written == []


CYCLES = """
import psutil

def used():
    return psutil.Process().memory_info().rss / 2**20

lab = rv.Lab("adding", cell="lstm", hidden_size=100, seq_len=150, steps=25, device="cpu")
lab.widget

def play_and_reset(times):
    for _ in range(times):
        lab.play()
        lab._runner.join()
        lab.reset()
"""


def test_playing_and_resetting_leaves_the_kernel_no_larger() -> None:
    with kernel() as made:
        made.run(PREPARED + CYCLES)
        # what the first rounds need is made then: widgets that were not opened, room for a step's activations
        made.run("play_and_reset(2)")
        at_first = float(made.value("used()"))
        made.run("play_and_reset(6)")
        later = float(made.value("used()"))
    assert later < 1.1 * at_first
