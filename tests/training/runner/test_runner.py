"""A runner plays, pauses, steps and resets, in a thread or in place, with frames at a bearable rate."""

import functools
import gc
import itertools
import math
import subprocess
import sys
import threading
import weakref
from functools import partial

import numpy as np
import pytest
import torch

from rnnviz.training import Runner, Session
from rnnviz.training.runner import worker
from rnnviz.training.runner.frameclock import FrameClock
from tests.training.examples import WAIT, Echo, take

pytestmark = pytest.mark.timeout(120)


class Watcher:
    """Collects frames and states and lets a test wait for one."""

    def __init__(self):
        self.frames, self.states = [], []
        self._changed = threading.Condition()

    def frame(self, snapshot):
        with self._changed:
            self.frames.append(snapshot)
            self._changed.notify_all()

    def state(self, state):
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    def wait(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, WAIT), "it never happened"

    def phases(self):
        """The phases without repetition."""
        return [phase for phase, _ in itertools.groupby(state.phase for state in self.states)]


@pytest.fixture
def watcher():
    return Watcher()


@pytest.fixture
def make(runners, watcher):
    yield partial(runners, on_frame=watcher.frame, on_state=watcher.state)
    for runner in runners:
        runner.stop()
        runner._dispatcher.error = None


def test_training_in_place_uses_the_callers_thread_and_ends_with_a_frame(make, watcher):
    runner = make()
    threads = threading.active_count()
    runner.train(7)
    assert threading.active_count() == threads
    assert runner.state.phase == "paused"
    assert runner.state.step == watcher.frames[-1].step == 7
    assert runner.state.message == "Paused at step 7."
    assert runner.last_frame is watcher.frames[-1]
    assert watcher.frames[-1].validation_step == 7


def test_in_the_thread_and_in_place_the_curve_is_the_same(make):
    played, trained, plain = make(goal=30), make(), make()
    played.play()
    assert played.join(WAIT)
    trained.train(10)
    trained.train(20)
    np.testing.assert_array_equal(played.session.history["loss"], trained.session.history["loss"])
    np.testing.assert_array_equal(played.session.history["loss"], take(plain.session, 30))


def test_play_returns_at_once_and_pauses_at_the_goal(make, watcher):
    go_on = threading.Event()
    runner = make(Echo(at=3, then=lambda: go_on.wait(WAIT)), goal=12)
    runner.play()
    assert runner.state.phase == "playing"
    go_on.set()
    assert runner.join(WAIT)
    assert watcher.phases() == ["playing", "paused"]
    assert (runner.state.step, runner.state.goal) == (12, 12)
    assert runner.state.message == "Reached 12 steps; play goes on to 24."


def test_play_goes_on_to_the_next_multiple_of_the_goal(make):
    runner = make(goal=10)
    for reached in (10, 20):
        runner.play()
        runner.join(WAIT)
        assert runner.session.step == reached
    runner.train(3)
    assert runner.state.goal == 30
    runner.play()
    runner.join(WAIT)
    assert runner.session.step == 30


def test_without_a_goal_the_tasks_suggestion_counts(make):
    assert make().state.goal == Echo.steps


def test_pause_takes_effect_between_steps_with_a_last_frame(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: len(watcher.frames) >= 2)
    runner.pause(wait=True)
    assert runner.state.phase == "paused"
    assert watcher.frames[-1].step == runner.session.step == runner.state.step
    steps = runner.session.step
    assert runner.join(WAIT)
    assert runner.session.step == steps


def test_a_pause_right_after_play_still_ends_with_a_state_and_a_frame(make, watcher):
    runner = make(goal=10**9)
    for _ in range(20):
        runner.play()
        runner.pause()
        assert runner.join(WAIT)
        assert runner.state.phase in ("ready", "paused")
        assert watcher.frames[-1].step == runner.session.step


def test_step_trains_exactly_so_many(make, watcher):
    runner = make()
    runner.step()
    assert watcher.frames[-1].step == 1
    runner.step(4)
    assert watcher.frames[-1].step == 5
    assert runner.state.phase == "paused"


def test_a_step_while_playing_ends_the_play(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    runner.step(3)
    assert runner.state.phase == "paused"


def test_a_runner_pauses_without_a_thread_spinning(make, monkeypatch):
    monkeypatch.setattr(worker, "_LINGER", 0.01)
    runner = make()
    runner.step(2)
    thread = runner._dispatcher._worker._thread
    if thread is not None:
        thread.join(WAIT)
    assert runner._dispatcher._worker._thread is None
    runner.step(2)  # the next one starts by itself
    assert runner.session.step == 4


def test_frames_come_at_most_so_many_times_a_second(make, watcher):
    runner = make(fps=1e-6)
    runner.train(50)
    assert [frame.step for frame in watcher.frames] == [50]


def test_frames_come_on_the_way_and_each_with_a_state(make, watcher):
    runner = make(fps=1e6)
    runner.train(200)
    assert len(watcher.frames) > 2
    assert [frame.step for frame in watcher.frames] == sorted(frame.step for frame in watcher.frames)
    assert len(watcher.states) >= len(watcher.frames)


def test_a_runner_nobody_watches_makes_no_frames(make, watcher):
    runner = make()
    runner.watched = False
    runner.train(30)
    assert watcher.frames == []
    assert watcher.states[-1].step == 30
    assert watcher.states[-1].loss == runner.session.history["loss"][-1]


def test_a_state_tells_speed_and_loss(make):
    runner = make()
    assert runner.state.steps_per_second == 0.0
    assert math.isnan(runner.state.loss)
    runner.train(20)
    assert runner.state.steps_per_second > 0
    assert runner.state.loss == runner.session.history["loss"][-1]


def test_reset_starts_again_with_the_same_curve(make, watcher):
    runner = make()
    runner.train(5)
    first = runner.session.history["loss"]
    runner.reset(wait=True)
    assert (runner.state.phase, runner.state.step) == ("ready", 0)
    assert (watcher.frames[-1].step, watcher.frames[-1].run) == (0, 1)
    runner.train(5)
    np.testing.assert_array_equal(first, runner.session.history["loss"])


def test_reset_while_playing_pauses(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    runner.reset()
    watcher.wait(lambda: watcher.states[-1].phase == "ready")
    assert runner.join(WAIT)
    assert watcher.frames[-1].step == 0


def test_a_live_setting_acts_while_playing(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    runner.apply(runner.session.settings.replace(lr=0.125))
    watcher.wait(lambda: watcher.frames[-1].settings.lr == 0.125 and watcher.frames[-1].history["lr"][-1] == 0.125)
    runner.pause(wait=True)
    rates = runner.session.history["lr"]
    assert rates[0] != 0.125 == rates[-1]
    assert runner.session.run == 0


def test_a_structural_setting_rebuilds_while_playing_and_play_goes_on(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    runner.apply(runner.session.settings.replace(hidden_size=6))
    watcher.wait(lambda: watcher.frames[-1].run == 1 and watcher.frames[-1].step > 0)
    assert watcher.frames[-1].layer.hidden.shape[-1] == 6
    assert runner.state.phase == "playing"
    runner.pause(wait=True)


def test_a_structural_setting_rebuilds_while_paused_without_the_caller_waiting(make, watcher):
    runner = make()
    runner.train(3)
    runner.apply(runner.session.settings.replace(hidden_size=6))
    watcher.wait(lambda: watcher.frames[-1].run == 1)
    assert runner.join(WAIT)
    assert runner.state.phase == "ready"
    assert runner.state.message == "Rebuilt from step 0."
    assert watcher.frames[-1].layer.hidden.shape[-1] == 6


def test_a_live_setting_while_paused_brings_a_frame_that_knows_it(make, watcher):
    runner = make()
    runner.train(3)
    runner.apply(runner.session.settings.replace(clip=0.5), wait=True)
    assert watcher.frames[-1].settings.clip == 0.5
    assert watcher.frames[-1].step == 3


def test_a_setting_the_task_cannot_follow_is_refused_in_the_callers_thread(make):
    runner = make()
    with pytest.raises(ValueError, match="seq_len must be from 6 to 6"):
        runner.apply(runner.session.settings.replace(seq_len=7))


def test_others_may_look_while_it_plays(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    looks = [runner.snapshot() for _ in range(20)]
    assert [look.step for look in looks] == sorted(look.step for look in looks)
    assert math.isfinite(runner.evaluate()["model"])
    assert runner.state.phase == "playing"
    runner.pause(wait=True)
    np.testing.assert_array_equal(runner.session.history["step"][:50], np.arange(1, 51)[: runner.session.step])


def test_a_callback_may_look_pause_and_change_settings(make, watcher):
    runner = make(goal=10**9)

    def act(snapshot):
        watcher.frame(snapshot)
        assert runner.snapshot().step == snapshot.step
        runner.apply(runner.session.settings.replace(lr=0.25))
        runner.pause(wait=True)  # does not wait for itself

    runner._player._on_frame = act
    runner.play()
    assert runner.join(WAIT)
    assert runner.state.phase == "paused"
    assert runner.session.settings.lr == 0.25


@pytest.mark.parametrize("verb", ["join", "train", "step"])
def test_a_callback_that_would_wait_for_itself_is_told_so(make, verb):
    runner = make()
    runner._player._on_frame = lambda snapshot: runner.join() if verb == "join" else getattr(runner, verb)(1)
    with pytest.raises(RuntimeError, match="would wait for itself"):
        runner.train(1)


def test_training_in_place_waits_for_the_thread_to_pause(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    runner.pause(wait=True)
    before = runner.session.step
    runner.play()
    watcher.wait(lambda: watcher.frames[-1].step > before)
    runner.train(5)
    assert runner.state.phase == "paused"
    np.testing.assert_array_equal(runner.session.history["step"][-5:], runner.session.step - np.arange(4, -1, -1))


def test_pause_from_another_thread_ends_training_in_place(make):
    session = {}
    runner = make(Echo(at=5, then=lambda: threading.Thread(target=session["runner"].pause).run()))
    session["runner"] = runner
    runner.train(1000)
    assert runner.session.step == 5
    assert runner.state.phase == "paused"


def test_stop_ends_the_thread_and_other_verbs_refuse(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    watcher.wait(lambda: watcher.frames)
    thread = runner._dispatcher._worker._thread
    runner.stop()
    assert runner.join(WAIT)
    assert not thread.is_alive()
    assert runner.state.phase == "stopped"
    assert watcher.frames[-1].step == runner.session.step
    verbs = (
        runner.play,
        runner.step,
        runner.reset,
        lambda: runner.train(1),
        lambda: runner.apply(runner.session.settings),
    )
    for verb in verbs:
        with pytest.raises(RuntimeError, match="this runner was stopped for good; make a new one"):
            verb()
    runner.pause()
    runner.stop()


def test_a_runner_that_never_ran_can_be_stopped(make, watcher):
    runner = make()
    runner.stop()
    assert runner.join(WAIT)
    assert watcher.phases() == ["stopped"]


def test_an_idle_runner_is_freed_when_nobody_holds_it(monkeypatch):
    monkeypatch.setattr(worker, "_LINGER", 0.01)
    runner = Runner(Session(Echo(), device="cpu", hidden_size=4), on_frame=lambda snapshot: None)
    runner.step(2)
    thread, held = runner._dispatcher._worker._thread, weakref.ref(runner)
    if thread is not None:
        thread.join(WAIT)
    del runner
    gc.collect()
    assert held() is None


def test_the_number_of_threads_is_what_it_was(make):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        make().train(2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_joining_can_run_out_of_time(make, watcher):
    runner = make(goal=10**9)
    runner.play()
    assert runner.join(timeout=0.01) is False
    runner.pause()


def test_python_ends_cleanly_while_a_runner_plays():
    script = (
        "import threading\n"
        "from rnnviz.training import Runner, Session\n"
        "shown = threading.Event()\n"
        "runner = Runner(Session('adding', device='cpu'), on_frame=lambda snapshot: shown.set(), goal=10**9)\n"
        "runner.play()\n"
        "assert shown.wait(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"fps": 0}, "fps must be above 0, got 0"),
        ({"goal": 0}, "steps must be at least 1, got 0"),
        ({"goal": 2.5}, "steps must be a whole number, got 2.5"),
    ],
)
def test_options_out_of_range_are_named(make, options, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        make(**options)


def test_fewer_than_one_step_is_refused(make):
    runner = make()
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        runner.train(0)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        runner.step(0)


class SlowDevice:
    """A clock, and a device that takes 1.5 ms for the step that its host hands it in one."""

    def __init__(self):
        self.now, self.queued = 0.0, 0.0

    def attach(self, session):
        steps, check = session.steps, session.check

        def queueing():
            for _ in steps():
                self.now, self.queued = self.now + 1e-3, self.queued + 1.5e-3
                yield

        def waiting(*snapshot):
            self.now, self.queued = self.now + self.queued, 0.0
            check(*snapshot)

        session.steps, session.check = queueing, waiting


def test_what_a_device_still_has_to_do_is_not_counted_as_drawing(make, watcher, monkeypatch):
    device = SlowDevice()
    monkeypatch.setattr(
        "rnnviz.training.runner.player.FrameClock", functools.partial(FrameClock, clock=lambda: device.now)
    )
    runner = make(fps=10.0)
    device.attach(runner.session)
    runner.train(410)
    assert len(watcher.frames) == 5  # one each hundred steps, and the last
