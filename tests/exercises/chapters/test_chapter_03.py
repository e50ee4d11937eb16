"""Answers to chapter 03's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import math

import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made


def _gates(x_t, h, W_x, W_h, b):
    f, g, o = (W_x @ x_t + W_h @ h + b).chunk(3)
    return torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def _right(x_t, h, c, W_x, W_h, b):
    f, g, o = _gates(x_t, h, W_x, W_h, b)
    c = f * c + (1 - f) * g
    return o * torch.tanh(c), c


def _torchs_cell(x_t, h, c, W_x, W_h, b):
    """torch's own cell, whose input gate is made 1 − f by weights of the opposite sign: σ(−a) = 1 − σ(a)."""
    cell = nn.LSTMCell(3, 5).double()
    for weight, value in zip(cell.parameters(), (W_x, W_h, b, 0 * b), strict=True):
        f, g, o = value.chunk(3)
        weight.data = torch.cat([-f, f, g, o])
    h, c = cell(x_t[None], (h[None], c[None]))
    return h[0], c[0]


def _with(step):
    """Return a step that differs from the right one as ``step`` says, from the gates and the old cell state."""
    return lambda x_t, h, c, W_x, W_h, b: step(*_gates(x_t, h, W_x, W_h, b), c)


def _shown(o, c):
    return o * torch.tanh(c), c


def _unsquashed(x_t, h, c, W_x, W_h, b):
    f, g, o = (W_x @ x_t + W_h @ h + b).chunk(3)
    return _shown(o, f * c + (1 - f) * g)


def _candidate_sigmoid(x_t, h, c, W_x, W_h, b):
    f, g, o = torch.sigmoid(W_x @ x_t + W_h @ h + b).chunk(3)
    return _shown(o, f * c + (1 - f) * g)


def _another_order(x_t, h, c, W_x, W_h, b):
    o, f, g = (W_x @ x_t + W_h @ h + b).chunk(3)
    f = torch.sigmoid(f)
    return _shown(torch.sigmoid(o), f * c + (1 - f) * torch.tanh(g))


def _four_blocks(x_t, h, c, W_x, W_h, b):
    i, f, g, o = (W_x @ x_t + W_h @ h + b).chunk(4)
    return _shown(o, f * c + i * g)


def _two_blocks(x_t, h, c, W_x, W_h, b):
    f, g, o = (W_x @ x_t + W_h @ h + b).chunk(2)
    return _shown(o, f * c + g)


def _lab(**settings):
    return rv.Lab("temporal-order", cell="lstm", **{"hidden_size": 8, "seq_len": 50, "seed": 0} | settings)


def _rescued():
    lab = _lab(lr=0.02, clip=1.0, schedule="cosine", steps=500, forget_bias=0.0)
    lab.train(steps=50)
    lab.set(forget_bias=3.0)
    lab.train(steps=450)
    return lab


RIGHT = [
    ("03.forget-bias", 2.944),
    ("03.forget-bias", math.log(0.95 / 0.05)),
    ("03.forget-bias", torch.logit(torch.tensor(0.95))),
    ("03.half-arrives", 5),
    ("03.half-arrives", 5.0),
    ("03.rescue", Made(_rescued)),
    ("03.coupled-step", _right),
    ("03.coupled-step", lambda *inputs: torch.stack(_right(*inputs))),
    ("03.coupled-step", _torchs_cell),
]

WRONG = [
    ("03.forget-bias", 0.95, "the-gate"),
    ("03.forget-bias", 0.05, "lost-share"),
    ("03.forget-bias", -2.944, "sign"),
    ("03.forget-bias", 20, "the-memory"),
    ("03.forget-bias", math.log(20), "log-of-memory"),
    ("03.forget-bias", torch.sigmoid(torch.tensor(0.95)), "gate-of-the-gate"),
    ("03.forget-bias", 1.0, "other"),
    ("03.half-arrives", 2, "bias-two"),
    ("03.half-arrives", 0.5, "the-share"),
    ("03.half-arrives", 0.0, "half-open"),
    ("03.half-arrives", 0.993, "the-gate"),
    ("03.half-arrives", 1.0, "other"),
    ("03.rescue", Made(lambda: _lab(forget_bias=3.0)), "missing"),  # opened, and not trained
    ("03.rescue", Made(lambda: _lab(forget_bias=0.0)), "still-shut"),
    ("03.rescue", Made(lambda: _lab(forget_bias=3.0, seq_len=20)), "shortened"),
    ("03.coupled-step", lambda *inputs: _right(*inputs)[::-1], "states-swapped"),
    ("03.coupled-step", lambda *inputs: _right(*inputs)[0], "one-state"),
    ("03.coupled-step", _with(lambda f, g, o, c: _shown(o, f * c + f * g)), "not-coupled"),
    ("03.coupled-step", _with(lambda f, g, o, c: _shown(o, (1 - f) * c + f * g)), "keeps-the-other-way"),
    ("03.coupled-step", _with(lambda f, g, o, c: _shown(o, f * c + g)), "adds-all"),
    ("03.coupled-step", _candidate_sigmoid, "candidate-sigmoid"),
    ("03.coupled-step", _unsquashed, "no-squash"),
    ("03.coupled-step", _with(lambda f, g, o, c: (o * (f * c + (1 - f) * g), f * c + (1 - f) * g)), "no-tanh"),
    ("03.coupled-step", _with(lambda f, g, o, c: (o * torch.tanh(c), f * c + (1 - f) * g)), "old-cell-shown"),
    ("03.coupled-step", _another_order, "another-order"),
    ("03.coupled-step", _four_blocks, "blocks"),
    ("03.coupled-step", _two_blocks, "blocks"),
    ("03.coupled-step", lambda x_t, h, c, W_x, W_h, b: _right(h, x_t, c, W_x, W_h, b), "blocks"),
    ("03.coupled-step", lambda x_t, h, c, W_x, W_h, b: (h, c), "other"),
    ("03.coupled-step", lambda x_t, h, c, W_x, W_h, b: None, "nothing-returned"),
    ("03.coupled-step", lambda x_t, h: (h, h), "raised"),
    ("03.coupled-step", torch.zeros(2, 5), "not-a-function"),
]


def test_the_prediction_is_that_neither_learns() -> None:
    assert PREDICTIONS["03.who-learns"] == "c"
