"""Loops that change the model under the watch's eyes, and loops unlike any other: what is seen stays exact."""

import contextlib
import copy
import threading
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher
from tests.losses import mean_square
from tests.watching.loops import Model, assert_agrees, batches, made, train


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


def test_a_gradient_penalty_asked_for_on_the_way_is_not_added_to_the_gradient():
    model, before, x = made(lambda: Model("rnn")), made(lambda: Model("rnn")), batches(1)[0].requires_grad_()
    with Watcher(model, every=1) as watcher:
        output = model(x)
        torch.autograd.grad(output.sum(), x, create_graph=True)
        mean_square(output).backward()
        torch.autograd.grad(model(x).sum(), x)  # a saliency map, of a pass of its own
        watcher.step()
    assert_seen(watcher, before, x.detach())


@pytest.mark.parametrize("embedded", [False, True])
def test_a_gradient_penalty_that_is_trained_leaves_gradients_out_says_so_once_and_changes_nothing(embedded):
    def run(watcher):
        model, x = made(lambda: Model("gru")), batches(1)[0].requires_grad_()
        asked = x * 1.0 if embedded else x

        def loop(looking):
            for _ in range(2):
                output = model(asked)
                (gradient,) = torch.autograd.grad(output.sum(), asked, create_graph=True)
                (mean_square(output) + gradient.square().sum()).backward(retain_graph=True)
                looking.step()

        with watcher(model) as looking:
            if isinstance(looking, Watcher):
                with pytest.warns(UserWarning, match="frames show states and gates alone") as said:
                    loop(looking)
                assert len(said) == 1
                assert looking.trace.layers["recurrent"].grad_hidden is None
            else:
                loop(looking)
        return [one.grad for one in model.parameters()]

    watched = run(lambda model: Watcher(model, every=1))
    assert all(map(torch.equal, watched, run(lambda model: contextlib.nullcontext(Mock()))))


def test_gradients_asked_for_by_weight_are_those_of_training():
    model, before, x = made(), made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        torch.autograd.grad(mean_square(model(x)), list(model.parameters()))
        watcher.step()
    assert_seen(watcher, before, x)


def test_gradients_for_the_input_alone_are_shown_where_nothing_is_trained():
    model, before, x = made(), made(), batches(1)[0].requires_grad_()
    with Watcher(model, every=1) as watcher:
        torch.autograd.grad(mean_square(model(x)), x)
        watcher.step()
    assert_seen(watcher, before, x.detach())


def test_a_loop_made_of_transformed_functions_trains_alike_and_that_nothing_is_seen_is_said():
    def train(watcher):
        model, x = made(), batches(1)[0]
        own = {name: one.detach() for name, one in model.named_parameters()}
        with watcher(model) as looking:
            gradients = torch.func.grad(lambda own: mean_square(torch.func.functional_call(model, own, (x,))))(own)
            looking.step()
        return gradients

    with pytest.warns(UserWarning, match="saw none of the recurrent layers"):
        watched = train(lambda model: Watcher(model, every=1))
    plain = train(lambda model: contextlib.nullcontext(Mock()))
    assert all(torch.equal(one, watched[name]) for name, one in plain.items())


def test_a_layer_put_in_the_place_of_another_is_seen():
    model, x = made(lambda: Model("gru")), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        step(model, x)
        watcher.step()
        first = watcher.snapshot()
        model.recurrent = nn.LSTM(3, 4, batch_first=True, dtype=torch.float64)
        watcher.step()  # hooks are set for the step after this
        before = copy.deepcopy(model)
        model.zero_grad()
        step(model, x)
        watcher.step()
    assert_seen(watcher, before, x)
    assert watcher.snapshot().run > first.run  # pictures of another kind of layer


def test_a_model_that_lost_its_recurrent_layer_trains_on():
    model, x = made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        step(model, x)
        watcher.step()
        model.recurrent = nn.Identity()
        watcher.step()
    assert watcher.seen == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_layer_compiled_in_the_middle_is_still_seen_exactly():
    model, x = made(), batches(1)[0]
    before = made()
    with Watcher(model, every=1) as watcher:
        model.compile(backend="eager")
        watcher.step()
        step(model, x)
        watcher.step()
    assert_seen(watcher, before, x)


@pytest.mark.parametrize("compiled", ["the watched model", "an alias of it"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_compiled_model_is_seen_exactly_whichever_name_is_watched(compiled):
    model, before, x = made(), made(), batches(1)[0]
    called = torch.compile(model, backend="eager")
    with Watcher(called if compiled == "the watched model" else model, every=1) as watcher:
        mean_square(called(x)).backward()
        watcher.step()
    assert_seen(watcher, before, x)


def test_an_empty_batch_leaves_what_was_seen_and_counts_as_a_step():
    model, data = made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        for x in (data, data[:0]):
            model(x).square().sum().backward()
            watcher.step(loss=0.0)
    assert watcher.history["step"].tolist() == [1, 2]
    assert (watcher.seen, watcher.snapshot().layer.hidden.shape[2]) == (1, 5)


def test_a_loop_in_another_thread_than_its_watch_was_made_in_is_seen():
    model, before, data = made(), made(), batches(2)
    watcher = Watcher(model, every=1)
    loop = threading.Thread(target=train, args=(model, data, watcher))
    loop.start()
    loop.join()
    train(before, data[:1])
    assert_seen(watcher, before, data[1])


ASKED = {
    "a weight of the layer": lambda model, begun: list(model.recurrent.parameters())[1:2],
    "all weights": lambda model, begun: list(model.parameters()),
    "the first state": lambda model, begun: [begun],
}


@pytest.mark.parametrize("kind", ["gru", "cells"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_penalty_for_gradients_by_weight_or_by_state_is_noticed_and_changes_nothing(kind, asked):
    def run(watcher):
        model, x = made(lambda: Begun(kind)), batches(1)[0]
        begun = torch.zeros(len(x), 4, dtype=x.dtype, requires_grad=True)
        with watcher(model) as looking:
            output = model(x, begun)
            found = torch.autograd.grad(output.square().sum(), ASKED[asked](model, begun), create_graph=True)
            (mean_square(output) + sum(one.square().sum() for one in found)).backward()
            if isinstance(looking, Watcher):
                with pytest.warns(UserWarning, match="frames show states and gates alone"):
                    looking.step()
                assert looking.trace.layers["recurrent"].grad_hidden is None
        return [one.grad for one in (*model.parameters(), begun)]

    watched = run(lambda model: Watcher(model, every=1))
    assert all(map(torch.equal, watched, run(lambda model: contextlib.nullcontext(Mock()))))


class Begun(nn.Module):
    """A layer, or a loop over a cell, that is given its first state."""

    def __init__(self, kind):
        super().__init__()
        self.recurrent = nn.GRU(3, 4, batch_first=True) if kind == "gru" else nn.GRUCell(3, 4)
        self.head = nn.Linear(4, 1)

    def forward(self, x, begun):
        if isinstance(self.recurrent, nn.GRU):
            return self.head(self.recurrent(x, begun[None])[0][:, -1])
        for one in x.unbind(1):
            begun = self.recurrent(one, begun)
        return self.head(begun)


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_asked_for_on_the_way_to_weigh_losses_are_not_added_to_those_of_training(create_graph):
    model, before, x = made(), made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        output = model(x)
        (seen,) = torch.autograd.grad(
            output.sum(), model.recurrent.weight_hh_l0, retain_graph=True, create_graph=create_graph
        )
        assert seen.norm() > 0
        mean_square(output).backward()
        watcher.step()
    assert_seen(watcher, before, x)


def test_a_gradient_of_the_head_alone_leaves_the_layer_s_gradients_complete():
    def penalised(model, x):
        output = model(x)
        (gradient,) = torch.autograd.grad(output.square().sum(), model.head.weight, create_graph=True)
        return mean_square(output) + gradient.square().sum()

    model, x = made(lambda: Model("gru")), batches(1)[0]
    states = []
    handle = model.recurrent.register_forward_hook(lambda _, __, result: states.append(result[0]))
    loss = penalised(model, x)
    (truth,) = torch.autograd.grad(loss, states[0])
    handle.remove()
    with Watcher(model, every=1) as watcher:
        penalised(model, x).backward()
        watcher.step()
    layer = watcher.trace.layers["recurrent"]
    np.testing.assert_allclose(layer.grad_hidden_direct[0, 0], truth, rtol=1e-9, atol=1e-14)
