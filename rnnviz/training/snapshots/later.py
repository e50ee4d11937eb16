"""Later: a light snapshot of a moment that is noted, worked out by whoever draws it, while the training goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["Later"]


@dataclass(frozen=True, eq=False)
class Later:
    """What a light snapshot will be made of: the weights of a moment, which nobody changes any more.

    Parameters
    ----------
    run, step, sample : int
        Those of the snapshot.
    make : callable
        Works it out, in any thread; returns None where a number in it is not finite.
    """

    run: int
    step: int
    sample: int
    make: Callable[[], Snapshot | None]

    @classmethod
    def made(cls, snapshot: Snapshot) -> "Later":
        """Return a light snapshot that is there already as one."""
        assert snapshot.sample is not None
        return cls(snapshot.run, snapshot.step, snapshot.sample, lambda: snapshot)
