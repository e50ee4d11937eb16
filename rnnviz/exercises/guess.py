"""`predict`: commit to an answer before the experiment, and learn afterwards whether and why."""

import textwrap
from collections.abc import Mapping
from typing import Any

from rnnviz.checks import shown
from rnnviz.exercises.answers.specs import Question
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.exercises.checking import WIDTH
from rnnviz.i18n import t

__all__ = ["Guess", "predict"]


def predict(
    question: str, *, options: Mapping[str, str] | None = None, answer: str | None = None, why: str = ""
) -> "Guess":
    """Ask a question before an experiment.

    Parameters
    ----------
    question : str
        The id of a chapter's own question, or the text of a new one.
    options : mapping of str to str, optional
        For a new question: letter and words of each possible answer, at least two.
    answer : str, optional
        For a new question: the letter of the right one.
    why : str
        For a new question: what to explain afterwards; ``{names}`` are filled with the measured values.

    Returns
    -------
    Guess
        Shown as radio buttons and a button in JupyterLab; `Guess.commit` does the same from code.

    Raises
    ------
    TypeError
        If ``options`` is no mapping or ``why`` no text.
    ValueError
        If there is no question of that id, fewer than two options are given, or the answer is not one of them.

    Examples
    --------
    >>> guess = predict("Is tanh(100) above 1?", options={"a": "yes", "b": "no"}, answer="b", why="tanh stays below 1.")
    >>> guess.commit("a")
    You predict a) yes. You can change your mind until it is revealed.
    >>> guess.reveal()
    You predicted a) yes. It is b) no.
    Why: tanh stays below 1.
    """
    if options is not None:
        if not isinstance(options, Mapping) or not isinstance(why, str):
            raise TypeError(
                "a prediction needs options as a dict, such as {'a': 'yes', 'b': 'no'}, and why as words, "
                f"got {shown(options)} and {shown(why)}."
            )
        if not isinstance(question, str) or not all(isinstance(one, str) for pair in options.items() for one in pair):
            raise TypeError(
                "a prediction needs words as question, and options from letters to words, "
                f"got {shown(question)} and {shown(options)}."
            )
        if len(options) < 2 or not isinstance(answer, str) or answer not in options:
            raise ValueError(f"a prediction needs two or more options and one of them as answer, got {shown(answer)}.")
        return Guess(Question(question, tuple(options.items()), answer, why.format))
    if not isinstance(question, str) or question not in PREDICTIONS:
        known = ", ".join(sorted(PREDICTIONS))
        raise ValueError(f"there is no prediction {shown(question)}; there are {known}, or give options= and answer=.")
    return Guess(Question.from_words(question, PREDICTIONS[question]))


class Guess:
    """A question, the learner's answer to it, and the moment of truth. Made by `predict`.

    Parameters
    ----------
    question : Question
        What is asked.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        self._choice: str | None = None
        self._settled = False
        self._panel: Any = None

    @property
    def choice(self) -> str | None:
        """The letter committed to, or None."""
        return self._choice

    def __repr__(self) -> str:
        return f"Guess({self._question.name or self._question.text!r}, choice={self._choice!r})"

    def __str__(self) -> str:
        options = (f"  {self._words(letter)}" for letter, _ in self._question.options)
        return "\n".join([textwrap.fill(self._question.text, WIDTH), *options])

    def commit(self, letter: str) -> None:
        """Predict; the last commitment before `reveal` counts.

        Parameters
        ----------
        letter : str
            One of the options' letters.

        Raises
        ------
        ValueError
            If there is no such option.
        """
        print(textwrap.fill(self._committed(letter), WIDTH))
        if self._panel is not None:
            self._panel.follow(self._choice, self._settled)

    def reveal(self, **measured: object) -> None:
        """Print what was predicted, whether it was right, and why.

        Without a prediction it explains all the same, and one can still be made.

        Parameters
        ----------
        **measured : object
            What the experiment gave, where the explanation asks for it.

        Raises
        ------
        TypeError
            If the explanation asks for a value that is not given.

        Examples
        --------
        >>> guess = predict("Falls it?", options={"a": "yes", "b": "no"}, answer="a", why="To {loss:.1f}.")
        >>> guess.reveal(loss=0.25)
        You have made no prediction. It is a) yes.
        Why: To 0.2.
        """
        why = self._why(measured)
        # without a choice nothing is settled: one may still predict, and be told again
        self._settled = self._choice is not None
        lines = [self._verdict(), *([t("predict.why", why=why)] if why else [])]
        print("\n".join(textwrap.fill(line, WIDTH) for line in lines))
        if self._panel is not None:
            self._panel.follow(self._choice, self._settled)

    def _why(self, measured: Mapping[str, object]) -> str:
        try:
            return self._question.why(**measured)
        except KeyError as missing:
            name = missing.args[0]
            raise TypeError(f"the explanation needs a measured value: give it with reveal({name}=...).") from None
        except (
            TypeError,
            ValueError,
            RuntimeError,
            IndexError,
            AttributeError,
        ) as error:  # from a value's own __format__
            given = ", ".join(f"{name}={shown(value)}" for name, value in measured.items()) or "no value"
            raise TypeError(
                f"the explanation cannot be filled in with {given}; give plain numbers or words: {shown(str(error))}."
            ) from None

    def _verdict(self) -> str:
        truth = self._words(self._question.answer)
        if self._choice is None:
            return t("predict.none", truth=truth)
        if self._choice == self._question.answer:
            return t("predict.right", choice=truth)
        return t("predict.wrong", choice=self._words(self._choice), truth=truth)

    def _committed(self, letter: str) -> str:
        """Take the letter unless it is too late, and return the sentence that says what happened."""
        letters = [known for known, _ in self._question.options]
        if not isinstance(letter, str) or letter not in letters:
            raise ValueError(f"letter must be one of {', '.join(letters)}, got {shown(letter)}.")
        if self._settled:
            return t("predict.settled")
        self._choice = letter
        return t("predict.committed", choice=self._words(letter))

    def _words(self, letter: str) -> str:
        return t("predict.option", letter=letter, words=dict(self._question.options)[letter])

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        if self._panel is None:
            from rnnviz.exercises.panel import PredictPanel  # widgets are loaded when one is shown

            pairs = [(self._words(letter), letter) for letter, _ in self._question.options]
            self._panel = PredictPanel(self._question.text, pairs, self._committed)
            self._panel.follow(self._choice, self._settled)
        return {**self._panel.widget._repr_mimebundle_(), "text/plain": str(self)}
