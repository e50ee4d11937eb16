"""Entries: from what a learner lists to a comparison of labelled sessions, or one sentence on what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from rnnviz.checks import shown
from rnnviz.garbage import uncollected
from rnnviz.tasks import Task
from rnnviz.training.comparison.comparison import LockstepSessions, differing
from rnnviz.training.session.session import Session
from rnnviz.training.settings import Settings, only_settings

__all__ = ["FEWEST", "MOST", "lockstep_from", "lockstep_of"]

FEWEST, MOST = 2, 4
_EXAMPLE = '["rnn", "lstm"] or [{"clip": 1.0}, {"clip": None}]'


def lockstep_of(
    models: Sequence[str | Mapping[str, Any]],
    task: Task | str,
    *,
    device: str | torch.device = "auto",
    planned: int | None = None,
    **common: Any,
) -> LockstepSessions:
    """Return a comparison of two to four models, each under a label that says in what it differs from the others.

    A model is the name of a cell, or settings by name, which ``common`` completes; ``planned`` is as for `Session`. A
    TypeError or ValueError tells of too few, too many or equal models, or of a task, setting or value that is not.

    >>> lockstep = lockstep_of([{"lr": 0.1}, {"lr": 0.01, "clip": None}], "adding", device="cpu", cell="gru")
    >>> list(lockstep.sessions)
    ['lr=0.1', 'lr=0.01, clip=None']
    """
    asked = [_asked(one, common) for one in _listed(models)]
    for stated in (common, *asked):
        only_settings(stated)
    return lockstep_from(asked, [{**common, **one} for one in asked], task, device=device, planned=planned)


def lockstep_from(
    stated: Sequence[Mapping[str, Any]],
    settings: Sequence[Mapping[str, Any]],
    task: Task | str,
    *,
    device: str | torch.device,
    planned: int | None,
) -> LockstepSessions:
    """Return the comparison of models with these settings; what each was asked for by itself, ``stated``, is its label.

    The other parameters and the errors are those of `lockstep_of`.
    """
    with uncollected():
        sessions = [Session(task, device=device, planned=planned, **one) for one in settings]
    labels = _labels(stated, [one.settings for one in sessions])
    return LockstepSessions(dict(zip(labels, sessions, strict=True)), dict(zip(labels, stated, strict=True)))


def _listed(models: Any) -> Sequence[Any]:
    if isinstance(models, str | Mapping) or not isinstance(models, Sequence):
        raise TypeError(f"models must be a list such as {_EXAMPLE}, got {shown(models)}.")
    if not FEWEST <= len(models) <= MOST:
        raise ValueError(f"models must hold {FEWEST} to {MOST} entries, got {len(models)}; write {_EXAMPLE}.")
    return models


def _asked(one: Any, common: Mapping[str, Any]) -> dict[str, Any]:
    """Return one entry as settings; those for all may not name the same ones."""
    if not isinstance(one, str | Mapping):
        raise TypeError(f"models must hold names of cells or dicts of settings, got {shown(one)}; write {_EXAMPLE}.")
    asked = {"cell": one} if isinstance(one, str) else {str(name): value for name, value in one.items()}
    twice = [name for name in asked if name in common]
    if twice:
        raise ValueError(f"{', '.join(twice)} is set both for all and in {shown(one)}; leave one of the two out.")
    return asked


def _labels(asked: Sequence[Mapping[str, Any]], settings: list[Settings]) -> list[str]:
    """Name each model by those settings that it states and that are not the same in all."""
    varied = sorted(differing(settings), key=lambda name: name != "cell")  # the cell first
    labels = []
    for stated, one in zip(asked, settings, strict=True):
        names = [name for name in varied if name in stated] or varied
        labels.append(", ".join(_said(name, getattr(one, name)) for name in names))
    if len(set(labels)) < len(labels):  # numbers that are the same in six digits
        labels = [", ".join(f"{name}={getattr(one, name)}" for name in varied) for one in settings]
    for index, one in enumerate(settings):
        first = settings.index(one)
        if first < index:
            raise ValueError(
                f"models must differ, got {shown(dict(asked[first]))} and {shown(dict(asked[index]))}: the same."
            )
    return labels


def _said(name: str, value: Any) -> str:
    return str(value) if name == "cell" else f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
