"""Several sequences that take turns at one cell stay apart, however the model changes their states together."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher


def masked(new, old, mask):
    return list(torch.stack([mask * one + (1 - mask) * before for one, before in zip(new, old, strict=True)]))


def written(new, old, mask):
    buffer = new[0].new_zeros(len(new), *new[0].shape)
    for place, one in enumerate(new):
        buffer[place] = 0.5 * one
    return [buffer[place] for place in range(len(new))]


CHANGES = {
    "masked and stacked": masked,
    "where a mask says so": lambda new, old, mask: list(torch.where(mask > 0, torch.stack(new), torch.stack(old))),
    "scaled in a stack": lambda new, old, mask: list(0.5 * torch.stack(new)),
    "scaled and unbound": lambda new, old, mask: (0.5 * torch.stack(new, 1)).unbind(1),
    "scaled end to end": lambda new, old, mask: (0.5 * torch.cat(new)).split(len(new[0])),
    "written to a buffer": written,
    "mixed": lambda new, old, mask: list(torch.stack(new) - 0.1 * torch.stack(new).mean(0)),
    "stacked only": lambda new, old, mask: list(torch.stack(new)),
}


class Streams(nn.Module):
    """Calls a cell for each of its streams in turn, and then changes the states of all."""

    def __init__(self, change, count, kind=nn.GRUCell):
        super().__init__()
        self.c, self.change, self.count = kind(3, 4), CHANGES[change], count

    def forward(self, x):
        states = [x.new_zeros(len(x), 4) for _ in range(self.count)]
        outputs = []
        for t in range(x.shape[1]):
            mask = torch.ones(len(x), 1, dtype=x.dtype)
            mask[t % len(x)] = 0.0
            inputs = [x[:, t] * (1 + place) for place in range(self.count)]
            if isinstance(self.c, nn.LSTMCell):
                pairs = [self.c(one, (state, state)) for one, state in zip(inputs, states, strict=True)]
                new = [h + c for h, c in pairs]
            else:
                new = [self.c(one, state) for one, state in zip(inputs, states, strict=True)]
            states = self.change(new, states, mask)
            outputs.append(sum(states))
        return torch.stack(outputs, 1)


def taken(model, x):
    """What the cell gave back, its calls in order."""
    results = []
    with torch.no_grad():
        handle = model.c.register_forward_hook(
            lambda _, __, result: results.append(result[0] if isinstance(result, tuple) else result)
        )
        model(x)
        handle.remove()
    return results


def assert_apart(layers, model, x):
    results = taken(model, x)
    assert list(layers) == ["c", *(f"c#{place}" for place in range(2, model.count + 1))]
    for place, layer in enumerate(layers.values()):
        np.testing.assert_allclose(layer.hidden[0, 0], torch.stack(results[place :: model.count], 1), rtol=1e-10)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("kind", [nn.GRUCell, nn.LSTMCell])
@pytest.mark.parametrize("mode", [contextlib.nullcontext, torch.no_grad])
@pytest.mark.parametrize("change", CHANGES)
def test_each_stream_has_an_entry_of_its_own(change, mode, kind, count):
    torch.manual_seed(0)
    model, x = Streams(change, count, kind).double(), torch.randn(3, 6, 3).double()
    with mode():
        assert_apart(trace(model, x).layers, model, x)


@pytest.mark.parametrize("change", CHANGES)
def test_in_a_watched_loop_too(change):
    torch.manual_seed(0)
    model, x = Streams(change, 2).double(), torch.randn(3, 6, 3).double()
    with Watcher(model, every=1) as watcher:
        model(x).square().sum().backward()
        watcher.step()
    assert_apart(watcher.trace.layers, model, x)


class Remembering(nn.Module):
    """Gives its cell a mean over all states so far."""

    def __init__(self):
        super().__init__()
        self.c, self.count = nn.GRUCell(3, 4), 1

    def forward(self, x):
        states = [x.new_zeros(len(x), 4)]
        for t in range(x.shape[1]):
            states.append(self.c(x[:, t], torch.stack(states).mean(0)))
        return torch.stack(states[1:], 1)


@pytest.mark.parametrize("mode", [contextlib.nullcontext, torch.no_grad])
def test_a_state_made_of_all_that_were_before_goes_on_from_the_latest(mode):
    torch.manual_seed(0)
    model, x = Remembering().double(), torch.randn(3, 12, 3).double()
    with mode():
        assert_apart(trace(model, x).layers, model, x)
