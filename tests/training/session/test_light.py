"""A light snapshot shows one sequence's states and gates of now, as a whole one would, and disturbs nothing."""

import copy
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace.recompute.onesequence import one_sequence
from rnnviz.training import LockstepSessions, Session, Snapshot
from rnnviz.training.process import devices
from rnnviz.training.snapshots import light, observing
from tests.training.examples import Echo, take

ROUNDING = 1e-6
CASES = {
    "rnn": {"cell": "rnn"},
    "relu": {"cell": "rnn", "nonlinearity": "relu"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "deep": {"cell": "lstm", "num_layers": 3},
    "both ways": {"cell": "gru", "num_layers": 2, "bidirectional": True},
}


def small(task: Any = "adding", **settings: Any) -> Session:
    return Session(task, **{"seq_len": 12, "hidden_size": 5, "batch_size": 4, "device": "cpu", **settings})


def seen_light(session: Session, before: Snapshot, sample: int) -> Snapshot:
    found = session.light(before, sample)
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sample", [0, 5])
def test_it_shows_the_states_and_gates_of_now(case: str, sample: int) -> None:
    session = small(**CASES[case])
    before = session.snapshot()
    take(session, 3)
    light, whole = seen_light(session, before, sample), session.snapshot()
    assert (light.step, light.run, light.sample) == (3, whole.run, sample)
    pairs = [(light.layer.hidden, whole.layer.hidden)]
    pairs += [(light.layer.gates[name], whole.layer.gates[name]) for name in whole.layer.gates]
    if whole.layer.cell is not None:
        assert light.layer.cell is not None
        pairs.append((light.layer.cell, whole.layer.cell))
    for one, all_of_it in pairs:
        assert one.shape == all_of_it.shape
        np.testing.assert_allclose(one[:, :, sample], all_of_it[:, :, sample], rtol=0, atol=ROUNDING)


def test_it_says_nothing_of_the_other_sequences() -> None:
    session = small()
    layer = seen_light(session, session.snapshot(), 2).layer
    others = np.arange(8) != 2
    assert np.isnan(layer.hidden[:, :, others]).all()
    assert layer.lengths.tolist() == [0, 0, 12, 0, 0, 0, 0, 0]
    assert layer.grad_hidden is None


def test_what_is_not_states_is_that_of_the_snapshot_before() -> None:
    session = small()
    before = session.snapshot()
    take(session, 4)
    light = seen_light(session, before, 0)
    assert (light.loss, light.history, light.validation_step) == (before.loss, before.history, 0)


def test_tokens_are_read_as_the_model_reads_them() -> None:
    session = small("python-tokens", seq_len=20, cell="lstm", bidirectional=True)
    before = session.snapshot()
    take(session, 2)
    found, whole = seen_light(session, before, 1).layer.hidden[:, :, 1], session.snapshot().layer.hidden[:, :, 1]
    np.testing.assert_allclose(found, whole, rtol=0, atol=ROUNDING)


def test_a_range_that_is_left_between_two_whole_snapshots_is_widened_for_both() -> None:
    session = small(cell="rnn", nonlinearity="relu")
    before = session.snapshot()
    with torch.no_grad():
        session.model.recurrent.bias_hh_l0.add_(100.0)  # type: ignore[operator, union-attr]
    light = seen_light(session, before, 0)
    high = light.scales["hidden"].high
    assert high > before.scales["hidden"].high
    assert np.nanmax(light.layer.hidden) <= high
    assert session.snapshot().scales["hidden"].high >= high


def everything(session: Session) -> list[Any]:
    model = session.model
    rows = [session.history[name].tolist() for name in session.history]
    weights = [one.detach().clone() for one in model.parameters()]
    grads = [None if one.grad is None else one.grad.clone() for one in model.parameters()]
    return [rows, weights, grads, [one.training for one in model.modules()], torch.get_rng_state()]


def assert_alike(one: Any, other: Any) -> None:
    if isinstance(one, list):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_alike(*pair)
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    else:
        assert one == other


@pytest.mark.parametrize("case", CASES)
def test_training_is_the_same_to_the_bit_with_and_without(case: str) -> None:
    def trained(looked_at: bool) -> list[Any]:
        torch.manual_seed(0)
        session = small(**CASES[case], input_noise=0.1)
        before = session.snapshot()
        for _ in itertools.islice(session.steps(), 6):
            if looked_at:
                state = [torch.get_rng_state(), np.random.get_state()[1].tolist()]
                seen_light(session, before, 1)
                assert_alike(state, [torch.get_rng_state(), np.random.get_state()[1].tolist()])
        return everything(session)

    assert_alike(trained(False), trained(True))


def test_hooks_and_dropout_and_another_forward_take_a_whole_snapshot() -> None:
    session = small(num_layers=2)
    before = session.snapshot()
    layer: Any = session.model.recurrent
    assert session.light(before, 0) is not None
    handle = layer.register_forward_hook(lambda module, given, result: None)
    assert session.light(before, 0) is None
    handle.remove()
    layer.dropout = 0.5
    assert session.light(before, 0) is None
    layer.dropout = 0.0
    session.model.forward = copy.copy(session.model.forward)  # type: ignore[method-assign]
    assert session.light(before, 0) is None


class Own(nn.Module):
    """Somebody's own model."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.LSTM(1, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = self.head(self.rnn(inputs)[0][:, -1])
        return answer


def test_a_model_of_ones_own_takes_a_whole_snapshot() -> None:
    session = Session(Echo(), model=Own(), device="cpu")
    assert session.light(session.snapshot(), 0) is None


def test_a_snapshot_of_another_run_is_no_beginning() -> None:
    session = small()
    before = session.snapshot()
    session.rebuild()
    assert session.light(before, 0) is None


def test_weights_that_are_no_numbers_are_left_to_the_whole_snapshot() -> None:
    session = small()
    before = session.snapshot()
    with torch.no_grad():
        session.model.recurrent.weight_hh_l0.fill_(float("nan"))  # type: ignore[operator, union-attr]
    assert session.light(before, 0) is None


def test_a_comparison_shows_each_models_own_states() -> None:
    sessions = {cell: small(cell=cell) for cell in ("rnn", "lstm")}
    lockstep = LockstepSessions(sessions)
    before = lockstep.snapshot()
    for _ in itertools.islice(lockstep.steps(), 2):
        pass
    found = lockstep.light(before, 3)
    assert found is not None
    assert (found.step, found.sample) == (2, 3)
    for label, session in sessions.items():
        whole = session.snapshot().layer.hidden[:, :, 3]
        np.testing.assert_allclose(found.models[label].layer.hidden[:, :, 3], whole, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("case", CASES)
def test_a_whole_snapshot_of_a_model_of_ours_is_what_a_trace_of_the_model_finds(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = small(**CASES[case])
    take(session, 2)
    found = session.snapshot()
    monkeypatch.setattr(observing, "is_plain", lambda model: False)
    traced = session.snapshot()
    assert found.loss == traced.loss
    assert found.module == traced.module
    np.testing.assert_array_equal(found.outputs, traced.outputs)
    for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        one, other = getattr(found.layer, name), getattr(traced.layer, name)
        assert (one is None) == (other is None)
        if one is not None:
            # a lower layer's fused run and a run of all layers may round differently
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_what_was_noted_is_that_moment_whatever_becomes_of_the_model_and_in_whatever_thread(case: str) -> None:
    session = small(**CASES[case])
    before = session.snapshot()
    take(session, 2)
    later, then = session.note_light(before, 1), seen_light(session, before, 1)
    assert later is not None
    assert (later.run, later.step, later.sample) == (then.run, 2, 1)
    take(session, 3)
    with ThreadPoolExecutor(1) as elsewhere:
        found = elsewhere.submit(later.make).result()
    assert found is not None
    assert found.step == 2
    np.testing.assert_array_equal(found.layer.hidden, then.layer.hidden)
    for name, gate in then.layer.gates.items():
        np.testing.assert_array_equal(found.layer.gates[name], gate)


def test_where_precision_is_lowered_the_thread_that_trains_works_it_out_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    session, threads = small(), []
    before = session.snapshot()

    def noted(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return one_sequence(*arguments)

    monkeypatch.setattr(light, "one_sequence", noted)
    monkeypatch.setattr(light, "is_full_precision", lambda: False)
    later = session.note_light(before, 1)
    assert later is not None
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(later.make).result() is not None
    assert threads == [threading.current_thread()]


def test_where_it_trains_it_is_worked_out_with_as_few_threads_and_elsewhere_nobody_changes_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine two threads wait for each other a hundred times as long as so small a layer takes."""
    session, counts = small(), []
    later = session.note_light(session.snapshot(), 1)
    assert later is not None

    def noted(*arguments: Any) -> Any:
        counts.append(torch.get_num_threads())
        return one_sequence(*arguments)

    monkeypatch.setattr(light, "one_sequence", noted)
    monkeypatch.setattr(devices, "usable_processors", lambda: 2)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        later.make()
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(torch.set_num_threads, 2).result()
            elsewhere.submit(later.make).result()
        assert counts == [1, 2]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
