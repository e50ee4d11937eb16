"""Loops that go in one launch find what the loops themselves find, and are given up where they do not."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz.trace.scan import scans, single_launch
from rnnviz.trace.scan.graphs import GRAPHS
from rnnviz.trace.scan.recording import agree
from rnnviz.trace.scan.single_launch import KERNELS, Kernels, NotLaunchedError
from tests.devices.layers import OPTIONS, SHAPES, traced
from tests.trace.unrolled import relative_error

Arrays = tuple[Tensor | None, ...]
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Begin and end without a kernel that is trusted."""
    for one in (KERNELS, GRAPHS):
        one.clear()
    yield
    for one in (KERNELS, GRAPHS):
        one.clear()


def doubled(given: Arrays, times: int = 2) -> Arrays:
    (one,) = given
    assert one is not None
    return (one.mul_(times),)


def asked(kernels: Kernels, fast: Any, count: int) -> list[Any]:
    with torch.no_grad():
        return [kernels.run(fast, doubled, (torch.ones(3),), 2) for _ in range(count)]


def test_a_kernel_is_used_once_it_has_found_what_the_loop_finds() -> None:
    calls: list[Arrays] = []

    def fast(given: Arrays, times: int) -> Arrays:
        calls.append(given)
        return doubled(given, times)

    kernels = Kernels(may_check=lambda device: True)
    first, *_ = asked(kernels, fast, 1)
    assert calls == []
    found = [first, *asked(kernels, fast, 3)]
    assert len(calls) == 3
    assert [one[0].tolist() for one in found] == [[2.0] * 3] * 4
    assert len(kernels) == 1


def test_a_kernel_that_finds_something_else_is_never_used() -> None:
    kernels = Kernels(may_check=lambda device: True)
    found = asked(kernels, lambda given, times: doubled(given, 3), 4)
    assert [None if one is None else one[0].tolist() for one in found] == [[2.0] * 3] * 2 + [None] * 2
    assert len(kernels) == 0


def test_a_kernel_that_cannot_be_compiled_is_given_up_and_after_three_no_other_is_tried() -> None:
    calls = []

    def failing(name: int) -> Any:
        def fast(given: Arrays, times: int) -> Arrays:
            calls.append(name)
            raise RuntimeError("no C compiler was found")

        return fast

    kernels = Kernels(may_check=lambda device: True)
    for name in range(5):
        found = asked(kernels, failing(name), 4)
        assert all(one is None or one[0].tolist() == [2.0] * 3 for one in found)
    assert calls == [0, 1, 2]


def test_while_the_owner_records_nothing_is_compared() -> None:
    kernels = Kernels(may_check=lambda device: False)
    found = asked(kernels, lambda given, times: pytest.fail("it was called"), 3)
    assert [one[0].tolist() for one in found] == [[2.0] * 3] * 3


@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["rnn tanh", "rnn relu", "lstm", "gru"])
@pytest.mark.parametrize("sizes", [(40, 32, 2, 64), (33, 5, 3, 33), (20, 300, 3, 17), (30, 16, 32, 128), (1, 1, 1, 1)])
def test_a_gradient_goes_back_in_one_launch_as_in_a_loop(kind: str, sizes: tuple[int, int, int, int]) -> None:
    torch.manual_seed(0)
    device, (steps, batch, inputs, units) = torch.device("cuda"), sizes
    name, nonlinearity = kind.split() if " " in kind else (kind, "tanh")
    rows = GATES[name] * units

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape).to(device)

    for reverse, masked, seeded, below in itertools.product((False, True), repeat=4):
        joined = drawn(steps + 1, batch, inputs + units).tanh()
        entering, leaving = (joined[1:], joined[:-1]) if reverse else (joined[:-1], joined[1:])
        lengths = torch.randint(1, steps + 1, (batch,), device=device)
        valid = (torch.arange(steps, device=device)[:, None] < lengths).float().unsqueeze(-1) if masked else None
        cell = drawn(steps, batch, units) if name == "lstm" else None
        states = leaving[:, :, inputs:] if cell is None else drawn(steps + 1, batch, units)
        kept = torch.cat([drawn(3, steps, batch, units).sigmoid(), drawn(1, steps, batch, units)])
        weights = drawn(rows, inputs), drawn(rows, units) / units**0.5, None
        given = entering, *weights, valid, drawn(steps, batch, units), cell, states, kept
        constants = name, nonlinearity, reverse, seeded and cell is not None, below
        with torch.no_grad():
            truth = scans._whole_scan(tuple(None if one is None else one.double() for one in given), *constants)
            found = single_launch.scan_backward(given, *constants)
        for mine, other in zip(found, truth, strict=True):
            assert (mine is None) == (other is None)
            if mine is not None and other is not None:
                assert relative_error(mine.cpu().numpy(), other.cpu().numpy()) < 2e-5, constants


@pytest.mark.gpu
@pytest.mark.parametrize("reverse", [False, True])
def test_gates_and_cell_states_are_found_in_one_launch_as_in_a_loop(reverse: bool) -> None:
    torch.manual_seed(0)
    steps, batch, units = 50, 7, 33
    before, joined = torch.randn(steps, batch, 4 * units), torch.randn(steps + 1, batch, units)
    lengths = torch.randint(1, steps + 1, (batch,))
    valid = (torch.arange(steps)[:, None] < lengths).float().unsqueeze(-1) if reverse else None
    whole = torch.empty(4, steps + 3, batch, units)
    given = before, whole[:, 1 : steps + 1], joined, valid
    with torch.no_grad():
        found = single_launch.lstm_forward(tuple(None if one is None else one.cuda() for one in given), reverse)
        truth = scans._lstm_forward(tuple(None if one is None else one.double() for one in given), reverse)
    for mine, other in zip(found, truth, strict=True):
        assert mine is not None
        assert other is not None
        np.testing.assert_allclose(mine.cpu(), other, rtol=2e-6, atol=2e-6)


@pytest.mark.gpu
@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)
def test_every_trace_is_the_one_without_kernels(
    kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 8, batch_first=True, **options).cuda()
    batches = [torch.randn(*shape, 3).cuda() for _ in range(3) for shape in SHAPES]
    found = traced(layer, batches)
    assert len(KERNELS) > 0
    monkeypatch.setenv("RNNVIZ_CUDA_KERNELS", "0")
    for mine, other in zip(found, traced(layer, batches), strict=True):
        assert {name: relative_error(mine[name], other[name]) for name in other} == pytest.approx(
            dict.fromkeys(other, 0.0), abs=1e-6
        )


@pytest.mark.gpu
def test_a_trace_after_the_kernels_are_trusted_is_exact() -> None:
    torch.manual_seed(0)
    layer, x = nn.LSTM(3, 64, num_layers=2, bidirectional=True, batch_first=True).cuda(), torch.randn(4, 40, 3).cuda()
    with torch.backends.cudnn.flags(allow_tf32=False):
        *_, found = traced(layer, [x] * 4)
    (truth,) = traced(layer.cpu().double(), [x.cpu().double()])
    assert max(relative_error(found[name], truth[name]) for name in truth) < 2e-5


def test_nothing_is_concluded_from_numbers_that_tell_nothing() -> None:
    kernels = Kernels(may_check=lambda device: True)
    for worthless in (0.0, float("nan")):
        with torch.no_grad():
            for _ in range(3):
                kernels.run(lambda given, times: doubled(given, 3), doubled, (torch.full((3,), worthless),), 2)
    assert len(kernels) == 0
    assert [one[0].tolist() for one in asked(kernels, doubled, 2)] == [[2.0] * 3] * 2
    assert len(kernels) == 1


def test_a_kernel_that_can_no_longer_be_launched_leaves_the_loop_to_do_it() -> None:
    full = False

    def fast(given: Arrays, times: int) -> Arrays:
        if full:
            raise NotLaunchedError("no space left on device")
        return doubled(given, times)

    kernels = Kernels(may_check=lambda device: True)
    asked(kernels, fast, 3)
    assert len(kernels) == 1
    full = True
    assert asked(kernels, fast, 2) == [None, None]
    assert len(kernels) == 0


def test_each_timestep_is_compared_by_itself() -> None:
    vanishing = torch.logspace(0, -20, 21).view(-1, 1, 1) * torch.ones(21, 2, 3)
    cut = vanishing.clone()
    cut[15:] = 0.0
    assert agree(vanishing * (1 + 1e-6), vanishing)
    assert not agree(cut, vanishing)
    endless = torch.tensor([float("inf"), float("nan"), 1.0])
    assert agree(endless.clone(), endless)
    assert not agree(torch.tensor([float("inf"), 0.0, 1.0]), endless)
