"""Weights that a model changes from call to call: each call is recomputed with those that it used."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.utils import parametrizations

from rnnviz.trace import trace
from tests.losses import weighed_squares


class Scaled(nn.Module):
    """One layer called twice, the second time with other weights, in one of the ways in which models do that."""

    def __init__(self, swap, keep=None):
        super().__init__()
        self.layer, self.swap, self.keep = nn.GRU(3, 4, batch_first=True), swap, keep

    def forward(self, x):
        first, state = self.layer(x)
        return torch.cat([first, self.swap(self.layer, x, state)], 1)


def by_functional_call(layer, x, state):
    halves = {name: 0.5 * one for name, one in layer.named_parameters()}
    return functional_call(layer, halves, (x, state))[0]


def by_data(layer, x, state):
    """As a model does that drops weights out: one weight is no parameter, but worked out before each call."""
    whole = layer.weight_hh_l0
    del layer._parameters["weight_hh_l0"]
    layer.weight_hh_l0 = 0.5 * whole
    result = layer(x, state)[0]
    del layer.weight_hh_l0
    layer.weight_hh_l0 = whole
    return result


def cell_by_cell(layer, x, scales):
    """The same computation from torch's documented equations, every state kept with its gradient."""
    W_ih, W_hh, b_ih, b_hh = layer.all_weights[0]
    h, states = torch.zeros(len(x), 4).double(), []
    for scale_W, scale_rest in scales:
        for x_t in x.unbind(1):
            of_x = (scale_rest * (x_t @ W_ih.T + b_ih)).chunk(3, -1)
            of_h = (h @ (scale_W * W_hh).T + scale_rest * b_hh).chunk(3, -1)
            r, z = torch.sigmoid(of_x[0] + of_h[0]), torch.sigmoid(of_x[1] + of_h[1])
            n = torch.tanh(of_x[2] + r * of_h[2])
            h = (1 - z) * n + z * h
            h.retain_grad()
            states.append(h)
    return states


@pytest.mark.parametrize(
    ("swap", "scales"),
    [(by_functional_call, [(1.0, 1.0), (0.5, 0.5)]), (by_data, [(1.0, 1.0), (0.5, 1.0)])],
)
def test_each_call_is_replayed_with_the_weights_it_used(swap, scales):
    torch.manual_seed(0)
    model, x = Scaled(swap).double(), torch.randn(2, 5, 3).double()
    layer = trace(model, x, loss=weighed_squares).layers["layer"]
    states = cell_by_cell(model.layer, x, scales)
    weighed_squares(torch.stack(states, 1)).backward()
    np.testing.assert_allclose(layer.hidden[0, 0], torch.stack(states, 1).detach(), rtol=1e-10)
    np.testing.assert_allclose(layer.grad_hidden[0, 0], torch.stack([h.grad for h in states], 1), rtol=1e-9)


def test_jacobians_of_a_layer_whose_weights_changed_are_not_made_up():
    layer = trace(Scaled(by_functional_call), torch.randn(2, 5, 3)).layers["layer"]
    assert not layer.weights
    with pytest.raises(ValueError, match="Jacobians of a layer whose weights changed from one call to the next"):
        _ = layer.jacobian_norms


class Loop(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x, keep=None):
        h, outputs = None, []
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
            if keep is not None:
                h.retain_grad()
                keep.append(h)
            outputs.append(h)
        return torch.stack(outputs, 1)


def spectral_loop():
    torch.manual_seed(0)
    return Loop(parametrizations.spectral_norm(nn.RNNCell(3, 4).double(), "weight_hh"))


def test_a_spectrally_normalised_cell_in_training_runs_as_if_untraced():
    x, kept = torch.randn(2, 5, 3).double(), []
    found = trace(spectral_loop(), x, loss=weighed_squares)
    expected = spectral_loop()(x, kept)
    np.testing.assert_array_equal(found.output, expected.detach())
    weighed_squares(expected).backward()
    np.testing.assert_allclose(
        found.layers["cell"].grad_hidden[0, 0], torch.stack([h.grad for h in kept], 1), rtol=1e-10
    )


def test_tracing_leaves_the_buffers_of_a_spectrally_normalised_cell():
    model = spectral_loop()
    before = {name: one.clone() for name, one in model.named_buffers()}
    trace(model, torch.randn(2, 5, 3).double(), loss=weighed_squares)
    for name, one in model.named_buffers():
        assert torch.equal(one, before[name])
