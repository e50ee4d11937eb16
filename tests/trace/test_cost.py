"""What a trace costs whatever the size of its arrays: counted, since no machine keeps time the same twice."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.trace import trace

PACKAGE = str(Path(rnnviz.__file__).parent)


class Walks:
    count = 0


class Model(nn.Module):
    """Notes when its modules are gone through."""

    def __init__(self, kind, layers=1):
        super().__init__()
        self.layer, self.head = kind(3, 4, layers, batch_first=True), nn.Linear(4, 1)
        self.walks = Walks()

    def forward(self, x):
        return self.head(self.layer(x)[0])

    def named_modules(self, *given, **settings):
        self.walks.count += 1
        return super().named_modules(*given, **settings)


def calls(model, x):
    """Calls of functions of this package's in one trace."""
    found = []
    trace(model, x, loss=torch.mean)  # what is found out once is none of it
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: event == "call" and found.append(frame.f_code.co_filename))
    try:
        trace(model, x, loss=torch.mean)
    finally:
        sys.setprofile(before)
    return sum(one.startswith(PACKAGE) for one in found)


@pytest.mark.parametrize(("kind", "most"), [(nn.RNN, 560), (nn.LSTM, 710), (nn.GRU, 640)])
def test_a_small_trace_calls_few_functions(kind, most):
    assert calls(Model(kind), torch.randn(2, 4, 3)) < most


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_more_timesteps_call_few_functions_more(kind):
    model = Model(kind)
    assert calls(model, torch.randn(2, 64, 3)) - calls(model, torch.randn(2, 4, 3)) <= 3 * 60


def test_a_model_is_gone_through_once_to_find_its_layers_and_once_to_keep_what_it_has():
    model = Model(nn.LSTM)
    trace(model, torch.randn(2, 4, 3), loss=torch.mean)
    assert model.walks.count == 2
