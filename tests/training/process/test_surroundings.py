"""A run is the same run in any cell: whatever grad mode, autocast, default device or dtype the cell has set."""

import contextlib
import threading
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz import tasks
from rnnviz.tasks import Batch, Task
from rnnviz.trace.isolation.precision import are_denormals_flushed
from rnnviz.training import LockstepSessions, Runner, Session, perturb
from tests.defaults import default_dtype
from tests.training.examples import WAIT, take

CELLS = ("rnn", "gru", "lstm")
ALL = {
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu"),
    "another device": lambda: torch.device("meta"),
    "float64": lambda: default_dtype(torch.float64),
    "float16": lambda: default_dtype(torch.float16),
    "deterministic": lambda: deterministic(),
    "no grad for good": lambda: without_grad(),
    "denormal numbers flushed": lambda: flushing(),
    "all at once": lambda: all_at_once(),
}


@contextlib.contextmanager
def deterministic():
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


@contextlib.contextmanager
def without_grad():
    torch.set_grad_enabled(False)
    try:
        yield
    finally:
        torch.set_grad_enabled(True)


@contextlib.contextmanager
def flushing():
    assert torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@contextlib.contextmanager
def all_at_once():
    with default_dtype(torch.float64), torch.device("meta"), torch.inference_mode(), torch.autocast("cpu"), flushing():
        yield


class Reader(nn.Module):
    """Somebody's model that makes numbers of its own, without saying of which dtype or where."""

    def __init__(self, inputs=1, outputs=1):
        super().__init__()
        self.rnn, self.fc = nn.GRU(inputs, 5, batch_first=True), nn.Linear(5, outputs)
        self.norm = nn.BatchNorm1d(5)

    def forward(self, x):
        states, _ = self.rnn(x, torch.zeros(1, len(x), 5))
        half = torch.tensor(0.75) - torch.full((1,), 0.5) + torch.arange(3)[1] / 4
        return self.fc(self.norm(states[:, -1])) * half


class Halves(Task):
    """Somebody's task that makes numbers of its own likewise."""

    name, input_size, output_size, seq_len, metric_name = "halves", 1, 1, 6, "MSE"

    def __init__(self):
        self.kept = torch.linspace(0, 1, 48).reshape(8, 6, 1)
        self.weight = torch.ones(1)

    def batch(self, batch_size, generator):
        inputs = torch.rand(batch_size, 6, 1, generator=generator)
        return Batch(inputs, inputs[:, -1] / 2)

    def held_out(self):
        return Batch(self.kept, self.kept[:, -1] / 2)

    def loss(self, outputs, targets):
        return (self.weight * (outputs - targets)).square().mean() + torch.tensor(0.0)


def make(task="adding", **settings):
    return Session(task, **{"hidden_size": 5, "batch_size": 6, "device": "cpu", "seed": 3, **settings})


def answers(session, steps=3):
    """Everything that a session says after some steps, as numbers that can be compared."""
    losses = take(session, steps)
    seen = session.snapshot()
    edited = perturb(session, time=2)
    told = {
        "loss": losses,
        "grad_norm": session.history["grad_norm"],
        "held out": np.array(list(session.evaluate().values())),
        "states": seen.layer.hidden,
        "gradients": normal(seen.layer.grad_hidden),
        "scores": np.array([seen.validation, seen.loss]),
        "rescored": session.rescored(seen).scores["metric"],
        "perturbed": normal(edited.grad_hidden),
    }
    return told | dict(seen.weights)


def normal(gradients):
    """Gradients that numbers below the smallest normal one may have had a part in count as zero, see `trace`."""
    return np.where(abs(gradients) < 1e-30, gradients.dtype.type(0), gradients)


def assert_same(told, expected):
    assert told.keys() == expected.keys()
    for name, values in told.items():
        assert values.dtype == expected[name].dtype, name
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@cache
def of_a_plain_cell(answer, *given):
    """What is answered where nothing was set: once for all the cells that are compared with it."""
    return answer(*given)


def noisy(task, cell):
    return answers(make(task, cell=cell, input_noise=0.1))


def of_ones_own(own):
    torch.manual_seed(0)
    return make(
        Halves() if own in ("task", "both") else "adding",
        model={"task": None, "module": Reader(2)}.get(own, lambda task, _settings: Reader(task.input_size)),
    )


def answers_of_ones_own(own):
    return answers(of_ones_own(own))


def curves():
    lockstep = LockstepSessions({cell: make("python-tokens", cell=cell) for cell in CELLS})
    for _ in zip(range(3), lockstep.steps(), strict=False):
        pass
    return {label: history["loss"] for label, history in lockstep.histories.items()} | {
        label: np.array(score) for label, score in lockstep.evaluate().items()
    }


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", tasks.KNOWN)
@pytest.mark.parametrize("around", ALL)
def test_a_session_made_and_trained_in_any_cell_is_the_same(around, task, cell):
    expected = of_a_plain_cell(noisy, task, cell)
    with ALL[around]():
        told = noisy(task, cell)
    assert_same(told, expected)


@pytest.mark.parametrize("own", ["task", "model", "module", "both"])
@pytest.mark.parametrize("around", ALL)
def test_somebodys_own_task_and_model_are_the_same_in_any_cell_too(around, own):
    expected, session = of_a_plain_cell(answers_of_ones_own, own), of_ones_own(own)
    with ALL[around]():
        told = answers(session)
        again = session.rebuild() or take(session, 3)
    assert_same(told, expected)
    np.testing.assert_array_equal(again, expected["loss"])


@pytest.mark.parametrize("around", ["no_grad", "inference_mode", "autocast", "no grad for good"])
def test_what_was_made_without_grad_trains_like_any_other(around):
    def made():
        torch.manual_seed(0)
        return make(Halves(), model=Reader())

    expected = answers(made())
    with ALL[around]():
        session = made()
    assert_same(answers(session), expected)


@pytest.mark.parametrize("around", ALL)
def test_a_race_is_the_same_in_any_cell(around):
    expected = of_a_plain_cell(curves)
    with ALL[around]():
        told = curves()
    assert_same(told, expected)


@pytest.mark.parametrize("name", tasks.KNOWN)
@pytest.mark.parametrize("around", ["float64", "float16", "another device", "inference_mode"])
def test_a_task_gives_the_same_numbers_whatever_torchs_defaults_are(around, name):
    def told():
        task = tasks.make(name)
        batch = task.batch(4, torch.Generator().manual_seed(0))
        held_out, probe = task.held_out(), task.probe(3)
        return [one for part in (batch, held_out, probe) for one in (part.inputs, part.targets)], task.baselines()

    expected = told()
    with ALL[around]():
        numbers, baselines = told()
    assert baselines == expected[1]
    assert [one.dtype for one in numbers] == [one.dtype for one in expected[0]]
    assert all(torch.equal(one, other) for one, other in zip(numbers, expected[0], strict=True))


class Faint(Reader):
    """Somebody's model whose numbers are denormal on the way: taken for zero, nothing would be left of its input."""

    def forward(self, x):
        return super().forward(x * 1e-30 * 1e-10 * 1e30 * 1e10)


def faint():
    torch.manual_seed(0)
    return make(Halves(), model=Faint())


@pytest.mark.parametrize("begun", ["before", "after"])
@pytest.mark.parametrize("made", ["in the cell", "before it"])
def test_a_cell_that_takes_denormal_numbers_for_zero_trains_in_place_and_in_a_thread_alike(made, begun):
    expected, early = take(faint(), 4), faint()
    ready, played = threading.Event(), []

    def play(session):
        assert ready.wait(WAIT)
        played.append(take(session, 4))

    # a thread begins with the setting of the one that starts it
    session = faint()
    thread = threading.Thread(target=play, args=(session,))
    if begun == "before":
        thread.start()
    with flushing():
        here = take(early if made == "before it" else faint(), 4)
        flushes = are_denormals_flushed()
        if begun == "after":
            thread.start()
        ready.set()
        thread.join(WAIT)
    assert flushes
    for told in (here, *played):
        np.testing.assert_array_equal(told, expected)
    assert len(played) == 1


def test_the_cell_gets_its_own_modes_back():
    session = make(Halves(), model=Reader())
    with all_at_once():
        take(session, 2)
        assert are_denormals_flushed()
        assert torch.is_inference_mode_enabled()
        assert torch.is_autocast_enabled("cpu")
        assert torch.zeros(1).device.type == "meta"
        assert torch.zeros(1).dtype == torch.float64


def test_the_default_dtype_of_the_process_is_never_touched():
    seen = set()

    class Watching(Halves):
        def loss(self, outputs, targets):
            seen.add(torch.get_default_dtype())
            return super().loss(outputs, targets)

    with default_dtype(torch.float64):
        take(make(Watching()), 2)
    assert seen == {torch.float64}


def test_a_model_of_double_precision_is_given_numbers_of_that():
    class Double(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.LSTM(2, 4, batch_first=True), nn.Linear(4, 1)
            self.double()

        def forward(self, x):
            return self.fc(self.rnn(x)[0][:, -1])

    torch.manual_seed(0)
    model = Double()
    session = make("adding", model=model, optimizer="sgd", clip=None)
    batch = session.task.batch(6, torch.Generator().manual_seed(3))
    expected = session.task.loss(model(batch.inputs.double()), batch.targets.double())
    assert take(session, 1)[0] == expected.item()
    assert session.snapshot().layer.hidden.dtype == np.float64


def test_a_task_or_a_model_without_numbers_is_refused():
    with torch.device("meta"):
        task, model = Halves(), Reader()
    with pytest.raises(ValueError, match="the task keeps 'kept' on the device 'meta', which holds no numbers"):
        make(task)
    with pytest.raises(ValueError, match=r"the model's 'rnn.weight_ih_l0' is on the device 'meta'"):
        make(Halves(), model=model)


@pytest.mark.parametrize("own", [None, "model"])
def test_another_cell_does_not_change_a_run_that_plays(own):
    held, go_on = threading.Event(), threading.Event()

    class Held(Halves):
        steps, drawn = 30, 0

        def batch(self, batch_size, generator):
            self.drawn += 1
            return super().batch(batch_size, generator)

        def loss(self, outputs, targets):
            value = super().loss(outputs, targets)
            if self.drawn == 5 and not held.is_set():
                held.set()
                assert go_on.wait(WAIT)
            return value

    def made(task):
        return make(task, model=own and (lambda task, _settings: Reader()), input_noise=0.1)

    expected, session = take(made(Halves()), 30), made(Held())
    runner = Runner(session, on_frame=lambda frame: None)
    runner.play()
    assert held.wait(WAIT)
    with default_dtype(torch.float64):
        go_on.set()
        assert runner.join(WAIT)
    np.testing.assert_array_equal(session.history["loss"], expected)
