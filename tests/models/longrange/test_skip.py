"""SkipRNN follows its equation, written out here with lists of numbers in double precision."""

import pytest
import torch

from rnnviz.models import SkipRNN
from rnnviz.models.longrange import SkipLayer


def written_out(layer, x):
    """States of one sequence (time, feature), unit by unit, with zeros before the first step."""
    steps, units, k = len(x), layer.hidden_size, layer.skip
    h = torch.zeros(steps + k, units, dtype=torch.float64)  # h[t + k] is the state after step t
    for t in range(steps):
        for unit in range(units):
            z = layer.bias[unit]
            z = z + sum(layer.weight_xh[unit, one] * x[t, one] for one in range(x.shape[1]))
            z = z + sum(layer.weight_hh[unit, one] * h[t + k - 1, one] for one in range(units))
            z = z + sum(layer.weight_skip[unit, one] * h[t, one] for one in range(units))
            h[t + k, unit] = torch.tanh(z)
    return h[k:]


@pytest.fixture
def layer():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield SkipLayer(2, 4, skip=3).double()


@torch.no_grad()
def test_every_state_is_what_the_equation_says(layer):
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    states, _ = layer(x)
    torch.testing.assert_close(states, torch.stack([written_out(layer, one) for one in x]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("skip", [2, 5, 20])
@torch.no_grad()
def test_a_sequence_read_in_two_pieces_ends_where_it_ends_in_one(skip):
    layer, x = SkipLayer(2, 4, skip=skip).double(), torch.randn(2, 9, 2, dtype=torch.float64)
    whole, end = layer(x)
    first, between = layer(x[:, :4])
    rest, end_of_both = layer(x[:, 4:], between)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole, rtol=0, atol=1e-15)
    for one, two in zip(end, end_of_both, strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=1e-15)


@torch.no_grad()
def test_steps_one_by_one_give_the_layer(layer):
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    state, found = layer.start(x[:, 0]), []
    for one in x.unbind(1):
        state = layer.step(one, state)
        found.append(state[0])
    states, end = layer(x)
    torch.testing.assert_close(torch.stack(found, 1), states, rtol=0, atol=1e-15)
    torch.testing.assert_close(state[1], end[1], rtol=0, atol=1e-15)


def test_the_skip_alone_carries_a_change_in_jumps_of_its_length():
    layer, x = SkipLayer(1, 3, skip=4).double(), torch.randn(1, 14, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_hh.zero_()
        changed = x.clone()
        changed[0, 1] += 1
        moved = (layer(x)[0] != layer(changed)[0]).any(-1)[0].nonzero().flatten().tolist()
    assert moved == [1, 5, 9, 13]


@torch.no_grad()
def test_without_its_skip_it_is_torchs_plain_layer(layer):
    plain, x = torch.nn.RNN(2, 4, batch_first=True).double(), torch.randn(2, 9, 2, dtype=torch.float64)
    layer.weight_skip.zero_()
    plain.weight_ih_l0.copy_(layer.weight_xh)
    plain.weight_hh_l0.copy_(layer.weight_hh)
    plain.bias_ih_l0.copy_(layer.bias)
    plain.bias_hh_l0.zero_()
    torch.testing.assert_close(layer(x)[0], plain(x)[0], rtol=0, atol=1e-15)


def test_it_answers_from_the_last_state_or_from_each():
    model, x = SkipRNN(2, 4, 3), torch.randn(5, 12, 2)
    states, _ = model.recurrent(x)
    assert torch.equal(model(x), model.head(states[:, -1]))
    model.each_step = True
    assert torch.equal(model(x), model.head(states))


def test_a_skip_of_one_step_is_no_skip():
    with pytest.raises(ValueError, match="skip must be at least 2, got 1"):
        SkipRNN(2, 4, 3, skip=1)


def test_inputs_of_another_width_are_named():
    with pytest.raises(ValueError, match=r"inputs must have axes \(batch, time, 2\), got shape \(5, 12, 3\)"):
        SkipRNN(2, 4, 3)(torch.zeros(5, 12, 3))
