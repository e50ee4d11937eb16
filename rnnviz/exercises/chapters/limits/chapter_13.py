"""Exercises and predictions of chapter 13, Long-range dependencies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import gradient, held_out, setting, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried
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

# which road each curve of the figure belongs to; the figure is drawn in the order of a seed
_CURVES = ("skip", "attention", "gru", "clockwork")


def _named(answer: Any) -> list[str]:
    """Return an answer of names in small letters; an empty list of anything else."""
    names = answer if isinstance(answer, list | tuple) else np.ravel(answer).tolist()
    return [str(one).strip().lower() for one in names]


def _swapped(first: str, second: str) -> Any:
    """Return whether an answer has these two, and nothing else, the wrong way round."""
    other = {first: second, second: first}
    return lambda answer: _named(answer) == [other.get(name, name) for name in _CURVES]


_SHAPES = Exercise(
    "13.which-road",
    lambda answer: _named(answer) == list(_CURVES),
    mistakes=(
        Mistake("skip-clockwork", _swapped("skip", "clockwork")),
        Mistake("gru-clockwork", _swapped("gru", "clockwork")),
        Mistake("gru-skip", _swapped("gru", "skip")),
        Mistake("attention", lambda answer: _of_four(answer) and _named(answer)[1] != "attention"),
        Mistake("names", lambda answer: not _of_four(answer)),
    ),
)


def _of_four(answer: Any) -> bool:
    return sorted(_named(answer)) == sorted(_CURVES)


def _mask(*periods: int) -> Trial:
    each = np.asarray(periods, np.float64)
    return Trial({"periods": each}, (each[:, None] <= each[None]).astype(np.float64))


# not in order, so that a triangle is no answer; a period comes twice
_TRIALS = [_mask(1, 1, 2, 2, 4, 4), _mask(4, 1, 2, 8, 1), _mask(3, 3, 1, 9), _mask(1, 2), _mask(6, 6, 6)]
_EACH = _TRIALS[0].inputs["periods"]


def _wrong(mask: NDArray[Any]) -> NDArray[Any]:
    return mask.astype(np.float64)


_MASK = Exercise(
    "13.clock-mask",
    _TRIALS[0].expected,
    tolerance=1e-9,
    observe=lambda function: tried(function, _TRIALS, 1e-9),
    mistakes=(
        Mistake("only-there", only_there),
        Mistake("transposed", _wrong(_EACH[:, None] >= _EACH[None])),
        Mistake("own-group-missing", _wrong(_EACH[:, None] < _EACH[None])),
        Mistake("only-own-group", _wrong(_EACH[:, None] == _EACH[None])),
        Mistake("triangle", np.triu(np.ones((6, 6)))),
        Mistake("a-row", lambda answer: shape_of(answer) == (6,)),
    ),
)

_TIDE = LabExercise(
    "13.before-the-score",
    goals=(
        Goal("cell", setting("cell"), lambda cell: cell == "gru"),
        Goal("length", setting("seq_len"), lambda length: length >= 100),
        Goal("tide", gradient(0, over=-1), lambda share: share > 1e-3, written="{:.0e}".format),
        Goal("score", held_out, lambda error: error > 0.1, written="{:.1f}".format),
    ),
    task="adding",
    mistakes=(
        Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 100),
        Mistake("too-late", lambda snapshot: held_out(snapshot) <= 0.1),
        Mistake("too-early", lambda snapshot: steps(snapshot) < 100),
    ),
)

EXERCISES = (_ROAD, _SHAPES, _MASK, _TIDE)
