"""A replay multiplies in full precision whatever the caller allows, and allows afterwards what was allowed before."""

import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from rnnviz.trace import trace, tracing
from rnnviz.trace.isolation import precision
from rnnviz.trace.isolation.precision import full_precision

LOWER = "high" if isinstance(precision._matmuls()[0], precision._Legacy) else "tf32"


@pytest.fixture(params=range(len(precision._matmuls())))
def matmul(request):
    """Each setting that this version of torch has."""
    found = precision._matmuls()[request.param]
    before = found.fp32_precision
    yield found
    found.fp32_precision = before


def test_the_replay_is_in_full_precision_and_the_callers_choice_comes_back(matmul, monkeypatch):
    recomputed, seen = tracing.layers_from, []

    def spy(calls):
        seen.append(matmul.fp32_precision)
        return recomputed(calls)

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


SETTINGS = {
    "cudnn.rnn ieee": "torch.backends.cudnn.rnn.fp32_precision = 'ieee'",
    "cudnn ieee": "torch.backends.cudnn.fp32_precision = 'ieee'",
    "all tf32": "torch.backends.fp32_precision = 'tf32'",
    "all ieee": "torch.backends.fp32_precision = 'ieee'",
    "matmul high": "torch.set_float32_matmul_precision('high')",
    "matmul medium": "torch.set_float32_matmul_precision('medium')",
    "allow_tf32": "torch.backends.cuda.matmul.allow_tf32 = True",
    "cudnn.allow_tf32 off": "torch.backends.cudnn.allow_tf32 = False",
    "mkldnn bf16": "torch.backends.mkldnn.fp32_precision = 'bf16'",
}
_FLAGS = """
def flags():
    every = torch.backends
    if not hasattr(every, "fp32_precision"):  # before torch 2.9
        return torch.get_float32_matmul_precision(), every.cuda.matmul.allow_tf32, every.cudnn.allow_tf32
    places = [every, every.cuda.matmul, every.cudnn, every.cudnn.rnn, every.cudnn.conv, every.mkldnn]
    found = [one.fp32_precision for one in (*places, every.mkldnn.matmul, every.mkldnn.rnn)]
    for read in (torch.get_float32_matmul_precision, lambda: torch.backends.cuda.matmul.allow_tf32):
        try:
            found.append(read())
        except RuntimeError as error:  # torch itself, of a mixture of old and new names
            found.append(type(error))
    return found
"""
_TRIAL = """
import itertools, os, sys, warnings
import torch
from torch import nn
from rnnviz.trace import trace
warnings.simplefilter("error")
newer = hasattr(torch.backends, "fp32_precision")
settings = [one for one in {settings!r} if newer or "fp32_precision" not in one]
for pair in itertools.product(settings, repeat=2):
    child = os.fork()  # what is set once cannot be taken back in full
    if not child:
        for one in pair:
            exec(one)
        before = flags()
        trace(nn.GRU(2, 3, num_layers=2), torch.randn(4, 1, 2), loss=lambda out: out[0].sum())
        assert flags() == before, pair
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{{pair}} failed")
"""


def test_a_trace_works_and_leaves_every_flag_whatever_the_caller_has_set() -> None:
    program = _FLAGS + _TRIAL.format(settings=list(SETTINGS.values()))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("setting", [one for one in precision._matmuls() if hasattr(torch.backends, "fp32_precision")])
def test_a_setting_that_follows_the_one_for_all_follows_it_afterwards_too(setting: Any) -> None:
    before = torch.backends.fp32_precision
    try:
        torch.backends.fp32_precision = "tf32"
        with full_precision():
            assert setting.fp32_precision == "ieee"
        assert setting.fp32_precision == "tf32"
        torch.backends.fp32_precision = "ieee"
        assert setting.fp32_precision == "ieee"
    finally:
        torch.backends.fp32_precision = before


def test_who_comes_while_another_thread_has_raised_the_precision_has_it_to_the_end(matmul):
    raised, come, left = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def second():
        raised.wait(30)
        come.set()
        with full_precision():
            left.wait(30)
            seen.append(matmul.fp32_precision)

    matmul.fp32_precision = LOWER
    thread = threading.Thread(target=second)
    thread.start()
    with full_precision():
        raised.set()
        assert come.wait(30)
    left.set()
    thread.join(30)
    assert seen == ["ieee"]
