"""A session trains as torch would by hand, takes up settings at the next step, and can be repeated."""

import itertools
import weakref

import numpy as np
import pytest
import torch

from rnnviz.tasks import KNOWN, Task
from rnnviz.training import Session, Settings
from tests.training.examples import Echo, raising, take, weights
from tests.training.waiting import NoSynchronisation

VARIANTS = list(itertools.product(["rnn", "lstm", "gru"], [1, 2], [False, True]))


def echo(**changes):
    return Session(Echo(), device="cpu", **{"hidden_size": 4, "batch_size": 5, **changes})


def differ(before, after):
    return any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(("cell", "num_layers", "bidirectional"), VARIANTS)
def test_every_kind_of_layer_trains(cell, num_layers, bidirectional):
    session = echo(cell=cell, num_layers=num_layers, bidirectional=bidirectional, lr=0.02)
    losses = take(session, 60)
    assert losses[-5:].mean() < losses[:5].mean()
    assert session.step == 60


def by_hand(session, threshold, lr):
    """One step of gradient descent with clipping, written out with plain torch."""
    model, task = session.model, session.task
    batch = task.batch(5, torch.Generator().manual_seed(0))
    loss = task.loss(model(*batch.arguments), batch.targets)
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    total = sum(float(g.double().square().sum()) for g in gradients) ** 0.5
    scale = min(1.0, threshold / (total + 1e-6))
    after = [weight.detach() - lr * scale * g for weight, g in zip(model.parameters(), gradients, strict=True)]
    return loss.item(), total, [float(g.norm()) for g in gradients], after


@pytest.mark.parametrize(("threshold", "clipped"), [(0.01, 1.0), (1e3, 0.0)])
def test_a_step_is_gradient_descent_with_clipping(threshold, clipped):
    session = echo(optimizer="sgd", lr=0.5, clip=threshold)
    loss, total, norms, after = by_hand(session, threshold, 0.5)
    take(session, 1)
    for mine, theirs in zip(session.model.parameters(), after, strict=True):
        torch.testing.assert_close(mine.detach(), theirs, rtol=1e-5, atol=1e-7)
    row = {name: column[0] for name, column in session.history.columns().items()}
    assert row["loss"] == pytest.approx(loss, rel=1e-6)
    assert row["grad_norm"] == pytest.approx(total, rel=1e-5)  # before clipping
    assert row["clipped"] == clipped
    assert row["lr"] == 0.5
    named = session.history.parameter_norms
    assert list(named) == [name for name, _ in session.model.named_parameters()]
    assert [column[0] for column in named.values()] == pytest.approx(norms, rel=1e-5)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_the_optimisers_are_torchs(name):
    session = echo(optimizer=name, lr=0.01, clip=None)
    plain = echo(seed=0)
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    optimizer = kind(plain.model.parameters(), lr=0.01)
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        batch = plain.task.batch(5, generator)
        optimizer.zero_grad()
        plain.task.loss(plain.model(*batch.arguments), batch.targets).backward()
        optimizer.step()
    take(session, 5)
    for mine, theirs in zip(session.model.parameters(), plain.model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("task", ["sunspots", "adding", "temporal-order"])
def test_the_same_seed_gives_the_same_curve(task):
    first, second = (take(Session(task, seq_len=20, device="cpu", seed=3), 8) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, take(Session(task, seq_len=20, device="cpu", seed=4), 8))


def test_training_and_looking_leave_the_global_generators_alone():
    torch.rand(3)
    before = torch.get_rng_state()
    session = echo(input_noise=0.1)
    take(session, 3)
    session.snapshot()
    session.evaluate()
    session.rebuild()
    assert torch.equal(before, torch.get_rng_state())


def test_the_global_seed_does_not_matter():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = take(echo(input_noise=0.1), 4)
        torch.manual_seed(2)
        np.testing.assert_array_equal(first, take(echo(input_noise=0.1), 4))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("task", ["sunspots", "adding", "temporal-order"])
def test_a_training_step_never_waits_for_the_device(task, optimizer):
    session = Session(task, seq_len=20, device="cpu", optimizer=optimizer, input_noise=0.1, clip=0.5)
    steps = session.steps()
    with NoSynchronisation():
        for _ in range(5):
            next(steps)
    assert session.step == 5


@pytest.mark.parametrize("act", [torch.Tensor.item, bool, float, lambda x: x.to("cpu", copy=True), torch.nonzero])
def test_the_watch_for_waiting_would_notice(act):
    class Waits(Echo):
        def metric(self, outputs, targets):
            loss = self.loss(outputs, targets)
            act(loss)
            return loss

    session = Session(Waits(), device="cpu")
    with NoSynchronisation(), pytest.raises(AssertionError, match=r"waits for the device|moved between devices"):
        next(session.steps())


def test_a_learning_rate_acts_at_the_next_step_and_not_before():
    session = echo(optimizer="sgd", lr=1.0, clip=None)
    steps = session.steps()
    next(steps)
    before = weights(session)
    session.settings = session.settings.replace(lr=1e-30)
    next(steps)
    assert not differ(before, weights(session))
    assert session.history["lr"].tolist() == [1.0, 1e-30]
    assert session.step == 2


def test_batch_size_noise_and_threshold_act_at_the_next_step():
    sizes = []

    class Counts(Echo):
        def batch(self, batch_size, generator):
            sizes.append(batch_size)
            return super().batch(batch_size, generator)

    session = Session(Counts(), device="cpu", batch_size=3, clip=None)
    steps = session.steps()
    next(steps)
    session.settings = session.settings.replace(batch_size=9, clip=1e-6)
    next(steps)
    assert sizes == [3, 9]
    assert session.history["clipped"].tolist() == [0.0, 1.0]


def test_noise_is_added_with_the_deviation_asked_for():
    seen = []
    session = echo(batch_size=4000)
    session.model.register_forward_pre_hook(lambda model, inputs: seen.append(inputs[0]))
    steps = session.steps()
    clean = session.task.batch(4000, torch.Generator().manual_seed(0)).inputs
    session.settings = session.settings.replace(input_noise=0.25)
    next(steps)
    assert (seen[0] - clean).std().item() == pytest.approx(0.25, rel=0.02)


def test_another_optimiser_keeps_the_weights_and_the_history():
    session = echo(optimizer="sgd")
    take(session, 2)
    before, model = weights(session), session.model
    session.settings = session.settings.replace(optimizer="adam")
    session.adopt()
    assert session.model is model
    assert not differ(before, weights(session))
    take(session, 1)
    assert session.step == 3
    assert session.run == 0


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "gru"},
        {"hidden_size": 7},
        {"num_layers": 2},
        {"bidirectional": True},
        {"init": "orthogonal"},
        {"seed": 9},
        {"cell": "rnn", "nonlinearity": "relu"},
    ],
)
def test_a_structural_change_starts_a_new_run_at_the_next_step(change):
    session = echo()
    steps = session.steps()
    list(itertools.islice(steps, 3))
    model = session.model
    session.settings = session.settings.replace(**change)
    assert session.model is model
    assert session.pending
    assert next(steps) == 1
    assert session.model is not model
    assert session.run == 1
    assert len(session.history["loss"]) == 1
    np.testing.assert_array_equal(session.history["loss"], take(echo(**change), 1))


def test_a_new_sequence_length_reaches_task_and_pictures():
    session = Session("adding", seq_len=10, device="cpu")
    session.settings = session.settings.replace(seq_len=14)
    take(session, 1)
    assert session.task.seq_len == 14
    assert session.snapshot().layer.hidden.shape[3] == 14
    assert len(session.snapshot().time_labels[0]) == 14


def test_a_length_the_task_cannot_give_is_refused_at_once_and_changes_nothing():
    session = echo()
    before = session.settings
    with pytest.raises(ValueError, match="seq_len must be from 6 to 6 for the task 'echo', got 7"):
        session.settings = session.settings.replace(seq_len=7)
    assert session.settings is before


def test_a_rebuild_that_fails_leaves_everything_as_it_was(monkeypatch):
    session = echo()
    take(session, 2)
    model, settings = session.model, session.settings
    monkeypatch.setattr("rnnviz.training.session.building.initialise", raising(MemoryError("too large")))
    session.settings = settings.replace(hidden_size=64)
    with pytest.raises(MemoryError, match="too large"):
        take(session, 1)
    assert session.model is model
    assert session.settings is settings
    assert session.step == 2
    take(session, 1)
    assert session.step == 3


def test_a_rebuild_with_the_same_settings_repeats_the_curve():
    session = echo(input_noise=0.1)
    first = take(session, 5)
    session.rebuild()
    assert session.step == 0
    np.testing.assert_array_equal(first, take(session, 5))


def test_the_tasks_suggestions_are_the_defaults_and_can_be_overruled():
    assert Session("adding", device="cpu").settings.lr == 5e-3
    assert Session("adding", lr=0.5, device="cpu").settings.lr == 0.5
    assert Session("adding", Settings(seed=2), device="cpu").settings.lr == Settings().lr
    assert Session("adding", device="cpu").settings.seq_len == 40


def test_evaluating_uses_every_held_out_sequence_and_names_the_baselines():
    session = Session("sunspots", seq_len=24, device="cpu")
    take(session, 3)
    held_out = session.task.held_out()
    with torch.no_grad():
        expected = session.task.metric(session.model(held_out.inputs), held_out.targets).item()
    scores = session.evaluate()
    assert scores["model"] == pytest.approx(expected, rel=1e-5)
    assert next(iter(scores)) == "model"
    assert scores["same as now"] == pytest.approx(28.5, abs=0.05)


def test_a_missing_device_lists_those_that_exist():
    with pytest.raises(ValueError, match=r"device 'cuda:7' does not exist here; there is 'auto' or .*'cpu'"):
        Session("adding", device="cuda:7")


def test_an_unknown_setting_lists_the_known():
    with pytest.raises(TypeError, match="unknown setting 'hiden_size'; the settings are lr, schedule, clip"):
        Session("adding", hiden_size=3)


def test_something_that_is_no_task_is_refused():
    with pytest.raises(
        TypeError,
        match=rf"task must be a Task or one of {', '.join(KNOWN[:5])}, .*, got int",
    ):
        Session(3)


def test_an_own_task_without_its_sizes_is_told_what_is_missing():
    class Bare(Task):
        name, output_size = "bare", 1
        batch, held_out, loss = Echo.batch, Echo.held_out, Echo.loss

    with pytest.raises(TypeError, match="the task Bare has no input_size, seq_len; set it in the class"):
        Session(Bare(), device="cpu")


def test_a_session_is_freed_when_nobody_holds_it():
    session = echo()
    take(session, 2)
    session.snapshot()
    model = weakref.ref(session.model)
    del session
    assert model() is None


@pytest.mark.timeout(120)
def test_on_sunspots_the_network_beats_the_naive_forecast_and_reaches_the_linear_one():
    session = Session("sunspots", seed=0, device="cpu")
    take(session, 600)
    scores = session.evaluate()
    assert scores["model"] < 0.8 * scores["same as now"]
    assert scores["model"] < 23.0


@pytest.mark.timeout(120)
def test_an_lstm_learns_to_add_where_a_constant_cannot():
    session = Session("adding", seed=0, cell="gru", lr=1e-2, device="cpu")
    take(session, 400)
    scores = session.evaluate()
    assert scores["model"] < 0.1 * scores["always 1"]


def test_tokens_take_no_noise() -> None:
    session = Session("python-tokens", seq_len=12, hidden_size=4, batch_size=4, input_noise=0.5, device="cpu")
    quiet = Session("python-tokens", seq_len=12, hidden_size=4, batch_size=4, device="cpu")
    assert take(session, 3).tolist() == take(quiet, 3).tolist()


def test_a_model_larger_than_the_memory_is_refused_and_the_old_one_goes_on():
    session = echo()
    take(session, 1)
    session.settings = session.settings.replace(hidden_size=2**20, num_layers=50)
    with pytest.raises(MemoryError, match=r"hidden_size=1048576 with num_layers=50 needs more memory than there is"):
        take(session, 1)
    assert session.settings.hidden_size == 4
    take(session, 1)
    assert session.step == 2
