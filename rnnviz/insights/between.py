"""Rules about several models beside each other: what differs between them, and what it means for their scores."""

import math
from dataclasses import dataclass

import numpy as np

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.insights.flow import UNHEARD, VANISHED, Path, paths
from rnnviz.insights.insight import Insight, power, short
from rnnviz.insights.score import STARTED, ahead, best_rule
from rnnviz.training.comparison.names import model_name
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["apart", "even", "leading"]

_SMALLEST = float(np.finfo(np.float32).tiny)  # a gradient below it reads as 0, see `rnnviz.trace`


def apart(snapshot: Snapshot) -> Insight | None:
    """The gradient is lost on its way back in one model, and arrives in another one."""
    found = {label: paths(one) for label, one in snapshot.models.items()}
    if not all(found.values()):
        return None
    # of several layers and directions the one that loses most
    reach = {label: min(ways, key=lambda path: path.ratio) for label, ways in found.items()}
    worst, best = (choose(reach, key=lambda label: reach[label].ratio) for choose in (min, max))
    lost, arrives = reach[worst].ratio, reach[best].ratio
    one, other = snapshot.models[worst], snapshot.models[best]
    if not lost <= VANISHED < arrives or lost > UNHEARD * arrives:  # the latter: not a hair's breadth on either side
        return None
    told = {
        "worst": model_name(worst),
        "best": model_name(best),
        "ratio": power(lost),
        "other": short(arrives),
        "orders": _orders(reach[worst], arrives),
        "metric": snapshot.metric_name,
        "score": three(one.validation),
        "other_score": three(other.validation),
    }
    numbers = {"ratio": lost, "other": arrives, "score": one.validation, "other_score": other.validation}
    consequence = _consequence(one, other)
    act = "play" if consequence == "early" else None
    return Insight.of(f"apart.{consequence}", told, numbers, _other_seeds(one, other), act=act)


def even(snapshot: Snapshot) -> Insight | None:
    """The two best scores are too close to tell them apart."""
    (first, one), (second, other) = _ranked(snapshot)[:2]
    if not _started(one, other) or ahead(one, one.validation, other.validation):
        return None
    scores = {"score": three(one.validation), "other_score": three(other.validation)}
    told = {
        "steps": one.validation_step,
        "metric": one.metric_name,
        "first": model_name(first),
        "second": model_name(second),
    } | scores
    return Insight.of(
        "even", told, {"score": one.validation}, t("insight.even.advice", seed=t("knob.seed")), act="play"
    )


def leading(snapshot: Snapshot) -> Insight | None:
    """Who was the first to do better than a simple rule, and at what pace; before that, who is clearly ahead."""
    arrived = sorted(filter(None, (_arrival(snapshot, label) for label in snapshot.models)), key=_Arrival.order)
    return _first(snapshot, arrived) if arrived else _best(snapshot)


@dataclass(frozen=True)
class _Arrival:
    """A model that has done better than the best simple rule: after how many steps, at how many seconds a step."""

    label: str
    steps: int
    pace: float

    def order(self) -> tuple[int, float]:
        return self.steps, self.pace


def _arrival(snapshot: Snapshot, label: str) -> _Arrival | None:
    one, pace = snapshot.models[label], snapshot.paces[label]
    if not one.baselines or not math.isfinite(pace):
        return None
    best, scores = best_rule(one)[1], one.scores
    steps = (step for step, score in zip(scores["step"], scores["metric"], strict=True) if ahead(one, score, best))
    first = next(steps, None)
    return None if first is None else _Arrival(label, int(first), pace)


def _first(snapshot: Snapshot, arrived: list[_Arrival]) -> Insight:
    first = arrived[0]
    rule, best = best_rule(snapshot.models[first.label])
    numbers = {"steps": float(first.steps), "pace": first.pace}
    told = {
        "first": model_name(first.label),
        "rule": rule,
        "best": three(best),
        "steps": first.steps,
        "pace": short(first.pace),
    }
    if len(arrived) == 1:
        return Insight.of("leading.alone", told, numbers, good=True)
    next_one = arrived[1]
    told |= {"second": model_name(next_one.label), "other_steps": next_one.steps, "other_pace": short(next_one.pace)}
    numbers |= {"other_steps": float(next_one.steps), "other_pace": next_one.pace}
    return Insight.of("leading.followed", told, numbers, good=True)


def _best(snapshot: Snapshot) -> Insight | None:
    (first, one), (second, other) = _ranked(snapshot)[:2]
    if not _started(one, other) or not ahead(one, one.validation, other.validation):
        return None
    scores = {"score": three(one.validation), "other_score": three(other.validation)}
    told = {"first": model_name(first), "second": model_name(second), "metric": one.metric_name} | scores
    return Insight.of("leading", told, {"score": one.validation, "other": other.validation}, good=True)


def _orders(lost: Path, arrives: float) -> str:
    """How many powers of ten lie between the two; where nothing arrives at all, how many at least."""
    orders = math.log10(arrives / max(lost.ratio, _SMALLEST / float(lost.norms[0])))
    return f"{orders:.0f}" if lost.ratio else t("insight.apart.least", orders=f"{orders:.0f}")


def _other_seeds(one: Snapshot, other: Snapshot) -> str:
    if one.settings is None or other.settings is None or one.settings.seed != other.settings.seed:
        return ""
    return t("insight.apart.advice", seed=t("knob.seed"))


def _consequence(worst: Snapshot, best: Snapshot) -> str:
    if _started(worst, best):
        if ahead(best, best.validation, worst.validation):
            return "shown"
        if ahead(worst, worst.validation, best.validation):
            return "despite"
    return "early"


def _started(one: Snapshot, other: Snapshot) -> bool:
    """Whether both have trained long enough for their scores to mean something."""
    return all(math.isfinite(each.validation) and each.validation_step >= STARTED for each in (one, other))


def _ranked(snapshot: Snapshot) -> list[tuple[str, Snapshot]]:
    """The models, the best score first, and last those that have none."""
    sign = -1 if snapshot.higher_is_better else 1
    order = {label: sign * one.validation for label, one in snapshot.models.items()}
    return sorted(snapshot.models.items(), key=lambda one: (math.isnan(order[one[0]]), order[one[0]]))
