"""What holds for every exercise: right answers, every typical mistake with its hint, dots, nonsense."""

import pytest
import torch
from torch import nn

from rnnviz.exercises.catalog import EXERCISES, PREDICTIONS
from rnnviz.exercises.checking import judge
from rnnviz.exercises.specs import Question
from rnnviz.i18n import t
from tests.exercises import test_chapter_02, test_chapter_03, test_chapter_04, test_chapter_05, test_chapter_06

_ANSWERED = (test_chapter_02, test_chapter_03, test_chapter_04, test_chapter_05, test_chapter_06)
RIGHT = [case for chapter in _ANSWERED for case in chapter.RIGHT]  # those of the first two: test_checking.py
WRONG = [case for chapter in _ANSWERED for case in chapter.WRONG]
NONSENSE = [float("nan"), [[1], [2, 3]], {}, "", object(), [None], 1j, nn.LSTM, torch.zeros]

every_exercise = pytest.mark.parametrize("id", sorted(EXERCISES))


@pytest.mark.parametrize(("id", "answer"), RIGHT)
def test_a_right_answer_is_confirmed_with_its_reason(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert (verdict.right, verdict.hint) == (True, "right")
    assert verdict.words == "✓ Right. " + t(f"exercise.{id}.right")


@pytest.mark.parametrize(("id", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_of_its_kind(id: str, answer: object, hint: str) -> None:
    verdict = judge(id, answer)
    assert (verdict.right, verdict.hint) == (False, hint)
    assert verdict.words.startswith("Not yet. ")


def test_every_hint_is_given_by_some_answer() -> None:
    later = {id: exercise for id, exercise in EXERCISES.items() if id[:2] not in ("00", "01")}
    known = {(id, mistake.hint) for id, exercise in later.items() for mistake in exercise.mistakes}
    known |= {(id, "other") for id in later}
    assert known - {(id, hint) for id, _, hint in WRONG} == set()
    assert set(later) == {id for id, _ in RIGHT}


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
