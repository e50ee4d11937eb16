"""Exercises and predictions of chapter 10, Time-series forecasting."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import held_out, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same, shape_of
from rnnviz.i18n import t
from rnnviz.training import Snapshot

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"10.pile-up": "b", "10.co2": Number(factor=2)}

_random = np.random.default_rng(10)


def _cut(series: NDArray[Any], lookback: int, horizon: int, answer: int = 0) -> NDArray[Any]:
    """Return windows with their answer behind them; ``answer`` moves the answer by some steps."""
    starts = range(len(series) - lookback - horizon + 1 - max(0, answer))
    ends = [start + lookback - 1 for start in starts]
    return np.array([[*series[end - lookback + 1 : end + 1], series[end + horizon + answer]] for end in ends])


def _windows(count: int, lookback: int, horizon: int) -> Trial:
    series = _random.normal(size=count)
    return Trial(
        {"series": series},
        _cut(series, lookback, horizon),
        lambda function: lambda values: function(values, lookback, horizon),
    )


_WINDOW_TRIALS = [_windows(12, 4, 3), _windows(20, 6, 1), _windows(15, 1, 5), _windows(9, 5, 4)]
_SERIES = _WINDOW_TRIALS[0].inputs["series"]
_WINDOWS = Exercise(
    "10.windows",
    _WINDOW_TRIALS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_WINDOW_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("next-step", lambda answer: _begins_like(answer, _cut(_SERIES, 4, 1))),
        Mistake("one-too-far", lambda answer: _begins_like(answer, _cut(_SERIES, 4, 3, answer=1))),
        Mistake("one-too-near", lambda answer: _begins_like(answer, _cut(_SERIES, 4, 3, answer=-1))),
        Mistake("last-missing", _WINDOW_TRIALS[0].expected[:-1]),
        Mistake("no-answer", lambda answer: _table(answer).shape[1:] == (4,)),
        Mistake("whole-path", lambda answer: _table(answer).shape[1:] == (7,)),
    ),
)


def _table(answer: Any) -> NDArray[Any]:
    """Return an answer of rows as an array; an empty one of anything else."""
    try:
        return np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        return np.empty(0)


def _begins_like(answer: Any, wrong: NDArray[Any]) -> bool:
    """Whether an answer has the rows of ``wrong``; how many of them does not matter."""
    rows = _table(answer)
    count = min(len(wrong), len(rows)) if rows.ndim == 2 else 0
    return count > 0 and same(rows[:count], wrong[:count], 1e-6)


def _skill(origins: int, ahead: int) -> Trial:
    truth = _random.normal(size=(origins, ahead))
    near, far = (truth + size * _random.normal(size=truth.shape) for size in (1.0, 2.0))
    inputs = {"forecast": near, "naive": far, "truth": truth}
    return Trial(inputs, 1 - np.abs(near - truth).mean(0) / np.abs(far - truth).mean(0))


_SKILL_TRIALS = [_skill(6, 3), _skill(11, 5), _skill(4, 1), _skill(2, 7)]
_NEAR, _FAR, _TRUTH = (_SKILL_TRIALS[0].inputs[name] for name in ("forecast", "naive", "truth"))
_ERROR, _NAIVE_ERROR = np.abs(_NEAR - _TRUTH), np.abs(_FAR - _TRUTH)
_SKILL = Exercise(
    "10.skill",
    _SKILL_TRIALS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_SKILL_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("ratio", _ERROR.mean(0) / _NAIVE_ERROR.mean(0)),
        Mistake("upside-down", 1 - _NAIVE_ERROR.mean(0) / _ERROR.mean(0)),
        Mistake("one-number", lambda answer: same(answer, 1 - _ERROR.mean() / _NAIVE_ERROR.mean(), 1e-6)),
        Mistake("mean-of-ratios", 1 - (_ERROR / _NAIVE_ERROR).mean(0)),
        Mistake("squares", 1 - (_ERROR**2).mean(0) / (_NAIVE_ERROR**2).mean(0)),
        Mistake("signed", 1 - (_NEAR - _TRUTH).mean(0) / (_FAR - _TRUTH).mean(0)),
        Mistake("other-axis", lambda answer: shape_of(answer) == (6,)),
    ),
)


def _rows(answer: Any) -> list[int]:
    return sorted({int(one) for one in np.ravel(answer)})


_LEAK = Exercise(
    "10.leak",
    lambda answer: np.ndim(answer) == 1 and _rows(answer) == [2, 3, 5],
    mistakes=(
        Mistake("scaler", lambda answer: _rows(answer) == [2, 3]),
        Mistake("answer", lambda answer: _rows(answer) in ([3], [3, 5])),
        Mistake("test", lambda answer: 4 in _rows(answer)),
        Mistake("windows", lambda answer: _rows(answer) == [5]),
        Mistake("good-ones", lambda answer: _rows(answer) in ([0, 1], [0, 1, 4])),
    ),
)


def _naive(snapshot: Snapshot) -> float:
    return float(snapshot.baselines[t("task.series.naive")])


_GROWING = LabExercise(
    "10.growing",
    goals=(
        Goal("score", held_out, lambda error: error < 0.5, written="{:.1f}".format),
        Goal("far", _naive, lambda error: error > 1.0, written="{:.1f}".format),
    ),
    task="growing",
    mistakes=(
        Mistake("untrained", lambda snapshot: steps(snapshot) < 20),
        Mistake("near", lambda snapshot: _naive(snapshot) <= 1.0),
        Mistake("level", lambda snapshot: held_out(snapshot) > 1.5),
    ),
)

EXERCISES = (_WINDOWS, _SKILL, _LEAK, _GROWING)
