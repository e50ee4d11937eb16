"""Trainable: what a runner asks of what it plays, be it one session or a comparison of several."""

from collections.abc import Iterator
from typing import Protocol

import torch

from rnnviz.tasks import Task
from rnnviz.training.settings import Former, Settings
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.training.taskcheck.checked import Attribution

__all__ = ["Trainable"]


class Trainable(Protocol):
    """A `rnnviz.training.Session` or a `rnnviz.training.LockstepSessions`; there each name is told in full."""

    settings: Settings

    @property
    def task(self) -> Task:
        """The data, loss and metric, with the present sequence length, on the device."""

    @property
    def device(self) -> torch.device:
        """Where everything happens."""

    @property
    def attribution(self) -> Attribution:
        """Whose code is running."""

    @property
    def run(self) -> int:
        """How many times the model was rebuilt."""

    @property
    def step(self) -> int:
        """Finished steps of this run."""

    @property
    def pending(self) -> bool:
        """Whether settings were assigned that are not taken up yet."""

    def checked(self, settings: Settings) -> Settings:
        """Return the settings, complete, or raise."""

    def rebuild(self) -> None:
        """Begin the next run."""

    @property
    def former(self) -> Former | None:
        """The run that a new model has put aside."""

    def undo(self) -> int:
        """Go back to it; return the number that it had."""

    def move(self, device: str) -> None:
        """Go on on another device."""

    def adopt(self) -> None:
        """Take up assigned settings now."""

    def steps(self) -> Iterator[int]:
        """Train; yield the number of finished steps after each."""

    def check(self, snapshot: Snapshot | None = None) -> None:
        """Raise if a number is not finite."""

    def latest_loss(self) -> float:
        """Return the training loss of the last step."""

    def snapshot(self, *, fresh: bool = True) -> Snapshot:
        """Look at the present moment."""

    def note_light(self, before: Snapshot, sample: int) -> DeferredSnapshot | None:
        """Note what brings a snapshot up to now in one probe sequence is made of, None where that cannot be."""

    def keep_score(self) -> None:
        """Note how the held-out part does, every so many steps."""

    def rescored(self, snapshot: Snapshot) -> Snapshot:
        """Return an earlier moment with the held-out score of its own step."""

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the held-out part, and what simple rules reach there."""
