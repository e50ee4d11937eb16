"""`predict`: commit to an answer before the experiment, and learn afterwards whether and why."""

import textwrap
from collections.abc import Mapping
from typing import Any, Self

from rnnviz.checks import flag, known, shown, text
from rnnviz.exercises.answers.numeric import Number, NumberQuestion
from rnnviz.exercises.answers.specs import Question
from rnnviz.exercises.asked import Asked, Choices, Quantity
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.exercises.checking import WIDTH
from rnnviz.exercises.kept.learner import order_of, reads_along
from rnnviz.exercises.kept.records import Prediction
from rnnviz.exercises.kept.this_notebook import Place, keep_prediction, known_predictions
from rnnviz.i18n import t

__all__ = ["Guess", "predict"]


def predict(
    question: str,
    *,
    options: Mapping[str, str] | None = None,
    number: bool = False,
    answer: str | float | None = None,
    unit: str = "",
    factor: float | None = None,
    within: float | None = None,
    why: str = "",
) -> "Guess":
    """Ask a question before an experiment: for one of several options, or for a number.

    Parameters
    ----------
    question : str
        The id of a chapter's own question, or the text of a new one.
    options : mapping of str to str, optional
        For a new question: letter and words of each possible answer, at least two. Who reads along in a notebook sees
        them in an order of her own; the letters go with the places.
    number : bool
        For a new question: whether the answer is a number.
    answer : str or float, optional
        For a new question: the letter of the right option, as it stands in ``options``, or the right number. A number
        may be left out here and given to `Guess.reveal` as ``measured``.
    unit : str
        What stands behind a number, such as ``"steps"``.
    factor : float, optional
        A number within this factor is right, above 1; 2 by default.
    within : float, optional
        In place of ``factor``: a number within this amount is right.
    why : str
        For a new question: what to explain afterwards; ``{names}`` are filled with the measured values.

    Returns
    -------
    Guess
        Shown as radio buttons, or a box, and a button in JupyterLab; `Guess.commit` does the same from code.

    Raises
    ------
    TypeError
        If ``options`` is no mapping, ``why`` no text, or a number is wanted and none is given.
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
    >>> steps = predict("How many steps until the gate has lost half?", number=True, unit="steps")
    >>> steps.commit(3.5)
    You predict 3.5 steps. You can change your mind until it is revealed.
    >>> steps.reveal(measured=12)
    You said 3.5 steps, it was 12 steps: a factor of 3.43 too low.
    """
    numeric = {"unit": unit, "factor": factor, "within": within}
    if flag("number", number):
        if options is not None:
            raise TypeError(f"a prediction has options or is a number, not both, got options {shown(options)}.")
        judged = Number(_known(answer), factor, within)
        words = text("why", why)
        return Guess(NumberQuestion(text("question", question), judged, text("unit", unit), words.format)).begun()
    if named := [f"{name}={shown(value)}" for name, value in numeric.items() if value not in ("", None)]:
        raise TypeError(f"a prediction of a number needs number=True beside {', '.join(named)}.")
    if options is not None:
        return Guess(_chosen_among(question, options, answer, why)).begun()
    sentence = "there is no prediction {unknown}; there are {known}, or give options= and answer=, or number=True."
    asked = PREDICTIONS[question := known(sentence, question, sorted(PREDICTIONS))]
    if isinstance(asked, Number):
        return Guess(NumberQuestion.from_words(question, asked)).begun()
    return Guess(Question.from_words(question, asked)).begun()


def _known(answer: str | float | None) -> float | None:
    if isinstance(answer, str):
        raise TypeError(f"answer must be the number that comes out, or left out, got {shown(answer)}.")
    return answer


def _chosen_among(question: Any, options: Any, answer: Any, why: Any) -> Question:
    """Return a new question with options, checked."""
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
    return Question(question, tuple(options.items()), answer, why.format)


class Guess:
    """A question, the learner's answer to it, and the moment of truth. Made by `predict`.

    Parameters
    ----------
    question : Question or NumberQuestion
        What is asked.
    """

    def __init__(self, question: Question | NumberQuestion) -> None:
        self._question, self._name = question, question.name or question.text
        self._earlier = known_predictions().get(self._name) if reads_along() else None
        self._asked = _asked(question, self._name, self._earlier)
        self._kept: str | float | None = None
        self._settled = False
        self._panel: Any = None
        self._place = Place()

    def begun(self) -> Self:
        """Return it with what was answered on an earlier day, kept by the cell that asks."""
        if self._earlier is not None and (kept := self._asked.again(self._earlier.answer)) is not None:
            self._kept = kept
            self._place.show(self._earlier)
        else:
            self._keep()
        return self

    @property
    def choice(self) -> str | float | None:
        """What was committed to: the letter of an option, as it is shown, or a number; None for nothing yet."""
        return None if self._kept is None else self._asked.told(self._kept)

    def __repr__(self) -> str:
        return f"Guess({self._name!r}, choice={self.choice!r})"

    def __str__(self) -> str:
        lines = (f"  {line}" for line in self._asked.lines())
        return "\n".join([textwrap.fill(self._question.text, WIDTH), *lines])

    def commit(self, answer: str | float | None = None, *, key: str | None = None) -> None:
        """Predict; the last commitment before `reveal` counts.

        Parameters
        ----------
        answer : str or float
            The letter of an option as it is shown, its words, or for a number the number.
        key : str, optional
            In place of ``answer``: the option's letter as the question was written, which is the same in every order.

        Raises
        ------
        TypeError, ValueError
            If there is no such option, or the answer is no number where one is wanted.

        Examples
        --------
        >>> guess = predict("Falls it?", options={"a": "yes", "b": "no"}, answer="a")
        >>> guess.commit("no")
        You predict b) no. You can change your mind until it is revealed.
        """
        if key is not None and answer is not None:
            raise TypeError(f"commit takes answer or key, not both, got {shown(answer)} and {shown(key)}.")
        if key is not None:
            if not isinstance(self._asked, Choices):
                raise TypeError(f"key names an option, and this question asks for a number, got {shown(key)}.")
            answer = self._asked.told(self._asked.key(key))
        print(textwrap.fill(self._committed(answer), WIDTH))
        self._follow()

    def reveal(self, **measured: object) -> None:
        """Print what was predicted beside what came out, whether it was right, and why.

        Without a prediction it explains all the same, and one can still be made.

        Parameters
        ----------
        **measured : object
            What the experiment gave, where the explanation asks for it; for a number ``measured``, the number itself.

        Raises
        ------
        TypeError, ValueError
            If a value is asked for that is not given, or ``measured`` is no number where one is wanted.

        Examples
        --------
        >>> guess = predict("Falls it?", options={"a": "yes", "b": "no"}, answer="a", why="To {loss:.1f}.")
        >>> guess.reveal(loss=0.25)
        You have made no prediction. It is a) yes.
        Why: To 0.2.
        """
        outcome = self._asked.outcome(self._kept, measured)
        why = self._why(measured)
        # without a choice nothing is settled: one may still predict, and be told again
        self._settled = self._kept is not None
        self._keep(came=outcome.truth, right=outcome.right)
        lines = [outcome.words, *([t("predict.why", why=why)] if why else [])]
        print("\n".join(textwrap.fill(line, WIDTH) for line in lines))
        self._follow()

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

    def _committed(self, answer: Any) -> str:
        """Take the answer unless it is too late, and return the sentence that says what happened."""
        kept = self._asked.read(answer)
        if self._settled:
            return t("predict.settled")
        self._kept, self._earlier = kept, None
        self._keep()
        return t("predict.committed", choice=self._asked.words(kept))

    def _pressed(self, answer: Any) -> str:
        """Answer the panel's button: what somebody wrote in the box is told, not raised."""
        try:
            return self._committed(answer)
        except ValueError:
            return t("predict.number.unread")

    def _keep(self, came: str = "", right: bool | None = None) -> None:
        """Have the notebook keep what was said, and once it is revealed what came of it."""
        said = "" if self._kept is None else self._asked.words(self._kept)
        kept = Prediction(self._name, self._question.text, self._kept, said, came, right, self._asked.order)
        self._place.show(keep_prediction(kept))

    def _follow(self) -> None:
        if self._panel is not None:
            said = None
            if self._earlier is not None and self._kept is not None and not self._settled:
                said = t("predict.earlier", choice=self._asked.words(self._kept))
            self._panel.follow(self.choice, self._settled, said)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        if self._panel is None:
            from rnnviz.exercises.panel import NumberPanel, PredictPanel  # widgets are loaded when one is shown

            asked = self._asked
            if isinstance(asked, Choices):
                pairs = [(asked.words(key), asked.told(key)) for key in asked.order]
                self._panel = PredictPanel(self._question.text, pairs, self._pressed)
            else:
                question = asked.question
                self._panel = NumberPanel(question.text, question.unit, question.tolerance, self._pressed)
            self._follow()
        return {**self._panel.widget._repr_mimebundle_(), "text/plain": str(self)}


def _asked(question: Question | NumberQuestion, name: str, earlier: Prediction | None) -> Asked:
    if isinstance(question, NumberQuestion):
        return Quantity(question)
    return Choices(question, order_of(name, [key for key, _ in question.options], earlier.order if earlier else ()))
