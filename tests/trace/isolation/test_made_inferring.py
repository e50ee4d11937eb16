"""Weights, buffers, inputs and targets that were made under ``inference_mode``: the same numbers as without it."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from tests.training.examples import weights

MADE = ["model", "inputs", "targets", "buffer"]


class Reader(nn.Module):
    """Adds up the states that it has seen in a buffer of its own, which it writes to in place."""

    def __init__(self, kind):
        super().__init__()
        self.recurrent, self.head = getattr(nn, kind)(3, 4), nn.Linear(4, 1)
        self.register_buffer("seen", torch.zeros(4))

    def forward(self, x):
        states = torch.stack([self._step(one) for one in x])
        return self.head(states)

    def _step(self, x):
        h = self.recurrent(x)
        h = h[0] if isinstance(h, tuple) else h
        with torch.no_grad():
            self.seen.add_(h.sum(0))
        return h * self.seen.clone()


def inferring(value):
    with torch.inference_mode():
        return value.clone() if isinstance(value, torch.Tensor) else copy.deepcopy(value)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("which", [*[(one,) for one in MADE], tuple(MADE)], ids="-".join)
def test_a_trace_with_a_loss_is_that_of_ordinary_tensors(kind, which):
    torch.manual_seed(0)
    model, x, y = Reader(kind), torch.randn(6, 2, 3), torch.randn(6, 2, 1)
    expected = rv.trace(model, x, loss=lambda answer: (answer * y).sum())
    if "model" in which:
        model = inferring(model)
    elif "buffer" in which:
        model.seen = inferring(model.seen)
    x, y = inferring(x) if "inputs" in which else x, inferring(y) if "targets" in which else y
    found = rv.trace(model, x, loss=lambda answer: (answer * y).sum())
    assert found.loss == expected.loss
    for name in ("hidden", "grad_hidden", "grad_hidden_direct"):
        np.testing.assert_array_equal(
            getattr(found.layers["recurrent"], name), getattr(expected.layers["recurrent"], name)
        )
    assert not model.seen.any()


def test_a_trace_without_a_loss_takes_such_a_model_too():
    torch.manual_seed(0)
    model, x = nn.GRU(3, 4, batch_first=True), torch.randn(2, 5, 3)
    expected = rv.trace(model, x).layers["gru"].hidden
    np.testing.assert_array_equal(rv.trace(inferring(model), x).layers["gru"].hidden, expected)


def test_saliency_takes_such_a_model_too():
    torch.manual_seed(0)
    model, x = rv.models.SequenceModel("gru", 3, 4, 2), torch.randn(2, 5, 3)
    expected = rv.saliency(model, x, target=1)
    found = rv.saliency(inferring(model), inferring(x), target=1)
    np.testing.assert_array_equal(found.gradient_times_input, expected.gradient_times_input)
    np.testing.assert_array_equal(found.occlusion, expected.occlusion)


@pytest.mark.parametrize("built", ["by a function", "before"])
def test_a_lab_trains_such_a_model_as_any_other(built):
    def build(task=None, settings=None):
        torch.manual_seed(3)
        return rv.models.SequenceModel("gru", 2, 4, 1)

    def inferring_build(task, settings):
        with torch.inference_mode():
            return build()

    chosen = {"before": inferring(build()), "by a function": inferring_build}[built]
    labs = [rv.Lab("adding", model=one, seq_len=8, device="cpu", seed=0) for one in (build, chosen)]
    for lab in labs:
        lab.train(4)
    assert list(labs[0].history["loss"]) == list(labs[1].history["loss"])
    for one, other in zip(*(weights(lab) for lab in labs), strict=True):
        np.testing.assert_array_equal(one, other)
