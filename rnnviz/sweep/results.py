"""Sweep: what the trials of a sweep have found: a table, the best settings, a picture."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.models.dropout import drop_out
from rnnviz.sweep.importance import shares
from rnnviz.sweep.shown.progress import said
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import STATES, Row, best_of
from rnnviz.sweep.trials.trial import parted
from rnnviz.tasks import Task
from rnnviz.training.session.building import Builder, builder_of
from rnnviz.training.settings import Settings
from rnnviz.training.tables import to_frame

if TYPE_CHECKING:
    from rnnviz.lab.lab import Lab

__all__ = ["Sweep"]


class Sweep:
    """What came of the trials of a sweep.

    Parameters
    ----------
    plan : Plan
        What was to be done.
    wanted : int
        How many trials.
    known : mapping
        A `Row` by its trial's number; more may come.

    Attributes
    ----------
    interrupted : bool
        Whether somebody ended it before its last trial.

    Examples
    --------
    >>> import rnnviz as rv
    >>> found = rv.sweep({"cell": ["rnn", "gru"]}, task="adding", trials=2, sampler="grid", steps=2, hidden_size=4)
    >>> [row["cell"] for row in found.rows], list(found.trials["state"])
    (['rnn', 'gru'], ['done', 'done'])
    """

    def __init__(self, plan: Plan, wanted: int, known: Mapping[int, Row]) -> None:
        self._plan, self.wanted, self._rows = plan, wanted, known
        self.interrupted = False

    def __repr__(self) -> str:
        counts = ", ".join(f"{state}={count}" for state, count in self.counts.items())
        trials = f"{len(self._rows)} of {self.wanted}" if len(self._rows) < self.wanted else len(self._rows)
        return f"Sweep(task={self._plan.task.name!r}, trials={trials}, {counts})"

    def __str__(self) -> str:
        return said(self._plan, self._finished(), self.wanted)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many trials are done, pruned and failed."""
        return {state: sum(row.state == state for row in self._rows.values()) for state in STATES}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A dict a trial, in order: its number, settings, ``score``, ``test``, ``state``, ``step`` and ``reason``."""
        return [row.flat() for row in self._finished()]

    @property
    def trials(self) -> Any:
        """The `rows` as a ``pandas.DataFrame``; ImportError where pandas is not installed."""
        rows = self.rows
        names = rows[0] if rows else ()
        return to_frame({name: _column([row[name] for row in rows]) for name in names})

    @property
    def best(self) -> dict[str, Any]:
        """The settings of the trial with the best score, varied and fixed: ``rnnviz.Lab(task, **sweep.best)``.

        Where dropout was varied, or something that a model of one's own takes, it is among them, and no lab's setting:
        then ask for the `lab`. A RuntimeError tells that no trial has trained to its end, and why.
        """
        return {**self._plan.fixed, **self._best().settings}

    def lab(self, **options: Any) -> "Lab":
        """Return a lab that begins the best trial anew, dropout and what a model of one's own takes included.

        It trains as the trial did, bit for bit, unless there is dropout: a trial draws it from generators of its own.

        Parameters
        ----------
        **options : object
            As for `rnnviz.Lab`, instead of the trial's.

        Examples
        --------
        >>> import rnnviz as rv
        >>> space, sizes = {"dropout": [0.0, 0.5]}, {"steps": 2, "hidden_size": 4, "num_layers": 2}
        >>> found = rv.sweep(space, task="adding", trials=2, sampler="grid", **sizes)
        >>> lab = found.lab(views=["hidden"])
        >>> lab.model.recurrent.dropout == found.best["dropout"]
        True
        """
        from rnnviz.lab.lab import Lab  # with plotly, for who has asked for pictures

        settings, model, dropout = parted(self.best, self._plan.model)
        with_dropout = partial(_dropping, builder_of(model), dropout)
        given = {"steps": self._plan.steps, "device": self._plan.device, **settings}
        return Lab(self._plan.task, **{**given, "model": with_dropout if dropout else model, **options})

    @property
    def score(self) -> float:
        """The best score on the validation half: flattered, as the best of many is also the luckiest."""
        return self._best().score

    @property
    def test(self) -> float:
        """The best trial's score on the test half, by which nothing was chosen."""
        return self._best().test

    @property
    def curves(self) -> dict[int, np.ndarray[Any, np.dtype[np.float64]]]:
        """Step, loss and validation score along each trial, axes (rung, 3), by the trial's number."""
        return {row.number: np.array(row.curve, np.float64).reshape(-1, 3) for row in self._finished()}

    def importance(self) -> dict[str, float]:
        """Return the share of the scores' variance that goes with each setting alone, the largest first.

        The trials are put in five groups of as many by a setting's range, or in one a choice; the share is what the
        groups' means explain, less what they would by chance (Kelley's epsilon squared). A pruned trial counts with its
        last score. Settings that matter only together show as little. A ValueError tells of fewer than ten trials.
        """
        return shares(self._plan.space, self._finished())

    def figure(self) -> Any:
        """Return a line a trial over parallel axes, coloured by score: a ``plotly.graph_objects.Figure``.

        Drag along an axis to brush it: lines that do not pass there fade. Drag an axis's name to move it.
        """
        from rnnviz.sweep.shown.parallel import parallel  # plotly is loaded when something is drawn

        return parallel(self._plan, self._finished())

    def _finished(self) -> list[Row]:
        return [self._rows[number] for number in sorted(self._rows)]

    def _best(self) -> Row:
        found = best_of(self._finished(), self._plan.higher_is_better)
        if found is None:
            why = next((row.reason for row in self._finished() if row.state == "failed"), "none has finished")
            raise RuntimeError(f"no trial has trained to its end, so there is no best one: {why}.")
        return found


def _dropping(build: Builder, dropout: float, task: Task, settings: Settings) -> Any:
    """Build a model that drops states while it trains."""
    model = build(task, settings)
    drop_out(model, dropout)
    return model


def _column(values: list[Any]) -> Any:
    """Return numbers as numbers, and anything else as it is: numpy would make words of what is mixed."""
    kinds = {type(value) for value in values}
    if kinds <= {int, float}:
        return np.array(values)
    column = np.empty(len(values), object)
    column[:] = values
    return column
