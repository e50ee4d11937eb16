"""Exercises and predictions of chapter 00, Start here."""

from typing import Any

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, setting
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

# With three seeds the first month lies about 8 powers of ten below the last.
PREDICTIONS = {"00.open-gates": "c", "00.first-month": Number(within=2)}


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

# A new LSTM, 100 letters, in parts of the last step's gradient: about 1e-22 with forget bias 0, 4e-4 or more with 3.
_HEAR_THE_START = LabExercise(
    "00.hear-the-start",
    goals=(
        Goal("length", setting("seq_len"), lambda length: length >= 100),
        Goal("gradient", gradient(0, over=-1), lambda ratio: ratio > 1e-4, written="{:.0e}".format),
    ),
    task="temporal-order",
    mistakes=(Mistake("short", lambda snapshot: snapshot.settings.seq_len < 100),),
)

EXERCISES = (_MOST_HEARD, _BEST_RULE, _HEAR_THE_START)
