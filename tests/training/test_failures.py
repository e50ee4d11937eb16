"""Whatever goes wrong is shown with its name, kept, and raised again by the next blocking call."""

import math
import threading

import pytest
import torch

from rnnviz.training import NonFiniteLoss
from tests.training.examples import WAIT, Echo, Spoiled, raising, settle

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def make(runners):
    yield runners
    for runner in runners:
        runner._dispatcher.error = None
        runner._player._on_state = lambda state: None


@pytest.mark.parametrize("fps", [1000.0, 1e-6])
def test_a_loss_that_is_no_number_pauses_and_says_where_and_what_to_try(make, fps):
    frames = []
    runner = make(Spoiled(bad=9), on_frame=frames.append, fps=fps)
    runner.play()
    settle(runner)
    norm = runner.session.history["grad_norm"][7]
    assert runner.state.phase == "failed"
    assert f"at step 9; the gradient norm just before was {norm:.3g}" in runner.state.message
    assert "Lower lr or set clip" in runner.state.message
    assert all(math.isfinite(frame.loss) for frame in frames)
    assert all(frame.step < 9 for frame in frames)
    with pytest.raises(NonFiniteLoss) as caught:
        runner.join()
    assert (caught.value.step, caught.value.grad_norm) == (9, pytest.approx(norm))
    assert str(caught.value) == runner.state.message


@pytest.mark.parametrize("bad", [1, 2, 255, 256, 257, 300])
def test_the_exact_step_is_found_however_seldom_frames_come(make, bad):
    runner = make(Spoiled(bad=bad), fps=1e-6)
    with pytest.raises(NonFiniteLoss) as caught:
        runner.train(600)
    assert caught.value.step == bad
    assert math.isnan(caught.value.grad_norm) == (bad == 1)
    assert runner.session.step < bad + 256


def test_a_gradient_explosion_is_found_by_itself(make):
    """Not injected: a ReLU network with the identity and a learning rate far too high."""
    runner = make(
        "adding", cell="rnn", nonlinearity="relu", init="identity", optimizer="sgd", lr=100.0, clip=None, seq_len=50
    )
    runner.watched = False
    with pytest.raises(NonFiniteLoss, match="stopped being a number at step"):
        runner.train(500)
    losses, norms = runner.session.history["loss"], runner.session.history["grad_norm"]
    bad = runner.session.history.first_bad()[0]
    assert all(map(math.isfinite, losses[: bad - 1]))
    assert all(map(math.isfinite, norms[: bad - 1]))
    assert not math.isfinite(losses[bad - 1] + norms[bad - 1])


def test_weights_broken_by_the_last_update_are_found_before_they_are_drawn(make):
    """The training loss is still finite then; the next step's would not be."""
    runner = make()
    runner.train(3)
    good = runner.last_frame
    with torch.no_grad():
        runner.session.model.head.weight.fill_(math.inf)
    runner.apply(runner.session.settings.replace(lr=1e-5))
    settle(runner)
    assert runner.state.phase == "failed"
    assert runner.last_frame is good
    with pytest.raises(NonFiniteLoss):
        runner.join()


def test_the_last_good_frame_is_kept(make):
    runner = make(Spoiled(bad=9))
    runner.train(5)
    good = runner.last_frame
    with pytest.raises(NonFiniteLoss):
        runner.train(20)
    assert runner.last_frame.step in range(5, 9)
    assert math.isfinite(runner.last_frame.loss)
    assert good.step == 5


def test_broken_weights_cannot_train_on_until_a_reset(make):
    runner = make(Spoiled(bad=4))
    for _ in range(2):
        with pytest.raises(NonFiniteLoss):
            runner.train(10)
    steps = runner.session.step
    runner.play()
    settle(runner)
    assert runner.session.step == steps
    runner.session.task.spoiled = False
    runner.reset(wait=True)
    assert runner.state.phase == "ready"
    runner.train(3)
    assert runner.state.phase == "paused"


def test_a_rebuild_makes_a_failed_run_usable_and_a_live_setting_does_not(make):
    runner = make(Spoiled(bad=4))
    with pytest.raises(NonFiniteLoss):
        runner.train(10)
    message = runner.state.message
    runner.apply(runner.session.settings.replace(lr=1e-4), wait=True)
    assert (runner.state.phase, runner.state.message) == ("failed", message)
    runner.session.task.spoiled = False
    runner.apply(runner.session.settings.replace(hidden_size=5), wait=True)
    assert runner.state.phase == "ready"
    runner.train(3)


class BadLoss(Echo):
    """A task whose loss raises at the call ``at`` during training."""

    def loss(self, outputs, targets):
        if self.at is not None and next(self.calls) >= self.at:
            self.then()
        return super().loss(outputs, targets)


@pytest.mark.parametrize("task", [Echo, BadLoss])
def test_an_error_in_the_task_is_named_kept_and_raised_once(make, task):
    error = LookupError("no such month")
    runner = make(task(at=3, then=raising(error)))
    runner.play()
    settle(runner)
    assert runner.state.phase == "failed"
    assert runner.state.message == "The task raised LookupError: no such month"
    with pytest.raises(LookupError) as caught:
        runner.join()
    assert caught.value is error
    assert runner.join(WAIT)


def test_an_error_in_the_model_is_named(make):
    runner = make()
    runner.session.model.register_forward_pre_hook(raising(RuntimeError("out of memory")))
    with pytest.raises(RuntimeError, match="out of memory"):
        runner.train(3)
    assert runner.state.message == "The model raised RuntimeError: out of memory"


def test_an_error_in_a_view_is_named_and_training_can_go_on(make):
    broken = [True]

    def draw(snapshot):
        if broken:
            broken.clear()
            raise KeyError("colour")

    runner = make(on_frame=draw)
    runner.play()
    settle(runner)
    assert runner.state.message == "A view raised KeyError: 'colour'"
    with pytest.raises(KeyError, match="colour"):
        runner.train(3)
    runner.train(3)
    assert runner.state.phase == "paused"


def test_an_error_in_the_status_line_is_kept_too(make):
    runner = make(on_state=raising(ValueError("no words")))
    runner.play()
    settle(runner)
    assert runner.state.message == "A view raised ValueError: no words"
    with pytest.raises(ValueError, match="no words"):
        runner.join()


def test_an_error_without_words_is_told_by_its_type(make):
    runner = make(Echo(at=2, then=raising(ZeroDivisionError())))
    with pytest.raises(ZeroDivisionError):
        runner.train(2)
    assert runner.state.message == "The task raised ZeroDivisionError: (no message)"


@pytest.mark.parametrize("verb", ["join", "train", "step"])
def test_every_blocking_call_raises_the_kept_error(make, verb):
    runner = make(Echo(at=2, then=raising(LookupError("once"))))
    runner.play()
    settle(runner)
    with pytest.raises(LookupError, match="once"):
        runner.join() if verb == "join" else getattr(runner, verb)(1)


def test_reset_forgets_a_kept_error(make):
    runner = make(Echo(at=2, then=raising(LookupError("once"))))
    runner.play()
    settle(runner)
    runner.reset(wait=True)
    runner.train(2)
    assert (runner.state.phase, runner.session.step) == ("paused", 2)
    assert runner.join(WAIT)


def test_a_rebuild_that_fails_is_shown_and_the_old_model_goes_on(make, monkeypatch):
    runner = make()
    runner.train(2)
    settings = runner.session.settings
    with monkeypatch.context() as patch:
        patch.setattr("rnnviz.training.session.building.initialise", raising(MemoryError("too large")))
        runner.apply(settings.replace(hidden_size=9))
        settle(runner)
    assert runner.state.message == "The model raised MemoryError: too large"
    with pytest.raises(MemoryError, match="too large"):
        runner.join()
    assert runner.session.settings is settings
    runner.train(2)
    assert runner.session.step == 4


def test_interrupting_leaves_the_runner_usable(make):
    frames, states = [], []
    runner = make(
        Echo(at=6, then=raising(KeyboardInterrupt())), on_frame=frames.append, on_state=states.append, fps=1e-6
    )
    with pytest.raises(KeyboardInterrupt):
        runner.train(100)
    assert (runner.state.phase, frames[-1].step) == ("paused", 5)
    assert runner.state.message == "Interrupted at step 5; play goes on from here."
    runner.train(3)
    runner.play()
    assert runner.join(WAIT)
    assert runner.session.step == Echo.steps


def test_a_trouble_beside_the_training_pauses_and_is_shown(make):
    shown = threading.Event()
    runner = make(on_frame=lambda snapshot: shown.set())
    runner.play()
    assert shown.wait(WAIT)
    runner.fail(OSError("the page is gone"), "view")
    settle(runner)
    assert (runner.state.phase, runner.state.message) == ("failed", "A view raised OSError: the page is gone")
    with pytest.raises(OSError, match="the page is gone"):
        runner.join()
    runner.train(2)
    assert runner.state.phase == "paused"


def test_a_trouble_while_idle_is_shown_and_kept(make):
    states = []
    runner = make(on_state=states.append)
    runner.fail(ValueError("lr must be above 0"), "lab")
    assert states[-1].message == "The lab raised ValueError: lr must be above 0"
    with pytest.raises(ValueError, match="lr must be above 0"):
        runner.train(1)


def test_a_huge_gradient_norm_is_told_with_a_raised_power_of_ten() -> None:
    assert "was 1.5 × 10¹⁸." in str(NonFiniteLoss(step=3, grad_norm=1.5e18))
