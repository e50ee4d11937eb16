"""The rule about a change of the settings: what it has done to the gradient's way back through time."""

from typing import Any

from rnnviz.i18n import t
from rnnviz.insights.flow import UNHEARD, Path, paths, ways
from rnnviz.insights.insight import Act, Insight, power, short
from rnnviz.training.snapshots.before import Before, value_words
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["changed"]

ROOM = 600  # steps: then a change is no news any more
CLEAR = 10.0  # training moves the share that reaches the start as well, but hardly by this factor
KEEPING = ("forget_bias", "rho")  # what decides how much of a state is kept, while the model stays the same
CARRYING = {*KEEPING, "cell", "init", "nonlinearity", "seq_len", "num_layers", "bidirectional", "hidden_size"}


def changed(snapshot: Snapshot) -> Insight | None:
    """Since the last change more of the gradient reaches the far end, or less."""
    before, settings = snapshot.before, snapshot.settings
    if before is None or before.gradient is None or settings is None:
        return None
    if not 0 < snapshot.step <= before.at + ROOM:  # a model that was never trained has nothing to lose
        return None
    if not CARRYING & before.changed.keys():
        return None
    found = max(_pairs(before, snapshot), key=_factor, default=None)
    if found is None or not _factor(found) >= CLEAR:
        return None
    was, now = found
    told: dict[str, object] = {
        "change": _changes(before, settings),
        "far": int(now.times[-1]),
        "near": int(now.times[0]),
        "was": _share(was.ratio),
        "now": _share(now.ratio),
    }
    more = now.ratio > was.ratio
    numbers = {"was": was.ratio, "now": now.ratio}
    return Insight.of(
        "changed.more" if more else "changed.less",
        told,
        numbers,
        act=_back(before) if now.ratio < UNHEARD and not more else None,
    )


def _pairs(before: Before, snapshot: Snapshot) -> list[tuple[Path, Path]]:
    """Each way back that there was before and is now."""
    assert before.gradient is not None  # just seen to
    former = {(one.layer, one.direction): one for one in ways(before.gradient, snapshot.asked)}
    return [(former[at], one) for one in paths(snapshot) if (at := (one.layer, one.direction)) in former]


def _factor(pair: tuple[Path, Path]) -> float:
    low, high = sorted(one.ratio for one in pair)
    return high / low if low > 0 else float("inf") if high > 0 else 1.0


def _changes(before: Before, settings: Any) -> str:
    names = [name for name in before.changed if name in CARRYING]
    named = (
        t("before.setting", name=t(f"knob.{name}"), value=value_words(name, getattr(settings, name))) for name in names
    )
    return ", ".join(named)


def _share(ratio: float) -> str:
    return short(ratio) if ratio >= 1e-3 else power(ratio)


def _back(before: Before) -> Act:
    """What takes the change back, where a setting does that without a new model."""
    if before.loss is not None:
        return "undo"
    return {name: was for name, was in before.changed.items() if name in KEEPING and was is not None} or None
