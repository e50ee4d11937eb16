"""One changed input: Δh and Δoutput are those of two runs in double precision, and agree with the gradient."""

import copy
import itertools
import threading

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.tasks import Task, make
from rnnviz.training import Runner, Session, perturb, symbols_of
from tests.training.examples import WAIT

SIZES = {"hidden_size": 5, "batch_size": 4, "device": "cpu", "probe_size": 3}
CELLS = ["rnn", "lstm", "gru"]


def trained(task: str | Task = "adding", **changes: object) -> Session:
    session = Session(task, **{**SIZES, "seq_len": 12, **changes})
    for _ in itertools.islice(session.steps(), 4):
        pass
    return session


def double_run(session: Session, inputs: torch.Tensor) -> tuple[np.ndarray, torch.Tensor]:
    """States of the top layer (time, direction · unit) and the answer, by torch itself in double precision."""
    model = copy.deepcopy(session.model).double()
    states, _ = model.recurrent(inputs if model.embedding is None else model.embedding(inputs))
    return states[0].detach().numpy(), model(inputs)[0]


@pytest.mark.parametrize("cell", CELLS)
def test_the_change_of_the_states_is_that_of_two_runs_in_double_precision(cell: str) -> None:
    session = trained(cell=cell, num_layers=2)
    seen = perturb(session, sample=1, time=4, value=2.0)
    inputs = session.probe.inputs[1:2].double()
    changed = inputs.clone()
    changed[0, 4, 0] = 2.0
    (before, answer), (after, changed_answer) = double_run(session, inputs), double_run(session, changed)
    np.testing.assert_allclose(seen.delta_hidden[-1, 0], after - before, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(seen.delta_output, (changed_answer - answer).detach(), rtol=1e-9, atol=1e-15)


def test_retyping_a_token_is_the_run_with_that_token() -> None:
    session = trained("python-tokens", bidirectional=False)
    seen = perturb(session, sample=2, time=5, value="#")
    inputs = session.probe.inputs[2:3]
    changed = inputs.clone()
    changed[0, 5] = session.task.symbols.index("#")
    (before, answer), (after, changed_answer) = double_run(session, inputs), double_run(session, changed)
    np.testing.assert_allclose(seen.delta_hidden[0, 0], after - before, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(seen.delta_output, (changed_answer - answer).detach(), rtol=1e-9, atol=1e-15)
    assert seen.original == session.task.time_labels(2)[5]


def test_a_symbol_of_a_one_hot_task_replaces_the_whole_row() -> None:
    session = trained("temporal-order")
    seen = perturb(session, time=3, value="Y")
    inputs = session.probe.inputs[:1].double()
    changed = inputs.clone()
    changed[0, 3] = nn.functional.one_hot(torch.tensor(session.task.symbols.index("Y")), 8)
    np.testing.assert_allclose(
        seen.delta_hidden[0, 0],
        double_run(session, changed)[0] - double_run(session, inputs)[0],
        rtol=1e-9,
        atol=1e-15,
    )


@pytest.mark.parametrize("cell", CELLS)
def test_a_tiny_change_of_the_answer_is_the_gradient_times_the_change(cell: str) -> None:
    session = trained(cell=cell)
    inputs = session.probe.inputs[:1].double().requires_grad_()
    copy.deepcopy(session.model).double()(inputs)[0, 0].backward()
    for time, feature in ((0, 0), (6, 1), (11, 0)):
        value = float(inputs.detach()[0, time, feature]) + 1e-6
        seen = perturb(session, time=time, value=value, feature=feature)
        np.testing.assert_allclose(seen.delta_output[0] / 1e-6, float(inputs.grad[0, time, feature]), rtol=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_changes_before_the_changed_step(cell: str) -> None:
    seen = perturb(trained(cell=cell, num_layers=2), time=6, value=-1.0)
    assert (seen.delta_hidden[:, :, :6] == 0).all()
    assert (seen.norm[:, :, 6:] > 0).all()


def test_a_bidirectional_layer_carries_the_change_both_ways() -> None:
    seen = perturb(trained(bidirectional=True), time=6, value=-1.0)
    assert (seen.norm[0, 0, :6] == 0).all()
    assert (seen.norm[0, 0, 6:] > 0).all()
    assert (seen.norm[0, 1, :7] > 0).all()
    assert (seen.norm[0, 1, 7:] == 0).all()


def test_the_same_value_again_changes_nothing() -> None:
    seen = perturb(trained(), time=6)
    assert not seen.delta_hidden.any()
    assert not seen.delta_output.any()
    assert seen.value == seen.original


def test_the_gradient_is_that_of_the_sequence_s_own_loss() -> None:
    session = trained(cell="rnn")
    model = copy.deepcopy(session.model).double()
    inputs, weights = session.probe.inputs[1].double(), dict(model.recurrent.named_parameters())
    states = [torch.zeros(5, dtype=torch.float64)]
    for row in inputs:
        pre = weights["weight_ih_l0"] @ row + weights["bias_ih_l0"]
        states.append(torch.tanh(pre + weights["weight_hh_l0"] @ states[-1] + weights["bias_hh_l0"]))
    for state in states[1:]:
        state.retain_grad()
    session.task.loss(model.head(states[-1])[None], session.probe.targets[1:2].double()).backward()
    expected = [float(state.grad.norm()) for state in states[1:]]
    np.testing.assert_allclose(perturb(session, sample=1).grad_norm[0, 0], expected, rtol=1e-9)


def test_the_model_s_own_gradients_weights_and_random_numbers_stay_as_they_were() -> None:
    session = trained()
    before = [(weight.clone(), weight.grad.clone()) for weight in session.model.parameters()]
    numbers = torch.get_rng_state()
    perturb(session, time=2, value=3.0)
    assert all(
        torch.equal(weight, was) and torch.equal(weight.grad, grad)
        for weight, (was, grad) in zip(session.model.parameters(), before, strict=True)
    )
    assert torch.equal(torch.get_rng_state(), numbers)


def test_with_an_earlier_snapshot_the_weights_of_then_are_asked() -> None:
    session = trained()
    then, expected = session.snapshot(), perturb(session, time=2, value=3.0)
    next(session.steps())
    seen = perturb(session, time=2, value=3.0, snapshot=then)
    np.testing.assert_array_equal(seen.delta_hidden, expected.delta_hidden)
    assert seen.step == expected.step == 4
    assert (perturb(session, time=2, value=3.0).delta_hidden != expected.delta_hidden).any()


class Single(nn.Module):
    """Makes a first state of its own in single precision, as many a tutorial's model does."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent, self.head = nn.GRU(2, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.head(self.recurrent(inputs, torch.zeros(1, len(inputs), 4))[0][:, -1])


def test_a_model_that_knows_single_precision_only_runs_in_it() -> None:
    session = Session("adding", model=Single(), seq_len=10, device="cpu")
    seen = perturb(session, time=4, value=2.0)
    inputs = session.probe.inputs[:1]
    changed = inputs.clone()
    changed[0, 4, 0] = 2.0
    expected = session.model(changed) - session.model(inputs)
    np.testing.assert_allclose(seen.delta_output, expected[0].detach(), atol=1e-7)
    assert (seen.norm[0, 0, :4] == 0).all()


def test_a_guest_may_ask_while_the_run_plays() -> None:
    arrived = threading.Event()
    runner = Runner(trained(), on_frame=lambda snapshot: arrived.set(), goal=10**6)
    runner.play()
    assert arrived.wait(WAIT)
    seen = runner.access.visit(lambda: perturb(runner.session, time=2, value=3.0))
    runner.stop()
    runner.join(WAIT)
    assert (seen.norm[0, 0, 2:] > 0).all()


def test_it_says_what_was_changed_and_what_came_of_it() -> None:
    seen = perturb(trained(), sample=1, time=4, value=2.0)
    said = repr(seen)
    assert f"{seen.original:.4g} → 2 at t = 4, feature 0 of sequence 1, step 4" in said
    assert f"largest ‖Δh‖ {seen.norm.max():.3g} at t = 4" in said
    assert "'#' at t = 3 of sequence 0" in repr(perturb(trained("python-tokens"), time=3, value="#"))


@pytest.mark.parametrize(
    ("task", "wrong", "kind", "words"),
    [
        ("adding", {"time": 12}, ValueError, "time must be at most 11, got 12."),
        ("adding", {"sample": 3}, ValueError, "sample must be at most 2, got 3."),
        ("adding", {"value": 1.0, "feature": 2}, ValueError, "feature must be at most 1, got 2."),
        ("adding", {"value": "X"}, TypeError, "value must be a number, for the task 'adding' has no symbols; got 'X'."),
        ("adding", {"value": float("nan")}, ValueError, "value must be a finite number, got nan."),
        ("adding", {"value": [1]}, TypeError, "value must be a number, got [1]."),
        ("temporal-order", {"value": "Q"}, ValueError, "value must be one of 'a' 'b' 'c' 'd' 'X' 'Y' 'E' 'B', got"),
        ("python-tokens", {"value": 3}, ValueError, "'~' '�', got 3."),
    ],
)
def test_what_does_not_exist_is_refused_by_name(task: str, wrong: dict, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refused:
        perturb(trained(task), **wrong)
    assert words in str(refused.value)


def test_what_can_be_typed_at_a_timestep_are_the_symbols_of_the_task() -> None:
    assert symbols_of(make("temporal-order")) == tuple("abcdXYEB")
    assert symbols_of(make("adding")) == ()
