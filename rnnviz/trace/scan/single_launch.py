"""Loops over timesteps as one launch each, by kernels in Triton where a GPU has them, checked before they are used.

A loop with constants of one kind runs as it is the first time: a single trace does not pay for a compiler. The second
time its kernel runs beside it, and is used from then on if both find the same. Whatever cannot be compiled, and
whatever differs, goes on as a loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor

from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.scan.recording import Tensors, agree, may_record, tells

__all__ = ["KERNELS", "Kernels", "NotLaunchedError", "lstm_forward", "scan_backward"]

Loop: TypeAlias = Callable[..., Tensors]

_LOG = logging.getLogger("rnnviz")
_HELD = {"rnn": 128, "gru": 64, "lstm": 64}  # units up to which a program's registers hold the recurrent weights
_TROUBLES = 3  # failures after which no kernel is tried any more
_ELEMENTS = 128  # a program of the forward loop


class NotLaunchedError(RuntimeError):
    """A kernel could not be compiled or launched; nothing has been written to."""


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
        try:
            return fast(given, *constants) if trusted else None
        except NotLaunchedError as error:
            self._trusted[key] = False
            _LOG.debug("%s is not used: %s", getattr(fast, "__name__", fast), error)
            return None

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
            try:
                copies = tuple(None if one is None else one.clone() for one in given)
            except torch.OutOfMemoryError:
                return loop(given, *constants)
            truth = loop(given, *constants)
            if not any(map(tells, truth)):
                return truth
            try:
                self._trusted[key] = all(map(agree, fast(copies, *constants), truth))
                told = "it differs from the loop itself"
            except torch.OutOfMemoryError:
                return truth
            except Exception as error:  # of whatever kind: the loop has run
                self._trusted[key], told = False, f"{type(error).__name__}: {error}"
            if not self._trusted[key]:
                self._troubles += 1
                _LOG.debug("%s is not used: %s", getattr(fast, "__name__", fast), told)
            return truth


def scan_backward(given: Tensors, kind: str, nonlinearity: str, reverse: bool, seeded: bool, below: bool) -> Tensors:
    """Take a gradient all the way back through time, as the loops that `scans` knows do."""
    entering, W_ih, W_hh, _, valid, hidden, cell, states, kept = given
    assert entering is not None
    assert W_ih is not None
    assert W_hh is not None
    assert hidden is not None
    features = W_ih.shape[1]
    delta = hidden.new_empty((*hidden.shape[:2], len(W_hh)))
    delta_x = torch.empty_like(delta) if kind == "gru" else delta
    block = _block(hidden.shape[2])
    options = {"MASKED": valid is not None, "REVERSE": reverse, "BLOCK": block, "num_warps": _warps(block)}
    # without lengths something to point at, which nobody reads
    with_weights = hidden if valid is None else valid.contiguous(), W_hh.contiguous(), delta
    if kind == "lstm":
        options |= {"SEEDED": seeded, "HOLD": block <= _HELD[kind]}
        _launch("lstm_backward", hidden, (kept, states, hidden, cell, *with_weights), (), options)
    elif kind == "gru":
        before, options["HOLD"] = entering[:, :, features:], block <= _HELD[kind]
        _launch("gru_backward", hidden, (kept, before, hidden, *with_weights, delta_x), before.stride()[:2], options)
    else:
        assert states is not None
        options["RELU"] = nonlinearity == "relu"
        _launch("rnn_backward", hidden, (states, hidden, *with_weights), states.stride()[:2], options)
    rows, of_input, of_state = entering.flatten(0, 1).T, delta_x.flatten(0, 1), delta.flatten(0, 1)
    if delta_x is delta:
        gradient = rows @ of_state
        grad_ih, grad_hh = gradient[:features], gradient[features:]
    else:
        grad_ih, grad_hh = rows[:features] @ of_input, rows[features:] @ of_state
    return hidden, cell, grad_ih, grad_hh, (of_input @ W_ih).view(*hidden.shape[:2], -1) if below else None


def lstm_forward(given: Tensors, reverse: bool) -> Tensors:
    """Write gates and cell states of a run of timesteps, as the loop in `scans` does."""
    before, room, within, valid = given
    assert before is not None
    assert room is not None
    assert within is not None
    options = {"MASKED": valid is not None, "REVERSE": reverse, "BLOCK": _ELEMENTS, "num_warps": 4}
    arrays = before.contiguous(), room, within, before if valid is None else valid.contiguous()
    programs = -(-room[0, 0].numel() // _ELEMENTS)
    _launch("lstm_forward", room[0], arrays, (room.stride(0),), options, programs)
    return room, within


def _launch(
    name: str, like: Tensor, arrays: Tensors, strides: tuple[int, ...], options: dict[str, Any], programs: int = 0
) -> None:
    """Launch a kernel over (time, batch, unit), as many programs as there are sequences unless it is said."""
    steps, batch, units = like.shape
    try:
        with torch.cuda.device(like.device) if like.is_cuda else nullcontext():
            getattr(_kernels(), name)[(programs or batch,)](*arrays, steps, batch, units, *strides, **options)
    except Exception as error:  # of a compiler, a driver, a disk that is full: the loop does without
        raise NotLaunchedError(f"{type(error).__name__}: {error}") from error


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
