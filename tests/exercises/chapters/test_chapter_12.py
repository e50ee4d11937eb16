"""Answers to chapter 12's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _by_autograd(direct, squashed, states, W):
    """Return the gradient as autograd has it: the steps run again, with the inputs that the states tell of."""
    inputs = torch.atanh(squashed) - states[:-1] @ W.T
    W = W.clone().requires_grad_()
    h, loss = states[0], 0.0
    for x, d in zip(inputs, direct, strict=True):
        h = h + 0.1 * torch.tanh(W @ h + x)
        loss = loss + (d * h).sum()
    loss.backward()
    return W.grad


def _walk(around=1.0, through=1.0, share=0.1, carry=True, turned=False, newer=0, slope=True):
    def walk(direct, squashed, states, W):
        delta, gradient = torch.zeros_like(states[0]), torch.zeros_like(W)
        for t in reversed(range(len(direct))):
            delta = (delta if carry else 0) + direct[t]
            at_sum = share * (1 - squashed[t] ** 2 if slope else 1) * delta
            gradient = gradient + torch.outer(at_sum, states[t + newer])
            delta = around * delta + through * (W if turned else W.T) @ at_sum
        return gradient

    return walk


def _relu(seq_len=60, rho=1.54, trained=0, nonlinearity="relu", init="orthogonal"):
    lab = rv.Lab("adding", cell="rnn", nonlinearity=nonlinearity, init=init, seq_len=seq_len, rho=rho, seed=0)
    if trained:
        lab.train(trained)
    return lab


RIGHT = [
    ("12.bound", 132),
    ("12.bound", 132.0),
    ("12.residual-sum", _by_autograd),
    ("12.residual-sum", _walk()),
    ("12.detached", 12),
    ("12.balance", Made(lambda: _relu())),
    ("12.balance", Made(lambda: _relu(rho=1.52))),
]

WRONG = [
    ("12.bound", 62, "radius"),
    ("12.bound", 61.9, "radius"),
    ("12.bound", 131, "not-yet"),
    ("12.bound", 131.126, "no-whole"),
    ("12.bound", 6, "one-digit"),
    ("12.bound", 44, "other"),
    ("12.residual-sum", lambda *given: _walk()(*given).T, "transposed"),
    ("12.residual-sum", _walk(around=0), "no-way-around"),
    ("12.residual-sum", _walk(through=0), "no-way-through"),
    ("12.residual-sum", _walk(carry=False), "direct-only"),
    ("12.residual-sum", _walk(share=1.0), "no-share"),
    ("12.residual-sum", lambda *given: 10 * _walk()(*given), "share-at-the-end"),
    ("12.residual-sum", _walk(slope=False), "no-slope"),
    ("12.residual-sum", _walk(newer=1), "newer-state"),
    ("12.residual-sum", _walk(turned=True), "wrong-matrix"),
    ("12.residual-sum", by_heart("12.residual-sum"), "one-size"),
    ("12.residual-sum", lambda direct, squashed, states, W: W, "other"),
    ("12.residual-sum", lambda direct, squashed, states, W: direct @ states, "raised"),
    ("12.residual-sum", lambda direct, squashed, states, W: None, "nothing-returned"),
    ("12.residual-sum", 0.5, "not-a-function"),
    ("12.detached", 5, "pieces"),
    ("12.detached", 4, "cuts"),
    ("12.detached", 13, "next-to"),
    ("12.detached", 60, "all"),
    ("12.detached", 20, "other"),
    ("12.balance", Made(lambda: _relu(rho=2.0)), "missing"),
    ("12.balance", Made(lambda: _relu(seq_len=20)), "shortened"),
    ("12.balance", Made(lambda: _relu(rho=1.2, trained=1)), "trained"),
    ("12.balance", Made(lambda: _relu(nonlinearity="tanh", rho=1.1)), "tanh"),
    ("12.balance", Made(lambda: _relu(rho=None)), "as-it-starts"),
]


def test_the_predictions_are_two_numbers_and_an_option() -> None:
    assert PREDICTIONS["12.how-small"] == Number(factor=10)
    assert PREDICTIONS["12.peak"] == Number(within=2)
    assert PREDICTIONS["12.who-learns"] == "a"


def test_a_millionth_is_certain_after_132_steps_and_not_before() -> None:
    assert 0.9**132 <= 1e-6 < 0.9**131
