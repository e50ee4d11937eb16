"""Adding and temporal order: made-up sequences whose answers follow from the rules."""

import pytest
import torch

from rnnviz import tasks
from rnnviz.tasks import Adding, TemporalOrder
from tests.seeds import generator


@pytest.mark.parametrize("seq_len", [2, 7, 40])
def test_adding_marks_one_number_in_each_half(seq_len):
    marks = Adding(seq_len).batch(500, generator()).inputs[..., 1]
    half = seq_len // 2
    assert (marks[:, :half].sum(1) == 1).all()
    assert (marks[:, half:].sum(1) == 1).all()


def test_adding_asks_for_the_sum_of_the_marked_numbers():
    batch = Adding(20).batch(50, generator())
    for inputs, target in zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True):
        assert target[0] == pytest.approx(sum(value for value, mark in inputs if mark == 1.0))


def test_always_answering_one_has_an_error_of_a_sixth_in_adding():
    targets = Adding(10).batch(200_000, generator()).targets
    assert (targets - 1).square().mean().item() == pytest.approx(1 / 6, abs=2e-3)
    assert Adding().baselines()["always 1"] == pytest.approx(1 / 6, abs=0.03)


def test_adding_labels_a_marked_timestep_with_a_plus():
    labels = Adding(12).time_labels(0)
    assert len(labels) == 12
    assert sum(label.startswith("+") for label in labels) == 2


def test_temporal_order_follows_the_papers_rules():
    batch = TemporalOrder(50).batch(400, generator())
    assert (batch.inputs.sum(-1) == 1).all()
    symbols = batch.inputs.argmax(-1)
    assert (symbols[:, 0] == 6).all()
    assert (symbols[:, -1] == 7).all()
    for row, target in zip(symbols.tolist(), batch.targets.tolist(), strict=True):
        places = [place for place, symbol in enumerate(row) if symbol in (4, 5)]
        assert len(places) == 2
        assert 5 <= places[0] <= 10
        assert 25 <= places[1] <= 30
        assert target == 2 * (row[places[0]] - 4) + (row[places[1]] - 4)


@pytest.mark.parametrize("seq_len", range(10, 22))
def test_temporal_order_keeps_its_rules_in_short_sequences(seq_len):
    symbols = TemporalOrder(seq_len).batch(300, generator()).inputs.argmax(-1)
    assert ((symbols == 4) | (symbols == 5)).sum(1).eq(2).all()
    assert (symbols[:, 0] == 6).all()
    assert (symbols[:, -1] == 7).all()


def test_the_four_orders_are_equally_frequent():
    counts = torch.bincount(TemporalOrder().batch(40_000, generator()).targets, minlength=4)
    assert (counts / 40_000).tolist() == pytest.approx([0.25] * 4, abs=0.01)


def test_temporal_order_counts_right_answers():
    task = TemporalOrder()
    outputs, targets = torch.eye(4), torch.tensor([0, 1, 0, 0])
    assert task.metric(outputs, targets).item() == 0.5
    assert task.higher_is_better
    assert task.loss(torch.zeros(3, 4), targets[:3]).item() == pytest.approx(1.3863, abs=1e-4)  # ln 4


@pytest.mark.parametrize("name", ["adding", "temporal-order"])
def test_the_seed_decides_the_held_out_part(name):
    first, same, other = (tasks.make(name, seed=seed).held_out() for seed in (3, 3, 4))
    assert torch.equal(first.inputs, same.inputs)
    assert not torch.equal(first.inputs, other.inputs)


@pytest.mark.parametrize("name", ["adding", "temporal-order"])
def test_a_resized_task_keeps_its_seed(name):
    assert torch.equal(
        tasks.make(name, seed=5).with_seq_len(15).held_out().inputs,
        tasks.make(name, seq_len=15, seed=5).held_out().inputs,
    )
