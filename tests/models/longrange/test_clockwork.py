"""ClockworkRNN moves and reads as Koutník and others (2014) say, written out here with lists of numbers."""

import pytest
import torch

from rnnviz.models import ClockworkRNN
from rnnviz.models.longrange import ClockworkLayer

PERIODS = (1, 2, 5)


def written_out(layer, x):
    """States of one sequence (time, feature), group by group: equation 1, and equation 2's block rows."""
    groups, size = len(layer.periods), layer.hidden_size // len(layer.periods)
    h, found = torch.zeros(layer.hidden_size, dtype=torch.float64), []
    for t in range(len(x)):
        after = h.clone()
        for group, period in enumerate(layer.periods):
            if t % period:
                continue
            for unit in range(group * size, (group + 1) * size):
                z = layer.bias[unit] + layer.weight_xh[unit] @ x[t]
                for read in range(group, groups):  # itself and slower groups
                    block = slice(read * size, (read + 1) * size)
                    from_first = slice((read - group) * size, (read - group + 1) * size)
                    z = z + layer.weights_hh[group][unit - group * size, from_first] @ h[block]
                after[unit] = torch.tanh(z)
        h = after
        found.append(h)
    return torch.stack(found)


@pytest.fixture
def layer():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield ClockworkLayer(2, 6, PERIODS).double()


@torch.no_grad()
def test_every_state_is_what_the_equations_say(layer):
    x = torch.randn(2, 13, 2, dtype=torch.float64)
    states, _ = layer(x)
    torch.testing.assert_close(states, torch.stack([written_out(layer, one) for one in x]), rtol=0, atol=1e-14)


@torch.no_grad()
def test_a_group_moves_when_its_clock_ticks_and_never_else(layer):
    states, _ = layer(torch.randn(2, 21, 2, dtype=torch.float64))
    moved = (states[:, 1:] != states[:, :-1]).view(2, 20, len(PERIODS), 2)
    for group, period in enumerate(PERIODS):
        ticks = torch.tensor([t % period == 0 for t in range(1, 21)])
        assert torch.equal(moved[:, :, group].all(-1), ticks.expand(2, -1))
        assert torch.equal(moved[:, :, group].any(-1), ticks.expand(2, -1))


@torch.no_grad()
def test_slower_groups_never_read_faster_ones(layer):
    size = layer.hidden_size // len(PERIODS)
    below = torch.ones(len(PERIODS), len(PERIODS)).tril(-1).repeat_interleave(size, 0).repeat_interleave(size, 1)
    assert torch.equal(layer.weight_hh[below.bool()], torch.zeros(12, dtype=torch.float64))
    assert bool((layer.weight_hh[~below.bool()] != 0).all())
    x = torch.randn(1, 21, 2, dtype=torch.float64)
    start, time = layer.start(x[:, 0])
    other = start.clone()
    other[:, :size] = 0.5  # of the fastest group
    assert torch.equal(layer(x, (start, time))[0][..., size:], layer(x, (other, time))[0][..., size:])


@torch.no_grad()
def test_a_sequence_read_in_two_pieces_ends_where_it_ends_in_one(layer):
    x = torch.randn(2, 13, 2, dtype=torch.float64)
    whole, end = layer(x)
    first, between = layer(x[:, :4])
    rest, end_of_both = layer(x[:, 4:], between)
    assert torch.equal(torch.cat([first, rest], 1), whole)
    assert all(torch.equal(one, two) for one, two in zip(end, end_of_both, strict=True))


@torch.no_grad()
def test_with_one_period_of_one_step_it_is_torchs_plain_layer():
    layer, plain = ClockworkLayer(2, 4, (1,)).double(), torch.nn.RNN(2, 4, batch_first=True).double()
    plain.weight_ih_l0.copy_(layer.weight_xh)
    plain.weight_hh_l0.copy_(layer.weight_hh)
    plain.bias_ih_l0.copy_(layer.bias)
    plain.bias_hh_l0.zero_()
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    torch.testing.assert_close(layer(x)[0], plain(x)[0], rtol=0, atol=1e-15)


def test_its_parameters_are_the_weights_that_are_free_to_move():
    model = ClockworkRNN(8, 80, 4)
    blocks = sum(10 * 10 * (8 - group) for group in range(8))
    assert sum(one.numel() for one in model.parameters()) == 80 * 8 + blocks + 80 + 4 * 80 + 4 == 4644
    model(torch.randn(2, 130, 8)).sum().backward()
    assert all(one.grad is not None and bool(one.grad.any()) for one in model.parameters())


def test_it_answers_from_the_last_state_or_from_each():
    model, x = ClockworkRNN(2, 6, 3, PERIODS), torch.randn(5, 12, 2)
    states, _ = model.recurrent(x)
    assert torch.equal(model(x), model.head(states[:, -1]))
    model.each_step = True
    assert torch.equal(model(x), model.head(states))


@pytest.mark.parametrize(
    ("periods", "kind", "sentence"),
    [
        ((), TypeError, "periods must be whole numbers in ascending order"),
        (4, TypeError, "periods must be whole numbers in ascending order"),
        ("124", TypeError, "periods must be whole numbers in ascending order"),
        ((1, 4, 2), ValueError, r"periods must be in ascending order, each once, got \[1, 4, 2\]"),
        ((1, 2, 2), ValueError, "periods must be in ascending order, each once"),
        ((0, 2), ValueError, r"periods\[0\] must be at least 1, got 0"),
        ((1, 2.5), TypeError, r"periods\[1\] must be a whole number"),
        ((1, 2, 4, 8), ValueError, "hidden_size must be a multiple of 4, so that each of the 4 periods .* got 6"),
    ],
)
def test_periods_that_are_none_are_refused_in_a_sentence(periods, kind, sentence):
    with pytest.raises(kind, match=sentence):
        ClockworkRNN(2, 6, 3, periods)


def test_a_model_without_memory_that_is_then_loaded_keeps_its_clocks():
    model, x = ClockworkRNN(2, 6, 3, PERIODS), torch.randn(5, 12, 2)
    bare = ClockworkRNN(2, 6, 3, PERIODS).to("meta").to_empty(device="cpu")
    bare.load_state_dict(model.state_dict())
    assert bare.recurrent.clocks.tolist() == [1, 1, 2, 2, 5, 5]
    assert torch.equal(bare(x), model(x))
