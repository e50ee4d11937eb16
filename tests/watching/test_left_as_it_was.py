"""Defaults, modes and random numbers belong to the process: a trace and a watched loop leave them as they were."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import trace
from rnnviz.trace.scan import kernels
from rnnviz.watching.watcher import Watcher
from tests.defaults import default_device, default_dtype
from tests.losses import sum_of_squares


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.LSTMCell(3, 4)

    def forward(self, x):
        state = None
        for step in x.unbind(1):
            state = self.recurrent(step, state)
        return state[0]


class BothWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(3, 4, num_layers=2, dropout=0.5, bidirectional=True, batch_first=True)

    def forward(self, x):
        return self.recurrent(x)[0]


class Packed(nn.Module):
    def __init__(self, lengths):
        super().__init__()
        self.recurrent = nn.LSTM(3, 4, num_layers=2, batch_first=True)
        self.lengths = lengths

    def forward(self, x):
        lengths = torch.tensor(self.lengths, device="cpu")
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=self.lengths[0] == 6)
        return self.recurrent(packed)[0].data


MODELS = {
    "cells": Cells,
    "both ways": BothWays,
    "packed": lambda: Packed([6, 4, 2]),
    "packed, unsorted": lambda: Packed([4, 6, 2]),
}


SURROUNDINGS = {
    "nothing special": contextlib.nullcontext,
    "float64 by default": lambda: default_dtype(torch.float64),
    "float16 by default": lambda: default_dtype(torch.float16),
    "bfloat16 by default": lambda: default_dtype(torch.bfloat16),
    "another device by default": lambda: default_device("meta"),
    "another device for a while": lambda: torch.device("meta"),
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
}


def flushes():
    """Whether numbers below 1.2e-38 are taken for zero in this thread."""
    return float(torch.tensor([1e-40], dtype=torch.float32, device="cpu").mul_(1.0)[0]) == 0.0


def state():
    return (
        flushes(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),
    )


@pytest.fixture(params=[True, False], ids=["denormals flushed", "denormals kept"])
def flushing(request):
    torch.set_flush_denormal(request.param)
    yield request.param
    torch.set_flush_denormal(False)


@pytest.fixture(params=MODELS)
def model(request):
    torch.manual_seed(0)
    return MODELS[request.param]()


@pytest.fixture
def x():
    return torch.randn(3, 6, 3, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("around", SURROUNDINGS)
@pytest.mark.parametrize("loss", [None, sum_of_squares])
def test_a_trace_leaves_the_process_as_it_was(model, x, around, loss, flushing):
    with SURROUNDINGS[around]():
        before = state()
        found = trace(model, x, loss=loss).layers["recurrent"]
        after = state()
    assert before == after
    assert before[0] == flushing
    assert np.isfinite(found.hidden[:, :, :, 0]).all()


@pytest.mark.parametrize("around", SURROUNDINGS)
@pytest.mark.parametrize("probe", [False, True])
def test_a_watched_step_leaves_the_process_as_it_was(model, x, around, probe, flushing):
    with SURROUNDINGS[around]():
        watcher = Watcher(model, every=1, probe=(x, sum_of_squares) if probe else None, sequences=2)
        with watcher:
            with torch.inference_mode(False), torch.enable_grad():
                sum_of_squares(model(x.clone())).backward()
            before = state()
            watcher.step()
            after = state()
    assert before == after
    assert before[0] == flushing
    assert watcher.trace.layers["recurrent"].grad_hidden is not None


@pytest.mark.parametrize("around", ["float64 by default", "another device by default", "another device for a while"])
@pytest.mark.parametrize("probe", [False, True])
def test_what_is_seen_does_not_depend_on_the_defaults(model, x, around, probe):
    def seen():
        torch.manual_seed(2)
        with Watcher(model, every=1, probe=(x, sum_of_squares) if probe else None, sequences=2) as watcher:
            sum_of_squares(model(x)).backward()
            watcher.step()
            model.zero_grad()
        return watcher.trace.layers["recurrent"]

    plain = seen()
    with SURROUNDINGS[around]():
        found = seen()
    np.testing.assert_array_equal(found.grad_hidden, plain.grad_hidden)
    np.testing.assert_array_equal(found.hidden, plain.hidden)


@pytest.mark.parametrize("around", ["float64 by default", "bfloat16 by default", "another device by default"])
def test_a_product_is_tried_out_alike_whatever_the_defaults(around):
    kernels._onednn.cache_clear()
    plain = kernels._onednn() is None
    kernels._onednn.cache_clear()
    with SURROUNDINGS[around]():
        found = kernels._onednn() is None
    kernels._onednn.cache_clear()
    assert found == plain
