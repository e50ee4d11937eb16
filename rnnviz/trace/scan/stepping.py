"""Arithmetic on one timestep after the other, in place: by numpy where arrays are small and on the CPU, else by torch.

A call of numpy's costs 0.4 µs, one of torch's 1 to 3: in a loop over timesteps that is what counts. Both work on the
same memory, so matrix products may go by torch in between.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

Step: TypeAlias = Any  # a tensor or an array without the time axis

_CACHE = 2**22  # bytes at a time; more gains nothing, and a large batch would no longer fit
_FAR = 2**27  # on a GPU, where each run costs launches and the cache is an order of magnitude larger
_SHORTEST = 8  # timesteps: below that the calls themselves cost more than the memory
_SMALL = 2**14  # numbers a timestep; beyond that torch's own loops are as fast, and it may use several threads


def stepping(like: Tensor) -> Stepping:
    """What to walk over the timesteps of `like` (time, …) with."""
    return _ByNumpy(like) if is_small(like) else _ByTorch()


def is_small(like: Tensor) -> bool:
    """Whether the timesteps of `like` (time, …) are walked over with numpy."""
    return like.device.type == "cpu" and like[:1].numel() <= _SMALL


class Stepping(ABC):
    """Takes arrays apart along time and does what a step asks for with the parts."""

    @abstractmethod
    def split(self, values: Tensor) -> Sequence[Step]:
        """Views of each timestep."""

    @abstractmethod
    def multiply(self, one: Step, other: Step, out: Step) -> None:
        """``out = one * other``; `other` may lack leading axes."""

    def write_product(self, total: Step, one: Step, other: Step) -> None:
        """``total = one * other``."""
        self.multiply(one, other, total)

    @abstractmethod
    def add_product(self, total: Step, one: Step, other: Step) -> None:
        """``total += one * other``, three arrays of one shape."""

    def carry(self, states: Sequence[Step], keeps: Sequence[Step]) -> None:
        """``states[t + 1] += keeps[t] * states[t]``, one timestep after the other."""
        for before, keep, after in zip(states, keeps, states[1:], strict=False):
            self.add_product(after, keep, before)


class _ByTorch(Stepping):
    def split(self, values: Tensor) -> Sequence[Step]:
        return values.unbind()

    def multiply(self, one: Step, other: Step, out: Step) -> None:
        torch.mul(one, other, out=out)

    def add_product(self, total: Step, one: Step, other: Step) -> None:
        total.addcmul_(one, other)


class _ByNumpy(Stepping):
    def __init__(self, like: Tensor) -> None:
        # numpy has no fused multiply-add: one scratch array in place of one a timestep
        self._product = np.empty_like(like[0].numpy())

    def split(self, values: Tensor) -> Sequence[Step]:
        return list(values.numpy())

    multiply = staticmethod(np.multiply)  # type: ignore[assignment]

    def add_product(self, total: Step, one: Step, other: Step) -> None:
        np.multiply(one, other, self._product)
        np.add(total, self._product, total)

    def carry(self, states: Sequence[Step], keeps: Sequence[Step]) -> None:
        multiply, add, product = np.multiply, np.add, self._product  # to call a function takes as long as to multiply
        for before, keep, after in zip(states, keeps, states[1:], strict=False):
            multiply(keep, before, product)
            add(after, product, after)


def runs(like: Tensor, units: int) -> list[slice]:
    """Cut the time axis of `like` (time, batch, …) into runs; `units` numbers are in use a timestep and sequence."""
    steps, batch = like.shape[:2]
    width = max(1, batch * units * like.element_size())
    length = max(_SHORTEST, (_CACHE if like.device.type == "cpu" else _FAR) // width)
    return [slice(start, min(start + length, steps)) for start in range(0, steps, length)]
