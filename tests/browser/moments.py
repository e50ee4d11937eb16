"""Moments of short runs, of all kinds of data: between them every picture there is."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from rnnviz.tasks import from_series
from rnnviz.training import Session, Snapshot

TASKS: dict[str, dict[str, Any]] = {
    "sunspots": {},
    "temporal-order": {"seq_len": 30},
    "python-lines": {},  # tags
    "dates": {},  # pairs
    "a path": {},  # of several steps ahead
}


def moments(task: str, at: Sequence[int]) -> list[Snapshot]:
    """Return what is seen of a run of this task at each of these steps."""
    made = from_series([float(step % 9) for step in range(120)], lookback=12, horizon=3) if task == "a path" else task
    session = Session(made, device="cpu", hidden_size=8, batch_size=8, seed=0, **TASKS[task])
    steps, found = session.steps(), []
    for more in (end - begin for begin, end in zip([0, *at], at, strict=False)):
        for _ in islice(steps, more):
            pass
        found.append(session.snapshot())
    return found
