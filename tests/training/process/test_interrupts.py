"""An interrupt takes effect between two steps: what was trained is that of a run that nobody interrupted."""

import itertools
import signal
import threading

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.training import LockstepSessions, Runner, Session
from rnnviz.training.process.interrupts import INTERRUPTS
from tests.training.examples import WAIT, Echo, raising, weights

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


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_not_even_a_second_press_tears_the_weights_from_the_curves(monkeypatch, optimizer, early):
    plain, trained = session(optimizer=optimizer), session(optimizer=optimizer)
    runner(plain).train(STEPS)
    update = trained._training_run._optimizer.step

    def pressed():
        if not early:
            update()
        if trained.step == 4:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        if early:
            update()

    monkeypatch.setattr(trained._training_run._optimizer, "step", pressed)
    with pytest.raises(KeyboardInterrupt):
        runner(trained).train(STEPS)
    monkeypatch.undo()
    assert trained.step == 5
    runner(trained).train(STEPS - 5)
    assert_equal_runs(trained, plain)


def test_after_a_step_that_was_held_together_a_second_press_acts_at_once_again():
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(len(pressed)))
    try:
        with INTERRUPTS:
            with INTERRUPTS.whole():
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
            held = list(pressed)
            signal.raise_signal(signal.SIGINT)
            at_once = list(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (held, at_once, pressed) == ([], [0], [0])


class Accounting(nn.Module):
    """Keeps running means, draws for its dropout, counts its sequences in a large buffer and replaces a small one."""

    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(1, 4, num_layers=2, dropout=0.3, batch_first=True)
        self.norm, self.drop, self.head = nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1)
        self.register_buffer("seen", torch.zeros(2**17))
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, inputs):
        if self.training:
            self.seen += len(inputs)
            self.calls = self.calls + 1
        return self.head(self.drop(self.norm(self.recurrent(inputs)[0][:, -1])))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no")])
def test_a_step_that_fails_leaves_running_means_and_dropout_as_they_were(error):
    class Failing(Echo):
        def loss(self, outputs, targets):
            if self.failing and outputs.requires_grad and next(self.looked) == 5:
                raise error
            return super().loss(outputs, targets)

    runs = []
    for failing in (False, True):
        task = Failing()
        task.failing, task.looked = failing, itertools.count(1)
        torch.manual_seed(3)
        one = Session(task, model=lambda task, settings: Accounting(), device="cpu", batch_size=4)
        failed = 0
        while one.step < STEPS:
            try:
                for _ in itertools.islice(one.steps(), STEPS - one.step):
                    pass
            except type(error):
                failed += 1
        assert failed == failing
        runs.append(one)
    assert_equal_runs(*runs)
    for one, other in zip(runs[0].model.buffers(), runs[1].model.buffers(), strict=True):
        assert torch.equal(one, other)


def race(task=None, pressed="one"):
    """A race of two models; the task is that of one of them."""
    return LockstepSessions(
        {
            name: session(task if name == pressed else None, cell=cell)
            for name, cell in (("one", "rnn"), ("other", "gru"))
        }
    )


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("pressed", ["one", "other"])
@pytest.mark.parametrize("verb", ["batch", "loss"])
def test_an_interrupted_race_goes_on_as_if_nothing_had_happened(verb, pressed, times):
    plain, lockstep = race(), race(Pressed(verb, 5, times), pressed)
    runner(plain).train(STEPS)
    with pytest.raises(KeyboardInterrupt):
        runner(lockstep).train(STEPS)
    steps = [one.step for one in lockstep.sessions.values()]
    # a first press waits for all models; a second one acts at once, and who got further then waits for the others
    assert max(steps) - min(steps) == (1 if (pressed, times) == ("other", 2) else 0)
    assert 0 < lockstep.step < STEPS
    runner(lockstep).train(STEPS - lockstep.step)
    for name, one in lockstep.sessions.items():
        assert_equal_runs(one, plain.sessions[name])


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
