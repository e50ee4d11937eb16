"""Progress: how far a sweep is, in words, for a page, a terminal, or nobody."""

import sys
from collections.abc import Sequence
from typing import Protocol

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import STATES, Row, best_of

__all__ = ["Line", "Progress", "said"]


class Progress(Protocol):
    """Whoever follows a sweep."""

    def follow(self, rows: Sequence[Row], running: int) -> None:
        """Take up what has finished, in order, and how many trials are under way."""

    def end(self, rows: Sequence[Row]) -> None:
        """Take up what has finished in the end."""


class Line:
    """One line of a terminal, written over and over; none where errors go to a file.

    Parameters
    ----------
    plan : Plan
        What is done.
    wanted : int
        Trials in all.
    """

    def __init__(self, plan: Plan, wanted: int) -> None:
        self._plan, self._wanted, self._long = plan, wanted, 0

    def follow(self, rows: Sequence[Row], running: int) -> None:
        """Write how far it is."""
        self._write("\r", said(self._plan, rows, self._wanted, running), "")

    def end(self, rows: Sequence[Row]) -> None:
        """Write how it ended, and leave the line."""
        self._write("\r", said(self._plan, rows, self._wanted), "\n")

    def _write(self, before: str, words: str, after: str) -> None:
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write(f"{before}{words.ljust(self._long)}{after}")
            sys.stderr.flush()
            self._long = len(words)


def said(plan: Plan, rows: Sequence[Row], wanted: int, running: int = 0) -> str:
    """Return how many trials have come to what, and the best of them."""
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    words = t("sweep.said", finished=len(rows), wanted=max(wanted, len(rows)), running=running, **counts)
    best = best_of(rows, plan.higher_is_better)
    if best is None:
        return f"{words} {t('sweep.said.none')}"
    settings = ", ".join(f"{name} {_written(value)}" for name, value in best.settings.items())
    metric = plan.task.metric_name
    return f"{words} {t('sweep.said.best', metric=metric, score=three(best.score), settings=settings)}"


def _written(value: object) -> str:
    return three(value) if isinstance(value, float) else str(value)
