"""Answers to the exercises of chapter 01: right ones however written, and typical mistakes."""

import numpy as np
import torch

from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import tanh_step


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
    ("01.state-shape", (1, 8, 20)),
    ("01.state-shape", [1, 8, 20]),
    ("01.state-shape", torch.tensor([1, 8, 20])),
    ("01.state-shape", torch.nn.RNN(3, 20, batch_first=True)(torch.zeros(8, 50, 3))[1].shape),
    ("01.step", tanh_step),
    ("01.step", _numpy),
    ("01.step", _loops),
    ("01.step", _cell),
    ("01.counter", (-1, 1, 1)),
    ("01.counter", torch.tensor([-1.0, 1.0, 1.0])),
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
    ("01.state-shape", (8, 1, 20), "batch-first"),
    ("01.state-shape", (8, 50, 20), "all-steps"),
    ("01.state-shape", (8, 20), "no-layer"),
    ("01.state-shape", (1, 8, 3), "input-size"),
    ("01.state-shape", (8, 3), "input-size"),
    ("01.state-shape", torch.zeros(1, 8, 20), "handed-over"),
    ("01.state-shape", "(1, 8, 20)", "quoted"),
    ("01.state-shape", 20, "other"),
    ("01.state-shape", (1, 8, 20, 1), "other"),
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
    ("01.counter", (1, 1, 0), "counts-ones"),
    ("01.counter", (-1, 1, 0), "never-rises"),
    ("01.counter", (0, 1, 0), "never-rises"),
    ("01.counter", (0, 1, 1), "every-step"),
    ("01.counter", (-1, 0, 1), "no-memory"),
    ("01.counter", (1, -1, 1), "another-order"),
    ("01.counter", (-1, 1), "not-three"),
    ("01.counter", 1, "not-three"),
    ("01.counter", (2, 1, 1), "other"),
]


def test_the_prediction_is_that_only_the_recurrent_network_notices() -> None:
    assert PREDICTIONS["01.shuffled"] == "b"


def test_the_counter_s_weights_count_the_zeros_and_no_others_that_get_a_hint_do() -> None:
    def counted(w_xh: float, w_hh: float, b: float) -> list[float]:
        layer = torch.nn.RNN(1, 1, nonlinearity="relu", batch_first=True)
        for weight, value in zip(layer.parameters(), (w_xh, w_hh, b, 0.0), strict=True):
            torch.nn.init.constant_(weight, value)
        return layer(torch.tensor([0.0, 1, 1, 0, 0, 1])[None, :, None])[0].flatten().tolist()

    zeros = [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]
    assert counted(-1, 1, 1) == zeros
    wrong = [answer for id, answer, _ in WRONG if id == "01.counter" and isinstance(answer, tuple) and len(answer) == 3]
    assert all(counted(*answer) != zeros for answer in wrong)
