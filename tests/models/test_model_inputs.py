"""What a model cannot read is told in a sentence before torch meets it."""

import pytest
import torch

from rnnviz.models import ClockworkRNN, MinGRU, MinLSTM, SelfAttention, SkipRNN
from rnnviz.models.longrange import ClockworkLayer, SkipLayer

MODELS = {
    "skip": lambda: SkipRNN(3, 4, 2, skip=2),
    "clockwork": lambda: ClockworkRNN(3, 4, 2, periods=(1, 2)),
    "attention": lambda: SelfAttention(3, 4, 2, positions=8),
    "minimal GRU": lambda: MinGRU(3, 4),
    "minimal LSTM": lambda: MinLSTM(3, 4),
}
WRONG = {
    "elsewhere": (
        lambda: torch.zeros(2, 5, 3, device="meta"),
        ValueError,
        "on the device of the weights, cpu, got meta",
    ),
    "sparse": (lambda: torch.zeros(2, 5, 3).to_sparse(), TypeError, "must be a dense torch.Tensor"),
    "no time": (lambda: torch.zeros(2, 0, 3), ValueError, r"must have a timestep or more, got shape \(2, 0, 3\)"),
    "other features": (lambda: torch.zeros(2, 5, 1), ValueError, r"must have axes \(batch, time, 3\), got shape"),
}


@pytest.mark.parametrize("made", MODELS.values(), ids=list(MODELS))
@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_inputs_that_cannot_be_read_are_told_in_a_sentence(made, wrong):
    inputs, kind, sentence = wrong
    with pytest.raises(kind, match=f"^inputs .*{sentence}"):
        made()(inputs())


@pytest.mark.parametrize(
    "layer", [SkipLayer(3, 4, skip=2), ClockworkLayer(3, 4, periods=(1, 2))], ids=["skip", "clocks"]
)
def test_a_state_that_is_none_is_told_in_a_sentence(layer):
    x = torch.zeros(2, 5, 3)
    states, after = layer(x)
    assert layer(x, after)[0].shape == states.shape
    for wrong in (torch.zeros(2, 4), 3, (None, None)):
        with pytest.raises(TypeError, match=r"^state must be a tuple of 2 tensors, of shapes"):
            layer(x, wrong)
    for wrong in ((), (after[0],), (after[0][:1], after[1])):
        with pytest.raises(ValueError, match=r"^state must be tensors of shapes"):
            layer(x, wrong)
