"""A lab where no thread can be started, and in a forked child: a sentence or the work itself, never a wait for ever."""

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.lab.lifetime.autopause import AutoPause
from rnnviz.live import Feed, Pump
from rnnviz.training import Runner, Session
from tests.training.examples import WAIT, Echo

pytestmark = pytest.mark.timeout(180)
SENTENCE = r"the thread that trains in the background could not be started \(can't start new thread\)"


def refuse(_thread):
    raise RuntimeError("can't start new thread")


@pytest.fixture
def no_threads(monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", refuse)
    return monkeypatch


def made(**settings):
    return rv.Lab("adding", **{"hidden_size": 4, "seq_len": 8, "device": "cpu", "steps": 20, **settings})


def compared():
    return rv.compare(["rnn", "gru"], "adding", hidden_size=4, seq_len=8, device="cpu", steps=20)


@pytest.mark.parametrize("make", [made, compared], ids=["lab", "comparison"])
def test_without_threads_play_says_so_and_plays_once_there_are_some(make, no_threads):
    lab = make()
    for _ in range(2):
        with pytest.raises(RuntimeError, match=SENTENCE):
            lab.play()
        assert lab.state.phase == "ready"
    no_threads.undo()
    lab.play()
    assert lab._runner.join(WAIT)
    assert lab.state.step == 20
    lab.close()


@pytest.mark.parametrize("make", [made, compared], ids=["lab", "comparison"])
def test_every_verb_that_waits_works_without_threads(make, no_threads):
    lab = make()
    lab.step(3)
    assert lab.state.step == 3
    lab.set(lr=0.02)
    lab.set(hidden_size=5)
    assert lab.state.step == 0
    lab.step(2)
    lab.pause()
    lab.train(2)
    assert lab.state.step == 4
    lab.evaluate()
    lab.snapshot()
    lab.rewind(0)
    lab.reset()
    assert lab.state.step == 0
    assert lab._runner.join(WAIT)
    lab.close()


def test_steps_without_a_thread_are_those_with_one(monkeypatch):
    with_one, without = made(), made()
    with_one.step(6)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    without.step(6)
    np.testing.assert_array_equal(without.history["loss"], with_one.history["loss"])
    monkeypatch.undo()
    with_one.close()


def test_a_button_without_threads_says_so_on_the_status_line(no_threads):
    lab = made()
    lab._console.runner.guarded(lab._runner.play)
    assert "could not be started" in lab.state.message
    with pytest.raises(RuntimeError, match=SENTENCE):
        lab.step()
    lab.step()
    assert lab.state.step == 1
    lab.close()


def test_settings_that_cannot_be_taken_up_now_are_at_the_next_step(no_threads):
    runner = Runner(Session("adding", seq_len=8, hidden_size=4, device="cpu"), on_frame=lambda frame: None)
    with pytest.raises(RuntimeError, match=SENTENCE):
        runner.apply(runner.session.settings.replace(lr=0.5))
    runner.train(1)
    assert runner.session.history["lr"][-1] == 0.5


def test_who_waits_for_her_turn_does_it_herself_when_no_thread_can(monkeypatch):
    held, go_on = threading.Event(), threading.Event()

    def hold():
        held.set()
        assert go_on.wait(WAIT)

    runner = Runner(Session(Echo(at=2, then=hold), hidden_size=4, device="cpu"), on_frame=lambda frame: None)
    training = threading.Thread(target=runner.train, args=(3,))
    waiting = threading.Thread(target=runner.step, args=(5,))
    training.start()
    assert held.wait(WAIT)
    waiting.start()
    with runner._dispatcher.changed:
        assert runner._dispatcher.changed.wait_for(lambda: len(runner._dispatcher._orders.all) == 2, WAIT)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    go_on.set()
    for thread in (training, waiting):
        thread.join(WAIT)
        assert not thread.is_alive()
    assert runner.session.step == 8


def test_pictures_are_drawn_in_place_where_no_thread_can_be_started(no_threads):
    drawn = []
    pump = Pump(lambda: drawn.append(threading.get_ident()), lambda: 0.0, on_error=drawn.append)
    pump.offer()
    pump.offer()
    assert drawn == [threading.get_ident()] * 2
    assert pump.flush()
    no_threads.undo()
    pump.offer()
    assert pump.flush()
    assert drawn[-1] != threading.get_ident()
    pump.close()


def test_a_shown_lab_trains_without_threads_and_its_widget_is_up_to_date(no_threads):
    lab = made()
    assert lab.widget is not None
    lab.train(4)
    assert lab._console.screen.seen.step == 4
    lab.close()


def test_a_run_that_cannot_be_put_to_rest_plays_on(no_threads):
    runner = Runner(Session(Echo(), hidden_size=4, device="cpu"), on_frame=lambda frame: None)
    resting = AutoPause(runner, Feed())
    resting.away(True)
    resting.away(False)
    assert runner.state.phase == "ready"


FORK = """
import os, sys, threading, warnings
warnings.simplefilter("ignore")
import rnnviz as rv

def child(work):
    number = os.fork()
    if not number:
        try:
            work()
            print("done", flush=True)
        except RuntimeError as error:
            print(error, flush=True)
        finally:
            os._exit(0)
    os.waitpid(number, 0)

def make():
    if {several}:
        return rv.compare(["rnn", "gru"], "adding", hidden_size=4, seq_len=8, device="cpu", steps=10**6)
    return rv.Lab("adding", hidden_size=4, seq_len=8, device="cpu", steps=10**6)
"""


def forked(program, several=False):
    command = [sys.executable, "-c", FORK.format(several=several) + textwrap.dedent(program)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=os.getcwd())
    assert answer.stderr == ""
    return answer.stdout.splitlines()


needs_fork = pytest.mark.parametrize("several", [False, True] if hasattr(os, "fork") else [])


@needs_fork
def test_a_child_forked_while_a_lab_plays_is_told_that_it_cannot_use_it(several):
    verbs = ("play", "pause", "step", "reset", "snapshot", "evaluate")
    program = f"""
    lab = make()
    lab.play()
    while lab.state.step < 5:
        lab.snapshot()
    for verb in {verbs}:
        child(getattr(lab, verb))
    child(lambda: lab.train(1))
    child(lambda: lab.set(lr=0.1))
    child(lab.close)
    child(lambda: (lab.history, lab.settings, lab.state))
    child(lambda: make().train(2))
    lab.pause()
    print("parent", lab.state.phase)
    """
    told = forked(program, several)
    assert all("this lab was training in another thread when the process was forked" in line for line in told[:8])
    assert told[8:] == ["done", "done", "done", "parent paused"]


@needs_fork
def test_a_child_may_use_a_lab_that_rested_when_it_was_forked(several):
    program = """
    lab = make()
    lab.step(3)
    child(lambda: (lab.step(2), lab.train(2), print(lab.state.step)))
    lab.train(1)
    print(lab.state.step)
    """
    assert forked(program, several) == ["7", "done", "4"]


@needs_fork
def test_a_child_that_ends_as_programs_do_neither_waits_nor_writes(several):
    program = """
    lab = make()
    lab.play()
    lab.snapshot()
    number = os.fork()
    if not number:
        sys.exit(0)
    print(os.waitpid(number, 0)[1])
    lab.pause()
    """
    assert forked(program, several) == ["0"]
