"""Random generators, one a device: found, seeded for a while, and left as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import torch

__all__ = ["drawing_from", "generator_of", "kept", "seeded"]


def generator_of(device: torch.device | str) -> torch.Generator | None:
    """Return the generator that a device draws from where none is named; None for a device without one.

    Examples
    --------
    >>> generator_of("cpu") is torch.default_generator
    True
    """
    device = torch.device(device)
    if device.type == "cpu":
        return torch.default_generator
    if device.type == "mps":
        return torch.mps._get_default_mps_generator()
    if device.type not in ("cuda", "xpu"):
        return None
    there = torch.get_device_module(device)
    there.init()  # before that it has no generators
    found: torch.Generator = there.default_generators[there.current_device() if device.index is None else device.index]
    return found


@contextmanager
def kept(devices: Iterable[torch.device | str]) -> Iterator[None]:
    """Let the generators of these devices, and no others, be drawn from for a while, and put them back.

    >>> with kept(["cpu"]):
    ...     inside = torch.rand(3)
    >>> torch.equal(torch.rand(3), inside)
    True
    """
    with ExitStack() as stack:
        for generator in {generator_of(device) for device in devices} - {None}:
            stack.enter_context(_kept(generator))  # type: ignore[arg-type]
        yield


@contextmanager
def drawing_from(state: torch.Tensor, device: torch.device | str) -> Iterator[None]:
    """Let a device draw for a while what it would have drawn when its generator was in ``state``; then put that back.

    Examples
    --------
    >>> state = torch.get_rng_state()
    >>> one = torch.rand(3)
    >>> with drawing_from(state, "cpu"):
    ...     torch.equal(torch.rand(3), one)
    True
    """
    generator = generator_of(device)
    if generator is None:
        raise ValueError(f"the device {str(device)!r} has no generator to draw from.")
    with _kept(generator):
        if generator.device.type == "cuda":
            # a state object of its own, as in `_kept`: no state of the owner's is written to
            then = generator.clone_state()
            then.set_state(state)
            generator.graphsafe_set_state(then)
        else:
            generator.set_state(state)
        yield


@contextmanager
def seeded(seed: int, device: torch.device | str) -> Iterator[None]:
    """Draw from generators of this seed for a while, on the CPU and on ``device``; the generators are then put back.

    ``torch.manual_seed`` would seed those of all other devices too, and nothing would put these back.

    Examples
    --------
    >>> with seeded(0, "cpu"):
    ...     one = torch.rand(3)
    >>> with seeded(0, "cpu"):
    ...     torch.equal(torch.rand(3), one)
    True
    """
    devices = {torch.device("cpu"), torch.device(device)}
    with kept(devices):
        for generator in map(generator_of, devices):
            if generator is not None:
                generator.manual_seed(seed)
        yield


@contextmanager
def _kept(generator: torch.Generator) -> Iterator[None]:
    if generator.device.type == "cuda":
        # Setting a state would make cuDNN draw a new seed for its own dropout: the run would be disturbed. So another
        # state object takes the place of the owner's for a while.
        own = generator.graphsafe_get_state()
        generator.graphsafe_set_state(generator.clone_state())
        try:
            yield
        finally:
            generator.graphsafe_set_state(own)
        return
    state = generator.get_state()
    try:
        yield
    finally:
        generator.set_state(state)
