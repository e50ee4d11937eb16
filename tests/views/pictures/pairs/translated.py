"""Moments of translators that the tests of their pictures share."""

import itertools
from functools import cache

import torch

from rnnviz.tasks import from_pairs
from rnnviz.training import Session, Snapshot

PAIRS = [(f"{number} {unit}", f"{unit[0]}{number}") for number in range(10, 30) for unit in ("metre", "gram", "day")]


@cache
def moment(attention: str | None = "dot", steps: int = 0) -> Snapshot:
    """A translator of "12 metre" into "m12" after some steps of training."""
    task = from_pairs(PAIRS, attention=attention)
    torch.manual_seed(0)
    model = task.network(cell="lstm", hidden_size=16, num_layers=1, bidirectional=True, nonlinearity="tanh")
    session = Session(task, model=model, device="cpu", lr=0.01, batch_size=32)
    for _ in itertools.islice(session.steps(), steps):
        pass
    return session.snapshot()
