"""Exercises and predictions of chapter 13, Long-range dependencies."""

from typing import Any

import numpy as np

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, held_out, setting, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import shape_of

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"13.tide": "c", "13.ceiling": Number(within=0.05), "13.digits": "a"}

_ROAD = Exercise(
    "13.shortest-road",
    11,
    mistakes=(
        Mistake("greedy", 12),
        Mistake("one-by-one", 98),
        Mistake("only-tens", 17),
        Mistake("overshoots", lambda answer: answer in (9, 10) or 9.79 < answer < 9.81),
        Mistake("from-zero", 99),
    ),
)


def _numbers(answer: Any) -> list[float]:
    """Return an answer of numbers as a list; an empty one of anything else."""
    try:
        return [float(one) for one in np.ravel(answer)]
    except (TypeError, ValueError):
        return []


# of the network with a skip: its skip; of the other: the periods of its middle and of its slowest group
_READ = [7.0, 3.0, 12.0]
_CLOCKS = Exercise(
    "13.read-the-clocks",
    lambda answer: _numbers(answer) == _READ,
    mistakes=(
        Mistake("three-numbers", lambda answer: len(_numbers(answer)) != 3),
        Mistake("order", lambda answer: sorted(_numbers(answer)) == sorted(_READ)),
        Mistake("fastest-too", lambda answer: 1.0 in _numbers(answer)),
        Mistake("counted-teeth", lambda answer: _numbers(answer)[1:] in ([3.0, 5.0], [20.0, 5.0], [20.0, 12.0])),
        Mistake("skip-off", lambda answer: _numbers(answer)[1:] == _READ[1:]),
        Mistake("clock-off", lambda answer: _numbers(answer)[:1] == _READ[:1]),
    ),
)


def _mask(*periods: int) -> Trial:
    each = np.asarray(periods, np.float64)
    return Trial({"periods": each}, (each[:, None] <= each[None]).astype(np.float64))


# not in order, so that a triangle is no answer; a period comes twice
_TRIALS = [_mask(1, 1, 2, 2, 4, 4), _mask(4, 1, 2, 8, 1), _mask(3, 3, 1, 9), _mask(1, 2), _mask(6, 6, 6)]
_EACH = _TRIALS[0].inputs["periods"]


_MASK = Exercise(
    "13.clock-mask",
    _TRIALS[0].expected,
    tolerance=1e-9,
    observe=tried_on(_TRIALS, 1e-9),
    mistakes=(
        Mistake("only-there", only_there),
        Mistake("transposed", (_EACH[:, None] >= _EACH[None]).astype(np.float64)),
        Mistake("own-group-missing", (_EACH[:, None] < _EACH[None]).astype(np.float64)),
        Mistake("only-own-group", (_EACH[:, None] == _EACH[None]).astype(np.float64)),
        Mistake("triangle", np.triu(np.ones((6, 6)))),
        Mistake("a-row", lambda answer: shape_of(answer) == (6,)),
    ),
)


def _arrived(share: float) -> str:
    """Write a share; once it is enough its digits say nothing, and they differ from processor to processor."""
    return "over 0.001" if share > 1e-3 else f"{share:.0e}"


_TIDE = LabExercise(
    "13.before-the-score",
    goals=(
        Goal("cell", setting("cell"), lambda cell: cell == "gru"),
        Goal("length", setting("seq_len"), lambda length: length >= 100),
        Goal("tide", gradient(0, over=-1), lambda share: share > 1e-3, written=_arrived),
        Goal("score", held_out, lambda error: error > 0.1, written="{:.1f}".format),
    ),
    task="adding",
    mistakes=(
        Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 100),
        Mistake("too-late", lambda snapshot: held_out(snapshot) <= 0.1),
        Mistake("too-early", lambda snapshot: steps(snapshot) < 100),
    ),
)

EXERCISES = (_ROAD, _CLOCKS, _MASK, _TIDE)
