"""Proposals: which settings a trial tries: by Optuna, from what the trials before it have found, or off a grid."""

import contextlib
import importlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import Choices, Space

__all__ = ["SAMPLERS", "proposed", "require_optuna"]

SAMPLERS = ("tpe", "random", "grid")
_SPEAKERS = ("optuna.study.study", "optuna.storages._in_memory")


def require_optuna() -> Any:
    """Return Optuna; a ModuleNotFoundError says what to install."""
    try:
        return importlib.import_module("optuna")  # only here: no other part of the package needs it
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "a sweep needs Optuna, which is not installed; run: pip install 'rnnviz[chapters]'", name="optuna"
        ) from None


def proposed(
    space: Space,
    sampler: str,
    seed: int,
    number: int,
    finished: Sequence[Row],
    running: Sequence[Mapping[str, Any]],
    higher_is_better: bool,
) -> dict[str, Any]:
    """Return the settings of a trial, which these arguments decide alone: a sweep that goes on proposes the same.

    Parameters
    ----------
    space : Space
        What is varied.
    sampler : {"tpe", "random", "grid"}
        Who proposes.
    seed, number : int
        The sweep's seed, the trial's number.
    finished : sequence of Row
        What is known, in order.
    running : sequence of mapping
        Settings of trials that have not finished.
    higher_is_better : bool
        Of the score.
    """
    if sampler == "grid":
        return space.combination(number % (space.combinations or 1))
    optuna = require_optuna()
    # a seed a trial: a generator that all share would have to be brought along when a sweep goes on
    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    samplers = optuna.samplers
    made = samplers.TPESampler(seed=own) if sampler == "tpe" else samplers.RandomSampler(seed=own)
    with _silent():
        study = optuna.create_study(direction="maximize" if higher_is_better else "minimize", sampler=made)
    distributions = _distributions(optuna, space)
    if sampler == "tpe":  # chance asks nobody
        study.add_trials(_told(optuna, space, distributions, finished, running))
    asked = study.ask(distributions).params
    return {name: _chosen(one, asked[name]) for name, one in space.ranges.items()}


def _distributions(optuna: Any, space: Space) -> dict[str, Any]:
    kinds, found = optuna.distributions, {}
    for name, one in space.ranges.items():
        if isinstance(one, Choices):
            # by place: Optuna keeps few types of values
            found[name] = kinds.CategoricalDistribution(tuple(range(len(one.values))))
        else:
            kind = kinds.IntDistribution if one.whole else kinds.FloatDistribution
            found[name] = kind(one.low, one.high, log=one.by_log)
    return found


def _told(
    optuna: Any,
    space: Space,
    distributions: Mapping[str, Any],
    finished: Sequence[Row],
    running: Sequence[Mapping[str, Any]],
) -> list[Any]:
    states, make = optuna.trial.TrialState, optuna.trial.create_trial
    kinds = {"done": states.COMPLETE, "pruned": states.PRUNED, "failed": states.FAIL}

    def known(values: Mapping[str, Any]) -> dict[str, Any]:
        params = {name: _placed(one, values[name]) for name, one in space.ranges.items()}
        return {"params": params, "distributions": dict(distributions)}

    rows = [
        make(
            state=kinds[row.state],
            value=row.score if row.state == "done" else None,
            intermediate_values={step: score for step, _, score in row.curve} if row.state == "pruned" else None,
            **known(row.settings),
        )
        for row in finished
    ]
    return rows + [make(state=states.RUNNING, **known(values)) for values in running]


def _chosen(one: Any, value: Any) -> Any:
    return one.values[value] if isinstance(one, Choices) else value


def _placed(one: Any, value: Any) -> Any:
    return one.values.index(value) if isinstance(one, Choices) else value


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Have Optuna say nothing of a study that is nobody's, and leave what it logs otherwise as it is."""

    def nothing(_record: logging.LogRecord) -> bool:
        return False

    speakers = [logging.getLogger(name) for name in _SPEAKERS]
    for one in speakers:
        one.addFilter(nothing)
    try:
        yield
    finally:
        for one in speakers:
            one.removeFilter(nothing)
