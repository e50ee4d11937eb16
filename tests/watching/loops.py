"""Models and training loops to watch, and what a watched step is compared with."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn

from tests.losses import mean_square

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_forward_hooks_with_kwargs")


class Model(nn.Module):
    def __init__(self, kind="lstm", **options):
        super().__init__()
        self.recurrent = LAYERS[kind](3, 4, batch_first=True, **options)
        self.head = nn.Linear(8 if options.get("bidirectional") else 4, 1)

    def forward(self, x):
        output = self.recurrent(x)[0]
        return self.head(output if isinstance(output, torch.Tensor) else output.data)


class Decoder(nn.Module):
    """A cell in a loop, so that calls are joined along time."""

    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.LSTMCell(3, 4), nn.Linear(4, 1)

    def forward(self, x):
        h = c = x.new_zeros(len(x), 4)
        answers = []
        for step in x.unbind(1):
            h, c = self.cell(step, (h, c))
            answers.append(self.head(h))
        return torch.stack(answers, 1)


def made(make=Model, seed=0, dtype=torch.float64):
    torch.manual_seed(seed)
    return make().to(dtype)


def batches(count, dtype=torch.float64, size=5, steps=6):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(size, steps, 3, generator=generator, dtype=dtype) for _ in range(count)]


def train(model, data, watcher=None, *, loss=mean_square, accumulate=1, lr=0.5):
    """A practitioner's loop; returns the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    with watcher or contextlib.nullcontext():
        for group in groups(data, accumulate):
            optimizer.zero_grad()
            for x in group:
                value = loss(model(x))
                (value / accumulate).backward()
            optimizer.step()
            losses.append(value.detach())
            if watcher:
                watcher.step(loss=value)
    return losses


def groups(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


def weights(model):
    return [one.detach().clone() for one in model.parameters()]


def hooks(model):
    return [len(getattr(module, name)) for module in model.modules() for name in HOOKS]


def assert_agrees(found, truth, tolerance=1e-10):
    """Compare with an independent trace, taken of a copy before the optimiser's step."""
    for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        mine, theirs = getattr(found, name), getattr(truth, name)
        assert (mine is None) == (theirs is None), name
        if theirs is not None:
            np.testing.assert_allclose(
                mine, theirs, rtol=0, atol=tolerance * max(1e-300, np.nanmax(np.abs(theirs))), err_msg=name
            )
    assert list(found.gates) == list(truth.gates)
    for gate in truth.gates:
        np.testing.assert_allclose(found.gates[gate], truth.gates[gate], rtol=0, atol=tolerance)


KINDS = [
    *(pytest.param(lambda kind=kind: Model(kind), id=kind) for kind in LAYERS),
    pytest.param(lambda: Model("gru", num_layers=2, bidirectional=True), id="two layers, both ways"),
    pytest.param(Decoder, id="a cell in a loop"),
]
