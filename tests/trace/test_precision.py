"""A replay multiplies in full precision whatever the caller allows, and allows afterwards what was allowed before."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from rnnviz.trace import precision, trace, tracing
from rnnviz.trace.precision import full_precision

LOWER = "high" if isinstance(precision._matmuls()[0], precision._Legacy) else "tf32"


@pytest.fixture(params=range(len(precision._matmuls())))
def matmul(request):
    """Each setting that this version of torch has."""
    found = precision._matmuls()[request.param]
    before = found.fp32_precision
    yield found
    found.fp32_precision = before


def test_the_replay_is_in_full_precision_and_the_callers_choice_comes_back(matmul, monkeypatch):
    replayed, seen = tracing.layers_from, []

    def spy(calls):
        seen.append(matmul.fp32_precision)
        return replayed(calls)

    monkeypatch.setattr(tracing, "layers_from", spy)
    matmul.fp32_precision = LOWER
    trace(nn.LSTM(2, 3), torch.randn(4, 1, 2))
    assert seen == ["ieee"]
    assert matmul.fp32_precision == LOWER


def test_what_was_allowed_comes_back_after_an_exception_too(matmul):
    matmul.fp32_precision = LOWER
    with pytest.raises(KeyError), full_precision():
        raise KeyError
    assert matmul.fp32_precision == LOWER


def test_where_nothing_is_lowered_nothing_is_touched(matmul):
    before = matmul.fp32_precision
    with full_precision():
        assert matmul.fp32_precision == before


def test_the_one_setting_of_older_versions_is_raised_and_put_back(monkeypatch):
    allowed = ["medium"]
    older = SimpleNamespace(matmul=SimpleNamespace())
    monkeypatch.setattr(precision.torch, "backends", SimpleNamespace(cuda=older, mkldnn=older))
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: allowed[-1])
    monkeypatch.setattr(torch, "set_float32_matmul_precision", allowed.append)
    with full_precision():
        assert allowed == ["medium", "highest"]
    assert allowed == ["medium", "highest", "medium"]
