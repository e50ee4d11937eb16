"""The spectral radius and the bias of the keeping gate, set from outside."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.models import dynamics, rescale, set_forget_bias

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def radii(layer: nn.RNNBase) -> list[float]:
    """Largest eigenvalue of each gate's matrix, by numpy."""
    found = []
    for name, weight in layer.named_parameters():
        if "_hh_" in name and name.startswith("weight"):
            size = weight.shape[1]
            blocks = weight.detach().double().numpy().reshape(-1, size, size)
            found += [float(np.abs(np.linalg.eigvals(block)).max()) for block in blocks]
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_every_gate_of_every_layer_and_direction_gets_the_radius(kind: str) -> None:
    layer = LAYERS[kind](3, 7, num_layers=2, bidirectional=True)
    rescale(layer, 1.3)
    assert len(radii(layer)) == 4 * GATES[kind]
    np.testing.assert_allclose(radii(layer), 1.3, rtol=1e-5)


def test_rescaling_keeps_the_direction_of_the_matrix() -> None:
    layer = nn.RNN(2, 6)
    before = layer.weight_hh_l0.detach().clone()
    rescale(layer, 0.4)
    cosine = torch.cosine_similarity(before.flatten(), layer.weight_hh_l0.detach().flatten(), dim=0)
    assert float(cosine) == pytest.approx(1.0, abs=1e-6)


def test_a_matrix_of_zeros_has_no_radius_to_scale_and_stays() -> None:
    layer = nn.RNN(2, 3)
    nn.init.zeros_(layer.weight_hh_l0)
    rescale(layer, 1.0)
    assert float(layer.weight_hh_l0.detach().abs().max()) == 0.0


def test_a_radius_that_no_weight_can_hold_is_named_and_nothing_is_changed() -> None:
    layer = nn.GRU(2, 3, num_layers=2)
    before = [one.detach().clone() for one in layer.parameters()]
    with pytest.raises(ValueError, match=r"radius must leave the weights finite in torch.float32, got 1e\+300"):
        rescale(layer, 1e300)
    assert all(torch.equal(*pair) for pair in zip(before, layer.parameters(), strict=True))


@pytest.mark.parametrize(("kind", "gate"), [("lstm", 1), ("gru", 1)])
def test_the_two_biases_of_the_keeping_gate_add_up_to_the_value(kind: str, gate: int) -> None:
    layer = LAYERS[kind](2, 5, bidirectional=True)
    before = {name: value.detach().clone() for name, value in layer.named_parameters()}
    set_forget_bias(layer, 2.5)
    for suffix in ("l0", "l0_reverse"):
        total = getattr(layer, f"bias_ih_{suffix}") + getattr(layer, f"bias_hh_{suffix}")
        was = before[f"bias_ih_{suffix}"] + before[f"bias_hh_{suffix}"]
        rows, old = total.detach().view(-1, 5), was.view(-1, 5)
        assert rows[gate].tolist() == [2.5] * 5
        others = [place for place in range(GATES[kind]) if place != gate]
        assert torch.equal(rows[others], old[others])


def test_a_plain_rnn_has_no_such_gate() -> None:
    layer = nn.RNN(2, 5)
    before = [value.detach().clone() for value in layer.parameters()]
    set_forget_bias(layer, 2.5)
    assert all(torch.equal(old, new) for old, new in zip(before, layer.parameters(), strict=True))


def test_a_sparse_matrix_is_told_to_become_a_dense_one() -> None:
    with pytest.raises(TypeError, match=r"matrix must be a dense tensor, got one of layout torch.sparse_coo"):
        dynamics.spectral_radius(torch.eye(2).to_sparse())
