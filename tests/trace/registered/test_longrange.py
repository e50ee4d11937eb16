"""Models for long memories are traced as they are: states and gradients are those of an unrolled run of our own."""

import numpy as np
import pytest
import torch

from rnnviz.models import ClockworkRNN, SelfAttention, SkipRNN
from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher
from tests.losses import weighed

STEPS = 12
MODELS = {
    "skip": lambda **given: SkipRNN(2, 4, 3, skip=3, **given),
    "clockwork": lambda **given: ClockworkRNN(2, 6, 3, periods=(1, 2, 5), **given),
    "attention": lambda **given: SelfAttention(2, 5, 3, positions=STEPS, **given),
    "attention, blind": lambda **given: SelfAttention(2, 5, 3, positions=None, **given),
    "attention, causal": lambda **given: SelfAttention(2, 5, 3, positions=STEPS, causal=True, **given),
}
FORMS = [(name, each_step) for name in MODELS for each_step in (False, True)]


def made(name, each_step, dtype=torch.float64):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return MODELS[name](each_step=each_step).to(dtype), torch.randn(3, STEPS, 2, dtype=dtype)


def skip_states(layer, x):
    states = [x.new_zeros(len(x), layer.hidden_size)] * layer.skip
    for t in range(x.shape[1]):
        weighed_sum = x[:, t] @ layer.weight_xh.T + states[-1] @ layer.weight_hh.T
        states.append(torch.tanh(weighed_sum + states[-layer.skip] @ layer.weight_skip.T + layer.bias))
    return states[layer.skip :]


def clockwork_states(layer, x):
    size = layer.hidden_size // len(layer.periods)
    groups, found = [x.new_zeros(len(x), size) for _ in layer.periods], []
    for t in range(x.shape[1]):
        entering = (x[:, t] @ layer.weight_xh.T + layer.bias).split(size, 1)
        moved = [
            torch.tanh(entering[g] + torch.cat(groups[g:], 1) @ layer.weights_hh[g].T) if t % period == 0 else groups[g]
            for g, period in enumerate(layer.periods)
        ]
        groups = moved
        found.append(torch.cat(groups, 1))
        # what the next step reads is this very state, so that its gradient is the total one
        groups = list(found[-1].split(size, 1))
    return found


def truth(model, x):
    """States and total gradients by path, (batch, time, unit), of a run unrolled here."""
    kept = {}
    if isinstance(model, SelfAttention):
        e = x @ model.entering.project.weight.T + model.entering.project.bias
        e = e if model.positions is None else e + model.positions
        scores = (e @ model.queries.weight.T) @ (e @ model.keys.weight.T).mT / model.hidden_size**0.5
        hidden = torch.ones(STEPS, STEPS).triu(1).bool() if model.causal else torch.zeros(STEPS, STEPS).bool()
        weights = scores.masked_fill(hidden, -torch.inf).softmax(-1)
        s = e + weights @ (e @ model.values.weight.T) @ model.attended.project.weight.T
        kept, read = {"entering": [e], "attended": [s]}, s if model.each_step else s.mean(1)
    else:
        states = (skip_states if isinstance(model, SkipRNN) else clockwork_states)(model.recurrent, x)
        kept, read = {"recurrent": states}, torch.stack(states, 1) if model.each_step else states[-1]
    for one in (state for states in kept.values() for state in states):
        one.retain_grad()
    weighed(model.head(read)).backward()

    def joined(tensors):
        return (tensors[0] if len(tensors) == 1 else torch.stack(tensors, 1)).detach().numpy()

    return {path: (joined(one), joined([state.grad for state in one])) for path, one in kept.items()}


@pytest.mark.parametrize(("name", "each_step"), FORMS)
def test_a_trace_is_what_an_unrolled_run_says_in_double_precision(name, each_step):
    model, x = made(name, each_step)
    found = trace(model, x, loss=weighed)
    expected = truth(model, x)
    assert list(found.layers) == list(expected)
    for path, (states, gradients) in expected.items():
        np.testing.assert_allclose(found.layers[path].hidden[0, 0], states, rtol=0, atol=1e-13)
        scale = np.abs(gradients).max()
        np.testing.assert_allclose(found.layers[path].grad_hidden[0, 0] / scale, gradients / scale, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("attention")])
def test_of_attention_all_gradient_is_direct_and_is_that_of_the_inputs_through_one_matrix(name):
    model, x = made(name, False)
    layer = trace(model, x, loss=weighed).layers["entering"]
    np.testing.assert_array_equal(layer.grad_hidden, layer.grad_hidden_direct)
    (by_input,) = torch.autograd.grad(weighed(model(x.requires_grad_())), x)
    np.testing.assert_allclose(
        layer.grad_hidden[0, 0] @ model.entering.project.weight.detach().numpy(), by_input.numpy(), rtol=0, atol=1e-13
    )


def test_a_clockworks_trace_says_which_units_were_due():
    model, x = made("clockwork", False)
    ticks = trace(model, x).layers["recurrent"].gates["ticks"][0, 0]
    expected = [[float(t % period == 0) for period in (1, 1, 2, 2, 5, 5)] for t in range(STEPS)]
    np.testing.assert_array_equal(ticks, np.broadcast_to(expected, ticks.shape))


def trained(name, watched, dtype=torch.float32):
    """Losses and weights of fifteen steps, and the last frame with what a trace of that very step says."""
    model, _ = made(name, False, dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    watcher, losses, said = Watcher(model, every=1) if watched else None, [], None
    with watcher or torch.enable_grad():
        for step in range(15):
            x = torch.randn(3, STEPS, 2, generator=torch.Generator().manual_seed(step)).to(dtype)
            optimizer.zero_grad()
            if watcher is not None and step == 14:
                said = trace(model, x, loss=weighed)
            value = weighed(model(x))
            value.backward()
            optimizer.step()
            losses.append(value.detach())
            if watcher is not None:
                watcher.step(loss=value)
    return losses, [one.detach() for one in model.parameters()], said, watcher and watcher.trace


@pytest.mark.parametrize("name", MODELS)
def test_a_watched_run_ends_bit_for_bit_where_it_ends_unwatched(name):
    plain, watched = trained(name, False), trained(name, True)
    assert all(torch.equal(one, two) for one, two in zip(plain[0], watched[0], strict=True))
    assert all(torch.equal(one, two) for one, two in zip(plain[1], watched[1], strict=True))


@pytest.mark.parametrize("name", MODELS)
def test_a_watched_frame_is_what_a_trace_of_the_same_step_says(name):
    _, _, said, seen = trained(name, True, torch.float64)
    assert list(seen.layers) == list(said.layers)
    for path, layer in said.layers.items():
        for field in ("hidden", "grad_hidden", "grad_hidden_direct"):
            mine, theirs = getattr(seen.layers[path], field), getattr(layer, field)
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12, err_msg=f"{path} {field}")
