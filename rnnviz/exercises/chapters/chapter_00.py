"""Exercises and predictions of chapter 00, Start here."""

from typing import Any

from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"00.first-month": "b"}


def _between(low: float, high: float, answer: Any) -> bool:
    return not isinstance(answer, str) and low < float(answer) < high


# The lab's sequences have 132 months, so the last one is number 131.
_MOST_HEARD = Exercise(
    "00.most-heard-month",
    131,
    mistakes=(
        Mistake("counted-from-one", 132),
        Mistake("least-heard", 0),
        Mistake("from-the-end", -1),
        Mistake("all-norms", lambda answer: getattr(answer, "shape", None) == (132,)),
        Mistake("strength", lambda answer: _between(0, 1, answer)),
    ),
)

# Mean absolute errors on the held-out months: 28.5 same as now, 32.2 eleven years before, 20.4 linear. The network's
# is near the last one, above it or below as the seed falls, so an answer near it may be either.
_BEST_RULE = Exercise(
    "00.best-simple-rule",
    20.38,
    tolerance=0.1,
    mistakes=(
        Mistake("same-as-now", 28.49),
        Mistake("eleven-years", 32.15),
        Mistake("name", lambda answer: answer == "linear in the last 11 years"),
        Mistake("rounded", lambda answer: same(answer, 20) or same(answer, 20.5)),
        Mistake("network", lambda answer: _between(18, 23, answer)),
    ),
)

EXERCISES = (_MOST_HEARD, _BEST_RULE)
