"""Checking an answer: the words there are, functions that go wrong, what is printed, and nothing disturbed."""

import pytest
import torch

from rnnviz.exercises import LabExercise, check, judge
from rnnviz.exercises.chapters.catalog import EXERCISES
from rnnviz.i18n import keys as known_words
from tests.exercises.answered import tanh_step

GENERAL = {
    "exercise.unanswered",
    "exercise.right",
    "exercise.not_yet",
    "exercise.not_a_function",
    "exercise.nothing_returned",
    "exercise.quoted",
    "exercise.raised",
    "exercise.stopped",
    "exercise.stopped.line",
} | {
    f"exercise.lab.{word}"
    for word in (
        *("another_task", "closed", "missing", "not-a-comparison", "not-a-lab", "nothing", "one", "raised", "some"),
        "there",
    )
}


def _raising(x_t, h, W_xh, W_hh, b_h):
    raise RuntimeError("<b>boom</b>\nsecond line")


def test_every_word_about_exercises_belongs_to_one() -> None:
    wanted = {f"exercise.{id}.right" for id in EXERCISES}
    for id, exercise in EXERCISES.items():
        parts = [goal.name for goal in exercise.goals] if isinstance(exercise, LabExercise) else ["other"]
        wanted |= {f"exercise.{id}.{part}" for part in parts}
    wanted |= {f"exercise.{id}.{one.hint}" for id, exercise in EXERCISES.items() for one in exercise.mistakes}
    assert {key for key in known_words() if key.startswith("exercise.")} == wanted | GENERAL


def test_a_function_that_still_returns_the_dots_is_unanswered_too() -> None:
    assert judge("01.step", lambda x_t, h, W_xh, W_hh, b_h: ...) == judge("01.step", ...)


def test_an_error_in_the_learners_function_is_told_in_one_line() -> None:
    words = judge("01.step", _raising).words
    assert "RuntimeError: <b>boom</b>." in words
    assert "second line" not in words


def _helped(x_t, h, W_xh, W_hh, b_h):
    news = _torn(W_xh, x_t)
    return torch.tanh(news + W_hh @ h + b_h)


def _torn(W, x):
    return W * x @ W  # where it stops


def test_an_error_keeps_the_learners_own_lines_and_none_of_those_that_called_her() -> None:
    trace = judge("01.step", _helped).trace.splitlines()
    first = _helped.__code__.co_firstlineno + 1
    assert trace[:5] == [
        "Where your code stopped:",
        f"  line {first}, in _helped",
        "    news = _torn(W_xh, x_t)",
        f"  line {first + 5}, in _torn",
        "    return W * x @ W  # where it stops",
    ]
    assert trace[5].startswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied")
    assert len(trace) == 6


def test_the_lines_stand_below_the_hint_whichever_hint_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for answer, hint in ((_raising, "raised"), (_helped, "vector-first")):
        verdict = judge("01.step", answer)
        check("01.step", answer)
        assert verdict.hint == hint
        assert capsys.readouterr().out.endswith(f"\n{verdict.trace}\n")
        assert f", in {answer.__name__}\n" in verdict.trace


def test_an_error_below_the_learners_line_is_shown_at_her_line() -> None:
    trace = judge("01.step", lambda *arrays: torch.nn.Linear(7, 5).double()(arrays[0])).trace
    assert trace.splitlines()[2].strip().startswith("trace = judge(")
    assert "torch" not in trace.splitlines()[1]
    assert len(trace.splitlines()) == 4


def test_a_function_that_calls_itself_for_ever_does_not_fill_the_page() -> None:
    def step(*arrays):
        return step(*arrays)

    verdict = judge("01.step", step)
    assert len(verdict.trace.splitlines()) <= 12
    assert verdict.trace.splitlines()[-1].startswith("RecursionError")


def test_code_that_fails_when_it_is_looked_at_is_shown_too() -> None:
    class Odd:
        def detach(self) -> None:
            raise ZeroDivisionError("my own mistake")

    assert judge("01.parameter-count", Odd()).trace.splitlines()[-1] == "ZeroDivisionError: my own mistake"


def test_where_no_line_of_hers_was_reached_there_is_none_to_show() -> None:
    assert judge("01.step", lambda x_t, h: x_t).trace == ""
    assert judge("01.parameter-count", 150).trace == ""


def test_an_unknown_exercise_is_a_programmers_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"no exercise '01.parameters'; the exercises are .*01\.parameter-count"):
        check("01.parameters", 160)


def test_check_prints_the_verdict_in_lines_of_at_most_100_characters(capsys: pytest.CaptureFixture[str]) -> None:
    check("01.paths", 132)
    printed = capsys.readouterr().out
    assert " ".join(printed.split()) == judge("01.paths", 132).words
    assert max(map(len, printed.splitlines())) <= 100


def test_checking_is_the_same_each_time_and_leaves_torchs_generator_alone() -> None:
    before = torch.get_rng_state()
    assert judge("01.step", tanh_step) == judge("01.step", tanh_step)
    judge("01.parameter-count", 3)
    assert torch.equal(torch.get_rng_state(), before)
