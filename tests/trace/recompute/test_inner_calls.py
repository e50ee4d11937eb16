"""The layers inside a fused module run again as the module's own call ran: the same kernels, the same precision."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rnnviz.trace import trace
from rnnviz.trace.capture.capture import Capture
from rnnviz.trace.isolation import precision
from rnnviz.trace.isolation.precision import full_precision
from rnnviz.trace.recompute.layers_inside import levels_of

MATMUL = precision._matmuls()[-1]
LOWER = "medium" if isinstance(MATMUL, precision._Legacy) else "bf16"


@pytest.fixture(autouse=True)
def _flags() -> Iterator[None]:
    before = torch._C._get_cudnn_enabled(), MATMUL.fp32_precision
    yield
    torch._C._set_cudnn_enabled(before[0])
    MATMUL.fp32_precision = before[1]


def called(layer: nn.RNNBase, x: Tensor) -> Any:
    with Capture({"rnn": layer}, gradients=False) as capture, torch.no_grad():
        layer(x)
    return capture.calls[0]


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"bias": False}])
def test_cudnn_is_given_one_layers_weights_in_a_buffer_of_their_own(
    kind: str, options: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    layer, x = getattr(nn, kind)(3, 4, num_layers=3, **options), torch.randn(6, 2, 3)
    call = called(layer, x)
    expected = levels_of(call)
    owned = {name: one.detach().clone() for name, one in layer.named_parameters()}
    given: list[tuple[list[Tensor], int, int]] = []
    name = {"RNN": "rnn_tanh", "LSTM": "lstm", "GRU": "gru"}[kind]
    fused = getattr(torch, name)

    def flatten(weights: list[Tensor], per_direction: int, width: int, *rest: Any) -> None:
        buffer = torch.cat([one.flatten() for one in weights])
        for one, part in zip(weights, buffer.split([one.numel() for one in weights]), strict=True):
            one.set_(part.view(one.shape))  # type: ignore[call-overload]
        given.append((weights, per_direction, width))

    def spy(data: Tensor, state: Any, weights: list[Tensor], *rest: Any) -> Any:
        assert weights is given[-1][0]
        assert len({one.untyped_storage().data_ptr() for one in weights}) == 1
        return fused(data, state, weights, *rest)

    monkeypatch.setattr(torch.backends.cudnn, "is_acceptable", lambda _one: True)
    monkeypatch.setattr(
        "rnnviz.trace.recompute.layers_inside.get_cudnn_mode", lambda _mode: 0
    )  # a number that only cuDNN has
    monkeypatch.setattr(torch, "_cudnn_rnn_flatten_weight", flatten)
    monkeypatch.setattr(torch, name, spy)
    found = levels_of(call)
    directions = 2 if options.get("bidirectional") else 1
    assert [one[1] for one in given] == [4 if options.get("bias", True) else 2] * 2
    assert [one[2] for one in given] == [3, 4 * directions]
    assert all(torch.equal(one.output, two.output) for one, two in zip(found, expected, strict=True))
    assert all(torch.equal(one, owned[name]) for name, one in layer.named_parameters())


@pytest.mark.parametrize("by_cudnn", [False, True])
def test_layers_run_again_with_the_kernels_of_the_call(by_cudnn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = nn.LSTM(3, 4, num_layers=3), torch.randn(6, 2, 3)
    torch._C._set_cudnn_enabled(by_cudnn)
    call = called(layer, x)
    torch._C._set_cudnn_enabled(not by_cudnn)
    seen, fused = [], torch.lstm

    def spy(*given: Any) -> Any:
        seen.append(torch._C._get_cudnn_enabled())
        return fused(*given)

    monkeypatch.setattr(torch, "lstm", spy)
    levels_of(call)
    assert seen == [by_cudnn] * 2
    assert torch._C._get_cudnn_enabled() is not by_cudnn


def test_layers_run_again_in_the_precision_of_the_call_and_the_rest_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = nn.LSTM(3, 4, num_layers=3), torch.randn(6, 2, 3)
    seen, fused = [], torch.lstm

    def spy(*given: Any) -> Any:
        seen.append(MATMUL.fp32_precision)
        return fused(*given)

    MATMUL.fp32_precision = LOWER
    call = called(layer, x)
    monkeypatch.setattr(torch, "lstm", spy)
    with full_precision():
        levels_of(call)
        assert MATMUL.fp32_precision == "ieee"
    assert seen == [LOWER, LOWER]
    assert MATMUL.fp32_precision == LOWER


def test_the_states_of_a_lower_layer_are_those_that_the_call_had_inside() -> None:
    torch.manual_seed(0)
    layer, x = nn.LSTM(64, 128, num_layers=2, batch_first=True), torch.randn(16, 12, 64)
    below = nn.LSTM(64, 128, batch_first=True)
    below.load_state_dict({name: one for name, one in layer.state_dict().items() if name.endswith("l0")})
    MATMUL.fp32_precision = LOWER
    with torch.no_grad():
        expected = below(x)[0]
    found = trace(layer, x).layers["lstm"].hidden[0, 0]
    assert torch.equal(torch.from_numpy(found.copy()), expected)
