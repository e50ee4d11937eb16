"""What the CPU does another way than torch's own gives what torch's own gives."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.trace import trace
from rnnviz.trace.scan import kernels, small_lstm
from rnnviz.trace.scan.kernels import adding, multiplying, product, tanh
from rnnviz.trace.scan.stepping import _ByNumpy, _ByTorch, stepping

EPSILON = {torch.float32: 2e-7, torch.float64: 4e-16}


@pytest.mark.parametrize("dtype", EPSILON)
def test_tanh_is_torchs_to_the_last_bits_also_far_from_zero(dtype):
    values = torch.cat([torch.linspace(-30, 30, 1001, dtype=dtype), torch.tensor([1e-30, torch.inf], dtype=dtype)])
    torch.testing.assert_close(tanh(values), values.double().tanh().to(dtype), rtol=2 * EPSILON[dtype], atol=0)


def test_tanh_is_written_into_a_view_of_every_second_number_and_no_other():
    values, room = torch.randn(5), torch.zeros(10)
    tanh(values, out=room[::2])
    assert torch.equal(room[::2], tanh(values))
    assert not room[1::2].any()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("worth_it", [1, 2**40])
def test_a_product_is_the_linear_layers(worth_it, dtype, bias, monkeypatch):
    monkeypatch.setattr(kernels, "_WORTH_IT", worth_it)
    torch.manual_seed(0)
    values, W = torch.randn(7, 5, 3, dtype=dtype).transpose(0, 1), torch.randn(4, 3, dtype=dtype)
    b = torch.randn(4, dtype=dtype) if bias else None
    torch.testing.assert_close(product(values, W, b), linear(values, W, b), rtol=1e-5, atol=4 * EPSILON[dtype])


@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("worth_it", [1, 2**40])
@pytest.mark.parametrize("intels", [True, False])
def test_adding_a_product_adds_the_matrix_product_in_place(intels, worth_it, dtype, monkeypatch):
    monkeypatch.setattr(kernels, "_WORTH_IT", worth_it)
    monkeypatch.setattr(kernels, "_is_intels", lambda: intels)
    torch.manual_seed(0)
    total, values, W = torch.ones(9, 4, dtype=dtype), torch.randn(3, 9, dtype=dtype).T, torch.randn(4, 3, dtype=dtype).T
    expected = 1 + values @ W
    adding(9, W)(total, values, W)
    torch.testing.assert_close(total, expected, rtol=1e-5, atol=4 * EPSILON[dtype])


ONE_THREAD = {"whole": 2**40, "in halves": 5 * 12 * 3 - 1, "by torch": 0}


@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("way", ONE_THREAD)
def test_a_timesteps_product_is_the_matrix_product_whichever_way_it_goes(way, dtype, monkeypatch):
    monkeypatch.setattr(kernels, "_ONE_THREAD", ONE_THREAD[way])
    torch.manual_seed(0)
    values, W, out = torch.randn(4, 5, 12, dtype=dtype), torch.randn(12, 3, dtype=dtype), torch.zeros(5, 3, dtype=dtype)
    for multiply, expected in zip(multiplying(values, W, out), values @ W, strict=True):
        multiply()
        torch.testing.assert_close(out, expected, rtol=1e-5, atol=8 * EPSILON[dtype])


@pytest.mark.parametrize("way", ["in halves", "by torch"])
def test_an_lstms_gradients_are_the_same_whichever_way_its_products_go(way, monkeypatch):
    torch.manual_seed(0)
    model, x = nn.LSTM(2, 3, bidirectional=True).double(), torch.randn(7, 5, 2, dtype=torch.float64)
    expected = trace(model, x, loss=lambda result: result[0].sin().sum()).layers["lstm"]
    monkeypatch.setattr(kernels, "_ONE_THREAD", ONE_THREAD[way])
    found = trace(model, x, loss=lambda result: result[0].sin().sum()).layers["lstm"]
    for name in ("grad_hidden", "grad_cell"):
        torch.testing.assert_close(*(torch.tensor(getattr(one, name)) for one in (found, expected)), rtol=1e-12, atol=0)


@pytest.mark.parametrize("room", [1, 3, 7, 8])
def test_an_lstms_gradients_are_the_same_in_however_many_parts_it_is_walked_back(room, monkeypatch):
    torch.manual_seed(0)
    model, x = nn.LSTM(2, 3, bidirectional=True).double(), torch.randn(22, 5, 2, dtype=torch.float64)
    packed = pack_padded_sequence(x, torch.tensor([22, 17, 9, 8, 1]))
    for given in (x, packed):
        expected = trace(model, given, loss=_of_all).layers["lstm"]
        with monkeypatch.context() as patched:
            patched.setattr(small_lstm, "_ROOM", room)
            found = trace(model, given, loss=_of_all).layers["lstm"]
        for name in ("grad_hidden", "grad_cell"):
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


def _of_all(result):
    """Depends on every output and on the last states of both kinds."""
    output, (hidden, cell) = result
    values = output.data if isinstance(output, PackedSequence) else output
    return values.sin().sum() + hidden.cos().sum() + cell.sin().sum()


def test_without_onednn_products_are_torchs_own(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    monkeypatch.setattr(kernels, "_WORTH_IT", 1)
    kernels._onednn.cache_clear()
    try:
        assert kernels._onednn() is None
        values, W = torch.randn(9, 3), torch.randn(4, 3)
        assert torch.equal(product(values, W), linear(values, W))
    finally:
        kernels._onednn.cache_clear()


@pytest.mark.parametrize(
    ("told", "intels"), [("vendor_id\t: GenuineIntel\n", True), ("vendor_id\t: AuthenticAMD\n", False)]
)
def test_on_intels_processors_products_are_added_by_torchs_own_and_elsewhere_by_onednn(told, intels, monkeypatch):
    monkeypatch.setattr(kernels.Path, "read_text", lambda *_, **__: told)
    kernels._is_intels.cache_clear()
    try:
        assert (adding(2**12, torch.empty(64, 64)) is torch.Tensor.addmm_) == intels
        assert adding(1, torch.empty(64, 64)) is torch.Tensor.addmm_
    finally:
        kernels._is_intels.cache_clear()


def test_an_operator_that_gives_something_else_is_not_used():
    assert kernels._agrees(linear)
    assert not kernels._agrees(lambda values, W, b: linear(values, W))


@pytest.mark.parametrize("kind", [_ByTorch(), _ByNumpy(torch.zeros(1, 2, 3))])
def test_steps_are_views_that_are_worked_on_in_place(kind):
    total, one, other = torch.ones(4, 2, 3), torch.full((4, 2, 3), 2.0), torch.full((4, 2, 3), 3.0)
    totals, ones, others = map(kind.split, (total, one, other))
    kind.add_product(totals[1], ones[1], others[1])
    kind.multiply(ones[2], others[2], ones[2])
    assert total.sum(dim=(1, 2)).tolist() == [6, 42, 6, 6]
    assert one.sum(dim=(1, 2)).tolist() == [12, 12, 36, 12]


def test_wide_steps_are_left_to_torch():
    assert isinstance(stepping(torch.empty(2, 64, 64)), _ByNumpy)
    assert isinstance(stepping(torch.empty(2, 512, 64)), _ByTorch)
