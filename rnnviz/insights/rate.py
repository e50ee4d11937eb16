"""Rules about the length of the steps: clipped, too long, too short."""

from typing import Any, NamedTuple

import numpy as np

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.insights.insight import Insight, short
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.before import Before
from rnnviz.training.snapshots.snapshot import Floats, Snapshot

__all__ = ["clipping", "too_high", "too_low"]

RECENT = 50  # steps that are "now": enough that one batch decides nothing
MOST = 0.9  # of them clipped: the gradient's length no longer counts
SETTLED = 20  # steps in which even a run that begins badly comes down from its first loss
HIGHER = 1.5  # times the first loss; batches of one task differ by less
LARGE = {"sgd": 1.0, "adam": 0.1, "adamw": 0.1}  # rates with which a loss that stays high is no surprise
STUCK = 0.6  # times the first loss; learning would have left that long ago
LEAP = 10.0  # times the loss of the steps just before
BEFORE = 10  # those steps
BACK = (
    0.5  # times the first loss: a leap that throws the run back, not a bad batch of a run that has nearly no loss left
)
FAR = 100.0  # times the threshold: then it is the gradient that is wrong
PATIENCE = 100  # steps after which a loss that learns has moved
MOVED = 0.2  # of itself
SMALL = {"sgd": 1e-2, "adam": 1e-4, "adamw": 1e-4}  # a tenth of the rate that is usual for the optimiser


def clipping(snapshot: Snapshot) -> Insight | None:
    """Nearly every step is cut down to the threshold."""
    history, settings = {name: column[-RECENT:] for name, column in snapshot.history.items()}, snapshot.settings
    if settings is None or settings.clip is None or len(history["clip"]) < RECENT:
        return None
    clipped = history["clipped"]
    if not clipped.mean() >= MOST or not (history["clip"] == settings.clip).all():  # else to another threshold
        return None
    norm, since = float(np.median(history["grad_norm"])), int(history["step"][0])
    told = {"count": int(clipped.sum()), "rows": RECENT, "norm": short(norm), "clip": f"{settings.clip:g}"}
    thinned = history["step"][-1] - since >= RECENT  # of a long run every second step is kept, or every fourth …
    smaller = norm > FAR * settings.clip
    advice = _smaller() if smaller else t("insight.clipping.advice", clip=t("knob.clip"), norm=short(norm))
    act = None if smaller else {"clip": float(f"{norm:.1g}")}
    key = "clipping.noted" if thinned else "clipping"
    return Insight.of(key, told | {"since": since}, {"norm": norm}, advice, act=act)


def too_high(snapshot: Snapshot) -> Insight | None:
    """The loss stays above where it began, or leaps."""
    losses, settings = _losses(snapshot), snapshot.settings
    if settings is None or len(losses) < SETTLED or not losses[0] > 0:  # what may be negative has no "times as high"
        return None
    act = _slower(snapshot.before, settings)
    advice = t("insight.too_high.advice", lr=t("knob.lr"), value=short(act["lr"]))
    first, now, rates = float(losses[0]), float(np.median(losses[-SETTLED:])), snapshot.history["lr"]
    rate = f"{rates[len(losses) - 1]:g}"
    told: dict[str, object] = {"now": short(now), "first": short(first), "steps": snapshot.step}
    if now >= HIGHER * first:
        return Insight.of("too_high.above", told | {"lr": rate}, {"now": now}, advice, act=act)
    if now >= STUCK * first and snapshot.step >= PATIENCE and settings.lr >= LARGE[settings.optimizer]:
        return Insight.of("too_high.stuck", told | {"lr": rate}, {"now": now}, advice, act=act)
    leap = _leap(losses)
    if leap is None or rates[leap.row] > settings.lr:  # somebody has lowered the rate since
        return None
    before, after, step = leap.before, float(losses[leap.row]), int(snapshot.history["step"][leap.row])
    leapt: dict[str, object] = {
        "before": short(before),
        "after": short(after),
        "step": step,
        "lr": f"{rates[leap.row]:g}",
    }
    return Insight.of("too_high.leap", leapt, {"after": after}, advice, act=act)


def too_low(snapshot: Snapshot) -> Insight | None:
    """The loss hardly moves, and the learning rate is small."""
    losses, settings = _losses(snapshot), snapshot.settings
    if settings is None or len(losses) < 2 or snapshot.step < PATIENCE or settings.lr > SMALL[settings.optimizer]:
        return None
    few = max(1, min(RECENT, len(losses) // 4))
    first, now = float(losses[:few].mean()), float(losses[-few:].mean())
    if not (1 - MOVED) * first <= now <= (1 + MOVED) * first:
        return None
    rate = f"{snapshot.history['lr'][len(losses) - 1]:g}"
    told = {"first": three(first), "now": three(now), "steps": snapshot.step, "lr": rate}
    usual = float(f"{10 * SMALL[settings.optimizer]:g}")
    advice = t("insight.too_low.advice", lr=t("knob.lr"), value=f"{usual:g}")
    return Insight.of("too_low", told, {"now": now}, advice, act={"lr": usual})


def _slower(before: Before | None, settings: Settings) -> dict[str, Any]:
    """A tenth of the rate; where the last change has raised it, what that has changed."""
    if before is not None and before.changed.get("lr", settings.lr) < settings.lr:
        return {name: before.changed[name] for name in ("lr", "clip") if name in before.changed}
    return {"lr": float(f"{settings.lr / 10:.2g}")}


def _smaller() -> str:
    return t("insight.clipping.advice.smaller", rho=t("knob.rho"), lr=t("knob.lr"))


def _losses(snapshot: Snapshot) -> Floats:
    """The loss of each step kept, up to the first that is no number."""
    losses = snapshot.history.get("loss", np.empty(0))
    bad = np.flatnonzero(~np.isfinite(losses))
    return losses[: bad[0]] if len(bad) else losses


class _Leap(NamedTuple):
    """The usual loss before a leap, and the row of the leap."""

    before: float
    row: int


def _leap(losses: Floats) -> _Leap | None:
    """Return the largest leap of late, None without one."""
    first = max(BEFORE, len(losses) - RECENT)
    if first >= len(losses):
        return None
    # all windows in one call: a call for each takes as long as drawing a picture does
    before = np.median(np.lib.stride_tricks.sliding_window_view(losses[first - BEFORE : -1], BEFORE), axis=1)
    # 0 or below has no "times as high"
    times = np.divide(losses[first:], before, out=np.zeros(len(before)), where=before > 0)
    place = int(np.argmax(times))
    highest = _Leap(float(before[place]), first + place)
    if not highest.before > 0:
        return None
    return highest if losses[highest.row] >= max(LEAP * highest.before, BACK * losses[0]) else None
