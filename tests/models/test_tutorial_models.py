"""The three models of the chapters, in the lab, in a trace, and beside torch."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.models import LSTMModel, SequenceTagger, SimpleRNN


def test_simple_rnn_answers_from_the_last_state() -> None:
    model, x = SimpleRNN(3, 6, 2), torch.randn(4, 9, 3)
    _, last = model.rnn(x)
    torch.testing.assert_close(model(x), model.fc(last[0]))


@pytest.mark.parametrize("layers", [1, 3])
def test_lstm_model_answers_from_the_top_layer(layers: int) -> None:
    model, x = LSTMModel(3, 6, 2, layers), torch.randn(4, 9, 3)
    _, (last, _) = model.lstm(x)
    torch.testing.assert_close(model(x), model.fc(last[-1]))


def test_the_tagger_answers_every_step_with_both_directions() -> None:
    model, tokens = SequenceTagger(20, 4, 6, 5), torch.randint(20, (3, 8))
    assert model(tokens).shape == (3, 8, 5)
    assert model.fc.in_features == 12


def test_padding_does_not_change_what_the_tagger_says_of_the_rest() -> None:
    model, tokens = SequenceTagger(20, 4, 6, 5, padding=0), torch.randint(1, 20, (2, 8))
    lengths = torch.tensor([8, 5])
    tokens[1, 5:] = 0
    padded = model(tokens, lengths)
    torch.testing.assert_close(padded[1, :5], model(tokens[1:, :5])[0])
    assert padded.shape == (2, 8, 5)


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_the_first_states_are_on_the_device_of_the_input(kind: str) -> None:
    for model in (SimpleRNN(2, 3, 1), LSTMModel(2, 3, 1, 2)):
        assert model.to(kind)(torch.zeros(2, 4, 2, device=kind)).device.type == kind


BUILDERS = {
    "SimpleRNN": ("adding", lambda task, s: SimpleRNN(task.input_size, s.hidden_size, task.output_size), "rnn"),
    "LSTMModel": (
        "temporal-order",
        lambda task, s: LSTMModel(task.input_size, s.hidden_size, task.output_size, 2),
        "lstm",
    ),
    "SequenceTagger": (
        "python-tokens",
        lambda task, s: SequenceTagger(task.vocabulary, task.input_size, s.hidden_size, task.output_size),
        "lstm",
    ),
}


@pytest.mark.parametrize("name", BUILDERS)
def test_each_model_learns_in_the_lab_and_is_drawn(name: str) -> None:
    task, build, path = BUILDERS[name]
    lab = rv.Lab(task, model=build, hidden_size=8, seq_len=20, lr=0.01, seed=0, device="cpu")
    lab.train(40)
    losses = lab.history["loss"]
    assert losses[-10:].mean() < losses[:10].mean()
    snapshot = lab.snapshot()
    assert snapshot.module == path
    np.testing.assert_array_equal(snapshot.parameter("weight_hh_l0"), getattr(lab.model, path).weight_hh_l0.detach())
    assert lab.figure("gradients").data[-1].y.shape == (20,)


def test_a_model_of_one_s_own_begins_from_the_seed_and_leaves_the_global_generator_alone() -> None:
    def curve() -> list[float]:
        task, build, _ = BUILDERS["SimpleRNN"]
        lab = rv.Lab(task, model=build, hidden_size=4, seq_len=10, seed=3, device="cpu")
        lab.train(5)
        return lab.history["loss"].tolist()

    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = curve()
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(2)
    assert curve() == first


def test_a_module_is_copied_so_that_reset_starts_from_it_again() -> None:
    model = SimpleRNN(2, 4, 1)
    kept = model.rnn.weight_hh_l0.detach().clone()
    lab = rv.Lab("adding", model=model, seq_len=10, lr=0.05, device="cpu")
    lab.train(5)
    assert torch.equal(model.rnn.weight_hh_l0, kept)
    assert not torch.equal(lab.model.rnn.weight_hh_l0, kept)
    lab.reset()
    assert torch.equal(lab.model.rnn.weight_hh_l0, kept)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (SimpleRNN, "got the class SimpleRNN"),
        (3, "model must be a torch.nn.Module, or a function"),
        (nn.Linear(2, 1), "model holds no recurrent layer"),
        (lambda task, settings: None, "model must be a torch.nn.Module, got NoneType"),
    ],
)
def test_what_is_no_model_is_refused(model: object, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        rv.Lab("adding", model=model, seq_len=10, device="cpu")
