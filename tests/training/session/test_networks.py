"""A task may bring its own network: it is built from the settings and the seed, watched, and judged like any other."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.models import SequenceModel
from rnnviz.tasks import Batch
from rnnviz.training import Session
from tests.training.examples import changed, take
from tests.training.padded import STEPS, FirstLetter


class TwoAnswers(nn.Module):
    """Reads, then says two numbers one after the other."""

    def __init__(self, cell, hidden_size, num_layers):
        super().__init__()
        kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell]
        self.letters = nn.Embedding(6, 3)
        self.encoder = kind(3, hidden_size, num_layers, batch_first=True)
        self.decoder = kind(hidden_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, 2)

    def forward(self, letters, lengths):
        states, last = self.encoder(self.letters(letters))
        ends = states[torch.arange(len(states)), (lengths - 1).to(states.device)]
        said, _ = self.decoder(ends[:, None].expand(-1, 2, -1), last)
        return self.head(said)


class Pairs(FirstLetter):
    """The first and the last letter: early in the alphabet, or late?"""

    name, answer_steps = "first-and-last", 2

    def batch(self, batch_size, generator):
        batch = super().batch(batch_size, generator)
        ends = batch.inputs[torch.arange(len(batch)), batch.lengths - 1]
        return Batch(batch.inputs, (torch.stack([batch.inputs[:, 0], ends], 1) > 3).long(), batch.lengths)

    def network(self, *, cell, hidden_size, num_layers, bidirectional, nonlinearity):
        if bidirectional:
            raise ValueError("bidirectional must be False for this network, which has a decoder.")
        return TwoAnswers(cell, hidden_size, num_layers)


def small(task=None, **settings):
    return Session(task or Pairs(), **{"hidden_size": 4, "batch_size": 5, "device": "cpu", **settings})


def test_the_network_has_the_settings_sizes_and_the_seed_s_weights():
    before = torch.get_rng_state()
    session = small(cell="gru", num_layers=2, seed=7)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(7)
    truth = TwoAnswers("gru", 4, 2)
    torch.set_rng_state(before)
    for name, weight in session.model.named_parameters():
        assert torch.equal(weight, truth.get_parameter(name)), name
    assert not session.own_model


def test_it_trains_is_looked_at_and_scored():
    session = small(cell="lstm")
    take(session, 60)
    snapshot = session.snapshot()
    assert snapshot.module == "encoder"
    assert snapshot.outputs.shape == (8, 2, 2)
    assert snapshot.layer.hidden.shape[3] == STEPS
    assert snapshot.confusion.counts.sum() == 2 * len(session.task.held_out())
    assert np.mean(session.history["loss"][-10:]) < np.mean(session.history["loss"][:10])


def test_the_forget_bias_reaches_all_its_recurrent_layers():
    session = small(cell="lstm", forget_bias=3.0)
    for layer in (session.model.encoder, session.model.decoder):
        assert layer.bias_ih_l0[4:8].tolist() == [3.0] * 4
    changed(session, forget_bias=-1.0)
    assert session.model.decoder.bias_ih_l0[4:8].tolist() == [-1.0] * 4


def test_first_weights_that_it_cannot_have_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="init must be 'default' for the network of the task 'first-and-last', got 'x"):
        small(init="xavier")
    with pytest.raises(ValueError, match="bidirectional must be False for this network"):
        small(bidirectional=True)


def test_a_new_setting_builds_another_and_undo_goes_back():
    session = small(cell="gru")
    first = take(session, 3).copy()
    changed(session, hidden_size=6)
    assert session.model.encoder.hidden_size == 6
    session.undo()
    np.testing.assert_array_equal(session.history["loss"], first)


class Ours(FirstLetter):
    """One of the lab's own, with more numbers for a letter."""

    name = "wider"

    def network(self, *, cell, hidden_size, num_layers, bidirectional, nonlinearity):
        return SequenceModel(cell, 3, hidden_size, 2, num_layers, bidirectional, nonlinearity, vocabulary=6)


def test_one_of_the_lab_s_own_networks_takes_every_setting():
    asked = {"cell": "rnn", "init": "identity", "bidirectional": True, "seed": 4}
    ours, usual = small(Ours(), **asked), small(FirstLetter(), **asked)
    np.testing.assert_array_equal(take(ours, 3), take(usual, 3))


@pytest.mark.parametrize(
    ("made", "error", "words"),
    [
        (None, TypeError, r"network\(\) of the task must return a torch.nn.Module, got None"),
        (nn.Linear(3, 2), ValueError, "recurrent"),
    ],
)
def test_what_is_no_network_is_refused(made, error, words):
    class Wrong(FirstLetter):
        def network(self, **settings):
            return made

    with pytest.raises(error, match=words):
        small(Wrong())


def test_an_answer_of_another_length_is_refused():
    class Longer(Pairs):
        answer_steps = 3

    with pytest.raises(
        ValueError, match=r"the model must answer with axes \(batch, 3, 2\), as the task asks, got shape"
    ):
        take(small(Longer()), 1)
