"""A watched loop trains to the last bit as an unwatched one, however often its states are used."""

import contextlib

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.trace import register_cell, trace
from rnnviz.watching.watcher import Watcher
from tests.watching.loops import assert_agrees

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Heads(nn.Module):
    """Reads a state several times over, each time by a layer of its own."""

    def __init__(self, uses):
        super().__init__()
        self.heads = nn.ModuleList(nn.Linear(4, 2) for _ in range(uses))

    def forward(self, h):
        return sum((head(h) for head in self.heads), torch.zeros(2, dtype=h.dtype))


class CellLoop(nn.Module):
    """A cell in a loop: `before` and `after` are how often a state is read before and after it is fed on."""

    def __init__(self, kind="gru", before=2, after=1, cell_state=0):
        super().__init__()
        self.cell, self.kind = CELLS[kind](3, 4), kind
        self.before, self.after, self.of_cell = Heads(before), Heads(after), Heads(cell_state)

    def forward(self, x):
        state, total, states = None, torch.zeros(2, dtype=x.dtype), []
        for step in x.unbind(1):
            state = self.cell(step, state)
            h = state[0] if self.kind == "lstm" else state
            total = total + self.before(h)
            if self.kind == "lstm":
                total = total + self.of_cell(state[1])
            states.append(h)
        return total + sum(self.after(h) * h.sum() for h in states)


class Chunks(nn.Module):
    """A layer over a few timesteps at a time, whose last state is read and fed on."""

    def __init__(self, kind="lstm", layers=2, uses=2, output_too=True):
        super().__init__()
        self.layer = LAYERS[kind](3, 4, num_layers=layers, batch_first=True)
        self.heads, self.output_too = Heads(uses), output_too

    def forward(self, x):
        state, total = None, torch.zeros(2, dtype=x.dtype)
        for part in x.split(2, dim=1):
            output, state = self.layer(part, state)
            total = total + self.heads(state[0] if isinstance(state, tuple) else state).sum(0)
            if self.output_too:
                total = total + self.heads(output).mean(1)
        return total


class BothWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(3, 4, num_layers=2, bidirectional=True, batch_first=True, dropout=0.25)
        self.heads = Heads(3)

    def forward(self, x):
        output, last = self.layer(x)
        return self.heads(output[..., :4]) + self.heads(output[..., 4:]).mean(1, keepdim=True) + self.heads(last).sum()


class Packed(nn.Module):
    def __init__(self, enforce_sorted=True):
        super().__init__()
        self.layer, self.heads = nn.LSTM(3, 4, batch_first=True), Heads(3)
        self.lengths = [6, 4, 2] if enforce_sorted else [4, 6, 2]
        self.enforce_sorted = enforce_sorted

    def forward(self, x):
        packed = pack_padded_sequence(x, self.lengths, batch_first=True, enforce_sorted=self.enforce_sorted)
        output, (h, c) = self.layer(packed)
        padded = pad_packed_sequence(output, batch_first=True)[0]
        return self.heads(padded).sum(1) + self.heads(output.data).sum(0) + self.heads(h[0]) + self.heads(c[0])


class Stacked(nn.Module):
    """States of all layers travel as one tensor, stacked and taken apart at every step."""

    def __init__(self):
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(3, 4), nn.LSTMCell(4, 4)])
        self.heads = Heads(2)

    def forward(self, x):
        h = c = torch.zeros(2, len(x), 4, dtype=x.dtype)
        total = torch.zeros(2, dtype=x.dtype)
        for now in x.unbind(1):
            step, new_h, new_c = now, [], []
            for index, cell in enumerate(self.cells):
                step, after = cell(step, (h[index], c[index]))
                new_h.append(step)
                new_c.append(after)
            h, c = torch.stack(new_h), torch.stack(new_c)
            total = total + self.heads(step)
        return total + self.heads(h).sum(0) + self.heads(c).sum(0)


class InPlace(nn.Module):
    """Writes to what a layer gave, as a mask over padding does."""

    def __init__(self):
        super().__init__()
        self.layer, self.heads = nn.GRU(3, 4, num_layers=2, batch_first=True), Heads(2)

    def forward(self, x):
        output, last = self.layer(x)
        last.mul_(0.5)
        output[:, -1] = 0.0
        again, end = self.layer(x, last)
        return self.heads(output).sum(1) + self.heads(last).sum(0) + self.heads(again).sum(1) + self.heads(end).sum(0)


class TwoStreams(nn.Module):
    """One state begins two streams, and both are read at the end."""

    def __init__(self):
        super().__init__()
        self.cell, self.heads = nn.LSTMCell(3, 4), Heads(2)

    def forward(self, x):
        start = self.cell(x[:, 0])
        one = other = start
        for step in x.unbind(1):
            one, other = self.cell(step, one), self.cell(-step, other)
        return self.heads(one[0]) + self.heads(other[0]) + self.heads(start[0]) + self.heads(start[1])


class Masked(nn.Module):
    """Zoneout and padding: a state is mixed with the one before it."""

    def __init__(self):
        super().__init__()
        self.cell, self.heads = nn.GRUCell(3, 4), Heads(2)

    def forward(self, x):
        h, total = torch.zeros(len(x), 4, dtype=x.dtype), torch.zeros(2, dtype=x.dtype)
        for step in x.unbind(1):
            new = self.cell(step, h)
            h = torch.where(step[:, :1] > 0, new, h) + 0.1 * new
            total = total + self.heads(h) + self.heads(new)
        return total


class Squashed(nn.Module):
    """A registered cell that uses its own new state."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3 + 4, 4)

    def forward(self, x, states):
        h, c = states
        c = c + torch.tanh(self.inner(torch.cat([x, h], -1)))
        return torch.tanh(c) * torch.sigmoid(c), c


register_cell(Squashed, step=lambda cell, x, states: cell(x, states))


class OwnLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.heads = Squashed(), Heads(2)

    def forward(self, x):
        h = c = torch.zeros(len(x), 4, dtype=x.dtype)
        total = torch.zeros(2, dtype=x.dtype)
        for step in x.unbind(1):
            h, c = self.cell(step, (h, c))
            total = total + self.heads(h) + self.heads(c)
        return total


MODELS = [
    *(pytest.param(lambda k=k: CellLoop(k, cell_state=2), id=f"{k} cell, states with many uses") for k in CELLS),
    *(pytest.param(lambda k=k: Chunks(k), id=f"{k} chunks whose states feed heads") for k in LAYERS),
    pytest.param(BothWays, id="both ways, dropout"),
    pytest.param(Packed, id="packed"),
    pytest.param(lambda: Packed(enforce_sorted=False), id="packed, unsorted"),
    pytest.param(Stacked, id="states stacked and indexed"),
    pytest.param(InPlace, id="written to in place"),
    pytest.param(TwoStreams, id="two streams from one state"),
    pytest.param(Masked, id="states mixed with those before"),
    pytest.param(OwnLoop, id="a registered cell"),
]


def trained(make, *, watched, steps=20, dtype=torch.float32, batch=3):
    """Losses and weights of a loop that is watched at every step, or not at all; and the model before the last step."""
    torch.manual_seed(0)
    model = make().to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    generator = torch.Generator().manual_seed(1)
    watcher, losses = Watcher(model, every=1) if watched else None, []
    with watcher or contextlib.nullcontext():
        for _ in range(steps):
            x = torch.randn(batch, 6, 3, generator=generator, dtype=dtype)
            optimizer.zero_grad()
            loss = model(x).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if watcher:
                watcher.step(loss=loss)
    return torch.stack(losses), [one.detach() for one in model.parameters()], watcher


def assert_alike(make, **options):
    plain, watched = trained(make, watched=False, **options), trained(make, watched=True, **options)
    assert torch.equal(plain[0], watched[0])
    assert all(map(torch.equal, plain[1], watched[1]))
    assert watched[2].seen == len(plain[0])


@pytest.mark.parametrize("make", MODELS)
def test_losses_and_weights_are_those_of_the_unwatched_loop(make):
    assert_alike(make)


@given(
    kind=st.sampled_from(list(CELLS)),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
    cell_state=st.integers(0, 2),
    batch=st.integers(1, 4),
)
@settings(deadline=None, max_examples=25)
def test_loops_of_cells_with_any_number_of_uses_train_alike(kind, before, after, cell_state, batch):
    assert_alike(lambda: CellLoop(kind, before, after + (before == 0), cell_state), steps=3, batch=batch)


@given(
    kind=st.sampled_from(list(LAYERS)),
    layers=st.integers(1, 3),
    uses=st.integers(1, 4),
    output_too=st.booleans(),
    batch=st.integers(1, 4),
)
@settings(deadline=None, max_examples=25)
def test_chunks_with_any_number_of_uses_train_alike(kind, layers, uses, output_too, batch):
    assert_alike(lambda: Chunks(kind, layers, uses, output_too), steps=3, batch=batch)


@pytest.mark.parametrize("make", MODELS)
def test_what_is_seen_of_it_is_what_a_trace_finds(make):
    torch.manual_seed(0)
    model, x = make().double().eval(), torch.randn(3, 6, 3, dtype=torch.float64)
    truth = trace(model, x, loss=lambda output: output.square().mean()).layers
    with Watcher(model, every=1) as watcher:
        model(x).square().mean().backward()
        watcher.step()
    assert list(watcher.trace.layers) == list(truth)
    for name, found in watcher.trace.layers.items():
        assert_agrees(found, truth[name])


def test_a_watched_model_hands_on_the_very_tensors_that_its_layer_gives():
    model, given = nn.GRU(3, 4), []
    model.register_forward_hook(lambda module, inputs, result: given.append(result))
    x = torch.zeros(2, 1, 3)
    with Watcher(model, every=1) as watcher:
        output, last = model(x)
        names = {one.grad_fn.name() for one in (output, last)}
        (output.sum() + last.sum()).backward()
        watcher.step()
    plain = {one.grad_fn.name() for one in model(x)}
    assert names == plain
    assert output is given[0][0]
    assert last is given[0][1]


def test_a_gradient_hook_of_the_owners_on_a_state_counts_as_the_owner_wrote_it():
    class Clamped(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.states = nn.GRUCell(3, 4), []

        def forward(self, x):
            h = torch.zeros(2, 4).double()
            for step in x.unbind(1):
                h = self.cell(step, h)
                h.register_hook(lambda gradient: gradient.clamp(-0.1, 0.1))
                h.retain_grad()
                self.states.append(h)
            return h.square().sum() + self.states[2].sum()

    torch.manual_seed(0)
    model = Clamped().double()
    with Watcher(model, every=1) as watcher:
        model(torch.randn(2, 5, 3).double()).backward()
        watcher.step()
    found = torch.from_numpy(watcher.trace.layers["cell"].grad_hidden.copy())[0, 0]
    torch.testing.assert_close(found, torch.stack([one.grad for one in model.states], 1), rtol=0, atol=1e-12)
