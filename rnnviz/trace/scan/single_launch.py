"""Loops over timesteps as one launch each, by kernels in Triton where a GPU has them, checked before they are used.

A loop with constants of one kind runs as it is the first time: a single trace does not pay for a compiler. The second
time its kernel runs beside it, and is used from then on if both find the same. Whatever cannot be compiled, and
whatever differs, goes on as a loop.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor

from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.scan.recording import Tensors, agree, may_record

__all__ = ["KERNELS", "Kernels", "applies", "fits", "lstm_forward", "scan_backward"]

Loop: TypeAlias = Callable[..., Tensors]

_LOG = logging.getLogger("rnnviz")
_LARGEST = 128  # units: a program holds a sequence's whole state, and reads the recurrent weights each step
_HELD = {"rnn": 128, "gru": 64, "lstm": 64}  # units up to which a program's registers hold the recurrent weights
_TROUBLES = 3  # failures after which no kernel is tried any more
_ELEMENTS = 128  # a program of the forward loop


def applies(example: Tensor) -> bool:
    """Whether the loops over an array may go by kernels of ours."""
    return example.is_cuda and example.dtype == torch.float32 and os.environ.get("RNNVIZ_CUDA_KERNELS") != "0"


class Kernels:
    """Functions that do in one launch what a loop does, by what they are asked for.

    Parameters
    ----------
    may_check
        Whether results may be compared on this device now, which waits for it.
    """

    def __init__(self, may_check: Callable[[torch.device], bool] = may_record) -> None:
        self._may_check = may_check
        self._calls: dict[Hashable, int] = {}
        self._trusted: dict[Hashable, bool] = {}
        self._troubles = 0

    def run(self, fast: Loop, loop: Loop, given: Tensors, *constants: Hashable) -> Tensors | None:
        """Return what ``loop(given, *constants)`` does, or None where `fast` is not to be trusted with it.

        Both may work in place on what they are given.
        """
        if self._troubles >= _TROUBLES or torch.is_grad_enabled():
            return None
        key = fast, constants, tuple(None if one is None else (one.device, one.dtype, one.shape[-1]) for one in given)
        trusted = self._trusted.get(key)
        if trusted is None:
            return self._tried(key, fast, loop, given, constants)
        return fast(given, *constants) if trusted else None

    def clear(self) -> None:
        """Forget what is trusted and what is not."""
        self._calls.clear()
        self._trusted.clear()
        self._troubles = 0

    def __len__(self) -> int:
        return sum(self._trusted.values())

    def _tried(self, key: Hashable, fast: Loop, loop: Loop, given: Tensors, constants: tuple[Hashable, ...]) -> Tensors:
        with TURN:
            self._calls[key] = self._calls.get(key, 0) + 1
            device = next(one.device for one in given if one is not None)
            if self._calls[key] < 2 or not self._may_check(device):
                return loop(given, *constants)
            # copied before the loop runs: it works in place on what it is given
            copies = tuple(None if one is None else one.clone() for one in given)
            truth = loop(given, *constants)
            try:
                self._trusted[key] = all(map(agree, fast(copies, *constants), truth))
                told = "it differs from the loop itself"
            except Exception as error:  # of whatever kind: the loop has run
                self._trusted[key], told = False, f"{type(error).__name__}: {error}"
            if not self._trusted[key]:
                self._troubles += 1
                _LOG.debug("%s is not used: %s", getattr(fast, "__name__", fast), told)
            return truth


def fits(W_hh: Tensor, W_hr: Tensor | None, example: Tensor) -> bool:
    """Whether the gradient of a layer may go back in one launch."""
    return applies(example) and example.numel() > 0 and W_hr is None and W_hh.shape[1] <= _LARGEST


def scan_backward(given: Tensors, kind: str, nonlinearity: str, reverse: bool, seeded: bool, below: bool) -> Tensors:
    """Take a gradient all the way back through time, as `scans.whole_scan` does."""
    entering, W_ih, W_hh, _, valid, hidden, cell, states, kept = given
    assert entering is not None
    assert W_ih is not None
    assert W_hh is not None
    assert hidden is not None
    steps, batch, units = hidden.shape
    delta = hidden.new_empty((steps, batch, len(W_hh)))
    delta_x = torch.empty_like(delta) if kind == "gru" else delta
    W, features, block = W_hh.contiguous(), W_ih.shape[1], _block(units)
    options = {"MASKED": valid is not None, "REVERSE": reverse, "BLOCK": block, "num_warps": _warps(block)}
    valid = hidden if valid is None else valid.contiguous()  # something to point at; nobody reads it
    sizes, held = (steps, batch, units), block <= _HELD[kind]
    with torch.cuda.device(hidden.device) if hidden.is_cuda else nullcontext():
        if kind == "lstm":
            assert cell is not None
            _kernels().lstm_backward[(batch,)](
                kept, states, hidden, cell, valid, W, delta, *sizes, SEEDED=seeded, HOLD=held, **options
            )
        elif kind == "gru":
            before = entering[:, :, features:]
            arrays = kept, before, hidden, valid, W, delta, delta_x
            _kernels().gru_backward[(batch,)](*arrays, *sizes, *before.stride()[:2], HOLD=held, **options)
        else:
            assert states is not None
            strides = states.stride()[:2]
            _kernels().rnn_backward[(batch,)](
                states, hidden, valid, W, delta, *sizes, *strides, RELU=nonlinearity == "relu", **options
            )
    rows, of_input, of_state = entering.flatten(0, 1).T, delta_x.flatten(0, 1), delta.flatten(0, 1)
    if delta_x is delta:
        gradient = rows @ of_state
        grad_ih, grad_hh = gradient[:features], gradient[features:]
    else:
        grad_ih, grad_hh = rows[:features] @ of_input, rows[features:] @ of_state
    return hidden, cell, grad_ih, grad_hh, (of_input @ W_ih).view(steps, batch, -1) if below else None


def lstm_forward(given: Tensors, reverse: bool) -> Tensors:
    """Write gates and cell states of a run of timesteps, as `scans.lstm_forward` does."""
    before, room, within, valid = given
    assert before is not None
    assert room is not None
    assert within is not None
    steps, batch, units = room.shape[1:]
    masked = valid is not None
    arrays = before.contiguous(), room, within, valid.contiguous() if valid is not None else before
    grid, sizes = (-(-batch * units // _ELEMENTS),), (steps, batch, units, room.stride(0))
    with torch.cuda.device(room.device) if room.is_cuda else nullcontext():
        _kernels().lstm_forward[grid](*arrays, *sizes, MASKED=masked, REVERSE=reverse, BLOCK=_ELEMENTS, num_warps=4)
    return room, within


@cache
def _kernels() -> Any:
    """Triton's functions: it comes with torch where that is made for CUDA on Linux, and wants a C compiler."""
    from rnnviz.trace.scan import triton_kernels

    return triton_kernels


def _block(units: int) -> int:
    return max(16, 1 << (units - 1).bit_length())


def _warps(block: int) -> int:
    """Threads of a program, in groups of 32: 64 weights each at most, where it holds them."""
    return {16: 1, 32: 2, 64: 8, 128: 16}[block]


KERNELS = Kernels()
