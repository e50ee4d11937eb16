"""What a cell shows of any public object is short, the same in every run, and holds no address in memory."""

import importlib
import inspect
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises.chapters.catalog import EXERCISES
from rnnviz.tasks import KNOWN, make
from rnnviz.views import COMPARED, VIEWS, WATCHED

PARTS = ("lab", "trace", "training", "insights", "tasks", "views", "models", "exercises", "cells")
PLAIN = {"Trainable", "Recording", "Canvas"}  # a protocol, and two that nobody is handed


def public_classes() -> dict[str, type]:
    """Return every class that a part of the package offers."""
    found = {}
    for part in PARTS:
        module = importlib.import_module(f"rnnviz.{part}")
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if inspect.isclass(value) and value.__module__.startswith("rnnviz"):
                found[name] = value
    return found


@pytest.mark.parametrize("name", sorted(set(public_classes()) - PLAIN))
def test_no_public_class_leaves_its_repr_to_python(name: str) -> None:
    assert public_classes()[name].__repr__ is not object.__repr__


def objects() -> dict[str, Any]:
    """Return public objects by what they are."""
    torch.manual_seed(0)
    lab = rv.Lab("adding", cell="gru", hidden_size=4, seq_len=8, device="cpu", seed=0)
    lab.train(3)
    both = rv.compare(["rnn", "gru"], "adding", hidden_size=4, seq_len=8, device="cpu", seed=0)
    both.train(2)
    seen = rv.trace(nn.LSTM(2, 4, batch_first=True), torch.zeros(2, 8, 2))
    forecast = make("sunspots").prediction(torch.zeros(626, 1))
    found: dict[str, Any] = {"lab": lab, "both": both, "watch": rv.watch(nn.GRU(2, 4)), "trace": seen}
    found |= {"points": rv.fixed_points(nn.GRU(2, 4, batch_first=True), torch.zeros(2, 8, 2))}
    found |= {"layers": seen.layers, "layer": seen.layers["lstm"], "history": lab.history, "histories": both.history}
    found |= {"snapshot": lab.snapshot(), "comparison snapshot": both.snapshot(), "sessions": both.sessions}
    found |= {"settings": lab.settings, "perturbation": lab.perturb(value=2.0), "reading": lab.inspect()}
    found |= {"batch": lab.task.held_out(), "forecast": forecast, "link": lab.button("press", lr=0.1)}
    found |= {"guess": rv.exercises.predict("Is it?", options={"a": "yes", "b": "no"}, answer="a")}
    found |= {"number": rv.exercises.predict("How many?", number=True), "rule": rv.exercises.Number(within=0.5)}
    found |= {"verdict": rv.exercises.judge("01.parameter-count", 160), "insights": lab.insights()}
    found |= {f"task {name}": make(name) for name in KNOWN}
    found |= {f"view {name}": one for views in (VIEWS, COMPARED, WATCHED) for name, one in views.items()}
    found |= {f"exercise {name}": one for name, one in EXERCISES.items()}
    lab.close()
    both.close()
    return found


def test_reprs_are_short_and_the_same_again() -> None:
    first, again = ({name: repr(one) for name, one in objects().items()} for _ in range(2))
    assert first == again
    assert [name for name, words in first.items() if "0x" in words] == []
    assert {name: len(words) for name, words in first.items() if len(words) > 1000} == {}


def test_arrays_are_told_by_their_shape() -> None:
    batch = rv.tasks.Batch(torch.zeros(4, 10, 2), torch.zeros(4, 1))
    assert repr(batch) == "Batch(inputs=a Tensor of shape (4, 10, 2), targets=tensor([[0.], [0.], [0.], [0.]]))"
    forecast = rv.tasks.Prediction(*(np.zeros(9),) * 4, x_title="year", y_title="spots")
    assert repr(forecast).startswith("Prediction(x=an ndarray of shape (9,), truth=")
