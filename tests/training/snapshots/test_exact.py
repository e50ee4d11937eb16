"""A whole snapshot is what `rnnviz.trace` finds of the same model, to the last bit, whatever was done to the model."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from rnnviz import tasks
from rnnviz.trace import LayerTrace, Trace, trace
from rnnviz.training import Session
from rnnviz.training.snapshots import observing
from rnnviz.training.snapshots.recording import Recording
from rnnviz.training.snapshots.snapshot import Snapshot
from tests.training.examples import take

CELLS = ("rnn", "lstm", "gru")
SHAPES: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers": {"num_layers": 2},
    "both ways": {"bidirectional": True},
    "two layers both ways": {"num_layers": 2, "bidirectional": True},
}


FIXED = {"dates", "interface", "digits", "copy-memory"}  # of one length, or of none so short


def small(task: str = "adding", **settings: Any) -> Session:
    length = {} if task in FIXED else {"seq_len": 15}
    return Session(task, **{**length, "hidden_size": 6, "batch_size": 4, "device": "cpu", **settings})


def traced(session: Session) -> Trace:
    probe = session.probe
    return trace(session.model, *probe.arguments, loss=lambda outputs: session.task.loss(outputs, probe.targets))


def assert_same(found: Any, truth: Any, where: str) -> None:
    if isinstance(truth, Mapping):
        assert list(found) == list(truth), where
        for name in truth:
            assert_same(found[name], truth[name], f"{where}[{name}]")
    elif isinstance(truth, np.ndarray):
        assert found.dtype == truth.dtype
        np.testing.assert_array_equal(found, truth, err_msg=where)
    else:
        assert found == truth, where


def assert_is_traced(snapshot: Snapshot, truth: Trace) -> None:
    layer = next(iter(truth.layers.values()))  # of an encoder and a decoder the first
    for one in fields(LayerTrace):
        assert_same(getattr(snapshot.layer, one.name), _as_wide(getattr(layer, one.name), snapshot), one.name)
    assert_same(snapshot.outputs, truth.output, "outputs")
    assert snapshot.loss == truth.loss


def _as_wide(truth: Any, snapshot: Snapshot) -> Any:
    """Pad what a trace found up to the width of a snapshot: torch packs to that of the longest sequence alone."""
    if isinstance(truth, Mapping):
        return {name: _as_wide(one, snapshot) for name, one in truth.items()}
    if not isinstance(truth, np.ndarray) or truth.ndim < 5 or truth.shape[3] == snapshot.inputs.shape[1]:
        return truth
    missing = snapshot.inputs.shape[1] - truth.shape[3]
    return np.pad(truth, [(0, missing if axis == 3 else 0) for axis in range(5)], constant_values=np.nan)


@pytest.mark.parametrize("task", tasks.KNOWN)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("shape", SHAPES)
def test_each_task_and_cell(task: str, cell: str, shape: str) -> None:
    session = small(task, cell=cell, **SHAPES[shape])
    take(session, 2)
    assert_is_traced(session.snapshot(), traced(session))


@pytest.mark.parametrize("cell", CELLS)
def test_a_session_with_the_tasks_own_settings(cell: str) -> None:
    session = Session("sunspots", cell=cell, device="cpu")
    take(session, 1)
    assert_is_traced(session.snapshot(), traced(session))


@pytest.mark.parametrize("change", [{"cell": "gru"}, {"hidden_size": 9}, {"num_layers": 2}, {"bidirectional": True}])
def test_after_a_new_model(change: dict[str, Any]) -> None:
    session = small(cell="lstm")
    take(session, 2)
    session.snapshot()
    session.settings = session.settings.replace(**change)
    take(session, 2)
    assert_is_traced(session.snapshot(), traced(session))


def by_hand(model: Any) -> None:
    with torch.no_grad():
        model.recurrent.weight_hh_l0.mul_(1.5)
        model.recurrent.bias_ih_l0[3] = 2.0


def another_weight(model: Any) -> None:
    model.recurrent.weight_hh_l0 = nn.Parameter(torch.eye(6).repeat(4, 1))


def another_layer(model: Any) -> None:
    model.recurrent = nn.LSTM(2, 6, num_layers=2, batch_first=True)


def another_cell(model: Any) -> None:
    model.recurrent = nn.GRU(2, 6, batch_first=True, bias=False)


def another_head(model: Any) -> None:
    model.head = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 1))


def a_hook(model: Any) -> None:
    model.recurrent.register_forward_hook(lambda layer, given, out: (out[0] * 0.5, out[1]))


def a_hook_in_front(model: Any) -> None:
    model.head.register_forward_pre_hook(lambda head, given: (given[0].tanh(),))


def another_forward(model: Any) -> None:
    own = model.forward
    model.forward = lambda inputs: 2 * own(inputs)


def another_answer(model: Any) -> None:
    model.answer = lambda states: model.head(torch.nn.functional.dropout(states[:, -1], 0.5))


def dropout(model: Any) -> None:
    model.recurrent = nn.LSTM(2, 6, num_layers=2, dropout=0.5, batch_first=True)


def pruned(model: Any) -> None:
    prune.random_unstructured(model.recurrent, "weight_hh_l0", amount=0.5)


def parametrized(model: Any) -> None:
    parametrizations.weight_norm(model.recurrent, "weight_hh_l0")


CHANGES: list[Callable[[Any], None]] = [
    by_hand,
    another_weight,
    another_layer,
    another_cell,
    another_head,
    a_hook,
    a_hook_in_front,
    another_forward,
    another_answer,
    dropout,
    pruned,
    parametrized,
]


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_learner_has_changed_the_model(change: Callable[[Any], None]) -> None:
    session = small(cell="lstm")
    take(session, 2)
    session.snapshot()  # what the last one had at hand must not be taken for what there is now
    change(session.model)
    assert_is_traced(session.snapshot(), traced(session))


def test_the_norms_of_weights_gradients_are_those_of_the_moment_whenever_they_are_read() -> None:
    session = small("python-tokens", cell="lstm", num_layers=2, bidirectional=True)
    take(session, 2)
    (layer,) = traced(session).layers.values()
    snapshot = session.snapshot()
    take(session, 3)
    assert_same(snapshot.layer.weight_grad_norms, layer.weight_grad_norms, "weight_grad_norms")


def test_a_snapshots_layer_keeps_its_norms_when_it_is_pickled() -> None:
    session = small()
    (layer,) = traced(session).layers.values()
    again = pickle.loads(pickle.dumps(session.snapshot().layer))
    assert_same(again.weight_grad_norms, layer.weight_grad_norms, "weight_grad_norms")


def test_a_recording_works_nothing_out() -> None:
    session, recording = small(), Recording(10)
    snapshot = session.snapshot()
    recording.offer(snapshot)
    assert "weight_grad_norms" not in vars(snapshot.layer)


def test_a_model_of_ours_is_not_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(observing, "trace")
    session = small(num_layers=2, bidirectional=True)
    assert session.snapshot().layer.grad_hidden is not None
