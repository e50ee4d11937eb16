"""Predictions and exercises for a page without a kernel: what is asked, and for its script how an answer is judged."""

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

from rnnviz.exercises.answers.numeric import Number, NumberQuestion
from rnnviz.exercises.answers.specs import Exercise, Question
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from rnnviz.i18n import t
from rnnviz.site.judging import compiled

__all__ = ["check_card", "predict_card", "reveal_card"]


def predict_card(id: str) -> str:
    """Return the markup in which a prediction is made; the page's script makes it work.

    Examples
    --------
    >>> 'data-predict="01.shuffled"' in predict_card("01.shuffled")
    True
    """
    asked = PREDICTIONS[id]
    if isinstance(asked, Number):
        question = NumberQuestion.from_words(id, asked)
        given: dict[str, Any] = {
            "unit": question.unit,
            "tolerance": question.tolerance,
            "within": asked.within,
            "times": asked.times,
            "ask": t("predict.number.ask", tolerance=question.tolerance),
            "placeholder": t("predict.number.placeholder"),
        }
        text = question.text
    else:
        chosen = Question.from_words(id, asked)
        given, text = {"options": dict(chosen.options)}, chosen.text
    return _card("predict", id, t("predict.title"), text, given)


def reveal_card(id: str, told: Mapping[str, Any] | None) -> str:
    """Return the markup that sets a prediction beside what came out.

    Parameters
    ----------
    id : str
        The prediction's.
    told : mapping, optional
        What its experiment gave, ``measured`` and ``why``; without it the page says that the chapter must be run.
    """
    asked = PREDICTIONS[id]
    given: dict[str, Any] = {"button": t("site.reveal"), "id": id}
    if isinstance(asked, Number):
        measured = told["measured"] if told else asked.answer
        given |= {"measured": measured, "none": t("site.unmeasured")}
    else:
        given["answer"] = asked
    if (why := _why(id, told)) is not None:
        given["why"] = why
    return _card("reveal", id, "", "", given)


def check_card(id: str) -> str:
    """Return the markup in which an exercise is answered, or that says what it needs.

    Examples
    --------
    >>> "rv-check" in check_card("01.parameter-count"), "rv-kernel" in check_card("01.step")
    (True, True)
    """
    exercise = EXERCISES[id]
    if not isinstance(exercise, Exercise) or (judged := compiled(exercise)) is None:
        kind = "function" if isinstance(exercise, Exercise) else "lab"
        return f'<p class="rv-kernel">{html.escape(t(f"site.needs_kernel.{kind}"))}</p>'
    return _card("check", id, t("site.check.title"), "", judged)


def _why(id: str, told: Mapping[str, Any] | None) -> str | None:
    """The explanation; None where it waits for numbers that nobody has measured."""
    if told:
        return str(told["why"])
    try:
        return t(f"predict.{id}.why")
    except KeyError:
        return None


def _card(kind: str, id: str, title: str, text: str, given: Mapping[str, Any]) -> str:
    """An element that the script fills; what would give an answer away is not in plain text."""
    packed = base64.b64encode(json.dumps(given, ensure_ascii=False).encode()).decode()
    head = f'<p class="rv-card-title">{html.escape(title)}</p>' if title else ""
    body = f"<p>{html.escape(text)}</p>" if text else ""
    named = f'data-{kind}="{html.escape(id, quote=True)}"'
    return f'<div class="rv-card rv-{kind}" {named} data-given="{packed}">{head}{body}</div>'
