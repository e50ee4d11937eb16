"""Arithmetic of the replay: full precision, whatever the caller has allowed, and no slow numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from rnnviz.trace.turns import TURN

__all__ = ["flushed_denormals", "full_precision"]

_FULL = ("none", "ieee")  # none: nothing was asked for, here or for all backends


@contextmanager
def full_precision() -> Iterator[None]:
    """Multiply float32 as float32 for a while: TF32 and bfloat16 keep 10 and 7 bits of 23.

    The setting belongs to the whole process, so where it has to change threads take turns.
    """
    with ExitStack() as stack:
        lowered = [one for one in _matmuls() if one.fp32_precision not in _FULL]
        if lowered:
            stack.enter_context(TURN)
        for one in lowered:
            stack.callback(setattr, one, "fp32_precision", one.fp32_precision)
            one.fp32_precision = "ieee"
        yield


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Take numbers too small for full precision (below 1.2e-38 in float32) for zero in this thread, for a while.

    A gradient that vanishes through time ends in such numbers, and arithmetic on them is some ten times slower.
    """
    tiny = torch.tensor([1e-40], dtype=torch.float32, device="cpu")  # whatever the caller's defaults are
    was_on = float(tiny.mul_(1.0)[0]) == 0.0
    changed = not was_on and torch.set_flush_denormal(True)
    try:
        yield
    finally:
        if changed:
            torch.set_flush_denormal(False)


def _matmuls() -> list[Any]:
    """Where torch keeps the precision of matrix products; before torch 2.9 in one place for all of them."""
    found = [getattr(one, "matmul", None) for one in (torch.backends.cuda, torch.backends.mkldnn)]
    return found if all(hasattr(one, "fp32_precision") for one in found) else [_Legacy()]


class _Legacy:
    """The older setting under the newer one's names: ``"highest"`` is full."""

    @property
    def fp32_precision(self) -> str:
        found = torch.get_float32_matmul_precision()
        return "ieee" if found == "highest" else found

    @fp32_precision.setter
    def fp32_precision(self, value: str) -> None:
        torch.set_float32_matmul_precision("highest" if value == "ieee" else value)
