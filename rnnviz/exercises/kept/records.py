"""What is kept of a prediction and of an exercise, and how it is written into an output's metadata and read again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Attempt", "Prediction", "record_in"]

KEY = "rnnviz"  # in an output's metadata
_LONGEST = 400  # characters; a notebook may come from anybody


@dataclass(frozen=True)
class Prediction:
    """A question, what was said, and what came out.

    Parameters
    ----------
    name : str
        The question's id, or its words.
    text : str
        The question.
    answer : str, float or None
        The key of an option, or a number; None while it is open.
    said, came : str
        Prediction and result in words; empty while there is none.
    right : bool or None
        Whether it was right; None until it is revealed.
    order : tuple of str
        The keys of the options in the order in which they were shown.
    at : float
        When, in seconds since 1970.
    """

    name: str
    text: str = ""
    answer: str | float | None = None
    said: str = ""
    came: str = ""
    right: bool | None = None
    order: tuple[str, ...] = ()
    at: float = 0.0

    def metadata(self) -> dict[str, Any]:
        """Return it as metadata of an output; what is not known yet is not there."""
        parts: dict[str, Any] = {
            "question": self.name,
            "text": self.text,
            "answer": self.answer,
            "said": self.said,
            "came": self.came,
        }
        parts |= {"right": self.right, "order": list(self.order), "at": self.at}
        return {
            KEY: {
                "prediction": {name: part for name, part in parts.items() if part is not None and part not in ("", [])}
            }
        }


@dataclass(frozen=True)
class Attempt:
    """An exercise that was tried.

    Parameters
    ----------
    id : str
        Of the exercise.
    solved : bool
        Whether an answer of hers was right, this one or an earlier one.
    kind : str
        Which kind of answer the last one was, as `Verdict.hint` names it.
    tries : int
        How many answers there were.
    at : float
        When the last one was, in seconds since 1970.
    """

    id: str
    solved: bool
    kind: str = ""
    tries: int = 1
    at: float = 0.0

    def metadata(self) -> dict[str, Any]:
        """Return it as metadata of an output."""
        parts = {"id": self.id, "solved": self.solved, "kind": self.kind, "tries": self.tries, "at": self.at}
        return {KEY: {"exercise": parts}}


def record_in(metadata: Any) -> Prediction | Attempt | None:
    """Return what an output's metadata keep, None where that is nothing, or nothing that can be read.

    >>> record_in(Attempt("01.step", solved=True).metadata()).solved
    True
    """
    ours = metadata.get(KEY) if isinstance(metadata, Mapping) else None
    if not isinstance(ours, Mapping):
        return None
    if isinstance(found := ours.get("prediction"), Mapping) and (name := _words(found.get("question"))):
        right = found.get("right")
        return Prediction(
            name,
            _words(found.get("text")),
            _answer(found.get("answer")),
            _words(found.get("said")),
            _words(found.get("came")),
            right if isinstance(right, bool) else None,
            tuple(map(_words, found["order"])) if isinstance(found.get("order"), list) else (),
            _number(found.get("at")),
        )
    if isinstance(found := ours.get("exercise"), Mapping) and (id := _words(found.get("id"))):
        tries = max(1, int(_number(found.get("tries"))))
        return Attempt(id, found.get("solved") is True, _words(found.get("kind")), tries, _number(found.get("at")))
    return None


def _words(value: Any) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def _answer(value: Any) -> str | float | None:
    return _words(value) or None if isinstance(value, str) else _number(value) if _is_number(value) else None


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False
