"""Recurrent modules inside recurrent modules, and what plain autograd says of them, by no code of rnnviz."""

from collections import defaultdict

import torch
from torch import nn

from rnnviz.trace import register_cell


class Plain(nn.Module):
    """A cell of one's own."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3 + 4, 4)

    def forward(self, x, h):
        return 0.5 * h + torch.tanh(self.inner(torch.cat([x, h], -1)))


class NormedLSTM(nn.Module):
    """Changes h, and passes c on."""

    def __init__(self):
        super().__init__()
        self.c, self.ln = nn.LSTMCell(3, 4), nn.LayerNorm(4)

    def forward(self, x, s):
        h, c = self.c(x, s)
        return self.ln(h), c


class ThroughLSTM(nn.Module):
    """Passes everything on."""

    def __init__(self):
        super().__init__()
        self.c = nn.LSTMCell(3, 4)

    def forward(self, x, s):
        return self.c(x, s)


class SwappedLSTM(ThroughLSTM):
    """Passes everything on, c before h."""

    def forward(self, x, s):
        return self.c(x, s[::-1])[::-1]


class NormedGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.ln = nn.GRUCell(3, 4), nn.LayerNorm(4)

    def forward(self, x, h):
        return self.ln(self.c(x, h))


class ThroughGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.GRUCell(3, 4)

    def forward(self, x, h):
        return self.c(x, h)


class ThroughPlain(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = Plain()

    def forward(self, x, h):
        return self.c(x, h)


class NormedPlain(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.ln = Plain(), nn.LayerNorm(4)

    def forward(self, x, h):
        h = self.c(x, h)
        return h + self.ln(h)


class ThreeDeep(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = ThroughLSTM()

    def forward(self, x, s):
        return self.c(x, s)


class Loop(nn.Module):
    """A model that calls a cell at every step and reads its first state."""

    def __init__(self, cell, states):
        super().__init__()
        self.cell, self.head, self.states = cell, nn.Linear(4, 2), states
        self.cut = False

    def forward(self, x):
        state = tuple(x.new_zeros(len(x), 4) for _ in range(self.states))
        outputs = []
        for t in x.unbind(1):
            state = self.cell(t, state if self.states > 1 else state[0])
            state = state if self.states > 1 else (state,)
            outputs.append(self.head(state[0]))
            if self.cut:
                state = tuple(one.detach() for one in state)
        return torch.stack(outputs, 1)


class Layer(nn.Module):
    """A layer that calls a cell at every step and returns all outputs with the cell's last state."""

    def __init__(self, cell, states):
        super().__init__()
        self.c, self.states = cell, states
        self.cut = False

    def forward(self, x, state=None):
        state = tuple(x.new_zeros(len(x), 4) for _ in range(self.states)) if state is None else state
        outputs = []
        for t in x.unbind(1):
            if self.cut:
                state = tuple(one.detach() for one in state)
            found = self.c(t, state if self.states > 1 else state[0])
            state = found if self.states > 1 else (found,)
            outputs.append(state[0])
        return torch.stack(outputs, 1), state


class LayerModel(nn.Module):
    """Reads the outputs and the last state of a layer that is called for two halves of a sequence."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.head = layer, nn.Linear(4, 2)
        self.cut = False

    def forward(self, x):
        self.layer.cut = self.cut
        first, state = self.layer(x[:, :3])
        if self.cut:
            state = tuple(one.detach() for one in state)
        second, state = self.layer(x[:, 3:], state)
        return torch.cat([self.head(first), self.head(second), self.head(state[0])[:, None]], 1)


def step_of_layer(layer, x, state):
    found = layer.c(x, state if layer.states > 1 else state[0])
    return found if layer.states > 1 else (found,)


def start_of_layer(layer, x):
    return tuple(x.new_zeros(len(x), 4) for _ in range(layer.states))


CELLS = {
    "normed LSTM": lambda: Loop(NormedLSTM(), 2),
    "LSTM passed on": lambda: Loop(ThroughLSTM(), 2),
    "LSTM passed on in another order": lambda: Loop(SwappedLSTM(), 2),
    "normed GRU": lambda: Loop(NormedGRU(), 1),
    "GRU passed on": lambda: Loop(ThroughGRU(), 1),
    "own cell passed on": lambda: Loop(ThroughPlain(), 1),
    "normed own cell": lambda: Loop(NormedPlain(), 1),
    "three deep": lambda: Loop(ThreeDeep(), 2),
    "layer round an LSTM cell": lambda: LayerModel(Layer(nn.LSTMCell(3, 4), 2)),
    "layer round a GRU cell": lambda: LayerModel(Layer(nn.GRUCell(3, 4), 1)),
    "layer round an own cell": lambda: LayerModel(Layer(Plain(), 1)),
    "layer round a normed LSTM": lambda: LayerModel(Layer(NormedLSTM(), 2)),
    "layer round an LSTM passed on": lambda: LayerModel(Layer(ThroughLSTM(), 2)),
}
OWN = (Plain, NormedLSTM, ThroughLSTM, SwappedLSTM, NormedGRU, ThroughGRU, ThroughPlain, NormedPlain, ThreeDeep)


def register():
    """Register every cell of one's own here, and the layer that calls one."""
    for kind in OWN:
        register_cell(kind, lambda cell, x, state: cell(x, state))
    register_cell(Layer, step_of_layer, start=start_of_layer)


def gradients_of(model, loss, x, path, cut=False):
    """Gradient of every tensor that the module at `path` gives back, by its place in the result, a list over calls."""
    model.cut, kept = cut, defaultdict(list)

    def keep(module, given, result):
        for place, one in enumerate([result] if isinstance(result, torch.Tensor) else result):
            for state in [one] if isinstance(one, torch.Tensor) else one:
                state.retain_grad()
                kept[place].append(state)

    handle = model.get_submodule(path).register_forward_hook(keep)
    loss(model(x)).backward()
    handle.remove()
    model.cut = False
    return {
        place: [torch.zeros_like(one) if one.grad is None else one.grad for one in states]
        for place, states in kept.items()
    }
