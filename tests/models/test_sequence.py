"""SequenceModel reads the right states, and its first weights follow the rules."""

import pytest
import torch

from rnnviz.models import CELLS, INITIALISATIONS, SequenceModel, initialise
from tests.seeds import generator

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_a_one_way_model_answers_from_the_last_state(cell, layers):
    model, inputs = SequenceModel(cell, 3, 5, 2, num_layers=layers), torch.randn(4, 7, 3)
    last = model.recurrent(inputs)[1]
    last = last[0] if cell == "lstm" else last
    torch.testing.assert_close(model(inputs), model.head(last[-1]))


@pytest.mark.parametrize("cell", CELLS)
def test_a_two_way_model_answers_from_both_last_states(cell):
    model, inputs = SequenceModel(cell, 3, 5, 2, num_layers=2, bidirectional=True), torch.randn(4, 7, 3)
    last = model.recurrent(inputs)[1]
    last = last[0] if cell == "lstm" else last
    torch.testing.assert_close(model(inputs), model.head(torch.cat([last[-2], last[-1]], 1)))


def test_relu_is_for_the_plain_network():
    assert SequenceModel("rnn", 1, 2, 1, nonlinearity="relu").recurrent.nonlinearity == "relu"
    with pytest.raises(ValueError, match="'relu' with 'lstm'"):
        SequenceModel("lstm", 1, 2, 1, nonlinearity="relu")


def test_an_unknown_cell_lists_the_known():
    with pytest.raises(ValueError, match="cell must be one of rnn, lstm, gru, got 'transformer'"):
        SequenceModel("transformer", 1, 2, 1)


@pytest.mark.parametrize("cell", CELLS)
def test_the_default_weights_are_torchs_own_bit_for_bit(cell):
    torch.manual_seed(7)
    plain = SequenceModel(cell, 2, 6, 3, num_layers=2, bidirectional=True)
    drawn = initialise(SequenceModel(cell, 2, 6, 3, num_layers=2, bidirectional=True), "default", generator(7))
    assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), drawn.parameters(), strict=True))


@pytest.mark.parametrize("how", INITIALISATIONS)
def test_a_generator_leaves_the_global_one_alone(how):
    model = SequenceModel("lstm", 2, 6, 3)
    before = torch.get_rng_state()
    initialise(model, how, generator())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("cell", CELLS)
def test_orthogonal_makes_each_gates_recurrent_matrix_orthogonal(cell):
    model = initialise(SequenceModel(cell, 2, 6, 3, num_layers=2), "orthogonal", generator())
    for layer in range(2):
        for part in getattr(model.recurrent, f"weight_hh_l{layer}").chunk(GATES[cell]):
            torch.testing.assert_close(part @ part.T, torch.eye(6), atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_identity_makes_each_gates_recurrent_matrix_the_identity_and_biases_zero(cell):
    model = initialise(SequenceModel(cell, 2, 6, 3, bidirectional=True), "identity", generator())
    for part in model.recurrent.weight_hh_l0_reverse.chunk(GATES[cell]):
        assert torch.equal(part, torch.eye(6))
    assert not model.recurrent.bias_hh_l0.any()
    assert not model.recurrent.bias_ih_l0.any()


def test_xavier_has_glorots_variance_for_each_gate():
    model = initialise(SequenceModel("lstm", 100, 300, 1), "xavier", generator())
    for part in model.recurrent.weight_ih_l0.chunk(4):
        assert part.var().item() == pytest.approx(2 / (100 + 300), rel=0.03)
    for part in model.recurrent.weight_hh_l0.chunk(4):
        assert part.var().item() == pytest.approx(2 / (300 + 300), rel=0.03)


def test_an_unknown_rule_lists_the_known():
    with pytest.raises(ValueError, match="how must be one of default, xavier, orthogonal, identity, got 'he'"):
        initialise(SequenceModel("rnn", 1, 2, 1), "he")
