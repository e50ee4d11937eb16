"""The picture of what moved an answer holds the numbers that were found, each row on its own scale."""

import numpy as np
import pytest
import torch

from rnnviz.models import SequenceModel
from rnnviz.trace import Saliency, saliency
from rnnviz.views import influence


def found() -> Saliency:
    torch.manual_seed(0)
    model = SequenceModel("gru", input_size=4, hidden_size=8, output_size=2, vocabulary=10)
    tokens, lengths = torch.tensor([[3, 5, 2, 4], [7, 2, 0, 0]]), torch.tensor([4, 2])
    return saliency(model, tokens, lengths, target=1)


def test_each_row_is_what_was_found_as_a_share_of_its_largest() -> None:
    measured = found()
    data = influence(measured, list("abcd")).data[0]
    rows = [measured.occlusion[0], measured.gradient_times_input[0], measured.gradient_norm[0]]
    np.testing.assert_array_equal(data.customdata, rows)
    np.testing.assert_allclose(data.z, [row / np.abs(row).max() for row in rows])
    assert (data.zmin, data.zmax) == (-1, 1)


def test_a_padded_sequence_has_as_many_columns_as_tokens() -> None:
    figure = influence(found(), ["x", "<y>", "", ""], sample=1)
    assert figure.data[0].z.shape == (3, 2)
    assert figure.layout.xaxis.ticktext == ("x", "&lt;y&gt;")


def test_the_score_that_is_explained_is_said() -> None:
    measured = found()
    assert f"score {measured.score[0]:.2f}" in influence(measured, list("abcd")).layout.annotations[0].text


def test_where_nothing_moved_it_nothing_is_coloured() -> None:
    still = Saliency(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)), np.zeros(1))
    assert not influence(still, ["a", "b"]).data[0].z.any()


@pytest.mark.parametrize(
    ("tokens", "sample", "words"),
    [(["a"], 0, "tokens must be one a step, 4 for this sequence, got 1"), (["a"] * 4, 2, "sample must be at most 1")],
)
def test_what_does_not_fit_is_refused(tokens: list[str], sample: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        influence(found(), tokens, sample)
