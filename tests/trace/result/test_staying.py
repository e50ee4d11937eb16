"""Arrays stay on the device until somebody reads one; then all that belong together come over with one wait."""

import copy
import pickle
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz.trace import LayerTrace, Trace, trace
from rnnviz.trace.result import resident
from rnnviz.trace.result.resident import fetched
from tests.devices.simulated import WAITS


class Mixed(nn.Module):
    """Two fused layers and a cell in a loop, whose state is changed between two calls where `halve` says so."""

    def __init__(self, *, halve: bool = False) -> None:
        super().__init__()
        self.first, self.second = nn.LSTM(3, 4, num_layers=2, batch_first=True), nn.GRU(4, 4, batch_first=True)
        self.cell, self.halve = nn.LSTMCell(4, 4), halve

    def forward(self, x: Tensor) -> Tensor:
        h, state = self.second(self.first(x)[0])[0], None
        for t in range(h.shape[1]):
            state = self.cell(h[:, t], state)
            state = (state[0] / 2, state[1]) if self.halve else state
        assert state is not None
        return state[0]


def here_and_there(device: torch.device, **options: Any) -> tuple[Trace, Trace]:
    torch.manual_seed(0)
    model, x = Mixed(**options), torch.randn(5, 7, 3)
    expected = trace(model, x, loss=lambda out: out.square().mean())
    found = trace(model.to(device), x.to(device), loss=lambda out: out.square().mean())
    return found, expected


def flat(value: Any) -> list[Any]:
    if hasattr(value, "values"):
        return [leaf for one in value.values() for leaf in flat(one)]
    return [value]


def assert_alike(found: LayerTrace, expected: LayerTrace) -> None:
    for one in fields(LayerTrace):
        mine, theirs = flat(getattr(found, one.name)), flat(getattr(expected, one.name))
        assert len(mine) == len(theirs), one.name
        for left, right in zip(mine, theirs, strict=True):
            if isinstance(right, np.ndarray):
                assert left.dtype == right.dtype, one.name
                assert not left.flags.writeable, one.name
                np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-7, err_msg=one.name)
            else:
                assert left == right, one.name


def test_a_trace_that_nobody_reads_waits_for_nothing(second_device: torch.device) -> None:
    WAITS.clear()
    here_and_there(second_device)
    assert WAITS == []


@pytest.mark.parametrize("halve", [False, True])
def test_every_field_is_that_of_a_trace_on_the_cpu(second_device: torch.device, halve: bool) -> None:
    found, expected = here_and_there(second_device, halve=halve)
    assert list(found.layers) == list(expected.layers)
    assert found.loss == pytest.approx(expected.loss)
    np.testing.assert_allclose(found.output, expected.output, rtol=1e-5)
    for name, layer in expected.layers.items():
        assert_alike(found.layers[name], layer)
    assert (found.layers["cell"].before_hidden is not None) == halve


@pytest.mark.parametrize("name", [one.name for one in fields(LayerTrace) if one.name not in ("kind", "lengths")])
def test_whatever_is_read_first_brings_the_layer_with_one_wait(second_device: torch.device, name: str) -> None:
    found, expected = here_and_there(second_device)
    WAITS.clear()
    layer = found.layers["cell"]
    value = getattr(layer, name)
    assert (value is None) == (getattr(expected.layers["cell"], name) is None)
    assert len(WAITS) == int(name != "nonlinearity")  # that is known without
    assert_alike(layer, expected.layers["cell"])
    assert len(WAITS) == 1


@pytest.mark.parametrize(
    "use",
    [
        repr,
        pickle.dumps,
        copy.deepcopy,
        lambda found: found.save(Path("trace.npz")),
        lambda found: found.to_xarray(),
    ],
    ids=["repr", "pickle", "copy", "save", "xarray"],
)
def test_what_takes_all_of_a_trace_waits_once(
    second_device: torch.device, use: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=lambda variables, attrs: variables))
    found, _ = here_and_there(second_device)
    WAITS.clear()
    use(found)
    assert len(WAITS) == 1
    use(found)
    assert len(WAITS) == 1


def test_copies_of_a_trace_have_its_numbers(second_device: torch.device, tmp_path: Path) -> None:
    found, expected = here_and_there(second_device)
    found.save(tmp_path / "trace.npz")
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), Trace.load(tmp_path / "trace.npz")):
        assert_alike(again.layers["first"], expected.layers["first"])
    changed = replace(found.layers["first"], grad_hidden_direct=None)
    assert changed.grad_hidden_direct is None
    np.testing.assert_array_equal(changed.hidden, found.layers["first"].hidden)


def test_what_is_read_late_are_the_numbers_of_the_trace(second_device: torch.device) -> None:
    torch.manual_seed(0)
    model, x = nn.LSTM(3, 4, batch_first=True), torch.randn(5, 7, 3)
    expected = trace(model, x, loss=lambda out: out[0].square().mean())
    model, x = model.to(second_device), x.to(second_device)
    kept: list[Tensor] = []

    def loss(out: tuple[Tensor, Any]) -> Tensor:
        kept.append(out[0].square().mean())
        return kept[0]

    found = trace(model, x, loss=loss)
    with torch.no_grad():
        for one in (*model.parameters(), x, *kept):
            one.detach().zero_()
    assert_alike(found.layers["lstm"], expected.layers["lstm"])
    assert found.loss == pytest.approx(expected.loss)


def test_weights_worked_out_anew_for_every_call_are_compared_with_one_wait(second_device: torch.device) -> None:
    cell = nn.utils.parametrizations.weight_norm(nn.GRUCell(3, 4), "weight_hh").to(second_device)

    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = cell

        def forward(self, x: Tensor) -> Tensor:
            h = None
            for t in range(x.shape[1]):
                h = self.cell(x[:, t], h)
            assert h is not None
            return h

    x = torch.randn(2, 9, 3).to(second_device)
    WAITS.clear()
    found = trace(Loop(), x, loss=lambda out: out.sum())
    assert len(WAITS) == 1
    assert found.layers["cell"].weights["W_hh"].shape == (1, 1, 12, 4)


def test_an_unknown_name_is_told_as_of_any_object(second_device: torch.device) -> None:
    found, _ = here_and_there(second_device)
    WAITS.clear()
    with pytest.raises(AttributeError, match="'LayerTrace' object has no attribute 'hiden'"):
        found.layers["first"].hiden  # noqa: B018
    assert {one.name for one in fields(LayerTrace)} <= set(dir(found.layers["first"]))
    assert WAITS == []


def test_arrays_of_every_kind_come_over_in_one_copy(second_device: torch.device) -> None:
    torch.manual_seed(0)
    tensors = [
        torch.tensor(True),
        torch.randn(3, 4, 5).transpose(0, 2),
        torch.randn(2, 3, dtype=torch.float64)[:, ::2],
        torch.arange(7),
        torch.tensor(0.5, dtype=torch.float16),
        torch.zeros(0, 3),
        torch.randn(1, 3).expand(4, 3),
        torch.randn(3).to(torch.bfloat16),
    ]
    WAITS.clear()
    told = fetched({"all": [one.to(second_device) for one in tensors], "here": tensors[3], "none": None, "word": "gru"})
    assert len(WAITS) == 1
    for found, expected in zip(told["all"], tensors, strict=True):
        known = expected.float() if expected.dtype == torch.bfloat16 else expected
        np.testing.assert_array_equal(found, known.numpy())
        assert found.dtype == known.numpy().dtype
        assert found.flags.aligned
    assert np.shares_memory(told["here"], tensors[3].numpy())
    assert (told["none"], told["word"]) == (None, "gru")


def test_more_than_is_packed_at_once_comes_in_parcels(
    second_device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnviz.trace.result.resident._PACKED", 100)
    tensors = [torch.randn(size) for size in (3, 40, 20, 5, 200, 1)]
    found = fetched([one.to(second_device) for one in tensors])
    assert all(np.array_equal(one, two.numpy()) for one, two in zip(found, tensors, strict=True))


@pytest.mark.parametrize("scarce", [0, 2**20])
def test_on_cuda_all_copies_are_under_way_before_the_one_wait(monkeypatch: pytest.MonkeyPatch, scarce: int) -> None:
    locked: list[Tensor] = []
    done: list[str] = []
    empty, copy_ = torch.empty, Tensor.copy_

    def allocated(*size: int, pin_memory: bool, **options: Any) -> Tensor:
        assert pin_memory
        locked.append(empty(*size, **options))
        return locked[-1]

    def copied(target: Tensor, source: Tensor, *, non_blocking: bool) -> Tensor:
        assert non_blocking
        done.append("copy")
        return copy_(target, source)

    stream = SimpleNamespace(synchronize=lambda: done.append("wait"))
    monkeypatch.setattr(torch, "empty", allocated)
    monkeypatch.setattr(Tensor, "copy_", copied)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _device: stream)
    monkeypatch.setattr(resident, "_PACKED", 100)
    monkeypatch.setattr(resident, "_SCARCE", scarce)
    parts = [torch.arange(size, dtype=torch.uint8) for size in (60, 30, 200, 7)]
    found = resident._copied(parts, torch.device("cuda", 0))
    assert done == ["copy", "copy", "copy", "wait"]
    assert torch.equal(found, torch.cat(parts))
    assert (found.data_ptr() == locked[0].data_ptr()) == (scarce == 0)
