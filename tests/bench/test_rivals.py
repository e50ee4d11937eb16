"""The rivals do the same work: one loss, and the same gradients from the capture as from the unrolled loop."""

import numpy as np
import pytest
import torch

from rnnviz.bench.rivals import Rivals, Seen, Shape
from rnnviz.trace import LayerTrace

SHAPE = Shape(batch=3, time=11, inputs=2, units=5)
CELLS = ("rnn", "lstm", "gru")


@pytest.fixture(params=CELLS)
def rivals(request: pytest.FixtureRequest) -> Rivals:
    return Rivals(request.param, SHAPE, torch.device("cpu"))


def _both(rivals: Rivals) -> tuple[LayerTrace, Seen]:
    return rivals.capture().layers["recurrent"], rivals.unrolled()


def test_plain_step_capture_and_loop_compute_the_same_loss(rivals: Rivals) -> None:
    captured, unrolled = rivals.capture().loss, rivals.unrolled().loss
    plain = float(rivals.plain())  # last, as it changes the weights
    assert (captured, unrolled) == pytest.approx((plain, plain), rel=1e-5)


def test_the_loop_finds_the_states_of_the_capture(rivals: Rivals) -> None:
    layer, seen = _both(rivals)
    np.testing.assert_allclose(seen.hidden, layer.hidden[0, 0], atol=1e-6)
    if layer.cell is not None:
        np.testing.assert_allclose(seen.cell, layer.cell[0, 0], atol=1e-6)


def test_the_loop_finds_the_total_gradients_of_the_capture(rivals: Rivals) -> None:
    layer, seen = _both(rivals)
    np.testing.assert_allclose(seen.grad_hidden, layer.grad_hidden[0, 0], rtol=1e-4, atol=1e-8)
    assert (seen.grad_cell is None) == (layer.grad_cell is None)
    if layer.grad_cell is not None:
        np.testing.assert_allclose(seen.grad_cell, layer.grad_cell[0, 0], rtol=1e-4, atol=1e-8)


def test_the_loop_uses_the_fused_layers_own_weights_and_leaves_no_gradient(rivals: Rivals) -> None:
    before = [weight.detach().clone() for weight in rivals.model.parameters()]
    rivals.unrolled()
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
