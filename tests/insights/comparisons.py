"""Comparisons that insights are tried on."""

import itertools
from dataclasses import replace
from typing import Any

from rnnviz.training import ComparisonSnapshot, LockstepSessions, Session

SMALL = {"task": "adding", "device": "cpu", "hidden_size": 8, "seq_len": 20}


def lockstep(steps: int, models: dict[str, dict[str, Any]], **common: Any) -> ComparisonSnapshot:
    """Train models in lockstep and look at them."""
    made = LockstepSessions({label: Session(**{**SMALL, **common, **changes}) for label, changes in models.items()})
    for _ in itertools.islice(made.steps(), steps):
        pass
    return made.snapshot()


def of_cells(steps: int, *cells: str, **common: Any) -> ComparisonSnapshot:
    return lockstep(steps, {cell: {"cell": cell} for cell in cells}, **common)


def scored(snapshot: ComparisonSnapshot, **scores: float) -> ComparisonSnapshot:
    return changed(
        snapshot, **{label: {"validation": score, "validation_step": 200} for label, score in scores.items()}
    )


def changed(snapshot: ComparisonSnapshot, **models: dict[str, Any]) -> ComparisonSnapshot:
    """The same moment, other numbers in its snapshots."""
    compared = {label: replace(one, **models.get(label, {})) for label, one in snapshot.models.items()}
    return ComparisonSnapshot.of(compared, snapshot.shares, snapshot.paces, run=snapshot.run, step=snapshot.step)
