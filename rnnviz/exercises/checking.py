"""`check`: say what is right about an answer, or give the hint that its kind of mistake deserves."""

import textwrap
from dataclasses import replace
from typing import Any

from rnnviz.checks import known
from rnnviz.exercises.answers.experiments import LabExercise, judged_lab
from rnnviz.exercises.answers.functions import NotAFunction, NothingReturned, Raised
from rnnviz.exercises.answers.specs import Exercise, Verdict
from rnnviz.exercises.answers.tracebacks import own_lines
from rnnviz.exercises.answers.trials import OnlyThere
from rnnviz.exercises.answers.values import plain, quoted, unanswered
from rnnviz.exercises.chapters.catalog import EXERCISES
from rnnviz.exercises.kept.this_notebook import keep_attempt
from rnnviz.i18n import t

__all__ = ["WIDTH", "check", "judge"]

WIDTH = 100  # characters a line


def check(id: str, answer: Any = ...) -> None:
    """Print what is right about the answer to an exercise, or a hint; where her own code stopped, its lines too.

    Parameters
    ----------
    id : str
        Chapter and name of the exercise, such as ``"01.parameter-count"``.
    answer : object
        A number, tuple, array, tensor, word or function, as the exercise asks. It is compared by value, never by text.
        For a lab experiment the lab, or the comparison: it is looked at once, and not changed, playing or not.

    Raises
    ------
    ValueError
        If there is no exercise of that id; the message lists those that there are.

    Examples
    --------
    >>> check("01.parameter-count", 40 + 100 + 10)
    Not yet. You counted one bias vector of 10. PyTorch keeps two, bias_ih and bias_hh, and learns both.
    """
    verdict = judge(id, answer)
    print("\n".join(textwrap.fill(line, WIDTH) for line in verdict.words.splitlines()))
    if verdict.trace:
        print(verdict.trace)
    keep_attempt(id, right=verdict.right, kind=verdict.hint)


def judge(id: str, answer: Any = ...) -> Verdict:
    """Return the verdict that `check` prints.

    Parameters
    ----------
    id, answer
        As for `check`.

    Raises
    ------
    ValueError
        If there is no exercise of that id.

    Examples
    --------
    >>> judge("01.parameter-count", 160).right
    True
    """
    exercise = EXERCISES[known("there is no exercise {unknown}; the exercises are {known}.", id, sorted(EXERCISES))]
    if isinstance(exercise, LabExercise):
        return (
            Verdict(False, "unanswered", t("exercise.unanswered"))
            if unanswered(answer)
            else judged_lab(exercise, answer)
        )
    try:
        answer = answer if unanswered(answer) else plain(exercise.observe(answer))
        hint = _kind(exercise, answer)
    except Exception as error:  # an answer so odd that looking at it fails is still only a wrong answer
        return replace(_verdict(exercise, "other", answer), trace=own_lines(error))
    return replace(
        _verdict(exercise, hint, answer), trace=answer.trace if isinstance(answer, Raised | OnlyThere) else ""
    )


def _kind(exercise: Exercise, answer: Any) -> str:
    if unanswered(answer):
        return "unanswered"
    if isinstance(answer, NotAFunction):
        return "not-a-function"
    if isinstance(answer, NothingReturned):
        return "nothing-returned"
    if exercise.solved_by(answer):
        return "right"
    # in their order: the first that fits is the most telling
    made = (mistake.hint for mistake in exercise.mistakes if mistake.made_by(answer, exercise.tolerance))
    if hint := next(made, ""):
        return hint
    if isinstance(answer, str) and not isinstance(exercise.answer, str) and quoted(answer):
        return "quoted"
    return "raised" if isinstance(answer, Raised) else "other"


def _verdict(exercise: Exercise, kind: str, answer: Any) -> Verdict:
    if kind == "right":
        return Verdict(True, kind, t("exercise.right", why=t(f"exercise.{exercise.id}.right")))
    if kind == "unanswered":
        return Verdict(False, kind, t("exercise.unanswered"))
    if kind == "not-a-function":
        hint = t("exercise.not_a_function", type=answer.type)
    elif kind == "nothing-returned":
        hint = t("exercise.nothing_returned")
    elif kind == "quoted":
        hint = t("exercise.quoted")
    elif kind == "raised":
        hint = t("exercise.raised", type=answer.type, text=answer.text)
    else:
        hint = t(f"exercise.{exercise.id}.{kind}")
    return Verdict(False, kind, t("exercise.not_yet", hint=hint))
