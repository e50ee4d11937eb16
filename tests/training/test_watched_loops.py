"""Loops that change the model under the watch's eyes, and loops unlike any other: what is seen stays exact."""

import copy

import pytest
import torch

from rnnviz.trace import trace
from rnnviz.training.watcher import Watcher
from tests.training.test_watcher import assert_agrees, batches, made, mean_square


def step(model, x, rate=0.5):
    """One step of plain gradient descent; returns the loss."""
    loss = mean_square(model(x))
    loss.backward()
    with torch.no_grad():
        for one in model.parameters():
            one -= rate * one.grad
    return loss


def assert_seen(watcher, before, x, tolerance=1e-10):
    truth = trace(before, x, loss=mean_square).layers["recurrent"]
    assert_agrees(watcher.trace.layers["recurrent"], truth, tolerance)


@pytest.mark.parametrize("assign", [True, False])
def test_weights_loaded_between_the_pass_and_the_step_do_not_change_what_was_seen(assign):
    model, before, other, x = made(), made(), made(seed=1), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        step(model, x)
        model.load_state_dict(other.state_dict(), assign=assign)
        watcher.step()
    assert_seen(watcher, before, x)
    assert all(torch.equal(one, other.state_dict()[name]) for name, one in model.state_dict().items())


def test_a_model_called_with_weights_of_the_owners_own_is_seen_with_those():
    model, before, x = made(), made(seed=1), batches(1)[0]
    own = {name: one.detach().clone().requires_grad_() for name, one in before.named_parameters()}
    kept = copy.deepcopy(own)
    with Watcher(model, every=1) as watcher:
        mean_square(torch.func.functional_call(model, own, (x,))).backward()
        watcher.step()
    assert_seen(watcher, before, x)
    assert all(torch.equal(one, kept[name]) for name, one in own.items())


def test_a_model_whose_precision_changes_between_the_pass_and_the_step_is_seen_as_it_ran():
    model, before, x = made(dtype=torch.float32), made(dtype=torch.float32), batches(1, torch.float32)[0]
    with Watcher(model, every=1) as watcher:
        step(model, x)
        model.double()
        watcher.step()
    assert_seen(watcher, before, x, 1e-6)
    assert {one.dtype for one in model.parameters()} == {torch.float64}
