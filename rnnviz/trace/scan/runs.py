"""Runs of timesteps short enough that what is worked out for them stays in a processor's cache."""

from __future__ import annotations

from torch import Tensor

_CACHE = 2**22  # bytes at a time; more gains nothing, and a large batch would no longer fit
_FAR = 2**27  # on a GPU, where each run costs launches and the cache is an order of magnitude larger
_SHORTEST = 8  # timesteps: below that the calls themselves cost more than the memory


def runs(like: Tensor, units: int) -> list[slice]:
    """Cut the time axis of `like` (time, batch, …) into runs; `units` numbers are in use a timestep and sequence."""
    steps, batch = like.shape[:2]
    width = max(1, batch * units * like.element_size())
    length = max(_SHORTEST, (_CACHE if like.device.type == "cpu" else _FAR) // width)
    return [slice(start, min(start + length, steps)) for start in range(0, steps, length)]
