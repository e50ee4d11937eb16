"""Sequences of unequal length: a run trains, scores and looks as if each of them were alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.models import SequenceModel
from rnnviz.tasks import Batch
from rnnviz.trace import trace
from rnnviz.training import Session
from rnnviz.training.perturbation.perturb import perturb
from tests.training.examples import take
from tests.training.padded import PADDED, STEPS, EachLetter, FirstLetter, Sum

CELLS = ("rnn", "lstm", "gru")
SHAPES = [{}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True}]


def small(task, **settings):
    return Session(task, **{"hidden_size": 5, "batch_size": 6, "device": "cpu", **settings})


@pytest.mark.parametrize("task", PADDED)
@pytest.mark.parametrize("cell", CELLS)
def test_a_run_s_losses_are_those_of_a_plain_loop_that_reads_each_sequence_alone(task, cell):
    session = small(task(), cell=cell, clip=None, optimizer="sgd", lr=0.1)
    model = SequenceModel(cell, session.task.input_size, 5, session.task.output_size, vocabulary=task.vocabulary,
                          each_step=task.each_step)  # fmt: skip
    model.load_state_dict(session.model.state_dict())
    model.double()
    optimizer, draw, losses = torch.optim.SGD(model.parameters(), lr=0.1), torch.Generator().manual_seed(0), []
    for _ in range(4):
        batch = session.task.batch(6, draw)
        inputs = batch.inputs if task.vocabulary else batch.inputs.double()
        alone = [model(inputs[n : n + 1, :length]) for n, length in enumerate(batch.lengths.tolist())]
        if task.each_step:
            targets = [one[:length] for one, length in zip(batch.targets, batch.lengths.tolist(), strict=True)]
            loss = nn.functional.cross_entropy(torch.cat([one[0] for one in alone]), torch.cat(targets))
        else:
            loss = session.task.loss(torch.cat(alone), batch.targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(take(session, 4), losses, rtol=2e-6)


@pytest.mark.parametrize("longest", [STEPS, 5])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_snapshot_is_what_a_trace_finds_to_the_last_bit_and_as_wide_as_the_inputs(cell, shape, longest):
    session = small(EachLetter(longest), cell=cell, **shape)
    take(session, 2)
    probe, snapshot = session.probe, session.snapshot()
    found = trace(session.model, *probe.arguments, loss=lambda outputs: session.task.loss(outputs, probe.targets))
    (layer,) = found.layers.values()
    assert snapshot.layer.hidden.shape[2:4] == (len(probe), STEPS)
    assert snapshot.layer.lengths.tolist() == probe.lengths.tolist()
    width = layer.hidden.shape[3]
    pairs = [(getattr(snapshot.layer, name), getattr(layer, name)) for name in ("hidden", "cell", "grad_hidden",
             "grad_hidden_direct", "grad_cell")]  # fmt: skip
    pairs += [(snapshot.layer.gates[name], layer.gates[name]) for name in layer.gates]
    for seen, truth in pairs:
        if truth is not None:
            np.testing.assert_array_equal(seen[:, :, :, :width], truth)
            assert np.isnan(seen[:, :, :, width:]).all()
    for weight, gates in layer.weight_grad_norms.items():
        for gate, norm in gates.items():
            np.testing.assert_array_equal(snapshot.layer.weight_grad_norms[weight][gate], norm)
    assert snapshot.loss == found.loss
    np.testing.assert_array_equal(snapshot.outputs, found.output)
    assert snapshot.drawable


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_light_frame_shows_a_sequence_up_to_its_end(cell, shape):
    session = small(FirstLetter(), cell=cell, **shape)
    whole = session.snapshot()
    for sample, length in enumerate(whole.layer.lengths.tolist()):
        light = session.light(whole, sample)
        seen, truth = light.layer.hidden[:, :, sample], whole.layer.hidden[:, :, sample]
        np.testing.assert_allclose(seen[:, :, :length], truth[:, :, :length], atol=1e-6)
        assert np.isnan(seen[:, :, length:]).all()
        assert light.layer.lengths[sample] == length


@pytest.mark.parametrize("task", PADDED)
def test_the_score_of_the_held_out_part_counts_no_padding(task):
    session = small(task())
    take(session, 2)
    held_out, right = session.task.held_out(), []
    with torch.no_grad():
        for n, length in enumerate(held_out.lengths.tolist()):
            answers = session.model(held_out.inputs[n : n + 1, :length])[0]
            targets = held_out.targets[n, :length] if task.each_step else held_out.targets[n]
            found = (answers - targets).abs() if task is Sum else (answers.argmax(-1) == targets).float()
            right += found.flatten().tolist()
    assert session.evaluate()["model"] == pytest.approx(np.mean(right), rel=1e-5)


def test_a_confusion_counts_the_answers_that_are_wanted():
    confusion = small(EachLetter()).snapshot().confusion
    assert confusion.counts.sum() == int(EachLetter().held_out().lengths.sum())


def test_input_noise_leaves_padding_and_its_own_numbers_as_they_are():
    session = small(Sum(), input_noise=0.5)
    batch = session.task.batch(6, torch.Generator().manual_seed(3))
    batches = session._training_run._batches
    noise = torch.randn(batch.inputs.shape, generator=torch.Generator().manual_seed(session.settings.seed + 1))
    noisy = batches.noisy(batch, 0.5)
    valid = torch.arange(STEPS) < batch.lengths[:, None]
    torch.testing.assert_close(noisy.inputs[valid], (batch.inputs + 0.5 * noise)[valid])
    assert bool((noisy.inputs[~valid] == 0).all())
    assert noisy.lengths is batch.lengths


def test_a_timestep_of_padding_cannot_be_changed():
    session = small(FirstLetter())
    lengths = session.probe.lengths.tolist()
    sample = next(n for n, length in enumerate(lengths) if length < STEPS)
    words = rf"time must be at most {lengths[sample] - 1} in sequence {sample}, which has {lengths[sample]} timesteps"
    with pytest.raises(ValueError, match=words):
        perturb(session, sample=sample, time=lengths[sample], value="a")


@pytest.mark.parametrize("task", [FirstLetter, EachLetter])
def test_a_changed_letter_is_felt_to_the_sequence_s_end_and_no_further(task):
    session = small(task())
    sample, length = max(enumerate(session.probe.lengths.tolist()), key=lambda one: one[1] * (one[1] < STEPS))
    now = session.task.symbols[int(session.probe.inputs[sample, 0])]
    seen = perturb(session, sample=sample, time=0, value="a" if now != "a" else "b")
    assert (seen.norm[0, 0, :length] > 0).all()
    assert np.isnan(seen.delta_hidden[:, :, length:]).all()
    assert math.isfinite(float(np.abs(seen.delta_output).max()))


class Reader(nn.Module):
    """A model of somebody's own that packs."""

    def __init__(self):
        super().__init__()
        self.letters, self.gru, self.decide = nn.Embedding(6, 3), nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, letters, lengths):
        packed = pack_padded_sequence(self.letters(letters), lengths, batch_first=True, enforce_sorted=False)
        return self.decide(self.gru(packed)[1][-1])


class Deaf(Reader):
    """One that takes no lengths."""

    def forward(self, letters):
        return super().forward(letters, torch.full((len(letters),), STEPS))


def test_a_model_of_one_s_own_is_handed_the_lengths():
    session = small(FirstLetter(5), model=Reader())
    take(session, 2)
    assert session.snapshot().layer.hidden.shape == (1, 1, 8, STEPS, 4)
    assert session.snapshot().layer.lengths.tolist() == session.probe.lengths.tolist()


def test_a_model_of_one_s_own_that_takes_no_lengths_is_told_to():
    with pytest.raises(TypeError, match=r"the model must take the lengths.* def forward\(self, inputs, lengths\)"):
        small(FirstLetter(), model=Deaf())


class Unfinished(EachLetter):
    """Asks for answers where there is padding."""

    def targets(self, letters, valid):
        return (letters > 3).long()


def test_an_answer_that_is_wanted_past_a_sequence_s_end_is_refused():
    words = r"targets of held_out\(\) must be -100 past a sequence's end.* got [01] at timestep \d of sequence \d+"
    with pytest.raises(ValueError, match=words):
        small(Unfinished())


class Odd(FirstLetter):
    """Hands over what somebody has made in place of a batch's lengths."""

    def __init__(self, lengths):
        self.given = None
        super().__init__()
        self.given = lengths

    def held_out(self):
        batch = super().held_out()
        return batch if self.given is None else replace(batch, lengths=self.given)


@pytest.mark.parametrize(
    ("lengths", "error"),
    [([3] * 40, TypeError), (torch.full((40,), 2.0), TypeError), (torch.zeros(40, dtype=torch.int64), ValueError),
     (torch.full((39,), 2), ValueError), (torch.full((40,), STEPS + 1), ValueError)],
)  # fmt: skip
def test_odd_lengths_of_a_task_are_refused_in_a_sentence(lengths, error):
    with pytest.raises(error, match=r"^lengths must be "):
        small(Odd(lengths))


def test_undo_reset_and_the_same_seed_give_the_same_curve_again():
    session = small(FirstLetter(), seed=3)
    first = take(session, 5).copy()
    session.rebuild()
    np.testing.assert_array_equal(take(session, 5), first)
    session.settings = session.settings.replace(hidden_size=7)
    take(session, 2)
    session.undo()
    again = take(small(FirstLetter(), seed=3), 8)
    np.testing.assert_array_equal(take(session, 3), again)


def test_a_batch_is_a_batch_still():
    assert isinstance(small(FirstLetter()).probe, Batch)
