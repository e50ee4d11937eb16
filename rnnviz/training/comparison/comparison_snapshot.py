"""ComparisonSnapshot: one moment of several models that train in lockstep."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Self

from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["ComparisonSnapshot"]


@dataclass(frozen=True, kw_only=True)
class ComparisonSnapshot(Snapshot):
    """A snapshot for each model; what it says of itself is said of the one with the largest arrays.

    Parameters
    ----------
    compared : mapping of str to Snapshot
        By label, in reading order.
    times : mapping of str to float
        Each one's share of the training time of this run; NaN before the first step.
    seconds : mapping of str to float
        What a training step of each takes; NaN before one was timed.
    """

    compared: Mapping[str, Snapshot]
    times: Mapping[str, float]
    seconds: Mapping[str, float]

    @classmethod
    def of(
        cls,
        compared: Mapping[str, Snapshot],
        times: Mapping[str, float],
        seconds: Mapping[str, float],
        *,
        run: int,
        step: int,
    ) -> Self:
        """Put snapshots of one moment together.

        Parameters
        ----------
        compared, times, seconds : mapping
            As for the class.
        run, step : int
            Of the comparison.
        """
        largest = max(compared.values(), key=lambda one: one.layer.hidden.size)
        face = {field.name: getattr(largest, field.name) for field in fields(Snapshot)} | {"run": run, "step": step}
        return cls(
            **face,
            compared=MappingProxyType(dict(compared)),
            times=MappingProxyType(dict(times)),
            seconds=MappingProxyType(dict(seconds)),
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(run={self.run}, step={self.step}, models={list(self.compared)})"

    @property
    def models(self) -> Mapping[str, Snapshot]:
        """Each model's own snapshot, by label."""
        return self.compared

    @property
    def shares(self) -> Mapping[str, float]:
        """Each model's share of the training time, 0 to 1, by label."""
        return self.times

    @property
    def paces(self) -> Mapping[str, float]:
        """Seconds that a training step of each model takes, by label."""
        return self.seconds

    @property
    def drawable(self) -> bool:
        """Whether every model's numbers are finite."""
        return all(one.drawable for one in self.compared.values())
