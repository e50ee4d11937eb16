"""Models and losses that ask autograd for more than one backward pass: checkpoints, penalties, torch.func."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd.graph import save_on_cpu
from torch.utils.checkpoint import checkpoint

from rnnviz.trace import trace
from tests.losses import mean_square

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Block(nn.Module):
    def __init__(self, kind="gru"):
        super().__init__()
        self.layer, self.head = LAYERS[kind](3, 4, batch_first=True), nn.Linear(4, 1)

    def block(self, x):
        return self.head(self.layer(x)[0])

    def forward(self, x):
        return self.block(x)


class Checkpointed(Block):
    def forward(self, x):
        return checkpoint(self.block, x, use_reentrant=False)


class Chunked(nn.Module):
    """A loop of cells that is checkpointed piece by piece."""

    def __init__(self, checkpointed=True):
        super().__init__()
        self.cell, self.checkpointed = (
            nn.utils.parametrizations.weight_norm(nn.GRUCell(3, 4), "weight_hh"),
            checkpointed,
        )

    def block(self, x, h):
        for step in x.unbind(1):
            h = self.cell(step, h)
        return h

    def forward(self, x):
        h = torch.zeros(len(x), 4, dtype=x.dtype)
        for part in x.split(2, dim=1):
            h = checkpoint(self.block, part, h, use_reentrant=False) if self.checkpointed else self.block(part, h)
        return h


@pytest.fixture
def x():
    return torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def assert_same(found, truth):
    assert list(found.layers) == list(truth.layers)
    for name, layer in truth.layers.items():
        for field in ("hidden", "grad_hidden", "grad_hidden_direct"):
            mine, theirs = getattr(found.layers[name], field), getattr(layer, field)
            np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-14, err_msg=field)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_checkpointed_block_that_is_given_raw_data_is_traced(kind, x):
    model, plain = Checkpointed(kind).double(), Block(kind).double()
    plain.load_state_dict(model.state_dict())
    assert_same(trace(model, x, loss=mean_square), trace(plain, x, loss=mean_square))


def test_a_checkpointed_loop_of_cells_is_traced(x):
    model, plain = Chunked().double(), Chunked(checkpointed=False).double()
    plain.load_state_dict(model.state_dict())
    assert_same(trace(model, x, loss=mean_square), trace(plain, x, loss=mean_square))


def test_a_model_whose_saved_tensors_lie_elsewhere_is_traced(x):
    class Offloaded(Block):
        def forward(self, x):
            with save_on_cpu():
                return self.block(x)

    model, plain = Offloaded().double(), Block().double()
    plain.load_state_dict(model.state_dict())
    assert_same(trace(model, x, loss=mean_square), trace(plain, x, loss=mean_square))


SENTENCE = r"'layer' \(create_graph=True, as a gradient penalty does\), and a trace follows first derivatives only"


@pytest.mark.parametrize("of", ["the input", "a weight"])
def test_a_gradient_penalty_in_the_loss_is_refused(of, x):
    model = Block().double()
    x.requires_grad_(of == "the input")
    asked = x if of == "the input" else model.layer.weight_hh_l0

    def penalised(output):
        (gradient,) = torch.autograd.grad(output.sum(), asked, create_graph=True)
        return mean_square(output) + gradient.square().sum()

    with pytest.raises(ValueError, match=SENTENCE):
        trace(model, x, loss=penalised)
    assert all(one.grad is None for one in model.parameters())


def test_a_model_that_gives_the_gradient_of_its_own_energy_is_refused_with_a_loss_and_traced_without(x):
    class Force(Block):
        def forward(self, x):
            x = x.clone().requires_grad_()
            return torch.autograd.grad(self.block(x).sum(), x, create_graph=True)[0]

    model = Force().double()
    with pytest.raises(ValueError, match=SENTENCE):
        trace(model, x, loss=mean_square)
    assert trace(model, x).layers["layer"].hidden.shape == (1, 1, 2, 6, 4)


def test_a_loss_weighed_by_a_gradient_that_it_does_not_differentiate_is_traced(x):
    model = Block().double()

    def weighed(output):
        (gradient,) = torch.autograd.grad(output.sum(), model.layer.weight_hh_l0, retain_graph=True)
        return gradient.norm() * mean_square(output)

    found, plain = trace(model, x, loss=weighed), trace(model, x, loss=mean_square)
    ratio = found.loss / plain.loss
    layer, other = found.layers["layer"], plain.layers["layer"]
    np.testing.assert_allclose(layer.grad_hidden, ratio * other.grad_hidden, rtol=1e-9)


@pytest.mark.parametrize("function", ["vmap", "grad"])
@pytest.mark.parametrize("loss", [None, mean_square])
def test_a_layer_inside_a_transformed_function_is_named(function, loss, x):
    class Transformed(Block):
        def forward(self, x):
            if function == "vmap":
                return torch.func.vmap(self.block)(x)
            return torch.func.grad(lambda one: self.block(one).sum())(x)

    with pytest.raises(ValueError, match=r"'layer' runs inside a function that torch\.func transforms"):
        trace(Transformed().double(), x, loss=loss)
