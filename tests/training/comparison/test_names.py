"""What the models of a comparison are called on screen is said in the words of the knobs."""

import pytest

from rnnviz.training.comparison.names import model_name, model_short


@pytest.mark.parametrize(
    ("label", "name", "short"),
    [
        ("lstm", "LSTM", "LSTM"),
        ("lstm, forget_bias=4", "LSTM, forget bias 4", "LSTM, 4"),
        ("lr=0.1", "learning rate 0.1", "0.1"),
        ("lr=0.01, clip=None", "learning rate 0.01, clip at none", "0.01, n…"),
        ("optimizer=sgd", "optimiser SGD", "SGD"),
        ("somebody's own", "somebody's own", "somebod…"),
    ],
)
def test_a_label_is_said_in_the_words_of_the_knobs(label: str, name: str, short: str) -> None:
    assert (model_name(label), model_short(label)) == (name, short)
