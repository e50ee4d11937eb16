"""Interleaved timing: every rival runs once in every round, so that a busy machine slows all of them alike."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Spread", "Times", "interleaved", "synchronise"]

Action = Callable[[], object]
_SHORTEST = 0.01  # seconds: what is faster is called several times a sample, so that the clock's grain does not count


@dataclass(frozen=True)
class Spread:
    """The middle of repeated measurements, and the quartiles around it.

    Examples
    --------
    >>> Spread.of([1.0, 2.0, 3.0, 4.0, 50.0])
    Spread(median=3.0, low=2.0, high=4.0)
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64] | list[float]) -> "Spread":
        """Summarise measurements, axis (round,)."""
        low, median, high = np.quantile(np.asarray(values, np.float64), [0.25, 0.5, 0.75])
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True, eq=False)
class Times:
    """Seconds a call of each rival, axis (round,); the same round of two rivals was measured one after the other."""

    seconds: Mapping[str, NDArray[np.float64]]

    def ratio(self, one: str, other: str) -> Spread:
        """Return how many times as long ``one`` takes as ``other``, compared round by round."""
        return Spread.of(self.seconds[one] / self.seconds[other])

    def of(self, one: str) -> Spread:
        """Return the seconds of one rival."""
        return Spread.of(self.seconds[one])


def synchronise(device: torch.device) -> None:
    """Wait until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def interleaved(actions: Mapping[str, Action], device: torch.device, *, seconds: float, rounds: int = 3) -> Times:
    """Time the actions in turn, after one call of each that does not count.

    Parameters
    ----------
    actions : mapping of str to callable
        The rivals.
    device : torch.device
        Where they work.
    seconds : float
        Rounds go on until they took this long together.
    rounds : int
        Rounds at least.
    """
    calls = {name: _calls(action, device) for name, action in actions.items()}
    found: dict[str, list[float]] = {name: [] for name in actions}
    began, done = time.perf_counter(), 0
    while done < rounds or time.perf_counter() - began < seconds:
        names = list(actions) if done % 2 == 0 else list(actions)[::-1]  # nobody always runs in the same wake
        for name in names:
            found[name].append(_sample(actions[name], calls[name], device))
        done += 1
    return Times({name: np.array(values) for name, values in found.items()})


def _calls(action: Action, device: torch.device) -> int:
    """Return how many calls a sample needs; this also warms up."""
    first = _sample(action, 1, device)
    # timed a second time, as the first call made what later ones find
    return 1 if first > 1 else max(1, math.ceil(_SHORTEST / _sample(action, 1, device)))


def _sample(action: Action, calls: int, device: torch.device) -> float:
    synchronise(device)
    before = time.perf_counter()
    for _ in range(calls):
        action()
    synchronise(device)
    return max(time.perf_counter() - before, 1e-9) / calls
