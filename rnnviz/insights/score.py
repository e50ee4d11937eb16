"""Rules about the score: on data that was trained on, on data held out, and of simple rules."""

import math

import numpy as np

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.insights.insight import Insight, told_apart
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["STARTED", "ahead", "beside_baseline", "best_rule", "healthy", "overfitting"]

RECENT = 50  # training steps whose metric is averaged: one batch says little
TWICE = 2.0  # held-out error over training error; the held-out sunspots alone make 1.4
APART = 0.2  # of a share of right answers, which cannot be compared as a ratio
RISEN = 1.2  # held-out error over its best: along a sunspot run it wavers by an eighth
FALLEN = 0.1  # the same for a share of right answers
LATER = 2  # scores after the best one: one alone may be chance
CLOSE = 0.03  # within this of a baseline's error is as good as the baseline
CLOSE_SHARE = 0.05  # the same for a share: two deviations of 512 answers are 0.04
STARTED = 100  # steps before it is fair to compare with a rule


def overfitting(snapshot: Snapshot) -> Insight | None:
    """The held-out score has turned, or the model is much better where it was trained."""
    return _turned(snapshot) or _apart(snapshot)


def _turned(snapshot: Snapshot) -> Insight | None:
    """Since some step the held-out part has got worse, while what it trains on has got better."""
    steps, scores = snapshot.scores["step"], snapshot.scores["metric"]
    if snapshot.settings is None or not len(scores) or not np.isfinite(scores).all():
        return None
    at = int((scores.argmax if snapshot.higher_is_better else scores.argmin)())
    best, held_out = float(scores[at]), float(scores[-1])
    before, trained = _trained(snapshot, max(int(steps[at]), RECENT)), _trained(snapshot, int(steps[-1]))
    if len(scores) - 1 - at < LATER or not all(
        _better(snapshot, *pair) for pair in ((best, held_out), (trained, before), (trained, held_out))
    ):
        return None
    numbers = {"step": float(steps[at]), "best": best, "held_out": held_out, "trained": trained}
    told = {
        "metric": snapshot.metric_name,
        "step": int(steps[at]),
        "best": three(best),
        "held_out": three(held_out),
        "before": three(before),
        "trained": three(trained),
    }
    return Insight.of("overfitting.turned", told, numbers, _overfitting_advice())


def _better(snapshot: Snapshot, one: float, other: float) -> bool:
    """Whether a score is clearly better than another one."""
    return one - other >= FALLEN if snapshot.higher_is_better else other >= RISEN * one >= 0 and other > one


def _trained(snapshot: Snapshot, step: int) -> float:
    """The metric on what was trained on in the last steps up to one; NaN where they are too few."""
    steps, metric = (snapshot.history.get(name, np.empty(0)) for name in ("step", "metric"))
    recent = metric[: int((steps <= step).sum())][-RECENT:]
    return float(recent.mean()) if len(recent) == RECENT else math.nan


def _apart(snapshot: Snapshot) -> Insight | None:
    trained, held_out = _trained(snapshot, snapshot.validation_step), snapshot.validation
    apart = trained - held_out >= APART if snapshot.higher_is_better else held_out >= TWICE * trained > 0
    if snapshot.settings is None or not apart:
        return None
    scores = {"trained": three(trained), "held_out": three(held_out), "metric": snapshot.metric_name}
    numbers = {"trained": trained, "held_out": held_out}
    return Insight.of("overfitting", scores, numbers, _overfitting_advice())


def _overfitting_advice() -> str:
    return t("insight.overfitting.advice", noise=t("knob.input_noise"), hidden_size=t("knob.hidden_size"))


def beside_baseline(snapshot: Snapshot) -> Insight | None:
    """Worse than the best simple rule, as good, or better."""
    if snapshot.settings is None or not snapshot.baselines or not math.isfinite(snapshot.validation):
        return None
    rule, best = best_rule(snapshot)
    scores = {
        "metric": snapshot.metric_name,
        "score": three(snapshot.validation),
        "best": three(best),
        "rule": rule,
    }
    numbers = {"score": snapshot.validation}
    if ahead(snapshot, snapshot.validation, best):
        return Insight.of("beats", scores, numbers, good=True)
    if snapshot.validation_step < STARTED:
        return None
    knobs = {"lr": t("knob.lr"), "hidden_size": t("knob.hidden_size")}
    if ahead(snapshot, best, snapshot.validation, of=best):
        return Insight.of("worse", scores, numbers, t("insight.worse.advice", **knobs), act="play")
    return Insight.of("level", scores, numbers, t("insight.level.advice", **knobs), act="play")


def best_rule(snapshot: Snapshot) -> tuple[str, float]:
    """Return the simple rule that does best on this task, of which there is one at least, and its score."""
    sign = 1 if snapshot.higher_is_better else -1
    return max(snapshot.baselines.items(), key=lambda one: sign * one[1])


def ahead(snapshot: Snapshot, one: float, other: float, *, of: float | None = None) -> bool:
    """Whether a score is better than another by more than chance, which for an error is a part ``of`` the other."""
    if snapshot.higher_is_better:
        return one - other > CLOSE_SHARE
    return other - one > CLOSE * abs(other if of is None else of)


def healthy(snapshot: Snapshot) -> Insight | None:
    """The loss falls. Said where no other rule has anything to find fault with."""
    losses = snapshot.history.get("loss", np.empty(0))
    few = min(RECENT, len(losses) // 4)
    if few < 5:
        return None
    first, now = float(losses[:few].mean()), float(losses[-few:].mean())
    written = told_apart(first, now)
    if not now < first or written is None:
        return None
    told = {"first": written[0], "now": written[1], "steps": snapshot.step}
    return Insight.of("healthy", told, {"now": now}, good=True)
