"""Sentence: what a still shows, in words: which model, on what, at which step, with which loss."""

import numpy as np

from rnnviz.i18n import keys, t
from rnnviz.training import Snapshot
from rnnviz.views.base import score
from rnnviz.views.comparison.models import compared_models
from rnnviz.views.words import three

__all__ = ["sentence"]


def sentence(snapshot: Snapshot, task: str = "") -> str:
    """Return the sentence for a run on ``task``, a comparison, or a watched loop, which has none.

    Parameters
    ----------
    snapshot : Snapshot
        The moment.
    task : str
        Its name.
    """
    models = [one for one in compared_models(snapshot) if one.label]
    if models:
        losses = [t("still.compared.loss", model=one.name, loss=_loss(one.snapshot)) for one in models]
        names = ", ".join(one.name for one in models)
        seeds = ", ".join(dict.fromkeys(_seed(one.snapshot) for one in models))
        return t("still.compared", models=names, task=task, seed=seeds, step=snapshot.step, losses=", ".join(losses))
    if snapshot.settings is None:
        return t("still.watched", layer=_layer(snapshot), step=snapshot.step, loss=_loss(snapshot))
    units = snapshot.layer.hidden.shape[-1]
    told = {"units": units, "task": task, "seed": _seed(snapshot), "step": snapshot.step, "loss": _loss(snapshot)}
    return t("still.lab", model=_kind(snapshot), score=score(snapshot), **told)


def _kind(snapshot: Snapshot) -> str:
    key = f"knob.cell.{snapshot.layer.kind}"
    return t(key) if key in keys() else snapshot.layer.kind


def _layer(snapshot: Snapshot) -> str:
    return f"{snapshot.module} ({_kind(snapshot)})" if snapshot.module else _kind(snapshot)


def _loss(snapshot: Snapshot) -> str:
    losses = snapshot.history.get("loss", np.zeros(0))
    return three(float(losses[-1]) if len(losses) else float("nan"))


def _seed(snapshot: Snapshot) -> str:
    return "" if snapshot.settings is None else str(snapshot.settings.seed)
