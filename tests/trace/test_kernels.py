"""What the CPU does another way than torch's own gives what torch's own gives."""

import pytest
import torch
from torch.nn.functional import linear

from rnnviz.trace import kernels
from rnnviz.trace.kernels import Product, tanh, tanh_
from rnnviz.trace.stepping import _ByNumpy, _ByTorch, stepping

EPSILON = {torch.float32: 2e-7, torch.float64: 4e-16}


@pytest.mark.parametrize("dtype", EPSILON)
def test_tanh_is_torchs_to_the_last_bits_also_far_from_zero(dtype):
    values = torch.cat([torch.linspace(-30, 30, 1001, dtype=dtype), torch.tensor([1e-30, torch.inf], dtype=dtype)])
    torch.testing.assert_close(tanh(values), values.double().tanh().to(dtype), rtol=2 * EPSILON[dtype], atol=0)


def test_tanh_in_place_reaches_a_view_of_every_second_number_and_no_other():
    values = torch.randn(10)
    expected = values.clone()
    expected[::2] = tanh(expected[::2])
    assert tanh_(values[::2]).data_ptr() == values.data_ptr()
    assert torch.equal(values, expected)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("worth_it", [1, 2**40])
def test_a_product_is_the_linear_layers(worth_it, dtype, bias, monkeypatch):
    monkeypatch.setattr(kernels, "_WORTH_IT", worth_it)
    torch.manual_seed(0)
    values, W = torch.randn(7, 5, 3, dtype=dtype).transpose(0, 1), torch.randn(4, 3, dtype=dtype)
    b = torch.randn(4, dtype=dtype) if bias else None
    product = Product(W, b)
    for part in (values, values[:2]):  # the converted weights are used again
        torch.testing.assert_close(product(part), linear(part, W, b), rtol=1e-5, atol=4 * EPSILON[dtype])


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
