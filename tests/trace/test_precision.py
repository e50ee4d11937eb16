"""A replay multiplies in full precision whatever the caller allows, and allows afterwards what was allowed before."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from rnnviz.trace import precision, trace, tracing
from rnnviz.trace.precision import full_precision


@pytest.fixture(params=["cuda", "mkldnn"])
def backend(request):
    matmul = getattr(torch.backends, request.param).matmul
    before = matmul.fp32_precision
    yield matmul
    matmul.fp32_precision = before


def test_the_replay_is_in_full_precision_and_the_callers_choice_comes_back(backend, monkeypatch):
    replayed, seen = tracing.layers_from, []

    def spy(calls):
        seen.append(backend.fp32_precision)
        return replayed(calls)

    monkeypatch.setattr(tracing, "layers_from", spy)
    backend.fp32_precision = "tf32"
    trace(nn.LSTM(2, 3), torch.randn(4, 1, 2))
    assert seen == ["ieee"]
    assert backend.fp32_precision == "tf32"


def test_what_was_allowed_comes_back_after_an_exception_too(backend):
    backend.fp32_precision = "tf32"
    with pytest.raises(KeyError), full_precision():
        raise KeyError
    assert backend.fp32_precision == "tf32"


def test_where_nothing_is_lowered_nothing_is_touched(backend):
    backend.fp32_precision = "none"
    with full_precision():
        assert backend.fp32_precision == "none"


def test_the_one_setting_of_older_versions_is_raised_and_put_back(monkeypatch):
    allowed = ["medium"]
    older = SimpleNamespace(matmul=SimpleNamespace())
    monkeypatch.setattr(precision.torch, "backends", SimpleNamespace(cuda=older, mkldnn=older))
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: allowed[-1])
    monkeypatch.setattr(torch, "set_float32_matmul_precision", allowed.append)
    with full_precision():
        assert allowed == ["medium", "highest"]
    assert allowed == ["medium", "highest", "medium"]
