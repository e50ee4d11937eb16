"""Answers to chapter 06's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import torch

import rnnviz as rv
from rnnviz.exercises import judge
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made


def _clip(gradient, max_norm):
    return gradient * min(1.0, max_norm / gradient.norm())


def _torchs_clip(gradient, max_norm):
    weight = torch.nn.Parameter(torch.zeros_like(gradient))
    weight.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([weight], float(max_norm))
    return weight.grad


def _branching(gradient, max_norm):
    norm = np.sqrt(sum(float(number) ** 2 for number in gradient))
    return [float(number) * float(max_norm) / norm for number in gradient] if norm > max_norm else gradient


def _descended(steps=100, **settings):
    start = {"nonlinearity": "relu", "init": "identity", "hidden_size": 16, "optimizer": "sgd", "lr": 0.03}
    lab = rv.Lab("sunspots", cell="rnn", seed=0, **start, **settings)
    lab.train(steps)
    return lab


def _rates(epochs):
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.1)
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
    return scheduler.get_last_lr()[0]


RIGHT = [
    ("06.clip", _clip),
    ("06.clip", _torchs_clip),
    ("06.clip", _branching),
    ("06.step-rate", 0.0002),
    ("06.step-rate", 0.02 * 0.1**2),
    ("06.step-rate", _rates(12)),
    ("06.peaks", Made(lambda: _descended(clip=10.0))),
    ("06.patience", (3, 9)),
    ("06.patience", torch.tensor([3, 9])),
]

WRONG = [
    ("06.clip", lambda gradient, max_norm: gradient * max_norm / gradient.norm(), "always"),
    ("06.clip", lambda gradient, max_norm: gradient.clamp(-max_norm, max_norm), "by-value"),
    ("06.clip", lambda gradient, max_norm: gradient * max(1, max_norm / gradient.norm()), "max"),
    ("06.clip", lambda g, max_norm: g / g.norm() if g.norm() > max_norm else g, "length-one"),
    ("06.clip", lambda gradient, max_norm: gradient, "unclipped"),
    ("06.clip", lambda g, max_norm: g * min(1, max_norm / g.abs().max()), "by-largest"),
    ("06.clip", lambda gradient, max_norm: gradient * min(1, 2.0 / gradient.norm()), "one-size"),
    ("06.clip", lambda gradient, max_norm: gradient * min(1, max_norm / gradient[:8].norm()), "one-size"),
    ("06.clip", lambda g, max_norm: g * max_norm / g.norm() if g.norm() > 2.0 else g, "one-size"),
    ("06.clip", lambda g, max_norm: g * min(1, max_norm / (g.view(8).square().sum().sqrt())), "one-size"),
    ("06.clip", lambda gradient, max_norm: gradient / 2, "other"),
    ("06.clip", lambda gradient, max_norm: None, "nothing-returned"),
    ("06.clip", lambda gradient: gradient, "raised"),
    ("06.clip", 2.0, "not-a-function"),
    ("06.step-rate", 0.002, "one-fall"),
    ("06.step-rate", _rates(15), "three-falls"),
    ("06.step-rate", 0.02 * 0.1**12, "each-epoch"),
    ("06.step-rate", 0.02 * 0.1 ** (12 / 5), "no-rounding"),
    ("06.step-rate", 0.01, "factor"),
    ("06.step-rate", 0.02 - 2 * 0.1, "subtracted"),
    ("06.step-rate", 0.02, "other"),
    ("06.step-rate", "0.0002", "quoted"),
    ("06.peaks", Made(lambda: _descended(steps=1, clip=None)), "missing"),
    ("06.peaks", Made(lambda: _descended(clip=1.0)), "always-cut"),
    ("06.patience", (6, 15), "when-it-stops"),
    ("06.patience", (9, 9), "best-of-all"),
    ("06.patience", (4, 10), "counted-from-one"),
    ("06.patience", 3, "one-number"),
    ("06.patience", (3, 8), "other"),
]


def _eight_numbers(gradient, max_norm):
    return gradient * min(1, max_norm / gradient.view(8).norm())


def test_where_it_stops_on_another_size_the_learners_line_is_shown() -> None:
    verdict = judge("06.clip", _eight_numbers)
    assert verdict.hint == "one-size"
    assert ", in _eight_numbers\n" in verdict.trace


def test_a_function_that_gives_the_dots_back_is_no_answer() -> None:
    assert judge("06.clip", lambda *arguments: ...).hint == "unanswered"


def test_each_prediction_has_an_answer_among_its_options() -> None:
    assert {id: letter for id, letter in PREDICTIONS.items() if id.startswith("06.")} == {
        "06.threshold": Number(factor=3),
        "06.per-batch": "a",
    }
