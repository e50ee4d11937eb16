"""The rivals do the same work: one loss, and the same gradients from the capture as from the unrolled loop."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rnnviz.bench.measures.rivals import Rivals, Seen, Shape
from rnnviz.trace import LayerTrace

SHAPE = Shape(batch=3, time=11, inputs=2, units=5)
CELLS = ("rnn", "lstm", "gru")


@pytest.fixture(params=CELLS)
def rivals(request: pytest.FixtureRequest) -> Rivals:
    return Rivals(request.param, SHAPE, torch.device("cpu"))


@pytest.fixture(params=["unrolled", "tapped"])
def both(request: pytest.FixtureRequest, rivals: Rivals) -> tuple[LayerTrace, Seen]:
    rivals.plain()  # the weights are no longer those at which the rivals were made
    return rivals.capture().layers["recurrent"], getattr(rivals, request.param)()


def test_plain_step_capture_loop_and_tap_compute_the_same_loss(rivals: Rivals) -> None:
    found = rivals.capture().loss, rivals.unrolled().loss, rivals.tapped().loss
    plain = float(rivals.plain())  # last, as it changes the weights
    assert found == pytest.approx((plain, plain, plain), rel=1e-5)


def test_loop_and_tap_find_the_states_of_the_capture(both: tuple[LayerTrace, Seen]) -> None:
    layer, seen = both
    np.testing.assert_allclose(seen.hidden, layer.hidden[0, 0], atol=1e-6)
    if layer.cell is not None:
        np.testing.assert_allclose(seen.cell, layer.cell[0, 0], atol=1e-6)


def test_loop_and_tap_find_the_total_gradients_of_the_capture(both: tuple[LayerTrace, Seen]) -> None:
    layer, seen = both
    assert _relative_error(seen.grad_hidden, layer.grad_hidden[0, 0]) < 1e-5
    assert (seen.grad_cell is None) == (layer.grad_cell is None)
    if layer.grad_cell is not None:
        assert _relative_error(seen.grad_cell, layer.grad_cell[0, 0]) < 1e-5


def _relative_error(found: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    return float(np.abs(found - truth).max() / np.abs(truth).max())


def test_loop_and_tap_use_the_fused_layers_own_weights_and_leave_no_gradient(rivals: Rivals) -> None:
    before = [weight.detach().clone() for weight in rivals.model.parameters()]
    rivals.unrolled()
    rivals.tapped()
    assert all(torch.equal(old, new) for old, new in zip(before, rivals.model.parameters(), strict=True))
    assert all(weight.grad is None for weight in rivals.model.parameters())


def test_the_plain_step_is_a_whole_training_step(rivals: Rivals) -> None:
    before = [weight.detach().clone() for weight in rivals.model.parameters()]
    rivals.plain()
    assert not any(torch.equal(old, new) for old, new in zip(before, rivals.model.parameters(), strict=True))


def test_making_rivals_draws_nothing_from_the_global_generator() -> None:
    before = torch.get_rng_state()
    Rivals("gru", SHAPE, torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), before)
