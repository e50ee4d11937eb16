"""Races that insights are tried on."""

import itertools
from dataclasses import replace
from typing import Any

from rnnviz.training import Race, RaceSnapshot, Session

SMALL = {"task": "adding", "device": "cpu", "hidden_size": 8, "seq_len": 20}


def race(steps: int, models: dict[str, dict[str, Any]], **common: Any) -> RaceSnapshot:
    """Train models in lockstep and look at them."""
    made = Race({label: Session(**{**SMALL, **common, **changes}) for label, changes in models.items()})
    for _ in itertools.islice(made.steps(), steps):
        pass
    return made.snapshot()


def of_cells(steps: int, *cells: str, **common: Any) -> RaceSnapshot:
    return race(steps, {cell: {"cell": cell} for cell in cells}, **common)


def scored(snapshot: RaceSnapshot, **scores: float) -> RaceSnapshot:
    return changed(
        snapshot, **{label: {"validation": score, "validation_step": 200} for label, score in scores.items()}
    )


def changed(snapshot: RaceSnapshot, **lanes: dict[str, Any]) -> RaceSnapshot:
    """The same moment, other numbers in its snapshots."""
    racers = {label: replace(one, **lanes.get(label, {})) for label, one in snapshot.lanes.items()}
    return RaceSnapshot.of(racers, snapshot.shares, snapshot.paces, run=snapshot.run, step=snapshot.step)
