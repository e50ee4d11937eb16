"""Whoever waits for an order of her own is answered, whatever others press meanwhile, and no press is lost."""

import itertools
import threading
from functools import partial

import pytest

from rnnviz.training import Runner
from tests.training.examples import WAIT, Echo

pytestmark = pytest.mark.timeout(240)
_SIZES = itertools.cycle([3, 4, 5])

_WAITING = {
    "pause": lambda runner: runner.pause(wait=True),
    "reset": lambda runner: runner.reset(wait=True),
    "step": lambda runner: runner.step(2),
    "train": lambda runner: runner.train(2),
    "set a structural setting": lambda runner: runner.apply(
        runner.session.settings.replace(hidden_size=next(_SIZES)), wait=True
    ),
    "set a live setting": lambda runner: runner.apply(
        runner.session.settings.replace(lr=0.01 / next(_SIZES)), wait=True
    ),
}


@pytest.fixture
def make(runners):
    return partial(runners, goal=10**9)


def in_thread(work):
    """Start ``work`` in a thread of its own, which must not keep a failed test alive."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def returns(thread):
    thread.join(WAIT)
    return not thread.is_alive()


@pytest.mark.parametrize("verb", _WAITING)
def test_a_verb_that_waits_returns_while_another_thread_keeps_pressing_play(make, verb):
    runner, enough = make(), threading.Event()

    def press():
        while not enough.is_set():
            runner.play()

    def ask():
        for _ in range(15):
            _WAITING[verb](runner)

    pressing, asking = in_thread(press), in_thread(ask)
    returned = returns(asking)
    enough.set()
    pressing.join(WAIT)
    assert returned, f"{verb} still waits"


def test_many_threads_that_press_everything_at_once_all_return(make):
    runner, ready = make(), threading.Barrier(2 * len(_WAITING) + 1)

    def press(act):
        ready.wait(WAIT)
        for _ in range(8):
            act(runner)

    acts = [*_WAITING.values(), *_WAITING.values(), Runner.play]
    threads = [in_thread(lambda act=act: press(act)) for act in acts]
    assert all(returns(thread) for thread in threads)
    runner.pause(wait=True)
    assert runner.state.phase in ("paused", "ready")


@pytest.mark.parametrize("verb", ["pause", "reset"])
def test_play_pressed_while_another_thread_waits_for_the_present_step_is_not_lost(make, verb):
    """The step in hand is held until both have pressed: first the verb that waits, then play."""
    held, go_on, playing = threading.Event(), threading.Event(), threading.Event()

    def hold():
        held.set()
        assert go_on.wait(WAIT)

    runner = make(Echo(at=3, then=hold), on_state=lambda state: go_on.is_set() and state.step > 20 and playing.set())
    runner.play()
    assert held.wait(WAIT)
    waiting = threading.Event()
    plain = runner._dispatcher._wait_for
    runner._dispatcher._wait_for = lambda *orders: (waiting.set(), plain(*orders))  # the lock is held until it waits
    thread = in_thread(lambda: _WAITING[verb](runner))
    assert waiting.wait(WAIT)
    runner.play()
    go_on.set()
    assert returns(thread)
    assert playing.wait(WAIT)
    assert runner.session.run == (verb == "reset")


def test_play_pressed_at_the_very_moment_the_goal_is_told_goes_on_to_the_next(make):
    told = []

    def again(state):
        if state.phase == "paused" and not told:
            told.append(state.step)
            in_thread(runner.play).join(WAIT)

    runner = make(goal=5, on_state=again)
    runner.play()
    assert runner.join(WAIT)
    assert (told, runner.session.step) == ([5], 10)


def test_each_press_of_the_step_button_is_a_step(make):
    held = threading.Event()
    runner = make(Echo(at=2, then=lambda: held.wait(WAIT)))
    for _ in range(7):
        runner.step(wait=False)
    held.set()
    assert runner.join(WAIT)
    assert runner.session.step == 7


def test_two_threads_that_train_in_place_both_get_their_steps(make):
    held = threading.Event()
    runner = make(Echo(at=2, then=lambda: held.wait(WAIT)))
    threads = [in_thread(lambda: runner.train(10)) for _ in range(3)]
    held.set()
    assert all(returns(thread) for thread in threads)
    assert runner.session.step == 30


def test_a_stop_ends_every_wait(make):
    held, go_on = threading.Event(), threading.Event()
    runner = make(Echo(at=2, then=lambda: (held.set(), go_on.wait(WAIT))))
    runner.play()
    assert held.wait(WAIT)
    refused = []

    def ask(act):
        try:
            act(runner)
        except RuntimeError as error:
            refused.append(str(error))

    threads = [in_thread(lambda act=act: ask(act)) for act in _WAITING.values()]
    runner.stop()
    go_on.set()
    assert all(returns(thread) for thread in threads)
    assert all("stopped for good" in sentence for sentence in refused)


def test_an_interrupted_wait_to_train_leaves_the_runner_usable(make, monkeypatch):
    runner = make()

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runner._dispatcher.changed, "wait_for", interrupt)
        with pytest.raises(KeyboardInterrupt):
            runner.train(5)
    runner.step(2)
    assert runner.session.step == 2
