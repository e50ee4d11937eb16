"""A traced model is as it was: gradients, flags, buffers, hooks, random generators and outputs."""

import copy
import random
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from tests.losses import broken_loss, sum_of_squares
from tests.trace.untouched import Model, assert_same, identical, state_of


def seeded_model(training):
    torch.manual_seed(0)
    model = Model().train(training)
    sum_of_squares(model(torch.randn(5, 6, 3))).backward()
    model.after[1].bias.requires_grad_(False)
    return model


@pytest.mark.parametrize("training", [True, False])
def test_a_traced_model_is_as_it_was(training):
    model = seeded_model(training)
    before = state_of(model)
    trace(model, torch.randn(5, 6, 3, generator=torch.Generator().manual_seed(1)), loss=sum_of_squares)
    assert_same(before, state_of(model))


class Broken(Model):
    def forward(self, x):
        super().forward(x)
        raise RuntimeError("the model is broken")


@pytest.mark.parametrize(("kind", "criterion"), [(Model, broken_loss), (Broken, sum_of_squares)])
def test_a_model_is_as_it_was_also_when_the_model_or_the_loss_raises(kind, criterion):
    model, x = kind(), torch.randn(5, 6, 3)
    before = state_of(model)
    with pytest.raises(RuntimeError, match="is broken"):
        trace(model, x, loss=criterion)
    assert_same(before, state_of(model))


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, autocast])
@pytest.mark.parametrize(
    ("kind", "criterion"), [(Model, broken_loss), (Broken, sum_of_squares), (Model, sum_of_squares)]
)
def test_modes_outside_are_as_they_were_whatever_the_model_or_the_loss_does(mode, kind, criterion):
    model, x = kind(), torch.randn(5, 6, 3)
    with mode():
        before, cast = state_of(model), torch.is_autocast_enabled("cpu")
        sound = (kind, criterion) == (Model, sum_of_squares)
        with nullcontext() if sound else pytest.raises(RuntimeError, match="is broken"):
            trace(model, x, loss=criterion)
        assert_same(before, state_of(model))
        assert torch.is_autocast_enabled("cpu") == cast


@pytest.mark.parametrize("flushing", [False, True])
@pytest.mark.parametrize("criterion", [sum_of_squares, broken_loss])
def test_numbers_below_full_precision_are_treated_afterwards_as_before(flushing, criterion):
    assert torch.set_flush_denormal(flushing)
    try:
        with nullcontext() if criterion is sum_of_squares else pytest.raises(RuntimeError, match="is broken"):
            trace(Model(), torch.randn(5, 6, 3), loss=criterion)
        assert (float(torch.tensor([1e-40]).mul(1.0)) == 0.0) == flushing
    finally:
        torch.set_flush_denormal(False)


@pytest.mark.parametrize("criterion", [sum_of_squares, None])
def test_the_output_is_bit_for_bit_what_the_model_gives_untraced(criterion):
    model, x = seeded_model(True), torch.randn(5, 6, 3)
    expected = copy.deepcopy(model)
    torch.manual_seed(3)
    found = trace(model, x, loss=criterion)
    torch.manual_seed(3)
    np.testing.assert_array_equal(found.output, expected(x).detach().numpy())


def test_a_frozen_model_is_traced_and_stays_frozen():
    model, x = seeded_model(False), torch.randn(5, 6, 3)
    expected = trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden
    model.requires_grad_(False)
    np.testing.assert_array_equal(trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden, expected)
    assert not any(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_gradients_are_found_under_no_grad_and_inference_mode_outside(mode):
    model = seeded_model(False)
    x, target = torch.randn(5, 6, 3), torch.randn(5, 1)
    expected = trace(model, x, loss=lambda output: nn.functional.mse_loss(output, target))
    with mode():
        inside, goal = x.clone(), target.clone()
        found = trace(model, inside, loss=lambda output: nn.functional.mse_loss(output, goal))
        assert not torch.is_grad_enabled()
    layer, truth = found.layers["recurrent"], expected.layers["recurrent"]
    np.testing.assert_array_equal(layer.grad_hidden, truth.grad_hidden)
    assert found.loss == expected.loss


def test_a_model_that_changes_the_layers_results_in_place_is_traced_as_the_layer_gave_them():
    class InPlace(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.GRU(3, 4, batch_first=True)

        def forward(self, x):
            output, state = self.layer(x)
            output.mul_(2.0)
            state.zero_()
            return output

    torch.manual_seed(0)
    model, x = InPlace(), torch.randn(2, 5, 3)
    layer = trace(model, x, loss=lambda output: output.sum()).layers["layer"]
    np.testing.assert_array_equal(layer.hidden[0, 0], model.layer(x)[0].detach())
    np.testing.assert_array_equal(layer.grad_hidden_direct, np.full((1, 1, 2, 5, 4), 2.0))


def test_under_autocast_a_trace_stays_within_the_low_precision_of_the_states():
    torch.manual_seed(0)

    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.layer, self.head = nn.Linear(3, 3), nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 1)

        def forward(self, x):
            return self.head(self.layer(self.before(x))[0])

    model, x = Mixed(), torch.randn(2, 6, 3)
    exact = trace(model, x, loss=lambda output: output.float().square().sum()).layers["layer"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = trace(model, x, loss=lambda output: output.float().square().sum()).layers["layer"]
    assert mixed.grad_hidden.dtype == np.float32
    np.testing.assert_allclose(mixed.hidden, exact.hidden, atol=0.02)
    np.testing.assert_allclose(mixed.grad_hidden, exact.grad_hidden, atol=0.05 * np.abs(exact.grad_hidden).max())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_compiled_model_is_traced_uncompiled_under_the_names_of_its_own_modules(whole, backend):
    model, x = seeded_model(False), torch.randn(5, 6, 3)
    expected = trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden
    compiled = torch.compile(model, backend=backend) if whole else model
    if not whole:
        model.after.compile(backend=backend)
    compiled(x)
    np.testing.assert_array_equal(trace(compiled, x, loss=sum_of_squares).layers["recurrent"].grad_hidden, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_compiled_model_runs_compiled_again_also_when_the_loss_raises():
    runs = []

    def backend(graph, _):
        return lambda *inputs: runs.append(1) or graph(*inputs)

    model, x = torch.compile(seeded_model(False), backend=backend), torch.randn(5, 6, 3)
    with pytest.raises(RuntimeError, match="is broken"):
        trace(model, x, loss=broken_loss)
    assert not runs
    model(x)
    assert runs


class Remembering(nn.Module):
    """Keeps things between batches in every way in which a module can."""

    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(3, 4, batch_first=True)
        self.state, self.steps, self.seen, self.by_name = None, 0, [], {}
        self.scale, self.dice = torch.ones(2), torch.Generator()

    def forward(self, x):
        output, state = self.layer(x, self.state)
        self.state = tuple(one.detach() for one in state)
        self.steps += 1
        self.seen.append(output)
        self.by_name["last"] = output
        self.scale.mul_(0.5)
        self.new = torch.rand(2, generator=self.dice)
        self.register_buffer("late", torch.ones(2))
        return output


def test_what_a_model_keeps_between_batches_is_as_it_was():
    model, x = Remembering(), torch.randn(2, 5, 3)
    model(x)
    model.register_buffer("late", None)
    del model._buffers["late"]
    state, dice, seen = model.state, model.dice.get_state(), list(model.seen)
    trace(model, x, loss=sum_of_squares)
    assert model.state is state
    assert model.steps == 1
    assert identical(model.seen, seen)
    assert list(model.by_name) == ["last"]
    assert torch.equal(model.scale, torch.full((2,), 0.5))
    assert torch.equal(model.dice.get_state(), dice)
    assert not dict(model.named_buffers())


def test_a_stateful_model_is_traced_from_the_state_it_keeps():
    model, x = Remembering(), torch.randn(2, 5, 3)
    model(x)
    np.testing.assert_array_equal(trace(model, x).layers["layer"].initial_hidden[0], model.state[0])


class Lazy(nn.Module):
    """Builds its parts when it is first called."""

    def __init__(self):
        super().__init__()
        self.norm, self.before, self.built = nn.LazyBatchNorm1d(), nn.LazyLinear(3), False

    def forward(self, x):
        if not self.built:
            self.layer, self.built = nn.GRU(3, 4, batch_first=True), True
        return self.layer(self.before(self.norm(x.mT).mT))[0]


def test_what_a_model_builds_when_first_called_stays_built():
    model, x = nn.Sequential(Lazy(), nn.GRU(4, 4)), torch.randn(2, 5, 7)
    trace(model, x, loss=lambda output: output[0].sum())
    layer = model[0].layer
    assert model[0].built
    assert model[0].before.in_features == 7
    model(x)
    assert model[0].layer is layer


def test_random_numbers_of_python_and_numpy_go_on_as_if_untraced():
    class Tossing(Model):
        def forward(self, x):
            return super().forward(x * random.random() + np.random.rand())

    random.seed(3)
    np.random.seed(3)
    expected = random.random(), np.random.rand()
    random.seed(3)
    np.random.seed(3)
    trace(Tossing(), torch.randn(5, 6, 3), loss=sum_of_squares)
    assert (random.random(), np.random.rand()) == expected


def test_the_output_is_the_models_own_also_if_the_loss_changes_it_in_place():
    model, x = seeded_model(False), torch.randn(5, 6, 3)
    found = trace(model, x, loss=lambda output: output.mul_(3).sum())
    np.testing.assert_array_equal(found.output, model(x).detach())


def test_a_loss_that_goes_backward_itself_is_refused_and_leaves_no_gradient():
    def backward(output):
        value = output.sum()
        value.backward()
        return value

    model = Model()
    with pytest.raises(ValueError, match="loss must only compute a scalar, but it called backward; return the scalar"):
        trace(model, torch.randn(5, 6, 3), loss=backward)
    assert all(one.grad is None for one in model.parameters())


def test_tensors_that_a_model_fills_anew_for_every_call_are_kept_as_each_call_was_given_them():
    class Reusing(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)

        @torch.no_grad()
        def forward(self, x):
            given, state = torch.empty(2, 3), torch.zeros(2, 4)
            for x_t in x.unbind(1):
                state.copy_(self.cell(given.copy_(x_t), state))
            return state

    torch.manual_seed(0)
    model, x = Reusing(), torch.randn(2, 5, 3)
    fused = nn.GRU(3, 4, batch_first=True)
    fused.load_state_dict({f"{name}_l0": value for name, value in model.cell.state_dict().items()})
    expected = trace(fused, x).layers["gru"].gates
    found = trace(model, x).layers.values()
    for name, gate in expected.items():
        np.testing.assert_allclose(np.concatenate([one.gates[name] for one in found], 3), gate, atol=1e-6)
