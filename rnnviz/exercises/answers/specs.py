"""What an exercise and a prediction are: frozen values; their words stand in ``en.json`` under their id."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rnnviz.checks import brief
from rnnviz.exercises.answers.values import same
from rnnviz.i18n import t

__all__ = ["Exercise", "Mistake", "Question", "Verdict", "why_of"]


def _itself(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that many people give, and the hint that it deserves.

    Parameters
    ----------
    hint : str
        Last part of the hint's key: ``exercise.<id of the exercise>.<hint>``.
    answer : object
        The wrong value, or a function that says whether an answer is of this kind.

    Examples
    --------
    >>> Mistake("forgot-bias", 140).made_by(140.0)
    True
    """

    hint: str
    answer: Any

    __repr__ = brief

    def made_by(self, answer: Any, tolerance: float = 0.0) -> bool:
        """Say whether ``answer``, in plain values, is this mistake, each number within ``tolerance`` of it."""
        return bool(self.answer(answer)) if callable(self.answer) else same(answer, self.answer, tolerance)


@dataclass(frozen=True)
class Exercise:
    """A task with one right answer.

    Parameters
    ----------
    id : str
        Chapter and name, such as ``"01.parameter-count"``.
    answer : object
        The right value (a number, a tuple, an array, a word), or a function that says whether an answer is right.
    tolerance : float
        How far each number may be from the right one.
    mistakes : tuple of Mistake
        Tried in order; the first that fits gives the hint.
    observe : callable
        What is done to the learner's answer before it is compared, for example calling the function she wrote.

    Examples
    --------
    >>> Exercise("00.demo", 5).solved_by(5.0)
    True
    """

    id: str
    answer: Any
    tolerance: float = 0.0
    mistakes: tuple[Mistake, ...] = ()
    observe: Callable[[Any], Any] = field(default=_itself, repr=False)

    __repr__ = brief

    def solved_by(self, answer: Any) -> bool:
        """Say whether ``answer``, already reduced to plain values, is right."""
        return Mistake("right", self.answer).made_by(answer, self.tolerance)


@dataclass(frozen=True)
class Verdict:
    """What became of an answer.

    Parameters
    ----------
    right : bool
        Whether it solves the exercise.
    hint : str
        Which kind of answer it was: ``"right"``, a mistake's ``hint``, ``"other"``, ``"unanswered"`` …
    words : str
        What the learner reads.
    trace : str
        If her own code stopped: her lines that led there, and the error. Lines of text, printed below the words.

    Examples
    --------
    >>> from rnnviz.exercises import judge
    >>> verdict = judge("01.parameter-count", 150)
    >>> verdict.right, verdict.hint
    (False, 'one-bias')
    """

    right: bool
    hint: str
    words: str
    trace: str = ""


@dataclass(frozen=True)
class Question:
    """A question to answer before the experiment is run.

    Parameters
    ----------
    text : str
        The question.
    options : mapping of str to str, as a tuple of pairs
        Letter and words of each possible answer.
    answer : str
        The letter of the right one.
    why : callable
        Takes what was measured, by name, and returns the explanation.
    name : str
        A short name for its repr.

    Examples
    --------
    >>> asked = Question("Rising?", (("a", "yes"), ("b", "no")), "a", "It rose to {loss}.".format)
    >>> asked.why(loss=2)
    'It rose to 2.'
    """

    text: str
    options: tuple[tuple[str, str], ...]
    answer: str
    why: Callable[..., str] = field(repr=False)
    name: str = ""

    @classmethod
    def from_words(cls, name: str, answer: str, letters: str = "abc") -> "Question":
        """Build the question whose words stand in ``en.json`` under ``predict.<name>``.

        ``answer`` is the letter of the right one, ``letters`` those of all options in order.

        Examples
        --------
        >>> Question.from_words("01.shuffled", "b").options[0][0]
        'a'
        """
        options = tuple((letter, t(f"predict.{name}.{letter}")) for letter in letters)
        return cls(t(f"predict.{name}.question"), options, answer, why_of(name), name)


def why_of(name: str) -> Callable[..., str]:
    """Return what explains a prediction: it takes what was measured, by name."""
    return lambda **measured: t(f"predict.{name}.why", **measured)
