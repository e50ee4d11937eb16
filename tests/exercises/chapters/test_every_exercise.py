"""What holds for every exercise: right answers, every typical mistake with its hint, dots, nonsense."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.exercises import LabExercise, Number, Verdict
from rnnviz.exercises.answers.numeric import NumberQuestion
from rnnviz.exercises.answers.specs import Question
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from rnnviz.exercises.checking import judge
from rnnviz.i18n import t
from tests.exercises.answered import Made

CHAPTERS = [
    import_module(f"tests.exercises.chapters.{path.stem}") for path in Path(__file__).parent.glob("test_chapter_*.py")
]
RIGHT = [case for chapter in CHAPTERS for case in chapter.RIGHT]
WRONG = [case for chapter in CHAPTERS for case in chapter.WRONG]

every_exercise = pytest.mark.parametrize("id", sorted(EXERCISES))


def _judged(id: str, answer: object) -> Verdict:
    """Judge an answer; a lab is made here, and closed again."""
    if not isinstance(answer, Made):
        return judge(id, answer)
    lab = answer.make()
    try:
        return judge(id, lab)
    finally:
        lab.close()


@pytest.mark.parametrize(("id", "answer"), RIGHT)
def test_a_right_answer_is_confirmed_with_its_reason(id: str, answer: object) -> None:
    verdict = _judged(id, answer)
    assert (verdict.right, verdict.hint) == (True, "right")
    assert verdict.words.splitlines()[0] == "✓ Right. " + t(f"exercise.{id}.right")


@pytest.mark.parametrize(("id", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_of_its_kind(id: str, answer: object, hint: str) -> None:
    verdict = _judged(id, answer)
    assert (verdict.right, verdict.hint) == (False, hint)
    assert verdict.words.startswith("Not yet. ")
    assert len(verdict.words) > 60


def test_every_hint_is_given_by_some_answer() -> None:
    known = {(id, mistake.hint) for id, exercise in EXERCISES.items() for mistake in exercise.mistakes}
    known |= {(id, "missing" if isinstance(one, LabExercise) else "other") for id, one in EXERCISES.items()}
    assert known - {(id, hint) for id, _, hint in WRONG} == set()
    assert set(EXERCISES) == {id for id, _ in RIGHT}


@every_exercise
@pytest.mark.parametrize("answer", [..., None])
def test_the_dots_left_in_place_are_told_where_the_answer_goes(id: str, answer: object) -> None:
    assert judge(id, answer) == Verdict(False, "unanswered", t("exercise.unanswered"))


class _Spiteful:
    """An answer that objects to being looked at."""

    def __array__(self, *_args: object, **_more: object) -> np.ndarray:
        raise ZeroDivisionError

    def __eq__(self, _other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> tuple[int, ...]:
        raise ZeroDivisionError


@every_exercise
@pytest.mark.parametrize(
    "answer",
    [
        _Spiteful(),
        [[1], [2, 3]],
        {},
        float("nan"),
        10**400,
        "",
        object(),
        [None],
        1j,
        nn.RNN,
        torch.zeros,
        [_Spiteful()],
    ],
    ids=[
        "spiteful",
        "uneven",
        "dict",
        "nan",
        "huge",
        "empty",
        "object",
        "none-inside",
        "complex",
        "class",
        "builtin",
        "nested",
    ],
)
def test_no_answer_however_odd_raises(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert not verdict.right
    assert verdict.words


@pytest.mark.parametrize("id", sorted(PREDICTIONS))
def test_a_prediction_has_its_words_and_its_answer_among_its_options(id: str) -> None:
    asked = PREDICTIONS[id]
    if isinstance(asked, Number):
        assert NumberQuestion.from_words(id, asked).text == t(f"predict.{id}.question")
    else:
        assert asked in dict(Question.from_words(id, asked).options)
