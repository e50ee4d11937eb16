"""Row: what one trial was and what came of it, and how it is written down."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["STATES", "Row", "best_of"]

STATES = ("done", "pruned", "failed")


@dataclass(frozen=True)
class Row:
    """One finished trial.

    Parameters
    ----------
    number : int
        From 0, in the order of proposal.
    settings : mapping
        What was varied, by name.
    state : {"done", "pruned", "failed"}
        Whether it trained to its end, was given up, or could not go on.
    score : float
        The metric on the half of the held-out part that chooses, at the last of its steps; NaN where it failed.
    test : float
        The metric on the other half; NaN unless it is done.
    step : int
        Steps that it trained.
    reason : str
        Why it was pruned or failed; else empty.
    curve : sequence of tuple
        ``(step, loss, score)`` where it was asked.
    """

    number: int
    settings: Mapping[str, Any]
    state: str
    score: float
    test: float
    step: int
    reason: str = ""
    curve: Sequence[tuple[int, float, float]] = ()

    def flat(self) -> dict[str, Any]:
        """Return the row of a table, without the curve."""
        return {
            "trial": self.number,
            **self.settings,
            "score": self.score,
            "test": self.test,
            "state": self.state,
            "step": self.step,
            "reason": self.reason,
        }

    def plain(self) -> dict[str, Any]:
        """Return the row as JSON writes it, which has no NaN."""
        numbers = {name: _finite(getattr(self, name)) for name in ("score", "test")}
        curve = [[step, _finite(loss), _finite(score)] for step, loss, score in self.curve]
        kept = {name: getattr(self, name) for name in ("number", "state", "step", "reason")}
        return {**kept, "settings": dict(self.settings), **numbers, "curve": curve}

    @classmethod
    def from_plain(cls, kept: Mapping[str, Any]) -> "Row":
        """Return the row that `plain` has written; KeyError, TypeError or ValueError for anything else."""
        curve = tuple((int(step), _number(loss), _number(score)) for step, loss, score in kept["curve"])
        if kept["state"] not in STATES:
            raise ValueError(kept["state"])
        numbers = {name: _number(kept[name]) for name in ("score", "test")}
        if kept["state"] != "failed" and not math.isfinite(numbers["score"]):
            raise ValueError(kept["score"])
        return cls(
            number=int(kept["number"]),
            settings=dict(kept["settings"]),
            state=str(kept["state"]),
            step=int(kept["step"]),
            reason=str(kept["reason"]),
            curve=curve,
            **numbers,
        )


def best_of(rows: Sequence[Row], higher_is_better: bool) -> Row | None:
    """Return the trial with the best score of those that are done, the first of several; None where none is."""
    done = [row for row in rows if row.state == "done"]
    sign = -1.0 if higher_is_better else 1.0
    return min(done, key=lambda row: (sign * row.score, row.number), default=None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
