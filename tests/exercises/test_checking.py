"""Checking an answer: the words there are, functions that go wrong, what is printed, and nothing disturbed."""

import pytest
import torch

from rnnviz.exercises import check, judge
from rnnviz.exercises.catalog import EXERCISES
from rnnviz.i18n import keys as known_words

GENERAL = {
    "exercise.unanswered",
    "exercise.right",
    "exercise.not_yet",
    "exercise.not_a_function",
    "exercise.nothing_returned",
    "exercise.quoted",
    "exercise.raised",
}


def _tanh(x_t, h, W_xh, W_hh, b_h):
    return torch.tanh(W_xh @ x_t + W_hh @ h + b_h)


def _raising(x_t, h, W_xh, W_hh, b_h):
    raise RuntimeError("<b>boom</b>\nsecond line")


def test_every_word_about_exercises_belongs_to_one() -> None:
    wanted = {f"exercise.{id}.{hint}" for id, exercise in EXERCISES.items() for hint in ("right", "other")}
    wanted |= {f"exercise.{id}.{one.hint}" for id, exercise in EXERCISES.items() for one in exercise.mistakes}
    assert {key for key in known_words() if key.startswith("exercise.")} == wanted | GENERAL


def test_a_function_that_still_returns_the_dots_is_unanswered_too() -> None:
    assert judge("01.step", lambda x_t, h, W_xh, W_hh, b_h: ...) == judge("01.step", ...)


def test_an_error_in_the_learners_function_is_told_in_one_line() -> None:
    words = judge("01.step", _raising).words
    assert "RuntimeError: <b>boom</b>." in words
    assert "second line" not in words


def test_an_unknown_exercise_is_a_programmers_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"no exercise '01.parameters'; the exercises are .*01\.parameter-count"):
        check("01.parameters", 160)


def test_check_prints_the_verdict_in_lines_of_at_most_100_characters(capsys: pytest.CaptureFixture[str]) -> None:
    check("01.state-shape", (8, 1, 20))
    printed = capsys.readouterr().out
    assert " ".join(printed.split()) == judge("01.state-shape", (8, 1, 20)).words
    assert max(map(len, printed.splitlines())) <= 100


def test_checking_is_the_same_each_time_and_leaves_torchs_generator_alone() -> None:
    before = torch.get_rng_state()
    assert judge("01.step", _tanh) == judge("01.step", _tanh)
    judge("01.parameter-count", 3)
    assert torch.equal(torch.get_rng_state(), before)
