"""Runs that insights are tried on."""

from typing import Any

import numpy as np
import torch

from rnnviz.tasks import Batch, Task
from rnnviz.training import Session, Snapshot
from tests.training.examples import take


def look(steps: int = 0, **changes: Any) -> Snapshot:
    """Take a snapshot of a small run."""
    session = Session(**{**ADDING, **changes})
    if steps:
        take(session, steps)
    return session.snapshot()


def norms(snapshot: Snapshot) -> Any:
    """Norm of the total gradient at each timestep, straight from the trace."""
    return np.linalg.norm(snapshot.layer.grad_hidden[0, 0].astype(np.float64), axis=(0, 2))


class Memorise(Task):
    """Twelve noisy examples to learn by heart, or as many as one likes, with held-out ones of the same kind."""

    name, input_size, output_size, seq_len, metric_name = "memorise", 1, 1, 6, "MSE"

    def __init__(self, examples: int) -> None:
        draw = torch.Generator().manual_seed(0)
        self._all = Batch(torch.randn(400, 6, 1, generator=draw), torch.randn(400, 1, generator=draw))
        self._examples = examples

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        return self._all[torch.randint(self._examples, (batch_size,), generator=generator)]

    def held_out(self) -> Batch:
        return self._all[300:]

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return (outputs - targets).square().mean()


class Right(Memorise):
    """The same, scored by the share of right signs."""

    metric_name, higher_is_better = "accuracy", True

    def metric(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return ((outputs > 0) == (targets > 0)).float().mean()


def runaway(steps: int) -> Snapshot:
    return look(steps, cell="rnn", init="orthogonal", clip=None, optimizer="sgd", lr=0.5)


ADDING = {"task": "adding", "device": "cpu", "hidden_size": 8, "batch_size": 16}
