"""What holds for every exercise of every chapter: dots are no answer, and nonsense is a wrong one."""

import pytest
import torch
from torch import nn

from rnnviz.exercises.catalog import EXERCISES, PREDICTIONS
from rnnviz.exercises.checking import judge
from rnnviz.exercises.specs import Question

NONSENSE = [float("nan"), [[1], [2, 3]], {}, "", object(), [None], 1j, nn.LSTM, torch.zeros]

every_exercise = pytest.mark.parametrize("id", sorted(EXERCISES))


@every_exercise
@pytest.mark.parametrize("answer", [..., None])
def test_the_dots_left_in_place_are_no_answer(id: str, answer: object) -> None:
    assert judge(id, answer).hint == "unanswered"


@every_exercise
@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_is_a_wrong_answer_and_raises_nothing(id: str, answer: object) -> None:
    assert not judge(id, answer).right


@pytest.mark.parametrize("id", sorted(PREDICTIONS))
def test_the_answer_to_a_prediction_is_among_its_options(id: str) -> None:
    question = Question.from_words(id, PREDICTIONS[id])
    assert PREDICTIONS[id] in dict(question.options)
