"""Thinned: things noted along a run, evenly spaced over its steps, in bounded number and memory."""

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Thinned"]

T = TypeVar("T")


class Thinned(Generic[T]):
    """Keep what is offered at least ``stride`` steps apart; when full, double the stride and drop what is between.

    Parameters
    ----------
    capacity : int
        Things kept at most, at least 2, the newest not counted.
    budget : float
        What all of them together may weigh.
    weigh : callable
        What one of them weighs, in the budget's unit.

    Examples
    --------
    >>> kept = Thinned(capacity=4)
    >>> for step in range(11):
    ...     kept.offer(step, f"at {step}")
    >>> kept.steps()
    [0, 4, 8, 10]
    """

    def __init__(
        self, capacity: int, budget: float = float("inf"), weigh: Callable[[T], float] = lambda thing: 0.0
    ) -> None:
        self._capacity, self._budget, self._weigh = capacity, budget, weigh
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._kept: list[tuple[int, T]] = []
        self._newest: tuple[int, T] | None = None
        self._weight = 0.0
        self.stride = 1

    def wants(self, step: int) -> bool:
        """Whether a thing at this step would be kept when newer ones come."""
        return not self._kept or step - self._kept[-1][0] >= self.stride

    def offer(self, step: int, thing: T) -> None:
        """Note a thing; of two at one step the later one counts, and a step before the newest is not kept."""
        if self._newest is not None and step < self._newest[0]:
            return
        self._newest = (step, thing)
        if self._kept and step == self._kept[-1][0]:
            self._kept[-1] = self._newest
        elif self.wants(step):
            self._kept.append(self._newest)
            self._weight += self._weigh(thing)
            while len(self._kept) > 2 and (len(self._kept) > self._capacity or self._weight > self._budget):
                self._thin()

    def items(self) -> list[tuple[int, T]]:
        """Return (step, thing) in the order of the steps, the newest always last."""
        newest = [] if self._newest is None or self._kept[-1][0] == self._newest[0] else [self._newest]
        return [*self._kept, *newest]

    def steps(self) -> list[int]:
        """Return the steps alone of `items`, rising."""
        return [step for step, _ in self.items()]

    def __len__(self) -> int:
        return len(self.items())

    def _thin(self) -> None:
        self.stride *= 2
        kept = self._kept[:1]
        for one in self._kept[1:]:
            if one[0] - kept[-1][0] >= self.stride:
                kept.append(one)
        # weighed anew only if something went: the weights of snapshots are sums over many arrays
        if len(kept) < len(self._kept):
            self._weight = sum(self._weigh(thing) for _, thing in kept)
        self._kept = kept
