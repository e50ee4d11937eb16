"""Traces in several threads at once: each gives what it gives alone, and what all threads share is as it was."""

import sys
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import trace
from tests.losses import sum_of_squares

LAYERS = [
    (nn.RNN, {}),
    (nn.LSTM, {"num_layers": 2, "dropout": 0.5}),
    (nn.GRU, {"bidirectional": True}),
    (nn.LSTM, {"proj_size": 2}),
]


@pytest.fixture(autouse=True)
def eager_threads():
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def layer(kind, options, training=False):
    torch.manual_seed(0)
    return kind(3, 4, batch_first=True, **options).train(training), torch.randn(5, 20, 3)


def gradient(model, *inputs):
    (found,) = trace(model, *inputs, loss=sum_of_squares).layers.values()
    return found.grad_hidden


def at_once(*works):
    """Run functions in threads and return what they returned, or raised, in order."""
    results = [None] * len(works)

    def run(index):
        try:
            results[index] = works[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_models_of_all_kinds_traced_at_once_give_what_they_give_alone():
    cases = [layer(kind, options) for kind, options in LAYERS]
    packed = pack_padded_sequence(cases[0][1], [20, 9, 7, 7, 1], batch_first=True)
    cases.append((cases[0][0], packed))  # one module twice, in two threads
    alone = [gradient(*case) for case in cases]
    found = at_once(*(lambda case=case: [gradient(*case) for _ in range(5)] for case in cases))
    for arrays, expected in zip(found, alone, strict=True):
        assert len(arrays) == 5
        for array in arrays:
            np.testing.assert_array_equal(array, expected)


def test_random_numbers_go_on_as_if_nothing_had_been_traced_at_once():
    cases = [layer(nn.LSTM, {"num_layers": 2, "dropout": 0.5}, training=True) for _ in range(3)]
    before = torch.get_rng_state()
    for _ in range(20):
        at_once(*(lambda case=case: [gradient(*case) for _ in range(5)] for case in cases))
        assert torch.equal(torch.get_rng_state(), before)


def test_a_trace_that_fails_does_not_disturb_those_beside_it():
    good, bad = layer(nn.GRU, {}), layer(nn.GRU, {})[0]
    alone = gradient(*good)
    error, found, again = at_once(
        lambda: gradient(bad, torch.zeros(5, 20, 7)), lambda: gradient(*good), lambda: gradient(*good)
    )
    assert isinstance(error, RuntimeError)
    np.testing.assert_array_equal(found, alone)
    np.testing.assert_array_equal(again, alone)


class Answer(nn.Linear):
    def forward(self, result):
        return super().forward(result[0]).relu()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_compiled_models_traced_at_once_run_compiled_afterwards():
    runs = []

    def backend(graph, _):
        return lambda *inputs: runs.append(1) or graph(*inputs)

    models, x = [nn.Sequential(nn.GRU(3, 4), Answer(4, 4)) for _ in range(3)], torch.randn(6, 2, 3)
    for model in models:
        model[1].compile(backend=backend)
    at_once(*(lambda model=model: [trace(model, x, loss=torch.sum) for _ in range(20)] for model in models))
    assert not runs
    with torch.no_grad():  # dynamo itself warns about the gradient of what is no leaf
        models[0](x)
    assert runs


def test_a_model_that_another_thread_runs_meanwhile_is_traced_as_if_alone():
    model, x = layer(nn.LSTM, {"num_layers": 2})
    other = torch.randn(3, 4, 3)
    alone, ended = gradient(model, x), threading.Event()

    def tracing():
        try:
            return [trace(model, x, loss=sum_of_squares).layers for _ in range(30)]
        finally:
            ended.set()

    def running():
        count = 0
        while not ended.is_set():
            model(other)
            count += 1
        return count

    found, count = at_once(tracing, running)
    assert count > 0
    for layers in found:
        assert list(layers) == ["lstm"]
        np.testing.assert_array_equal(layers["lstm"].grad_hidden, alone)


def test_a_loss_may_trace_on_its_own():
    inner, x = layer(nn.RNN, {})
    outer, _ = layer(nn.GRU, {})
    seen = []

    def looking(result):
        seen.append(gradient(inner, x))
        return sum_of_squares(result)

    trace(outer, x, loss=looking)
    np.testing.assert_array_equal(seen[0], gradient(inner, x))
