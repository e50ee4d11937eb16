"""A registered step may call a layer of torch's and hand its results on in any form: both have exact gradients."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import register_cell, trace
from rnnviz.watching.watcher import Watcher
from tests.losses import weighed_squares
from tests.trace import nested


class Reversed(torch.autograd.Function):
    """The same numbers in the same memory, and another gradient."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return -0.5 * gradient


HANDED_ON = {  # what becomes of the output over one timestep and of the last state, axes (layer, batch, unit)
    "the output": lambda output, last: output[:, -1],
    "the last state": lambda output, last: last[-1],
    "the last state, squeezed": lambda output, last: last[-1:].squeeze(0),
    "a copy of the last state": lambda output, last: last[-1].clone(),
    "the last state out of a list": lambda output, last: torch.cat([last[-1]]),
    "the last state out of a stack": lambda output, last: torch.stack([last[-1], last[-1]])[1],
    "both": lambda output, last: 0.5 * output[:, -1] + 0.3 * last[-1],
    "half of it": lambda output, last: 0.5 * last[-1],
    "the same numbers by two ways": lambda output, last: last[-1] + (output - output.detach())[:, -1],
    "the same numbers with another gradient": lambda output, last: Reversed.apply(last[-1]),
    "the same numbers without a gradient": lambda output, last: last[-1].detach() + 0 * output[:, -1],
}


class Fused(nn.Module):
    """Takes each step with a layer of torch's."""

    def __init__(self, form, kind=nn.GRU, layers=1):
        super().__init__()
        self.c, self.form, self.layers = kind(3, 4, num_layers=layers, batch_first=True), form, layers

    def forward(self, x, h):
        state = torch.stack([h] * self.layers)
        output, last = self.c(x[:, None], (state, state) if isinstance(self.c, nn.LSTM) else state)
        return HANDED_ON[self.form](output, last[0] if isinstance(last, tuple) else last)


class FusedLSTM(nn.Module):
    """Hands both states on, h first or c first."""

    def __init__(self, order):
        super().__init__()
        self.c, self.order = nn.LSTM(3, 4, batch_first=True), order

    def forward(self, x, state):
        h, c = state[:: self.order]
        _, (h, c) = self.c(x[:, None], (h[None], c[None]))
        return (h[0], c[0])[:: self.order]


class OfTwoLayers(nn.Module):
    """Has the states of two layers as two states of its own."""

    def __init__(self, parted):
        super().__init__()
        self.c, self.parted = nn.GRU(3, 4, num_layers=2, batch_first=True), parted

    def forward(self, x, state):
        return self.parted(self.c(x[:, None], torch.stack(state))[1])


class Twice(nn.Module):
    """Calls its layer twice a step."""

    def __init__(self):
        super().__init__()
        self.c = nn.GRU(3, 4, batch_first=True)

    def forward(self, x, h):
        _, last = self.c(x[:, None], h[None])
        return self.c(x[:, None], last)[1][0]


class Round(nn.Module):
    def __init__(self, within):
        super().__init__()
        self.within = within

    def forward(self, x, h):
        return self.within(x, h)


ONE = {
    f"{form}, {kind.__name__}, {layers}": lambda form=form, kind=kind, layers=layers: Fused(form, kind, layers)
    for form in HANDED_ON
    for kind in (nn.GRU, nn.LSTM)
    for layers in (1, 2)
}
ONE |= {"twice a step": Twice} | {f"inside another, {form}": lambda form=form: Round(Fused(form)) for form in HANDED_ON}
TWO = {
    "h and c": lambda: FusedLSTM(1),
    "c and h": lambda: FusedLSTM(-1),
    "two layers selected": lambda: OfTwoLayers(lambda last: (last[0], last[1])),
    "two layers unbound": lambda: OfTwoLayers(lambda last: tuple(last.unbind())),
    "two layers copied": lambda: OfTwoLayers(lambda last: (last[0].clone(), last[1].clone())),
    "two layers exchanged": lambda: OfTwoLayers(lambda last: (last[1], last[0])),
}
MODELS = {name: (make, 1) for name, make in ONE.items()} | {name: (make, 2) for name, make in TWO.items()}


@pytest.fixture(autouse=True)
def registry(empty_registry):
    for kind in (Fused, FusedLSTM, OfTwoLayers, Twice, Round):
        register_cell(kind, lambda cell, x, state: cell(x, state))


def made(name):
    torch.manual_seed(0)
    make, states = MODELS[name]
    return nested.Loop(make(), states).double(), torch.randn(2, 6, 3).double()


def assert_exact(layer, model, x):
    truth, cut = (nested.gradients_of(model, weighed_squares, x, "cell", cut=one) for one in (False, True))
    pairs = [(layer.grad_hidden, truth[0]), (layer.grad_hidden_direct, cut[0])]
    pairs += [(one, truth[place]) for place, one in enumerate(layer.grad_states.values())]
    for found, wanted in pairs:
        np.testing.assert_allclose(found[0, 0], torch.stack(wanted, 1), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", MODELS)
def test_the_states_of_the_step_have_the_gradients_that_retain_grad_gives(name):
    model, x = made(name)
    assert_exact(trace(model, x, loss=weighed_squares).layers["cell"], model, x)


@pytest.mark.parametrize("name", MODELS)
def test_in_a_watched_loop_too(name):
    model, x = made(name)
    with Watcher(model, every=1) as watcher:
        weighed_squares(model(x)).backward()
        watcher.step()
    model.zero_grad()
    assert_exact(watcher.trace.layers["cell"], model, x)


@pytest.mark.parametrize("form", HANDED_ON)
def test_the_layer_inside_has_what_comes_back_to_its_output_and_its_state_together(form):
    model, x = made(f"{form}, GRU, 1")
    layer = trace(model, x, loss=weighed_squares).layers["cell.c"]
    truth = nested.gradients_of(model, weighed_squares, x, "cell.c")
    together = [output[:, 0] + last[0] for output, last in zip(truth[0], truth[1], strict=True)]
    np.testing.assert_allclose(layer.grad_hidden[0, 0], torch.stack(together, 1), rtol=1e-9, atol=1e-13)
