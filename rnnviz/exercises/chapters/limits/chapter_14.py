"""Exercises and predictions of chapter 14, Efficiency."""

import statistics
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import held_out, setting, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {
    "14.twice": Number(factor=1.4),
    "14.gpu": "b",
    "14.file": Number(factor=1.2),
}

# nn.GRU(2, 4) as two linear layers: 12 rows each, of 2 and of 4 weights.
_ROWS, _WEIGHTS = 2 * 12, 12 * (2 + 4)
_BYTES = Exercise(
    "14.bytes",
    _WEIGHTS + 4 * _ROWS + 4 * _ROWS,
    mistakes=(
        Mistake("as-floats", 4 * (_WEIGHTS + _ROWS)),
        Mistake("a-quarter", _WEIGHTS + _ROWS),
        Mistake("weights-only", _WEIGHTS),
        Mistake("as-bytes", _WEIGHTS + 2 * _ROWS),
        Mistake("no-scales", _WEIGHTS + 4 * _ROWS),
        Mistake("small-biases", _WEIGHTS + _ROWS + 4 * _ROWS),
        Mistake("one-scale", _WEIGHTS + 4 * _ROWS + 8),
        Mistake("one-row", 6 + 4 * 4),
    ),
)


class _Device:
    """A device that works on after a call has returned: its clock moves when something is started or waited for."""

    def __init__(self, lengths: Any, launch: float) -> None:
        self._lengths, self._launch = [float(one) for one in lengths], launch
        self._now, self._queued, self._calls = 100.0, 0.0, 0

    def work(self) -> None:
        self._now += self._launch
        self._queued += self._lengths[min(self._calls, len(self._lengths) - 1)]
        self._calls += 1

    def wait(self) -> None:
        self._now += self._queued
        self._queued = 0.0

    def clock(self) -> float:
        return self._now


def _timing(lengths: list[float], launch: float) -> Trial:
    def asked(function: Any) -> Any:
        def timed(given: Any) -> Any:
            device = _Device(given, launch)
            return function(device.work, device.clock, device.wait)

        return timed

    return Trial({"lengths": np.array(lengths)}, np.asarray(launch + statistics.median(lengths[2:9])), asked)


# Two calls that build and compile first, then seven, one of which was disturbed.
_LENGTHS, _LAUNCH = [500.0, 300.0, 10.0, 11.0, 30.0, 9.0, 12.0, 10.5, 11.5], 2.0
_TIMING_TRIALS = [
    _timing(_LENGTHS, _LAUNCH),
    _timing([90.0, 70.0, 4.0, 3.0, 6.0, 50.0, 5.0, 3.5, 4.5], 1.0),
    _timing([2000.0, 900.0, 70.0, 60.0, 65.0, 71.0, 62.0, 300.0, 63.0], 5.0),
]
_TIMER = Exercise(
    "14.timer",
    _TIMING_TRIALS[0].expected,
    tolerance=1e-9,
    observe=tried_on(_TIMING_TRIALS, 1e-9),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("no-wait", _LAUNCH),
        Mistake("late-wait", _LAUNCH + 11.5),
        Mistake("no-warm-up", _LAUNCH + 12.0),
        Mistake("mean", _LAUNCH + statistics.mean(_LENGTHS[2:])),
        Mistake("minimum", _LAUNCH + 9.0),
        Mistake("total", 7 * _LAUNCH + sum(_LENGTHS[2:])),
        Mistake("all-times", lambda answer: np.shape(answer) == (7,)),
    ),
)

_random = np.random.default_rng(14)


def _kept(weight: NDArray[Any], share: float) -> NDArray[Any]:
    """Return where a weight stays, if so large a share of all is set to 0, the smallest in absolute value first."""
    order = np.argsort(np.abs(weight), axis=None)
    mask = np.ones(weight.size, bool)
    mask[order[: round(share * weight.size)]] = False
    return mask.reshape(weight.shape)


def _pruning(rows: int, columns: int, share: float) -> Trial:
    weight = _random.normal(size=(rows, columns)) * np.linspace(0.3, 2.0, rows)[:, None]
    return Trial(
        {"weight": weight},
        _kept(weight, share).astype(float),
        lambda function: lambda given: _numbers(function(given, share)),
    )


def _numbers(mask: Any) -> Any:
    """Return a mask of truth values as 0 and 1, anything else as it is."""
    return mask.double() if str(getattr(mask, "dtype", "")) == "torch.bool" else mask


_PRUNING_TRIALS = [_pruning(6, 5, 0.4), _pruning(4, 10, 0.75), _pruning(8, 3, 0.5)]
_W = _PRUNING_TRIALS[0].inputs["weight"]
_BY_ROW = np.array([_kept(row, 0.4) for row in _W])
_SIGNED = np.ones(_W.size, bool)
_SIGNED[np.argsort(_W, axis=None)[:12]] = False
_MASK = Exercise(
    "14.mask",
    _PRUNING_TRIALS[0].expected,
    observe=tried_on(_PRUNING_TRIALS, 0.0),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("upside-down", 1 - _PRUNING_TRIALS[0].expected),
        Mistake("signed", _SIGNED.reshape(_W.shape).astype(float)),
        Mistake("by-row", _BY_ROW.astype(float)),
        Mistake("largest", _kept(1 / _W, 0.4).astype(float)),
        Mistake("kept-share", _kept(_W, 0.6).astype(float)),
        Mistake("weights", lambda answer: same(answer, _W * _kept(_W, 0.4), 1e-9)),
    ),
)

# Three units and fewer stay at "same as now", 28.5; six and eight reach 19 to 20 in 200 steps.
_SMALL = LabExercise(
    "14.small",
    goals=(
        Goal("size", setting("hidden_size"), lambda units: units <= 8),
        Goal("score", held_out, lambda error: error < 25, written=lambda error: f"{round(error, -1):.0f}"),
    ),
    task="sunspots",
    mistakes=(
        Mistake("large", lambda snapshot: snapshot.settings.hidden_size > 8),
        Mistake("untrained", lambda snapshot: steps(snapshot) < 50),
        Mistake("too-small", lambda snapshot: snapshot.settings.hidden_size < 5),
    ),
)


EXERCISES = (_BYTES, _TIMER, _MASK, _SMALL)
