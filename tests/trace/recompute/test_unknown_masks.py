"""Masks of a dropout that cannot be drawn again: what hangs on them is left out, and said; never a wrong number."""

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnviz as rv
from rnnviz.lab.watch.watch import Watch
from rnnviz.trace import LayerTrace
from rnnviz.trace.capture import capture


class Reader(nn.Module):
    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__()
        self.recurrent = getattr(nn, kind)(3, 5, dropout=0.5, batch_first=True, **options)
        self.head = nn.Linear(10 if options.get("bidirectional") else 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        self.states, _ = self.recurrent(x)
        found: Tensor = self.head(self.states[:, -1])
        return found


@pytest.fixture(params=["RNN", "LSTM", "GRU"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[{"num_layers": 2}, {"num_layers": 3, "bidirectional": True}], ids=["two", "three both ways"])
def model(kind: str, request: pytest.FixtureRequest) -> Reader:
    torch.manual_seed(0)
    return Reader(kind, **request.param)


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a layer draw its masks from where nobody can see, as cuDNN does: the generator kept is another one's."""
    monkeypatch.setattr(capture, "rng_state", lambda module, given: torch.Generator().manual_seed(99).get_state())


def step_of(model: Reader) -> Watch:
    """One watched step, the same each time."""
    torch.manual_seed(5)
    with rv.watch(model, every=1, sequences=None) as w:
        model(torch.randn(6, 7, 3)).square().sum().backward()
        w.step()
    return w


def watched(model: Reader) -> LayerTrace:
    return step_of(model).trace.layers["recurrent"]


def arrays(layer: LayerTrace) -> dict[str, np.ndarray]:
    named = {
        name: getattr(layer, name) for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell")
    }
    return {name: one for name, one in (named | dict(layer.gates)).items() if one is not None}


def test_a_watch_shows_the_top_layers_states_and_direct_gradient_and_nothing_wrong(
    model: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = arrays(watched(model))
    elsewhere(monkeypatch)
    with pytest.warns(UserWarning, match=r"dropout masks between the layers of 'recurrent' cannot be drawn again"):
        found = arrays(watched(model))
    for name, one in found.items():
        np.testing.assert_array_equal(one[np.isfinite(one)], truth[name][np.isfinite(one)], err_msg=name)
    assert np.isfinite(found["hidden"][-1]).all()
    assert np.isfinite(found["grad_hidden_direct"][-1]).all()
    assert np.isnan(found["hidden"][:-1]).all()


def test_a_trace_does_so_too(model: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere(monkeypatch)
    with pytest.warns(UserWarning, match="cannot be drawn again"):
        layer = rv.trace(model, torch.randn(6, 7, 3), loss=lambda out: out.square().sum()).layers["recurrent"]
    assert np.isfinite(layer.hidden[-1]).all()
    assert np.isnan(layer.hidden[:-1]).all()


def test_masks_that_can_be_drawn_again_leave_nothing_out(model: Reader) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = watched(model)
    assert np.isfinite(layer.grad_hidden).all()
    rows = [getattr(model.recurrent, f"weight_hh_l{number}").grad.norm() for number in range(len(layer.hidden))]
    found = layer.weight_grad_norms["W_hh"]
    shown = np.sqrt(sum(np.asarray(gate)[:, 0] ** 2 for gate in found.values()))
    np.testing.assert_allclose(shown, torch.stack(rows).numpy(), rtol=1e-4)


def test_a_frame_of_such_a_watch_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    model = Reader("LSTM", num_layers=2)
    elsewhere(monkeypatch)
    with pytest.warns(UserWarning, match="cannot be drawn again"):
        w = step_of(model)
    assert w.figure("hidden").data
    assert w.figure("gradients").data
