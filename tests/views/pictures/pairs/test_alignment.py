"""The alignment picture shows the weights of any attention, row by row."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.views import alignment

SOURCE, TARGET = ["le", "chat", "<b>dort</b>"], ["the", "cat"]


def attention() -> torch.Tensor:
    """Weights of a real attention, axes (batch, target, source)."""
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    source = torch.randn(1, len(SOURCE), 8)
    return layer(torch.randn(1, len(TARGET), 8), source, source)[1]


def test_weights_of_a_real_attention_are_drawn_target_by_source() -> None:
    weights = attention()[0]
    data = alignment(weights, SOURCE, TARGET).data[0]
    np.testing.assert_allclose(data.z, weights.detach().numpy())
    np.testing.assert_allclose(np.sum(data.z, axis=1), 1, rtol=1e-6)
    assert (data.zmin, data.zmax) == (0, 1)


def test_axes_are_labelled_with_the_tokens_as_text() -> None:
    layout = alignment(attention()[0], SOURCE, TARGET).layout
    assert layout.xaxis.ticktext == ("le", "chat", "&lt;b&gt;dort&lt;/b&gt;")
    assert layout.yaxis.ticktext == ("the", "cat")
    assert layout.yaxis.autorange == "reversed"


def test_a_token_that_comes_twice_keeps_its_two_places() -> None:
    figure = alignment([[0.5, 0.5]], ["la", "la"], ["the"])
    assert figure.layout.xaxis.tickvals == (0, 1)
    assert figure.data[0].z.shape == (1, 2)


def test_hover_names_both_tokens() -> None:
    data = alignment(attention()[0], SOURCE, TARGET).data[0]
    assert list(data.customdata[1, 0]) == ["cat", "le"]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (attention(), r"here \(2, 3\), got shape \(1, 2, 3\); pick one sequence and one head"),
        ([[0.1, 2.0, 0.3]] * 2, "weights must be from 0 to 1, got 0.1 to 2; pass what the softmax gives"),
        ([[float("nan")] * 3] * 2, "weights must be from 0 to 1"),
    ],
)
def test_weights_that_are_none_are_refused(weights: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        alignment(weights, SOURCE, TARGET)
