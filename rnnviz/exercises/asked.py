"""A question as it stands before the learner: what she may answer, how that is written, and what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rnnviz.checks import shown
from rnnviz.exercises.answers.numeric import NumberQuestion
from rnnviz.exercises.answers.specs import Question
from rnnviz.i18n import t

__all__ = ["Asked", "Choices", "Outcome", "Quantity"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Outcome:
    """What came of a prediction.

    Parameters
    ----------
    right : bool or None
        Whether it was; None where there was no prediction.
    words : str
        Prediction and result beside each other, a sentence.
    truth : str
        The result alone.
    """

    right: bool | None
    words: str
    truth: str


class Asked(Protocol):
    """What a guess needs of its question. An answer is kept as the key of an option, or as a number."""

    question: Any
    order: tuple[str, ...]

    def read(self, answer: Any) -> str | float:
        """Return what is kept of an answer; TypeError or ValueError for none of those that there are."""

    def again(self, kept: Any) -> str | float | None:
        """Return what was kept of an earlier answer, None where the question has no such answer any more."""

    def told(self, kept: str | float) -> str | float:
        """Return an answer as the learner would say it: the letter that she saw, or the number."""

    def words(self, kept: str | float) -> str:
        """Write an answer out."""

    def lines(self) -> list[str]:
        """Return what may be answered, a line each."""

    def outcome(self, kept: str | float | None, measured: Mapping[str, object]) -> Outcome:
        """Set a prediction beside what came out."""


class Choices:
    """A question with options, lettered in the order in which they are shown.

    Parameters
    ----------
    question : Question
        What is asked.
    order : sequence of str
        The options' keys in the order shown.

    Examples
    --------
    >>> asked = Choices(Question("Rising?", (("a", "yes"), ("b", "no")), "a", "".format), order=("b", "a"))
    >>> asked.lines(), asked.read("a"), asked.read("yes")
    (['a) no', 'b) yes'], 'b', 'a')
    """

    def __init__(self, question: Question, order: Sequence[str]) -> None:
        self.question = question
        self.order = tuple(order)
        self._texts = dict(question.options)
        # options of one's own may have words for keys, and are then called by these
        lettered = all(len(key) == 1 for key in self.order)
        self._labels = dict(zip(self.order, _LETTERS if lettered else self.order, strict=False))
        self._keys = {label: key for key, label in self._labels.items()}

    def read(self, answer: Any) -> str:
        """Return the key of the option with this letter or these words."""
        if isinstance(answer, str):
            plain = answer.strip().lower()
            by_words = {words.strip().lower(): key for key, words in self._texts.items()}
            found = self._keys.get(answer, self._keys.get(plain, by_words.get(plain)))
            if found is not None:
                return found
        raise ValueError(
            f"answer must be one of {', '.join(self._keys)}, or the words of an option, got {shown(answer)}."
        )

    def key(self, key: Any) -> str:
        """Return the key of an option as it is written in the question, whatever the order shown."""
        if not isinstance(key, str) or key not in self._texts:
            raise ValueError(f"key must be one of {', '.join(self._texts)}, got {shown(key)}.")
        return key

    def again(self, kept: Any) -> str | None:
        """Return the key if there still is such an option."""
        return kept if isinstance(kept, str) and kept in self._texts else None

    def told(self, kept: str | float) -> str:
        """Return the letter that it is shown with."""
        return self._labels[str(kept)]

    def words(self, kept: str | float) -> str:
        """Write an option out, its letter first."""
        return t("predict.option", letter=self.told(kept), words=self._texts[str(kept)])

    def lines(self) -> list[str]:
        """Return the options in the order shown."""
        return [self.words(key) for key in self.order]

    def outcome(self, kept: str | float | None, measured: Mapping[str, object]) -> Outcome:
        """Set the chosen option beside the right one."""
        truth = self.words(self.question.answer)
        if kept is None:
            return Outcome(None, t("predict.none", truth=truth), truth)
        if kept == self.question.answer:
            return Outcome(True, t("predict.right", choice=truth), truth)
        return Outcome(False, t("predict.wrong", choice=self.words(kept), truth=truth), truth)


class Quantity:
    """A question for a number.

    Parameters
    ----------
    question : NumberQuestion
        What is asked, and how it is judged.

    Examples
    --------
    >>> from rnnviz.exercises.answers.numeric import Number
    >>> asked = Quantity(NumberQuestion("How many?", Number(12.0), "steps"))
    >>> asked.outcome(3.5, {}).words
    'You said 3.5 steps, it was 12 steps: a factor of 3.43 too low.'
    """

    def __init__(self, question: NumberQuestion) -> None:
        self.question = question
        self.order: tuple[str, ...] = ()  # a number has no options

    def read(self, answer: Any) -> float:
        """Return the number, however it was written."""
        return self.question.read(answer)

    def again(self, kept: Any) -> float | None:
        """Return the number if one was kept."""
        return kept if isinstance(kept, float) else None

    def told(self, kept: str | float) -> float:
        """Return the number as she said it."""
        return float(kept)

    def words(self, kept: str | float) -> str:
        """Write a number with its unit."""
        return self.question.words(float(kept))

    def lines(self) -> list[str]:
        """Return what counts as near enough."""
        return [t("predict.number.ask", tolerance=self.question.tolerance)]

    def outcome(self, kept: str | float | None, measured: Mapping[str, object]) -> Outcome:
        """Set the number beside the one that was measured."""
        value = self.question.measured(measured)
        truth = self.question.words(value)
        if kept is None:
            return Outcome(None, t("predict.number.none", measured=truth), truth)
        said, fields = float(kept), {"said": self.words(kept), "measured": truth}
        if self.question.number.close(said, value):
            return Outcome(True, t("predict.number.right", tolerance=self.question.tolerance, **fields), truth)
        return Outcome(False, t("predict.number.wrong", apart=self.question.apart(said, value), **fields), truth)
