"""The networks of chapters 12 to 14: long memories, and how many units a forecast needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from rnnviz import models, tasks
from rnnviz.bench.chapters.network import Network
from rnnviz.tasks import Task
from rnnviz.training import Settings

__all__ = ["LIMITS"]

_STEPS = 1000
_FALLING = {"schedule": "cosine"}


def skipping(task: Task, settings: Settings) -> nn.Module:
    """Return a plain network that also reads the state ten steps before."""
    return models.SkipRNN(hidden_size=settings.hidden_size, skip=10, **_sizes(task))


def clockwork(task: Task, settings: Settings) -> nn.Module:
    """Return a Clockwork RNN of periods 1 to 128."""
    return models.ClockworkRNN(hidden_size=settings.hidden_size, **_sizes(task))


def attending(task: Task, settings: Settings) -> nn.Module:
    """Return one layer of self-attention with learned positions."""
    return models.SelfAttention(hidden_size=settings.hidden_size, positions=task.seq_len, **_sizes(task))


def _sizes(task: Task) -> dict[str, Any]:
    return {"input_size": task.input_size, "output_size": task.output_size, "each_step": task.each_step}


def _adding(label: str, **settings: Any) -> Network:
    return Network("adding", f"100 steps, {label}", {"seq_len": 100, **_FALLING, **settings}, steps=_STEPS)


def _order(label: str, model: Any = None, **settings: Any) -> Network:
    named = f"100 symbols, {label}"
    return Network("temporal-order", named, {"seq_len": 100, **_FALLING, **settings}, steps=_STEPS, model=model)


def _copy(label: str, model: Any = None, **settings: Any) -> Network:
    return Network("copy-memory", f"a wait of 30, {label}", {**_FALLING, **settings}, steps=_STEPS, model=model)


def _digits(order: str) -> Network:
    def made() -> Task:
        return tasks.Digits(order)

    settings = {"cell": "lstm", "hidden_size": 31, "forget_bias": 2.0, "lr": 0.01, **_FALLING}
    return Network("digits", f"LSTM, {order}", settings, made=made, steps=_STEPS)


def _spots(units: int) -> Network:
    settings = {"cell": "gru", "hidden_size": units, "lr": 0.01, **_FALLING}
    return Network("sunspots", f"GRU of {units}", settings, steps=_STEPS // 2)


LIMITS: Mapping[str, Sequence[Network]] = {
    "12": (
        _adding("RNN", cell="rnn", lr=0.003),
        _adding("RNN, orthogonal", cell="rnn", init="orthogonal", lr=0.003),
        _adding("ReLU, identity", cell="rnn", init="identity", nonlinearity="relu", lr=0.001),
        _adding("LSTM, forget bias 1", cell="lstm", forget_bias=1.0, lr=0.01),
        _adding("GRU", cell="gru", lr=0.01),
    ),
    "13": (
        _order("RNN, orthogonal", cell="rnn", hidden_size=64, init="orthogonal", lr=0.001),
        _order("GRU", cell="gru", hidden_size=36, lr=0.01),
        _order("skip of 10", skipping, hidden_size=45, lr=0.003),
        _order("Clockwork", clockwork, hidden_size=80, lr=0.003),
        _order("attention", attending, hidden_size=24, lr=0.01),
        _copy("GRU", cell="gru", hidden_size=36, lr=0.01),
        _copy("attention", attending, hidden_size=28, lr=0.003),
        _digits("pixels"),
        _digits("shuffled"),
    ),
    "14": (_spots(8), _spots(16), _spots(128)),
}
