"""Two streams through one cell, whose states the model changes together and exchanges: each keeps its own states."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from tests.losses import sum_of_squares

STEPS, UNITS = 6, 8
CHANGES = {
    "nothing": lambda states: states,
    "scaled": lambda states: states * 0.5,
    "masked": lambda states: states * MASK,
    "noisy": lambda states: states + 0.05 * NOISE,
}
EXCHANGES = {
    "not": lambda states: states,
    "flipped": lambda states: states.flip(0),
    "indexed": lambda states: states[[1, 0]],
    "rolled": lambda states: states.roll(1, 0),
    "selected": lambda states: states.index_select(0, torch.tensor([1, 0])),
    "stacked again": lambda states: torch.stack([states[1], states[0]]),
}
MASK = (torch.rand(2, 4, UNITS, generator=torch.Generator().manual_seed(1)) < 0.7).float()
NOISE = torch.randn(2, 4, UNITS, generator=torch.Generator().manual_seed(2))


class Streams(nn.Module):
    """Reads a sequence and its negative, and exchanges the states after each step."""

    def __init__(self, kind, change, exchange):
        super().__init__()
        self.cell, self.change, self.exchange = getattr(nn, kind)(3, UNITS), change, exchange

    def forward(self, x, own=None):
        first = second = None
        for step in x.unbind(1):
            first, second = self.cell(step, first), self.cell(-step, second)
            if own is not None:
                own.append((first, second))
            if isinstance(first, tuple):
                both = [self._moved(torch.stack(pair)) for pair in zip(first, second, strict=True)]
                first, second = (tuple(one[row] for one in both) for row in (0, 1))
            else:
                first, second = self._moved(torch.stack([first, second]))
        return first[0] + 2 * second[0] if isinstance(first, tuple) else first + 2 * second

    def _moved(self, states):
        return self.exchange(self.change(states))


def followed(model, x, exchanged):
    """The states of each stream in the order of its steps, by hand."""
    seen = []
    with torch.no_grad():
        model(x, seen)
    streams = [[], []]
    for step, pair in enumerate(seen):
        for row, state in enumerate(pair):
            hidden = state[0] if isinstance(state, tuple) else state
            streams[(row + step * exchanged) % 2].append(hidden.numpy())
    return [np.stack(one, 1) for one in streams]


@pytest.mark.parametrize("mode", ["without a loss", "with a loss", "without gradients"])
@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["RNNCell", "GRUCell", "LSTMCell"])
def test_streams_that_are_exchanged_keep_their_states(kind, change, exchange, mode):
    torch.manual_seed(0)
    model, x = Streams(kind, CHANGES[change], EXCHANGES[exchange]), torch.randn(4, STEPS, 3)
    with torch.set_grad_enabled(mode != "without gradients"):
        seen = trace(model, x, loss=sum_of_squares if mode == "with a loss" else None)
    expected = followed(model, x, exchange != "not")
    assert len(seen.layers) == 2
    for layer, states in zip(seen.layers.values(), expected, strict=True):
        np.testing.assert_allclose(layer.hidden[0, 0], states, atol=1e-6)


@pytest.mark.parametrize("exchange", ["flipped", "indexed", "rolled", "selected"])
def test_states_that_were_only_exchanged_come_back_along_the_recurrence(exchange):
    torch.manual_seed(0)
    model, x = Streams("GRUCell", CHANGES["nothing"], EXCHANGES[exchange]), torch.randn(4, STEPS, 3)
    for layer in trace(model, x, loss=sum_of_squares).layers.values():
        assert not layer.grad_hidden_direct[0, 0, :, :-1].any()
        assert layer.grad_hidden[0, 0, :, 0].any()
