"""States and gates of one sequence, worked out by themselves, are those that a trace of the whole batch finds."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import LayerTrace, trace
from rnnviz.trace.recompute.alone import layer_alone
from rnnviz.trace.recompute.onesequence import OneSequence, one_sequence

LAYERS = {
    "rnn": (nn.RNN, {}),
    "relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
}
ROUNDING = 1e-6  # of float32 numbers near 1, summed in another order


def layer(kind: str, **settings: object) -> nn.RNNBase:
    torch.manual_seed(3)
    made, own = LAYERS[kind]
    return made(3, 5, batch_first=True, **own, **settings)


def traced(model: nn.Module, given: object) -> LayerTrace:
    (found,) = trace(model, given).layers.values()
    return found


def assert_same(found: OneSequence, seen: LayerTrace, sample: int, length: int) -> None:
    assert list(found.gates) == list(seen.gates)
    pairs = [(found.hidden, seen.hidden), *((found.gates[name], seen.gates[name]) for name in found.gates)]
    if seen.cell is None:
        assert found.cell is None
    else:
        pairs.append((found.cell, seen.cell))
    for one, whole in pairs:
        np.testing.assert_allclose(one, whole[:, :, sample, :length], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_one_sequence_is_what_a_trace_finds(kind: str, layers: int, bidirectional: bool, bias: bool) -> None:
    model = layer(kind, num_layers=layers, bidirectional=bidirectional, bias=bias)
    inputs = torch.randn(4, 9, 3)
    assert_same(one_sequence(model, inputs[2]), traced(model, inputs), 2, 9)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_padded_sequence_is_read_up_to_its_end(kind: str, bidirectional: bool) -> None:
    model = layer(kind, num_layers=2, bidirectional=bidirectional)
    inputs, lengths = torch.randn(3, 8, 3), [8, 5, 2]
    seen = traced(model, pack_padded_sequence(inputs, lengths, batch_first=True))
    for sample, length in enumerate(lengths):
        assert_same(one_sequence(model, inputs[sample, :length]), seen, sample, length)


@pytest.mark.parametrize("kind", LAYERS)
def test_double_precision_stays_double(kind: str) -> None:
    model = layer(kind).double()
    inputs = torch.randn(2, 6, 3, dtype=torch.float64)
    found, seen = one_sequence(model, inputs[1]), traced(model, inputs)
    assert found.hidden.dtype == np.float64
    np.testing.assert_allclose(found.hidden, seen.hidden[:, :, 1], rtol=0, atol=1e-14)


def test_states_that_explode_are_infinite_without_a_warning() -> None:
    model = layer("relu")
    with torch.no_grad():
        model.weight_hh_l0.mul_(1e30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = one_sequence(model, torch.rand(40, 3))
    assert not found.is_finite


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_layer_alone_is_what_a_trace_of_it_finds(kind: str, bidirectional: bool, layers: int) -> None:
    model, inputs = layer(kind, bidirectional=bidirectional, num_layers=layers), torch.randn(4, 9, 3)
    wanted = trace(model, inputs, loss=lambda output: output[0].square().mean())
    (seen,) = wanted.layers.values()
    found, loss = layer_alone(model, inputs, lambda states: states.square().mean())
    assert loss is not None
    assert loss.item() == wanted.loss
    for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell", "initial_hidden"):
        np.testing.assert_array_equal(getattr(found, name), getattr(seen, name))
    for name in seen.gates:
        np.testing.assert_array_equal(found.gates[name], seen.gates[name])
    assert all(one.grad is None for one in model.parameters())
