"""Answers to the exercises of chapter 01: right ones however written, and typical mistakes."""

import numpy as np
import torch

from rnnviz.exercises import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.lab import Lab
from tests.exercises.answered import Made, tanh_step


def reading(activation, steps):
    """Return a lab of the sunspots after some training."""

    def make():
        lab = Lab("sunspots", cell="rnn", hidden_size=16, nonlinearity=activation, seed=1)
        if steps:
            lab.train(steps)
        return lab

    return Made(make)


def _numpy(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(W_xh.numpy() @ x_t.numpy() + W_hh.numpy() @ h.numpy() + b_h.numpy())


def _loops(x_t, h, W_xh, W_hh, b_h):
    news = [sum(float(W_xh[i, j] * x_t[j]) for j in range(3)) for i in range(5)]
    memory = [sum(float(W_hh[i, j] * h[j]) for j in range(5)) for i in range(5)]
    return [np.tanh(news[i] + memory[i] + float(b_h[i])) for i in range(5)]


def _cell(x_t, h, W_xh, W_hh, b_h):
    layer = torch.nn.RNNCell(3, 5).double()
    for weight, value in zip(layer.parameters(), (W_xh, W_hh, b_h, 0 * b_h), strict=True):
        weight.data = value
    return layer(x_t[None], h[None])[0]


RIGHT = [
    ("01.parameter-count", 160),
    ("01.parameter-count", 160.0),
    ("01.parameter-count", sum(weight.numel() for weight in torch.nn.RNN(4, 10).parameters())),
    ("01.step", tanh_step),
    ("01.step", _numpy),
    ("01.step", _loops),
    ("01.step", _cell),
    ("01.paths", 131),
    ("01.paths", torch.tensor(131)),
    ("01.only-positive", reading("relu", 300)),
]

WRONG = [
    ("01.parameter-count", 150, "one-bias"),
    ("01.parameter-count", 140, "no-bias"),
    ("01.parameter-count", 40, "no-recurrence"),
    ("01.parameter-count", 50, "no-recurrence"),
    ("01.parameter-count", 60, "no-recurrence"),
    ("01.parameter-count", 100, "only-recurrence"),
    ("01.parameter-count", 110, "only-recurrence"),
    ("01.parameter-count", 120, "only-recurrence"),
    ("01.parameter-count", 8000, "times-length"),
    ("01.parameter-count", 7500, "times-length"),
    ("01.parameter-count", 7, "other"),
    ("01.parameter-count", 171, "answer-layer"),
    ("01.parameter-count", "160", "quoted"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: W_xh @ x_t + W_hh @ h + b_h, "no-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.relu(W_xh @ x_t + W_hh @ h + b_h), "other-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.sigmoid(W_xh @ x_t + W_hh @ h + b_h), "other-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + W_hh @ h), "no-bias"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + b_h), "no-memory"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_hh @ h + b_h), "no-input"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + h @ W_hh + b_h), "transposed-state"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + W_hh * h + b_h), "elementwise"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_hh @ x_t + W_xh @ h + b_h), "shapes"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(x_t + W_hh @ h + b_h), "shapes"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh * x_t + W_hh * h + b_h), "star"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh * x_t + W_hh @ h + b_h), "star"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(x_t @ W_xh + W_hh @ h + b_h), "vector-first"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: h, "other"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: None, "nothing-returned"),
    ("01.step", lambda x_t, h: torch.tanh(x_t), "raised"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: 1 / 0, "raised"),
    ("01.step", torch.zeros(5), "not-a-function"),
    ("01.paths", 132, "one-too-many"),
    ("01.paths", 2, "drawing"),
    ("01.paths", 3, "drawing"),
    ("01.paths", 1, "other-matrix"),
    ("01.paths", 16, "distinct"),
    ("01.paths", 66, "other"),
    ("01.only-positive", reading("relu", 0), "missing"),
    ("01.only-positive", reading("tanh", 0), "tanh"),
]


def test_the_prediction_is_that_only_the_recurrent_network_notices() -> None:
    assert PREDICTIONS["01.shuffled"] == "b"


def test_a_relu_s_highest_state_is_a_number_to_predict_within_a_factor() -> None:
    assert PREDICTIONS["01.relu-height"] == Number(factor=2.5)
