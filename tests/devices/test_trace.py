"""A trace is exact wherever the model is, in every mode, and leaves nothing behind there."""

import copy
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnviz.trace import trace
from tests.losses import broken_loss, sum_of_squares
from tests.trace.unrolled import relative_error, unroll
from tests.trace.untouched import Model, assert_same, state_of

TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}
GATES = {"RNN": "", "LSTM": "ifgo", "GRU": "rzn"}
LENGTHS = [9, 4, 7]


def of_a_layer(result: Any) -> Tensor:
    output = result[0]
    if isinstance(output, PackedSequence):
        output = pad_packed_sequence(output, batch_first=True)[0]
    weights = torch.cos(torch.arange(output.numel(), dtype=torch.float64)).to(output).view(output.shape)
    return (weights * output * (1 + output)).sum()


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
@pytest.mark.parametrize("packed", [False, True], ids=["padded", "packed"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}], ids=["plain", "deep"])
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("kind", GATES)
def test_a_trace_agrees_with_unrolled_autograd(
    device: torch.device, kind: str, dtype: torch.dtype, options: dict[str, Any], packed: bool, training: bool
) -> None:
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 5, batch_first=True, **options).to(dtype).train(training)
    x, lengths = torch.randn(3, 9, 3, dtype=dtype), LENGTHS if packed else [9] * 3
    truth = truth_of(copy.deepcopy(layer), x, lengths)
    given = x.to(device)
    given = pack_padded_sequence(given, lengths, batch_first=True, enforce_sorted=False) if packed else given
    found = trace(layer.to(device), given, loss=of_a_layer).layers[kind.lower()]
    errors = {gate: relative_error(found.gates[gate], truth.array(gate)) for gate in GATES[kind]}
    errors["hidden"] = relative_error(found.hidden, truth.array("h"))
    errors["total"] = relative_error(found.grad_hidden, truth.array("h", gradient=True))
    errors["direct"] = relative_error(found.grad_hidden_direct, truth.array("outside", gradient=True))
    if kind == "LSTM":
        errors["cell"] = relative_error(found.grad_cell, truth.array("c", gradient=True))
    assert max(errors.values()) <= TOLERANCE[dtype], errors


def truth_of(layer: nn.RNNBase, x: Tensor, lengths: list[int]) -> Any:
    """The unrolled layer in double precision on the CPU."""
    layer, x = layer.double(), x.double()
    rows = layer.num_layers * (2 if layer.bidirectional else 1)
    start = torch.zeros(rows, len(x), layer.hidden_size, dtype=torch.float64)
    truth = unroll(layer, x, start, start if isinstance(layer, nn.LSTM) else None, lengths)
    of_a_layer((truth.output,)).backward()
    return truth


def prepared(device: torch.device, *, training: bool) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    model, x = Model().to(device).train(training), torch.randn(5, 6, 3).to(device)
    if training:
        sum_of_squares(model(x)).backward()
    return model, x


@pytest.mark.parametrize("criterion", [sum_of_squares, broken_loss, None])
@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
def test_the_model_its_device_and_its_generator_are_as_they_were(
    device: torch.device, training: bool, criterion: Any
) -> None:
    model, x = prepared(device, training=training)
    before = state_of(model, device)
    with pytest.raises(RuntimeError, match="is broken") if criterion is broken_loss else nullcontext():
        trace(model, x, loss=criterion)
    assert_same(before, state_of(model, device))


def test_in_eval_mode_the_output_is_what_the_untraced_model_gives(device: torch.device) -> None:
    model, x = prepared(device, training=False)
    expected = model(x).detach()
    np.testing.assert_allclose(trace(model, x, loss=sum_of_squares).output, expected.cpu(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_gradients_are_found_whatever_the_callers_mode(device: torch.device, mode: Any) -> None:
    model, x = prepared(device, training=False)
    expected = trace(model, x, loss=sum_of_squares).layers["recurrent"]
    with mode():
        found = trace(model, x, loss=sum_of_squares).layers["recurrent"]
    assert found.grad_hidden is not None
    assert expected.grad_hidden is not None
    # on a GPU a later trace may go back by a kernel, whose sums have another order
    assert relative_error(found.grad_hidden, expected.grad_hidden) <= (1e-6 if device.type == "cuda" else 0.0)


def test_under_autocast_gradients_stay_within_the_low_precision(device: torch.device) -> None:
    model, x = prepared(device, training=False)
    expected = trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden
    assert expected is not None
    for dtype in (torch.bfloat16, torch.float16) if device.type == "cuda" else (torch.bfloat16,):
        with torch.autocast(device.type, dtype=dtype):  # torch runs no LSTM in float16 on a CPU
            found = trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden
        assert found is not None
        assert relative_error(found, expected) < 0.1, dtype


def test_dropout_between_layers_is_the_same_when_the_generator_is(device: torch.device) -> None:
    model, x = prepared(device, training=True)
    torch.manual_seed(3)
    one = trace(model, x, loss=sum_of_squares).layers["recurrent"]
    torch.manual_seed(3)
    other = trace(model, x, loss=sum_of_squares).layers["recurrent"]
    np.testing.assert_array_equal(one.hidden, other.hidden)
    np.testing.assert_array_equal(one.grad_hidden, other.grad_hidden)


def test_the_layer_below_a_dropout_sees_the_mask_that_the_model_drew(device: torch.device) -> None:
    """The gradient at the lower layer is what autograd gives at its weights, if and only if the mask is the same."""
    model, x = prepared(device, training=True)
    model.norm.eval()
    model.after[0].p = 0.0
    model.zero_grad()
    torch.manual_seed(3)
    found = trace(model, x, loss=sum_of_squares).layers["recurrent"].weight_grad_norms
    torch.manual_seed(3)
    with torch.backends.cudnn.flags(enabled=False):
        sum_of_squares(model(x)).backward()
    gradient = model.recurrent.weight_hh_l0.grad
    assert found is not None
    assert gradient is not None
    norms = [float(block.norm()) for block in gradient.chunk(4)]
    np.testing.assert_allclose([found["W_hh"][gate][0, 0] for gate in "ifgo"], norms, rtol=1e-4)


def test_a_compiled_model_around_the_layer_is_traced(device: torch.device) -> None:
    model, x = prepared(device, training=False)
    expected = trace(model, x, loss=sum_of_squares).layers["recurrent"].grad_hidden
    found = trace(torch.compile(model, backend="aot_eager"), x, loss=sum_of_squares).layers
    np.testing.assert_allclose(next(iter(found.values())).grad_hidden, expected, rtol=1e-5, atol=1e-7)
