"""Answers to chapter 10's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import torch

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _unfolded(series, lookback, horizon):
    windows = series.unfold(0, lookback + horizon, 1)
    return torch.cat([windows[:, :lookback], windows[:, -1:]], 1)


def _looped(series, lookback, horizon):
    starts = range(len(series) - lookback - horizon + 1)
    return [[*series[at : at + lookback], series[at + lookback + horizon - 1]] for at in starts]


def _moved(by):
    def windows(series, lookback, horizon):
        return _looped(series, lookback, horizon + by)

    return windows


def _score(forecast, naive, truth):
    return 1 - (forecast - truth).abs().mean(0) / (naive - truth).abs().mean(0)


def _growing(difference=24, horizon=12, trained=60, lr=0.01):
    rows = np.arange(600)
    values = 0.02 * rows + np.sin(2 * np.pi * rows / 24) + 0.1 * np.random.default_rng(0).normal(size=600)
    record = rv.tasks.Record.of(values, name="growing")
    task = rv.tasks.Series(record, lookback=24, horizon=horizon, path=False, difference=difference)
    lab = rv.Lab(task, hidden_size=16, lr=lr, seed=0)
    if trained:
        lab.train(trained)
    return lab


RIGHT = [
    ("10.windows", _unfolded),
    ("10.windows", _looped),
    ("10.skill", _score),
    ("10.skill", lambda f, n, t: 1 - torch.stack([(f - t).abs().sum(0) / (n - t).abs().sum(0)])[0]),
    ("10.leak", [2, 3, 5]),
    ("10.leak", (5, 3, 2)),
    ("10.leak", np.array([2, 3, 5])),
    ("10.growing", Made(lambda: _growing())),
    ("10.growing", Made(lambda: _growing(difference=12))),
]

WRONG = [
    ("10.windows", lambda series, lookback, horizon: _looped(series, lookback, 1), "next-step"),
    ("10.windows", _moved(1), "one-too-far"),
    ("10.windows", _moved(-1), "one-too-near"),
    ("10.windows", lambda *given: _unfolded(*given)[:-1], "last-missing"),
    ("10.windows", lambda series, lookback, horizon: series.unfold(0, lookback, 1), "no-answer"),
    ("10.windows", lambda series, lookback, horizon: series.unfold(0, lookback + horizon, 1), "whole-path"),
    ("10.windows", lambda series, lookback, horizon: _looped(series, 4, 3), "one-size"),
    ("10.windows", by_heart("10.windows"), "one-size"),
    ("10.windows", lambda series, lookback, horizon: series, "other"),
    ("10.windows", lambda series: series, "raised"),
    ("10.windows", lambda series, lookback, horizon: None, "nothing-returned"),
    ("10.windows", torch.zeros(6, 5), "not-a-function"),
    ("10.skill", lambda f, n, t: (f - t).abs().mean(0) / (n - t).abs().mean(0), "ratio"),
    ("10.skill", lambda f, n, t: 1 - (n - t).abs().mean(0) / (f - t).abs().mean(0), "upside-down"),
    ("10.skill", lambda f, n, t: 1 - (f - t).abs().mean() / (n - t).abs().mean(), "one-number"),
    ("10.skill", lambda f, n, t: 1 - ((f - t).abs() / (n - t).abs()).mean(0), "mean-of-ratios"),
    ("10.skill", lambda f, n, t: 1 - (f - t).square().mean(0) / (n - t).square().mean(0), "squares"),
    ("10.skill", lambda f, n, t: 1 - (f - t).mean(0) / (n - t).mean(0), "signed"),
    ("10.skill", lambda f, n, t: 1 - (f - t).abs().mean(1) / (n - t).abs().mean(1), "other-axis"),
    ("10.skill", lambda f, n, t: 1 - (f - t).abs().sum(0) / 6 / (n - t).abs().mean(0), "one-size"),
    ("10.skill", by_heart("10.skill"), "one-size"),
    ("10.skill", lambda f, n, t: f, "other"),
    ("10.skill", lambda f, n, t: f @ t, "raised"),
    ("10.skill", lambda f, n, t: None, "nothing-returned"),
    ("10.skill", 0.5, "not-a-function"),
    ("10.leak", [2, 3], "scaler"),
    ("10.leak", [3, 5], "answer"),
    ("10.leak", [3], "answer"),
    ("10.leak", [2, 3, 4, 5], "test"),
    ("10.leak", [5], "windows"),
    ("10.leak", [0, 1], "good-ones"),
    ("10.leak", [1], "other"),
    ("10.growing", Made(lambda: _growing(difference=0)), "level"),
    ("10.growing", Made(lambda: _growing(difference=0, trained=0)), "untrained"),
    ("10.growing", Made(lambda: _growing(difference=12, lr=1e-6)), "missing"),
    ("10.growing", Made(lambda: _growing(horizon=1)), "near"),
]


def test_the_predictions_are_an_option_and_a_number() -> None:
    assert PREDICTIONS["10.pile-up"] == "b"
    assert PREDICTIONS["10.co2"] == Number(factor=2)
