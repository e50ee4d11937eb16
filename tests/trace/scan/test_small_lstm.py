"""The memory that an LSTM's small scans share shows in no number: not of the trace before, nor of another thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import LayerTrace, trace
from rnnviz.trace.scan import small_lstm

FIELDS = ("hidden", "cell", "grad_hidden", "grad_cell")


def lstm(seed: int, **settings: object) -> nn.LSTM:
    torch.manual_seed(seed)
    return nn.LSTM(3, 8, batch_first=True, **settings)


def seen(model: nn.LSTM, inputs: torch.Tensor) -> LayerTrace:
    return trace(model, inputs, loss=lambda output: output[0].square().mean()).layers["lstm"]


def alone(work: Callable[[], LayerTrace]) -> LayerTrace:
    """In a thread of its own, where no trace came before."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def assert_same(found: LayerTrace, truth: LayerTrace) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(found, name), getattr(truth, name), err_msg=name)
    for weight, blocks in truth.weight_grad_norms.items():
        for gate, norm in blocks.items():
            np.testing.assert_array_equal(found.weight_grad_norms[weight][gate], norm)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_another_model_of_the_same_form_has_its_own_numbers(bidirectional: bool) -> None:
    first, second = (lstm(seed, bidirectional=bidirectional) for seed in (1, 2))
    inputs = torch.randn(4, 20, 3)
    truth = alone(lambda: seen(second, inputs))
    kept = seen(first, inputs).grad_hidden.copy()
    before = seen(first, inputs)
    assert_same(seen(second, inputs), truth)
    np.testing.assert_array_equal(before.grad_hidden, kept)


def test_weights_that_training_changed_are_the_ones_that_count() -> None:
    model, inputs = lstm(3), torch.randn(4, 20, 3)
    seen(model, inputs)
    with torch.no_grad():
        model.weight_hh_l0.mul_(0.3)
    assert_same(seen(model, inputs), alone(lambda: seen(model, inputs)))


def test_threads_at_once_do_not_meet() -> None:
    models, inputs = [lstm(seed) for seed in range(4)], torch.randn(4, 60, 3)
    truth = [alone(lambda one=one: seen(one, inputs)) for one in models]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for found, one in zip(pool.map(lambda one: seen(one, inputs), models), truth, strict=True):
                assert_same(found, one)


@pytest.mark.parametrize("first", [True, False])
def test_inference_mode_comes_and_goes(first: bool) -> None:
    model, inputs = lstm(5), torch.randn(4, 20, 3)
    truth = alone(lambda: seen(model, inputs))
    for mode in (first, not first, first):
        with torch.inference_mode(mode):
            assert_same(seen(model, inputs), truth)


def test_few_rooms_are_kept() -> None:
    def kept() -> int:
        for size in range(1, 6):
            seen(lstm(6, bidirectional=True), torch.randn(size, 20, 3))
        return len(small_lstm._KEPT.rooms)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(kept).result() == 2
