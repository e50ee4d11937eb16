"""Copy memory: its sequences follow the rules, and its baselines are those of a reader without a memory."""

import math

import pytest
import torch

from rnnviz import tasks
from rnnviz.tasks import CopyMemory
from tests.seeds import generator

LETTERS, BLANK, SIGN = range(8), 8, 9


@pytest.mark.parametrize("seq_len", [21, 22, 50, 120])
def test_ten_symbols_come_first_and_are_asked_for_last(seq_len):
    task = CopyMemory(seq_len)
    batch = task.batch(300, generator())
    assert (batch.inputs.sum(-1) == 1).all()
    pause = seq_len - 20  # T
    for symbols, targets in zip(batch.inputs.argmax(-1).tolist(), batch.targets.tolist(), strict=True):
        kept = symbols[:10]
        assert all(one in LETTERS for one in kept)
        assert symbols == kept + [BLANK] * (pause - 1) + [SIGN] + [BLANK] * 10
        assert targets == [BLANK] * (pause + 10) + kept


def test_the_eight_symbols_are_equally_frequent_at_each_place():
    kept = CopyMemory().batch(20_000, generator()).targets[:, -10:]
    counts = torch.stack([torch.bincount(place, minlength=8) for place in kept.T])
    assert (counts / 20_000).flatten().tolist() == pytest.approx([1 / 8] * 80, abs=0.012)


@pytest.mark.parametrize("seq_len", [21, 50, 120])
def test_saying_blanks_and_then_guessing_has_the_loss_without_a_memory(seq_len):
    task = CopyMemory(seq_len)
    batch = task.held_out()
    outputs = torch.full((*batch.targets.shape, 9), -1e4)
    outputs[:, :-10, BLANK] = 0
    outputs[:, -10:, :8] = 0
    assert task.loss(outputs, batch.targets).item() == pytest.approx(task.memoryless_loss, rel=1e-5)
    assert task.memoryless_loss == pytest.approx(10 * math.log(8) / seq_len)


def test_no_constant_guess_has_a_smaller_loss_than_that_without_a_memory():
    task = CopyMemory(30)
    targets = task.batch(5000, generator()).targets
    bias = torch.zeros(30, 9, requires_grad=True)  # an answer at each timestep that knows nothing but the time
    optimizer = torch.optim.Adam([bias], lr=0.3)
    for _ in range(150):
        optimizer.zero_grad()
        loss = task.loss(bias.expand(5000, -1, -1), targets)
        loss.backward()
        optimizer.step()
    assert loss.item() == pytest.approx(task.memoryless_loss, rel=5e-3)


def test_the_score_is_the_share_of_the_ten_that_are_right():
    task = CopyMemory(25)
    targets = task.batch(2, generator()).targets
    outputs = torch.nn.functional.one_hot(targets, 9).float()
    assert task.metric(outputs, targets).item() == 1
    outputs[:, :15] = 0  # all that is wrong before the ten changes nothing
    assert task.metric(outputs, targets).item() == 1
    outputs[0, -3:] = 0
    outputs[0, -3:, BLANK] = 1
    assert task.metric(outputs, targets).item() == pytest.approx(17 / 20)
    assert task.judged(outputs, targets)[1].shape == (2, 10)


def test_guessing_is_right_once_in_eight():
    task = CopyMemory()
    assert task.baselines() == {"guessing": 0.125}
    targets = task.batch(4000, generator()).targets
    outputs = torch.nn.functional.one_hot(torch.zeros_like(targets), 9).float()
    assert task.metric(outputs, targets).item() == pytest.approx(0.125, abs=0.01)


def test_a_sequence_is_labelled_with_its_symbols_and_pictured_with_those_to_keep():
    task = CopyMemory(24)
    labels, picture = task.time_labels(3), task.input_picture(3)
    assert "".join(labels[10:]) == "···?··········"
    assert picture.answer == "".join(labels[:10])
    assert picture.key_steps == tuple(range(10))
    targets = task.held_out().targets[task.probe_index(3)]
    assert picture.answer == "".join(task.classes[one] for one in targets[-10:].tolist())


def test_the_seed_and_the_length_decide_the_held_out_part():
    first, same, other = (tasks.make("copy-memory", seed=seed).held_out() for seed in (3, 3, 4))
    assert torch.equal(first.targets, same.targets)
    assert not torch.equal(first.targets, other.targets)
    assert torch.equal(CopyMemory(seed=3).with_seq_len(30).held_out().inputs, CopyMemory(30, 3).held_out().inputs)
