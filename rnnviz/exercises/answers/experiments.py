"""Lab experiments: exercises whose answer is a state of a lab, reached with its knobs and read off one snapshot."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rnnviz.checks import brief, kind_of
from rnnviz.exercises.answers.measures import Measure
from rnnviz.exercises.answers.specs import Mistake, Verdict
from rnnviz.exercises.answers.tracebacks import own_lines
from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.training import Snapshot

__all__ = ["Goal", "LabExercise", "judged_lab"]

_NOT_THERE = (LookupError, AttributeError, TypeError, ValueError)  # of a measure whose lab has no such number


@dataclass(frozen=True)
class Goal:
    """One thing that the lab has to show.

    Parameters
    ----------
    name : str
        Last part of its sentence's key, ``exercise.<id of the exercise>.<name>``; ``{measured}`` in it is the lab's
        own number.
    measure : callable
        Takes the lab's snapshot and returns the number or word; see `rnnviz.exercises.answers.measures`.
    holds : callable
        Takes what was measured and says whether the goal is reached.
    written : callable
        How a measured number is written; three figures by default.

    Examples
    --------
    >>> Goal("long", lambda snapshot: snapshot.settings.seq_len, lambda length: length >= 60).name
    'long'
    """

    name: str
    measure: Measure
    holds: Callable[[Any], Any] = field(repr=False)
    written: Callable[[float], str] = field(default=three, repr=False)


@dataclass(frozen=True)
class Reached:
    """A goal, whether it is reached, and the lab's own number in words."""

    goal: Goal
    there: bool
    measured: str

    def line(self, id: str) -> str:
        """Return the goal's sentence with a mark before it."""
        words = t(f"exercise.{id}.{self.goal.name}", measured=self.measured)
        return t(f"exercise.lab.{'there' if self.there else 'missing'}", words=words)


@dataclass(frozen=True)
class LabExercise:
    """An exercise whose answer is a lab in a certain state.

    Parameters
    ----------
    id : str
        Chapter and name, such as ``"03.rescue-the-gradient"``.
    goals : tuple of Goal
        What the lab has to show, in the order in which they are told.
    task : str, optional
        The name of the task that it has to learn; any by default.
    compared : bool
        Whether the answer is a comparison in place of a lab.
    mistakes : tuple of Mistake
        Each with a function of the snapshot; where goals are missing, the first that fits gives a hint.

    Examples
    --------
    >>> from rnnviz.exercises.answers.measures import setting
    >>> LabExercise("00.demo", (Goal("long", setting("seq_len"), lambda length: length >= 60),), task="adding").task
    'adding'
    """

    id: str
    goals: tuple[Goal, ...]
    task: str | None = None
    compared: bool = False
    mistakes: tuple[Mistake, ...] = ()

    __repr__ = brief


def judged_lab(exercise: LabExercise, answer: Any) -> Verdict:
    """Return what a lab shows of an experiment, goal by goal; it goes on training, if it does, and is not changed.

    All is read off one snapshot, taken between two steps. What is no lab, or not the one that is asked for, gets one
    sentence; where the learner's own code stopped under the look, her lines.
    """
    if kind := _wrong_kind(exercise, answer):
        return _not_yet(*kind)
    try:
        snapshot = answer.snapshot()
    except Exception as error:  # a model or task of her own may raise whatever it likes
        lines = str(error).strip().splitlines()
        words = t("exercise.lab.raised", type=type(error).__name__, text=lines[0] if lines else "")
        return _not_yet("raised", words, own_lines(error))
    reached = [_reached(goal, snapshot) for goal in exercise.goals]
    lines = [one.line(exercise.id) for one in reached]
    if all(one.there for one in reached):
        return Verdict(True, "right", "\n".join([t("exercise.right", why=t(f"exercise.{exercise.id}.right")), *lines]))
    hint = next((mistake.hint for mistake in exercise.mistakes if _made(mistake, snapshot)), "")
    there = sum(one.there for one in reached)
    told = t("exercise.lab.some", there=there, goals=len(reached)) if len(reached) > 1 else t("exercise.lab.one")
    named = [t(f"exercise.{exercise.id}.{hint}")] if hint else []
    return Verdict(False, hint or "missing", "\n".join([t("exercise.not_yet", hint=told), *lines, *named]))


def _reached(goal: Goal, snapshot: Snapshot) -> Reached:
    """Measure a goal; a lab that has no such number, such as a GRU's forget gate, has not reached it."""
    try:
        measured = goal.measure(snapshot)
        there = measured is not None and bool(goal.holds(measured))
    except _NOT_THERE:
        measured, there = None, False
    return Reached(goal, there, _words(measured, goal))


def _words(measured: Any, goal: Goal) -> str:
    if measured is None:
        return t("exercise.lab.nothing")
    if isinstance(measured, str | bool):
        return str(measured)
    if hasattr(type(measured), "__index__"):  # numpy's whole numbers too
        return f"{int(measured):,}".replace("-", "−")
    number = float(measured)
    return goal.written(number) if math.isfinite(number) else three(number)


def _wrong_kind(exercise: LabExercise, answer: Any) -> tuple[str, str] | None:
    """Return the kind of an answer that is not the lab asked for, and what to say about it."""
    from rnnviz.lab import Comparison, Lab  # loaded already where the answer is one

    wanted = Comparison if exercise.compared else Lab
    if not isinstance(answer, wanted):
        key = "not-a-comparison" if exercise.compared else "not-a-lab"
        return key, t(f"exercise.lab.{key}", type=kind_of(answer))
    if answer.state.phase == "stopped":
        return "closed", t("exercise.lab.closed")
    task = next(iter(answer.sessions.values())).task.name if isinstance(answer, Comparison) else answer.task.name
    if exercise.task is not None and task != exercise.task:
        return "another-task", t("exercise.lab.another_task", task=task, wanted=exercise.task)
    return None


def _not_yet(hint: str, words: str, trace: str = "") -> Verdict:
    return Verdict(False, hint, t("exercise.not_yet", hint=words), trace)


def _made(mistake: Mistake, snapshot: Snapshot) -> bool:
    try:
        return bool(mistake.answer(snapshot))
    except _NOT_THERE:  # it asks for a number that this lab does not have
        return False
