"""Models that have hooks already, and models whose layers fail: what is traced is what the layer itself gave."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from tests.losses import weighed


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.GRU(3, 4, batch_first=True))


@pytest.fixture
def x():
    return torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(1))


def test_a_hook_that_changes_the_result_lies_outside_the_layer(model, x):
    plain = trace(model, x, loss=lambda out: weighed(2 * out[0])).layers["0"]
    model[0].register_forward_hook(lambda module, inputs, result: (2 * result[0], result[1]))
    found = trace(model, x, loss=weighed).layers["0"]
    np.testing.assert_array_equal(found.hidden, plain.hidden)
    np.testing.assert_array_equal(found.gates["n"], plain.gates["n"])
    np.testing.assert_allclose(found.grad_hidden, plain.grad_hidden, rtol=1e-6)


def test_a_hook_may_return_only_the_output(model, x):
    plain = trace(model, x, loss=weighed).layers["0"]
    model[0].register_forward_hook(lambda module, inputs, result: result[0])
    np.testing.assert_array_equal(trace(model, x, loss=weighed).layers["0"].grad_hidden, plain.grad_hidden)


def test_a_hook_that_changes_the_input_changes_what_the_layer_is_given(model, x):
    plain = trace(model, 3 * x).layers["0"]
    model[0].register_forward_pre_hook(lambda module, inputs: (3 * inputs[0],))
    np.testing.assert_array_equal(trace(model, x).layers["0"].gates["z"], plain.gates["z"])


class Forgiving(nn.Module):
    """Tries its layer on what does not fit, and goes on with what does."""

    def __init__(self):
        super().__init__()
        self.layer, self.fit = nn.GRU(3, 4, batch_first=True), nn.Linear(5, 3)

    def forward(self, x):
        try:
            return self.layer(x)[0]
        except (RuntimeError, ValueError):
            return self.layer(self.fit(x))[0]


def test_a_layer_that_fails_and_is_called_again_has_its_gradients():
    torch.manual_seed(0)
    model, x = Forgiving(), torch.randn(2, 6, 5)
    found = trace(model, x, loss=weighed).layers
    again = trace(nn.Sequential(model.fit, model.layer), x, loss=weighed).layers["1"]
    assert list(found) == ["layer"]
    np.testing.assert_array_equal(found["layer"].grad_hidden, again.grad_hidden)


def test_the_error_of_a_layer_that_fails_is_the_models_own(model):
    with pytest.raises(RuntimeError, match="Expected 3, got 7"):
        trace(model, torch.zeros(2, 5, 7), loss=lambda out: out[0].sum())
    assert torch.is_grad_enabled()
