"""The equations agree with torch.nn in values and gradients."""

import pytest
import torch
from torch import nn

from rnnviz import cells

PAIRS = [(cells.RNN, nn.RNN), (cells.LSTM, nn.LSTM), (cells.GRU, nn.GRU)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_a_layer_agrees_with_torch_in_values_and_gradients(ours, theirs):
    torch.manual_seed(0)
    reference = theirs(3, 5, batch_first=True).double()
    layer = ours.from_torch(reference)
    x = torch.randn(2, 7, 3, dtype=torch.float64, requires_grad=True)
    expected, _ = reference(x)
    (expected**3).sum().backward()
    expected_gradients = [x.grad.clone(), *(p.grad for p in reference.parameters())]
    x.grad = None

    output, _ = layer(x)
    (output**3).sum().backward()

    torch.testing.assert_close(output, expected, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(
        [x.grad, *(p.grad for p in layer.parameters())], expected_gradients, rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_a_layer_goes_on_from_the_state_it_gave_back(ours, theirs):
    torch.manual_seed(0)
    layer, x = ours(3, 5), torch.randn(2, 7, 3)
    whole, _ = layer(x)
    first, state = layer(x[:, :4])
    second, _ = layer(x[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)


def test_one_step_and_all_steps_at_once_are_the_same_equation():
    torch.manual_seed(0)
    lstm = cells.LSTM(3, 5)
    x, h = torch.randn(2, 7, 3), torch.randn(2, 7, 5)
    weights = (lstm.W_ih, lstm.W_hh, lstm.b_ih, lstm.b_hh)
    at_once = cells.lstm_gates(x, h, *weights)
    one = cells.lstm_gates(x[:, 3], h[:, 3], *weights)
    torch.testing.assert_close([gate[:, 3] for gate in at_once], list(one))


def test_relu_takes_the_place_of_tanh():
    x, h, W = torch.tensor([[-1.0]]), torch.zeros(1, 1), torch.ones(1, 1)
    assert cells.rnn_step(x, h, W, W, nonlinearity="relu").item() == 0.0
    assert cells.rnn_step(x, h, W, W).item() == pytest.approx(-0.7615942)


def test_a_layer_of_another_kind_is_refused_by_name():
    with pytest.raises(TypeError, match=r"layer must be an nn\.LSTM, got GRU"):
        cells.LSTM.from_torch(nn.GRU(3, 5))


@pytest.mark.parametrize(
    "options", [{"num_layers": 2}, {"bidirectional": True}, {"bias": False}, {"nonlinearity": "relu"}]
)
def test_a_layer_with_more_than_the_equations_say_is_refused(options):
    with pytest.raises(ValueError, match="one layer, one direction, with bias"):
        cells.RNN.from_torch(nn.RNN(3, 5, **options))
