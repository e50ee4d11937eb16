"""Answers to the exercises of chapter 00: right ones, typical mistakes, and what the task itself says."""

import numpy as np
import torch

from rnnviz.exercises import Number, judge
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.lab import Lab
from rnnviz.tasks import make
from tests.exercises.answered import Made


def order(letters, bias):
    return Made(lambda: Lab("temporal-order", cell="lstm", hidden_size=8, seq_len=letters, forget_bias=bias, seed=0))


RIGHT = [
    ("00.most-heard-month", 131),
    ("00.most-heard-month", np.int64(131)),
    ("00.most-heard-month", np.arange(132).argmax()),
    ("00.most-heard-month", torch.tensor([131])),
    ("00.best-simple-rule", 20.4),
    ("00.best-simple-rule", 20.38),
    ("00.best-simple-rule", torch.tensor(20.4, requires_grad=True)),
    ("00.hear-the-start", order(100, 3)),
    ("00.hear-the-start", order(120, 5)),
]

WRONG = [
    ("00.most-heard-month", 132, "counted-from-one"),
    ("00.most-heard-month", 0, "least-heard"),
    ("00.most-heard-month", np.linspace(0, 1, 132), "all-norms"),
    ("00.most-heard-month", torch.linspace(0, 1, 132), "all-norms"),
    ("00.most-heard-month", -1, "from-the-end"),
    ("00.most-heard-month", np.linspace(0, 0.36, 132).max(), "strength"),
    ("00.most-heard-month", torch.tensor(0.36), "strength"),
    ("00.most-heard-month", "131", "quoted"),
    ("00.most-heard-month", 60, "other"),
    ("00.best-simple-rule", 28.5, "same-as-now"),
    ("00.best-simple-rule", 32.2, "eleven-years"),
    ("00.best-simple-rule", "Linear in the last 11 years ", "name"),
    ("00.best-simple-rule", 20.1, "network"),
    ("00.best-simple-rule", 21.3, "network"),
    ("00.best-simple-rule", 20, "rounded"),
    ("00.best-simple-rule", 20.5, "rounded"),
    ("00.best-simple-rule", "20.4", "quoted"),
    ("00.best-simple-rule", "same as now", "other"),
    ("00.best-simple-rule", 5, "other"),
    ("00.hear-the-start", order(100, 0), "missing"),
    ("00.hear-the-start", order(50, 4), "short"),
]


def test_the_best_simple_rule_is_the_one_that_the_task_says() -> None:
    task = make("sunspots")
    rules = sorted(task.baselines().items(), key=lambda rule: rule[1])
    assert judge("00.best-simple-rule", rules[0][1]).right
    assert judge("00.best-simple-rule", rules[0][0]).hint == "name"
    assert judge("00.best-simple-rule", rules[1][1]).hint == "same-as-now"
    assert judge("00.best-simple-rule", rules[2][1]).hint == "eleven-years"
    assert judge("00.most-heard-month", task.seq_len - 1).right


def test_a_rounded_error_of_the_right_rule_is_not_called_the_network_s() -> None:
    best = min(make("sunspots").baselines().values())
    assert judge("00.best-simple-rule", round(best)).hint == "rounded"
    assert "network" not in judge("00.best-simple-rule", round(best)).words


def test_the_predictions_are_that_open_gates_let_it_learn_and_how_little_the_first_month_counts() -> None:
    assert PREDICTIONS["00.open-gates"] == "c"
    assert PREDICTIONS["00.first-month"] == Number(within=2)
