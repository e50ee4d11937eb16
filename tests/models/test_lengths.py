"""A batch of sequences of unequal length gives of each what it gives of that sequence alone."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from rnnviz.models import SequenceModel
from rnnviz.trace import trace

STEPS = 7
LENGTHS = torch.tensor([3, 7, 1, 5])
SHAPES: list[dict[str, Any]] = [
    {},
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True},
]
EXACT: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}


def model(cell: str, **more: Any) -> SequenceModel:
    torch.manual_seed(0)
    return SequenceModel(cell, input_size=2, hidden_size=5, output_size=3, **more).double()


def numbers() -> Tensor:
    drawn = torch.randn(len(LENGTHS), STEPS, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return drawn * (torch.arange(STEPS) < LENGTHS[:, None])[..., None]


def alone(inputs: Tensor) -> list[Tensor]:
    return [inputs[n : n + 1, :length] for n, length in enumerate(LENGTHS.tolist())]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_answers_and_gradients_are_those_of_each_sequence_alone(cell: str, shape: dict[str, Any]) -> None:
    together, apart = model(cell, **shape), model(cell, **shape)
    answers = together(numbers(), LENGTHS)
    truth = torch.cat([apart(one) for one in alone(numbers())])
    torch.testing.assert_close(answers, truth, **EXACT)
    answers.square().sum().backward()
    truth.square().sum().backward()
    for one, other in zip(together.parameters(), apart.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, **EXACT)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_states_gates_and_their_gradients_are_those_of_each_sequence_alone(cell: str, shape: dict[str, Any]) -> None:
    network = model(cell, **shape)
    found = trace(network, numbers(), LENGTHS, loss=lambda answers: answers.square().sum()).layers["recurrent"]
    assert found.lengths.tolist() == LENGTHS.tolist()
    for n, one in enumerate(alone(numbers())):
        truth = trace(network, one, loss=lambda answers: answers.square().sum()).layers["recurrent"]
        length = one.shape[1]
        pairs = [
            (getattr(found, name), getattr(truth, name)) for name in ("hidden", "cell", "grad_hidden", "grad_cell")
        ]
        pairs += [(found.gates[name], truth.gates[name]) for name in truth.gates]
        for array, expected in pairs:
            if expected is not None:
                np.testing.assert_allclose(array[:, :, n, :length], expected[:, :, 0], **EXACT)
                assert np.isnan(array[:, :, n, length:]).all()


def test_with_an_answer_a_timestep_those_past_the_end_are_to_a_state_of_zero() -> None:
    network = model("gru", each_step=True)
    answers = network(numbers(), LENGTHS)
    assert answers.shape == (4, STEPS, 3)
    for n, one in enumerate(alone(numbers())):
        torch.testing.assert_close(answers[n : n + 1, : one.shape[1]], network(one), **EXACT)
        torch.testing.assert_close(answers[n, one.shape[1] :], network.head.bias.expand(STEPS - one.shape[1], 3))


def test_answers_are_as_wide_as_the_inputs_where_no_sequence_is() -> None:
    network = model("lstm", each_step=True)
    assert network(numbers()[[0, 2, 3]], LENGTHS[[0, 2, 3]]).shape == (3, STEPS, 3)


def test_lengths_that_are_all_full_change_nothing() -> None:
    network, inputs = model("lstm", bidirectional=True), numbers()
    torch.testing.assert_close(network(inputs, torch.full((4,), STEPS)), network(inputs), **EXACT)


@pytest.mark.parametrize(
    ("lengths", "error", "words"),
    [
        ([3, 7, 1, 5], TypeError, r"lengths must be a torch.Tensor, one whole number a sequence, got list\."),
        (np.array([3, 7, 1, 5]), TypeError, r"got ndarray\."),
        (3, TypeError, r"got int\."),
        (
            LENGTHS.float(),
            TypeError,
            r"lengths must be whole numbers of dtype int64, got torch.float32; call .long\(\)",
        ),
        (LENGTHS.int(), TypeError, "got torch.int32"),
        (LENGTHS > 2, TypeError, "got torch.bool"),
        (LENGTHS[:3], ValueError, r"must be one a sequence, so shape \(4,\) as inputs say, got shape \(3,\)"),
        (LENGTHS[:, None], ValueError, r"got shape \(4, 1\)"),
        (torch.tensor([3, 0, 1, 5]), ValueError, "must be from 1 to 7, as wide as inputs are, got 0 for sequence 1"),
        (torch.tensor([3, 7, 1, -2]), ValueError, "got -2 for sequence 3"),
        (torch.tensor([3, 7, 8, 5]), ValueError, "got 8 for sequence 2"),
        (torch.ones(4, dtype=torch.int64, device="meta"), ValueError, r"must be on the CPU.* got meta; call .cpu\(\)"),
    ],
)
def test_lengths_that_are_none_are_refused_in_a_sentence(lengths: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        model("gru")(numbers(), lengths)
