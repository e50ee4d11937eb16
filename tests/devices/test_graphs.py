"""A trace from recorded launches is the one that launches each, the first time and later."""

import copy
import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz.trace.scan import graphs
from rnnviz.trace.scan.graphs import GRAPHS
from tests.devices.layers import OPTIONS, SHAPES, traced
from tests.trace.unrolled import relative_error


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin and end without a recording, and with loops that could be recorded."""
    monkeypatch.setenv("RNNVIZ_CUDA_KERNELS", "0")
    GRAPHS.clear()
    GRAPHS._troubles = 0
    yield
    GRAPHS.clear()


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)
def test_every_trace_of_two_shapes_in_turn_is_the_one_without_graphs(
    device: torch.device,
    kind: str,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "rnnviz")
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 8, batch_first=True, **options).to(device)
    batches = [torch.randn(*shape, 3).to(device) for _ in range(4) for shape in SHAPES]
    monkeypatch.setenv("RNNVIZ_CUDA_GRAPHS", "0")
    plain = traced(layer, batches)
    assert len(GRAPHS) == 0
    monkeypatch.delenv("RNNVIZ_CUDA_GRAPHS")
    found = traced(layer, batches)
    for mine, other in zip(found, plain, strict=True):
        assert {name: relative_error(mine[name], other[name]) for name in other} == pytest.approx(
            dict.fromkeys(other, 0.0), abs=1e-6
        )
    assert [one.getMessage() for one in caplog.records if "without a CUDA graph" in one.getMessage()] == []
    if device.type == "cuda":
        assert len(GRAPHS) >= len(SHAPES)


def test_weights_that_have_changed_since_the_recording_count(device: torch.device) -> None:
    torch.manual_seed(0)
    layer, x = nn.LSTM(3, 8, batch_first=True).to(device), torch.randn(4, 40, 3).to(device)
    traced(layer, [x, x])
    with torch.no_grad():
        for one in layer.parameters():
            one.mul_(0.5)
    truth = traced(copy.deepcopy(layer).cpu().double(), [x.cpu().double()])[0]
    (found,) = traced(layer, [x])
    assert max(relative_error(found[name], truth[name]) for name in truth) < 1e-5


def test_the_owner_may_record_her_own_step_between_two_traces(device: torch.device) -> None:
    torch.manual_seed(0)
    layer, x = nn.GRU(3, 8, batch_first=True).to(device), torch.randn(4, 40, 3).to(device)
    before = traced(layer, [x, x, x])
    own = recorded(lambda: x * 2, device)
    after = traced(layer, [x])
    np.testing.assert_array_equal(own.cpu(), (x * 2).cpu())
    assert max(relative_error(after[0][name], before[0][name]) for name in before[0]) <= 1e-6


def recorded(function: Callable[[], Tensor], device: torch.device) -> Tensor:
    if device.type != "cuda":
        return function()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = function()
    graph.replay()
    return found


def test_a_recording_that_fails_leaves_the_device_as_it_was(device: torch.device) -> None:
    """A loop that waits for the device cannot be recorded; torch says so in the middle of it."""

    def waiting(given: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
        (one,) = given
        assert one is not None
        return (one * float(one.sum()),)

    cache, x = graphs.Graphs(), torch.ones(32, 2, device=device)
    if device.type == "cpu":
        cache = graphs.Graphs(may_record=lambda device: False)
    torch.manual_seed(0)
    expected = torch.randn(3, device=device)
    torch.manual_seed(0)
    with torch.no_grad():
        for _ in range(3):
            (found,) = cache.run(waiting, (x,))
            assert found is not None
            assert torch.equal(found.cpu(), torch.full((32, 2), 64.0))
    assert len(cache) == 0
    assert torch.equal(torch.randn(3, device=device), expected)
    if device.type == "cuda":
        assert not torch.cuda.is_current_stream_capturing()
        assert torch.cuda.current_stream(device) == torch.cuda.default_stream(device)
