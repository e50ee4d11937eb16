"""Arithmetic of the recomputation: full precision, whatever the caller has allowed, and no slow numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

from rnnviz.trace.isolation.lock import TURN

__all__ = ["are_denormals_flushed", "callers_precision", "denormals", "full_precision", "is_full_precision"]

_RAISED: list[tuple[Any, str]] = []  # what `full_precision` has changed for now, and what it was
_TINY = float(np.finfo(float).smallest_subnormal)
_FULL = ("none", "ieee")  # none: nothing was asked for, here or for all backends


@contextmanager
def full_precision() -> Iterator[None]:
    """Multiply float32 as float32 for a while: TF32 and bfloat16 keep 10 and 7 bits of 23.

    The setting belongs to the whole process, so where it has to change threads take turns.
    """
    with ExitStack() as stack:
        with TURN:  # whoever has raised it meanwhile will put it back before she gives the turn on
            lowered = [one for one in _matmuls() if one.fp32_precision not in _FULL]
            if lowered:
                stack.enter_context(TURN)
        for one in lowered:
            # registered before it is changed, so that an interrupt in between cannot leave it changed
            stack.callback(_put_back, one, one.fp32_precision)
            stack.enter_context(_noted(one, one.fp32_precision))
            one.fp32_precision = "ieee"
        yield


def is_full_precision() -> bool:
    """Whether `full_precision` would change nothing now."""
    return all(one.fp32_precision in _FULL for one in _matmuls())


@contextmanager
def callers_precision() -> Iterator[None]:
    """Within `full_precision`, multiply for a while as its caller allows: to run again what has run before it."""
    with ExitStack() as stack:
        for one, precision in list(_RAISED):
            stack.callback(setattr, one, "fp32_precision", "ieee")
            one.fp32_precision = precision
        yield


@contextmanager
def _noted(one: Any, precision: str) -> Iterator[None]:
    _RAISED.append((one, precision))
    try:
        yield
    finally:
        _RAISED.pop()


def _put_back(one: Any, precision: str) -> None:
    """Where a setting only followed the one for all backends, let it follow that again."""
    if not isinstance(one, _Legacy):
        one.fp32_precision = "none"
    if one.fp32_precision != precision:
        one.fp32_precision = precision


def are_denormals_flushed() -> bool:
    """Whether numbers too small for full precision (below 1.2e-38 in float32) are taken for zero in this thread."""
    # torch does not tell; it is the processor's setting, which is Python's own arithmetic's too
    return _TINY * 1.0 == 0.0


@contextmanager
def denormals(*, flushed: bool) -> Iterator[None]:
    """Take numbers too small for full precision for zero in this thread for a while, or for what they are.

    A gradient that vanishes through time ends in such numbers, and arithmetic on them is some ten times slower.
    """
    # False where the processor cannot: then there is nothing to put back
    changed = are_denormals_flushed() != flushed and torch.set_flush_denormal(flushed)
    try:
        yield
    finally:
        if changed:
            torch.set_flush_denormal(not flushed)


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
