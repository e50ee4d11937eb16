"""Shares of the time are those of the clock; on a GPU only some steps are timed, when their work is done."""

import itertools
import math

import pytest
import torch

from rnnviz.training.comparison.stopwatch import Stopwatch


def ticking():
    return itertools.count().__next__


def test_shares_are_those_of_the_seconds_inside():
    clock = iter([0.0, 1.0, 5.0, 8.0, 10.0, 11.0])
    watch = Stopwatch("ab", torch.device("cpu"), clock=lambda: next(clock))
    for name in "aba":
        with watch.timing(name, step=1):
            pass
    assert watch.shares == {"a": 2 / 5, "b": 3 / 5}


def test_a_pace_is_the_mean_of_the_seconds_of_a_step():
    clock = iter([0.0, 1.0, 5.0, 8.0, 10.0, 11.0])
    watch = Stopwatch("ab", torch.device("cpu"), clock=lambda: next(clock))
    for name in "aba":
        with watch.timing(name, step=1):
            pass
    assert watch.paces == {"a": 1.0, "b": 3.0}


def test_before_anything_was_timed_there_are_no_shares_and_no_paces():
    watch = Stopwatch("ab", torch.device("cpu"))
    assert all(map(math.isnan, [*watch.shares.values(), *watch.paces.values()]))


def test_a_restart_forgets():
    watch = Stopwatch("ab", torch.device("cpu"), clock=ticking())
    with watch.timing("a", step=1):
        pass
    watch.restart()
    assert all(map(math.isnan, [*watch.shares.values(), *watch.paces.values()]))


def test_what_fails_is_not_counted():
    watch = Stopwatch("ab", torch.device("cpu"), clock=ticking())
    with pytest.raises(ValueError, match="broken"), watch.timing("a", step=1):
        raise ValueError("broken")
    assert math.isnan(watch.shares["a"])


def test_a_gpu_is_waited_for_around_one_step_in_sixteen(monkeypatch):
    waits = []
    monkeypatch.setattr(torch.accelerator, "synchronize", waits.append)
    watch = Stopwatch("ab", torch.device("cuda:1"), clock=ticking())
    for step in range(1, 33):
        with watch.timing("a", step):
            pass
    assert waits == [torch.device("cuda:1")] * 4  # before and after steps 16 and 32
    assert watch.shares == {"a": 1.0, "b": 0.0}
