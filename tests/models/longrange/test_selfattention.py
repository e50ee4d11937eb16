"""SelfAttention follows its equations, and sees order by its positions alone."""

import math

import pytest
import torch

from rnnviz.models import SelfAttention


def written_out(model, x):
    """Weights (position, position) and s (position, unit) of one sequence (position, feature), one by one."""
    project, attended = model.entering.project, model.attended.project
    e = [project.weight @ one + project.bias for one in x]
    if model.positions is not None:
        e = [one + place for one, place in zip(e, model.positions, strict=False)]
    keys, values = [model.keys.weight @ one for one in e], [model.values.weight @ one for one in e]
    rows, states = [], []
    for t, entering in enumerate(e):
        query = model.queries.weight @ entering
        seen = range(t + 1) if model.causal else range(len(x))
        raised = [math.exp(float(query @ keys[s]) / math.sqrt(model.hidden_size)) for s in seen]
        row = [one / sum(raised) for one in raised] + [0.0] * (len(x) - len(raised))
        context = sum(weight * value for weight, value in zip(row, values, strict=True))
        rows.append(row)
        states.append(entering + attended.weight @ context)
    return torch.tensor(rows, dtype=torch.float64), torch.stack(states)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("positions", [None, 7, 9])
@torch.no_grad()
def test_weights_and_answers_are_what_the_equations_say(positions, causal):
    model, x = SelfAttention(3, 5, 2, positions, causal=causal).double(), torch.randn(2, 7, 3, dtype=torch.float64)
    rows, states = map(torch.stack, zip(*[written_out(model, one) for one in x], strict=True))
    torch.testing.assert_close(model.attention_weights(x), rows, rtol=0, atol=1e-14)
    torch.testing.assert_close(model(x), model.head(states.mean(1)), rtol=0, atol=1e-14)
    model.each_step = True
    torch.testing.assert_close(model(x), model.head(states), rtol=0, atol=1e-14)


@torch.no_grad()
def test_it_agrees_with_torchs_own_attention():
    model, x = SelfAttention(3, 5, 2, 7).double(), torch.randn(2, 7, 3, dtype=torch.float64)
    theirs = torch.nn.MultiheadAttention(5, 1, bias=False, batch_first=True).double()
    theirs.in_proj_weight.copy_(torch.cat([model.queries.weight, model.keys.weight, model.values.weight]))
    theirs.out_proj.weight.copy_(model.attended.project.weight)
    e = model.entering.project(x) + model.positions
    mixed, weights = theirs(e, e, e)
    torch.testing.assert_close(model.attention_weights(x), weights, rtol=0, atol=1e-14)
    torch.testing.assert_close(model(x), model.head((e + mixed).mean(1)), rtol=0, atol=1e-14)


@torch.no_grad()
def test_without_positions_order_changes_nothing_and_with_them_it_does():
    x = torch.randn(2, 7, 3, dtype=torch.float64)
    blind, seeing = SelfAttention(3, 5, 2, None).double(), SelfAttention(3, 5, 2, 7).double()
    torch.testing.assert_close(blind(x), blind(x.flip(1)), rtol=0, atol=1e-14)
    assert bool(((seeing(x) - seeing(x.flip(1))).abs() > 1e-5).all())


@torch.no_grad()
def test_a_causal_position_reads_nothing_later():
    model, x = SelfAttention(3, 5, 2, 7, causal=True, each_step=True), torch.randn(2, 7, 3)
    changed = x.clone()
    changed[:, 4:] += 1
    same = (model(x) == model(changed)).all(-1)
    assert same.tolist() == [[True] * 4 + [False] * 3] * 2
    assert bool((model.attention_weights(x).triu(1) == 0).all())


def test_weights_over_positions_sum_to_one():
    weights = SelfAttention(3, 5, 2, None).attention_weights(torch.randn(2, 7, 3))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 7))


def test_a_sequence_longer_than_its_positions_is_refused_in_a_sentence():
    model = SelfAttention(3, 5, 2, 7)
    assert model(torch.zeros(2, 4, 3)).shape == (2, 2)
    with pytest.raises(ValueError, match=r"inputs must have at most 7 timesteps, .* make the model with positions=8"):
        model(torch.zeros(2, 8, 3))
    assert SelfAttention(3, 5, 2, None)(torch.zeros(2, 80, 3)).shape == (2, 2)
