"""A lab without a browser: the buttons' methods train, pause, change and end what they say."""

import signal
import threading

import numpy as np
import pytest

from rnnviz.training import NonFiniteLoss
from tests.lab.browser import Browser, LabMaker, settle
from tests.lab.small import lab_threads
from tests.training.examples import WAIT, Echo, Spoiled, raising

pytestmark = pytest.mark.timeout(120)


class Gate:
    """Holds the training thread inside the task until it is opened."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self._open.wait(WAIT)

    def open(self) -> None:
        self._open.set()


def test_training_in_place_and_playing_give_the_same_curve_bit_for_bit(make_lab: LabMaker) -> None:
    curves = []
    for _ in range(2):
        lab = make_lab(seed=3)
        lab.train(steps=40)
        curves.append(lab.history["loss"])
    playing = make_lab(seed=3, steps=40)
    Browser(playing)
    playing.play()
    assert playing._runner.join(WAIT)
    curves.append(playing.history["loss"])
    np.testing.assert_array_equal(curves[0], curves[1])
    np.testing.assert_array_equal(curves[0], curves[2])
    other = make_lab(seed=4)
    other.train(steps=40)
    assert (other.history["loss"] != curves[0]).any()


def test_a_learning_rate_that_is_set_while_playing_is_used_by_the_next_step(make_lab: LabMaker) -> None:
    gate = Gate()
    lab = make_lab(Echo(at=20, then=gate), lr=0.5, steps=30)
    lab.play()
    assert gate.reached.wait(WAIT)
    lab.set(lr=0.25)
    gate.open()
    assert lab._runner.join(WAIT)
    np.testing.assert_array_equal(lab.history["lr"], [0.5] * 20 + [0.25] * 10)


def test_step_trains_exactly_as_many_steps_as_asked(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.step()
    lab.step(4)
    assert (lab.state.step, lab.state.phase) == (5, "paused")
    np.testing.assert_array_equal(lab.history["step"], [1, 2, 3, 4, 5])


def test_pause_waits_for_the_present_step_and_play_goes_on_from_there(make_lab: LabMaker) -> None:
    gate = Gate()
    lab = make_lab(Echo(at=5, then=gate), steps=30)
    lab.play()
    assert gate.reached.wait(WAIT)
    pausing = threading.Thread(target=lab.pause)
    pausing.start()
    gate.open()
    pausing.join(WAIT)
    assert lab.state.phase == "paused"
    assert lab.state.step == len(lab.history["loss"]) >= 5
    lab.play()
    assert lab._runner.join(WAIT)
    assert lab.state.step == 30


def test_reset_starts_again_from_the_same_weights(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(6)
    first = lab.history["loss"]
    lab.reset()
    assert (lab.state.step, lab.state.phase, len(lab.history["loss"])) == (0, "ready", 0)
    lab.train(6)
    np.testing.assert_array_equal(lab.history["loss"], first)


def test_a_structural_setting_builds_another_model_from_step_0(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    lab.train(3)
    assert lab.set(cell="gru", hidden_size=7) is lab
    assert (type(lab.model.recurrent).__name__, lab.model.recurrent.hidden_size) == ("GRU", 7)
    assert (lab.state.step, len(lab.history["loss"])) == (0, 0)
    assert repr(lab) == "Lab(task='adding', cell='gru', hidden_size=7, step=0)"


def test_a_live_setting_keeps_the_model_and_its_step(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(3)
    model = lab.model
    lab.set(lr=0.125, clip=None, batch_size=6, optimizer="sgd", input_noise=0.25)
    lab.train(1)
    assert lab.model is model
    assert (lab.state.step, lab.history["lr"][-1]) == (4, 0.125)


def test_a_loss_that_is_no_number_fails_the_run_until_it_is_reset(make_lab: LabMaker) -> None:
    lab = make_lab(Spoiled(bad=9))
    browser = Browser(lab)
    lab.train(4)
    lab.play()
    settle(lab)
    browser.catch_up()
    norm = lab.history["grad_norm"][7]
    assert lab.state.phase == "failed"
    assert f"at step 9; the gradient norm just before was {norm:.3g}. Lower lr or set clip" in browser.status
    assert 'class="rv-failed"' in browser.status
    assert 4 <= browser.frames[-1][0]["step"] < 9  # the last good picture stays
    for _ in range(2):
        with pytest.raises(NonFiniteLoss, match="at step 9"):
            lab.train(1)
    lab.task.spoiled = False
    lab.reset()
    lab.train(12)
    browser.catch_up()
    assert (lab.state.phase, lab.state.step) == ("paused", 12)
    assert 'class="rv-fine"' in browser.status


def test_weights_that_explode_fail_the_run_too(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", nonlinearity="relu", lr=1e30, clip=None, optimizer="sgd")
    with pytest.raises(NonFiniteLoss, match="Lower lr or "):
        lab.train(50)
    for name in ("hidden", "gradients", "gates", "curves"):
        lab.figure(name).to_json()  # pictures of a broken model are still pictures
    lab.set(lr=1e-3)
    lab.reset()
    lab.train(5)


@pytest.mark.parametrize("background", [False, True])
def test_an_exception_in_a_task_is_shown_with_its_name_and_raised_at_the_next_call(
    make_lab: LabMaker, background: bool
) -> None:
    lab = make_lab(Echo(at=4, then=raising(LookupError("no such month"))))
    browser = Browser(lab)
    if background:
        lab.play()
        settle(lab)
    with pytest.raises(LookupError, match="no such month"):
        lab.train(10)
    browser.catch_up()
    assert "The task raised LookupError: no such month" in browser.status
    assert lab.state.step == 3
    lab.train(2)  # what was told is forgotten, and the task works again
    assert lab.state.step == 5


def test_an_interrupt_leaves_the_lab_usable(make_lab: LabMaker) -> None:
    lab = make_lab(Echo(at=4, then=raising(KeyboardInterrupt())))
    with pytest.raises(KeyboardInterrupt):
        lab.train(10)
    assert (lab.state.phase, lab.state.step) == ("paused", 3)
    assert "Interrupted at step 3" in lab.state.message
    lab.train(2)
    assert lab.state.step == 5


def test_an_interrupted_step_wants_no_more_steps(make_lab: LabMaker) -> None:
    here = threading.get_ident()
    lab = make_lab(Echo(at=4, then=lambda: signal.pthread_kill(here, signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        lab.step(10**9)
    settle(lab)
    assert lab.state.phase == "paused"
    lab.step(2)
    assert lab.state.step == len(lab.history["loss"])


def test_close_ends_every_thread_and_what_was_learned_still_answers(make_lab: LabMaker) -> None:
    before = lab_threads()
    lab = make_lab(steps=10**6)
    Browser(lab)
    lab.play()
    assert len(lab_threads() - before) == 2  # one trains, one draws
    lab.close()
    lab.close()
    assert not lab_threads() - before
    assert lab.state.phase == "stopped"
    assert lab.figure("curves").data[0].y.shape == lab.history["loss"].shape
    assert "model" in lab.evaluate()
    for call in (lab.play, lab.step, lab.reset, lambda: lab.train(1), lambda: lab.set(lr=0.1)):
        with pytest.raises(RuntimeError, match="stopped for good; make a new one"):
            call()


def test_a_lab_that_nobody_looks_at_makes_no_widgets_and_no_frames(make_lab: LabMaker) -> None:
    before = lab_threads()
    lab = make_lab()
    lab.train(5)
    lab.step(2)
    lab.set(hidden_size=6)
    assert lab._console.screen is None
    assert lab._runner.last_frame is None
    assert {thread.name for thread in lab_threads() - before} <= {"rnnviz-training"}
