"""Insights: what a snapshot shows, put into words by one small rule each."""

from collections.abc import Callable

from rnnviz.insights.between import apart, even, leading
from rnnviz.insights.change import changed
from rnnviz.insights.flow import exploding, rising, vanishing
from rnnviz.insights.insight import Insight
from rnnviz.insights.rate import clipping, too_high, too_low
from rnnviz.insights.score import beside_baseline, healthy, overfitting
from rnnviz.insights.units import dead, saturated
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["Insight", "differences", "insights", "to_say"]

_BY_URGENCY: tuple[Callable[[Snapshot], Insight | None], ...] = (
    too_high,
    exploding,
    changed,
    rising,
    dead,
    saturated,
    vanishing,
    clipping,
    overfitting,
    too_low,
    beside_baseline,
)


def insights(snapshot: Snapshot) -> list[Insight]:
    """Return what there is to say of one moment of a run, the most urgent first.

    >>> from rnnviz.training import Session
    >>> session = Session("adding", cell="rnn", seq_len=100, device="cpu")
    >>> [one.rule for one in insights(session.snapshot())]
    ['vanishing']
    """
    found = [insight for rule in _BY_URGENCY if (insight := rule(snapshot)) is not None]
    fine = healthy(snapshot) if not any(insight.trouble for insight in found) else None
    return [*found, *([] if fine is None else [fine])]


def differences(snapshot: Snapshot) -> list[Insight]:
    """Return what there is to say of several models beside each other, what explains most first."""
    return [insight for rule in (apart, even, leading) if (insight := rule(snapshot)) is not None]


def to_say(found: list[Insight]) -> list[Insight]:
    """Return the two that a short line has room for: the most urgent, and good news beside it.

    Beside what a change has done stands what was the most urgent without it.
    """
    news = [insight for insight in found[1:] if insight.good or not (found[0].good or found[0].trouble)]
    return [*found[:1], *news[:1]]
