"""The parallel scan gives the states of a loop, whatever the length and the carry, and so do its gradients."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.models.linear import combined, linear_scan
from tests.seeds import generator


def drawn(steps, batch=2, units=3, seed=0):
    carry = 2 * torch.rand(batch, steps, units, generator=generator(seed), dtype=torch.float64) - 1
    added = torch.randn(batch, steps, units, generator=generator(seed + 1), dtype=torch.float64)
    initial = torch.randn(batch, units, generator=generator(seed + 2), dtype=torch.float64)
    return carry, added, initial


def looped(carry, added, initial):
    h, states = initial, []
    for a, b in zip(carry.unbind(1), added.unbind(1), strict=True):
        h = a * h + b
        states.append(h)
    return torch.stack(states, 1)


@pytest.mark.parametrize("steps", [*range(1, 18), 31, 32, 33, 100, 1000])
def test_a_scan_gives_what_a_loop_gives(steps):
    parts = drawn(steps)
    torch.testing.assert_close(linear_scan(*parts), looped(*parts), rtol=1e-13, atol=1e-13)


def test_a_scan_begins_with_zeros_unless_told_otherwise():
    carry, added, initial = drawn(9)
    assert torch.equal(linear_scan(carry, added), linear_scan(carry, added, torch.zeros_like(initial)))


@pytest.mark.parametrize("steps", [1, 2, 7, 12])
def test_gradients_are_those_of_the_loop_and_right_in_the_second_order_too(steps):
    parts = [one.requires_grad_() for one in drawn(steps)]
    weights = torch.randn(2, steps, 3, generator=generator(9), dtype=torch.float64)
    mine = torch.autograd.grad((weights * linear_scan(*parts)).sum(), parts)
    truth = torch.autograd.grad((weights * looped(*parts)).sum(), parts)
    for found, expected in zip(mine, truth, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    assert torch.autograd.gradgradcheck(linear_scan, [one[:1, :, :1] for one in parts[:2]])


@pytest.mark.parametrize("carry", [0.0, 1.0, -1.0, 1e-30, 1 - 1e-7])
def test_carries_at_the_ends_neither_overflow_nor_lose_the_states(carry):
    # a running product or a logarithm of these would be 0, infinite or no number
    carries, added = torch.full((1, 5000, 1), carry), torch.ones(1, 5000, 1)
    truth = looped(carries.double(), added.double(), torch.zeros(1, 1).double())
    torch.testing.assert_close(linear_scan(carries, added).double(), truth, rtol=1e-4, atol=1e-4)


def test_a_scan_after_a_scan_is_one_long_scan():
    carry, added, initial = drawn(21)
    first = linear_scan(carry[:, :8], added[:, :8], initial)
    second = linear_scan(carry[:, 8:], added[:, 8:], first[:, -1])
    torch.testing.assert_close(torch.cat([first, second], 1), linear_scan(carry, added, initial))


@given(st.integers(0, 1000))
def test_steps_may_be_put_together_in_any_grouping(seed):
    a, b, c = zip(*(one[0].unbind(0) for one in drawn(3, seed=seed)[:2]), strict=True)
    for left, right in zip(combined(combined(a, b), c), combined(a, combined(b, c)), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


def test_the_depth_grows_with_the_logarithm_of_the_time():
    def depth(steps):
        carry, added, _ = (one.requires_grad_() for one in drawn(steps))
        levels, node = 0, [linear_scan(carry, added).grad_fn]
        while node:
            node, levels = list({n for one in node for n, _ in one.next_functions if n is not None}), levels + 1
        return levels

    assert depth(4096) - depth(2048) == depth(2048) - depth(1024) < 20
    assert depth(4096) < 200


WRONG = {
    "numbers": (lambda a, b, h: (a.tolist(), b, h), TypeError, "carry must be a torch.Tensor"),
    "whole numbers": (lambda a, b, h: (a, b.long(), h), TypeError, "added must be .* got a tensor of torch.int64"),
    "no batch axis": (lambda a, b, h: (a[0], b[0], h), ValueError, r"carry must have axes \(batch, time, unit\)"),
    "unlike shapes": (lambda a, b, h: (a, b[:, 1:], h), ValueError, "carry and added must have one shape"),
    "no timestep": (lambda a, b, h: (a[:, :0], b[:, :0], h), ValueError, "with a timestep or more"),
    "state of another batch": (
        lambda a, b, h: (a, b, h[:1]),
        ValueError,
        r"initial must .* \(2, 3\), got shape \(1, 3",
    ),
    "unlike dtypes": (lambda a, b, h: (a, b.float(), h), TypeError, "must have one dtype"),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_what_cannot_be_scanned_is_refused_with_a_sentence(case):
    change, error, words = WRONG[case]
    with pytest.raises(error, match=words):
        linear_scan(*change(*drawn(5)))
