"""An interrupt takes effect between two steps: what was trained is that of a run that nobody interrupted."""

import itertools
import signal
import threading

import numpy as np
import pytest
import torch

from rnnviz.training import LockstepSessions, Runner, Session
from tests.training.examples import WAIT, Echo, raising

pytestmark = pytest.mark.timeout(120)
STEPS = 12


class Pressed(Echo):
    """Interrupts the process at one call of one of its methods, as Ctrl-C would, as often as it is told."""

    def __init__(self, verb="batch", at=None, times=1):
        super().__init__()
        self.verb, self.when, self.times, self.seen = verb, at, times, itertools.count(1)
        self.armed = False

    def _press(self, verb):
        if self.armed and verb == self.verb and next(self.seen) == self.when:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)

    def batch(self, batch_size, generator):
        drawn = super().batch(batch_size, generator)
        self._press("batch")
        return drawn

    def held_out(self):
        self._press("held_out")
        return super().held_out()

    def loss(self, outputs, targets):
        self._press("loss")
        return super().loss(outputs, targets)

    def metric(self, outputs, targets):
        self._press("metric")
        return super().metric(outputs, targets)


def session(task=None, **settings):
    settings = {"hidden_size": 4, "batch_size": 4, "input_noise": 0.1, **settings}
    made = Session(task or Echo(), device="cpu", **settings)
    made.task.armed = True
    return made


def runner(one):
    return Runner(one, on_frame=lambda frame: None, fps=1000.0)


def weights(one):
    return [weight.detach().clone() for weight in one.model.parameters()]


def assert_equal_runs(one, other):
    for name in ("loss", "grad_norm"):
        np.testing.assert_array_equal(one.history[name], other.history[name])
    assert all(torch.equal(mine, others) for mine, others in zip(weights(one), weights(other), strict=True))
    np.testing.assert_array_equal(one.snapshot().scores["metric"], other.snapshot().scores["metric"])


@pytest.fixture
def uninterrupted():
    plain = session()
    runner(plain).train(STEPS)
    return plain


@pytest.mark.parametrize(
    ("verb", "at"), [*itertools.product(["batch", "loss", "metric"], [1, 2, 3, 5]), ("held_out", 1), ("held_out", 2)]
)
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(uninterrupted, verb, at):
    trained = session(Pressed(verb, at))
    trainer = runner(trained)
    with pytest.raises(KeyboardInterrupt):
        trainer.train(STEPS)
    assert trainer.state.phase == "paused"
    assert trained.step < STEPS
    trainer.train(STEPS - trained.step)
    assert_equal_runs(trained, uninterrupted)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_press_while_the_weights_are_updated_waits_for_the_row_of_the_curves(monkeypatch, optimizer):
    plain, trained = session(optimizer=optimizer), session(optimizer=optimizer)
    runner(plain).train(STEPS)
    update = trained._training_run._optimizer.step

    def pressed():
        update()
        if trained.step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(trained._training_run._optimizer, "step", pressed)
    with pytest.raises(KeyboardInterrupt):
        runner(trained).train(STEPS)
    monkeypatch.undo()
    assert trained.step == 5
    runner(trained).train(STEPS - 5)
    assert_equal_runs(trained, plain)


def test_all_models_of_a_race_have_made_equally_many_steps_after_an_interrupt():
    lockstep = LockstepSessions({"one": session(Pressed("loss", 5)), "other": session(cell="gru")})
    with pytest.raises(KeyboardInterrupt):
        runner(lockstep).train(STEPS)
    assert len({one.step for one in lockstep.sessions.values()}) == 1
    assert 0 < lockstep.step < STEPS


def test_a_loop_over_the_steps_is_interrupted_between_two_of_them(uninterrupted):
    trained = session(Pressed("loss", 5))
    with pytest.raises(KeyboardInterrupt):
        for _ in itertools.islice(trained.steps(), STEPS):
            pass
    for _ in itertools.islice(trained.steps(), STEPS - trained.step):
        pass
    np.testing.assert_array_equal(trained.history["loss"], uninterrupted.history["loss"])


def test_a_second_press_acts_at_once():
    trained = session(Pressed("batch", 3, times=2))
    trainer = runner(trained)
    with pytest.raises(KeyboardInterrupt):
        trainer.train(STEPS)
    assert trained.step == 3  # the first batch is drawn where the run is built


def test_what_a_step_had_drawn_before_it_failed_is_drawn_again(uninterrupted):
    for error in (KeyboardInterrupt(), ValueError("no")):
        trained = session(Echo(at=5, then=raising(error)))
        trainer = runner(trained)
        with pytest.raises(type(error)):
            trainer.train(STEPS)
        trainer.train(STEPS - trained.step)
        assert_equal_runs(trained, uninterrupted)


def test_a_handler_of_the_owners_is_called_between_two_steps_and_stays_set():
    steps, trained = [], session(Pressed("loss", 5))

    def owners(*_):
        steps.append(trained.step)

    before = signal.signal(signal.SIGINT, owners)
    try:
        runner(trained).train(STEPS)
        assert signal.getsignal(signal.SIGINT) is owners
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(steps) == 1
    assert trained.step == STEPS


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        trained = session(Pressed("loss", 5))
        runner(trained).train(STEPS)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert trained.step == STEPS


def test_training_in_another_thread_leaves_the_handlers_alone():
    seen, trained = set(), session(Echo(at=3, then=lambda: seen.add(signal.getsignal(signal.SIGINT))))
    thread = threading.Thread(target=runner(trained).train, args=(STEPS,))
    thread.start()
    thread.join(WAIT)
    assert seen == {signal.getsignal(signal.SIGINT)}
    assert trained.step == STEPS


def test_an_evaluation_is_interrupted_when_it_is_done_and_leaves_the_model_in_training():
    trained = session(Pressed("metric", 1))
    with pytest.raises(KeyboardInterrupt):
        runner(trained).evaluate()
    assert trained.model.training
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("verb", ["step", "pause", "reset"])
def test_who_waits_is_interrupted_and_the_lab_pauses_at_a_step(verb):
    held, go_on = threading.Event(), threading.Event()

    def hold():
        held.set()
        assert go_on.wait(WAIT)

    trained = session(Echo(at=4, then=hold))
    trainer = runner(trained)
    trainer.play()
    assert held.wait(WAIT)
    main = threading.get_ident()
    timer = threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        getattr(trainer, verb)(**({"n": 10**6} if verb == "step" else {"wait": True}))
    go_on.set()
    assert trainer.join(WAIT)
    assert trainer.state.phase in ("paused", "ready")
    trainer.step(2)
    trainer.stop()
    assert trainer.join(WAIT)
