"""Inputs: what a model is called with, checked before torch meets it."""

from typing import Any

import torch
from torch import Tensor

from rnnviz.checks import kind_of

__all__ = ["check_lengths", "check_sequences", "check_state", "check_tokens"]


def check_sequences(name: str, values: Any, features: int, like: Tensor) -> None:
    """Check for sequences of numbers of the dtype that the weight ``like`` has, axes (batch, time, feature).

    Raises
    ------
    TypeError, ValueError
        If they are something else.
    """
    if not isinstance(values, Tensor) or not values.is_floating_point():
        raise TypeError(f"{name} must be a torch.Tensor of floating-point numbers, got {_came(values)}.")
    _check_place(name, values, like.device)
    if values.dtype != like.dtype and not torch.is_autocast_enabled(values.device.type):
        raise TypeError(
            f"{name} must be {like.dtype} like the weights, got {values.dtype}; call {name}.to({like.dtype})."
        )
    if values.dim() != 3 or values.shape[2] != features:
        raise ValueError(f"{name} must have axes (batch, time, {features}), got shape {tuple(values.shape)}.")
    if values.shape[1] == 0:
        raise ValueError(f"{name} must have a timestep or more, got shape {tuple(values.shape)}.")


def check_state(state: Any, like: tuple[Tensor, ...]) -> None:
    """Check for a state of as many tensors as ``like`` has, of the same shapes.

    Raises
    ------
    TypeError, ValueError
        If it is something else.
    """
    wanted = [tuple(one.shape) for one in like]
    if not isinstance(state, tuple | list) or not all(isinstance(one, Tensor) for one in state):
        raise TypeError(f"state must be a tuple of {len(like)} tensors, of shapes {wanted}, got {kind_of(state)}.")
    if [tuple(one.shape) for one in state] != wanted:
        raise ValueError(f"state must be tensors of shapes {wanted}, got {[tuple(one.shape) for one in state]}.")


def _check_place(name: str, values: Tensor, device: torch.device) -> None:
    if values.layout != torch.strided or values.is_nested:
        raise TypeError(f"{name} must be a dense torch.Tensor, got one that is sparse or nested.")
    if values.device != device:
        raise ValueError(
            f"{name} must be on the device of the weights, {device}, got {values.device}; call {name}.to('{device}')."
        )


def check_tokens(name: str, values: Any) -> None:
    """Check for sequences of token numbers, axes (batch, time); how large they are is not looked at.

    Raises
    ------
    TypeError, ValueError
        If they are something else.
    """
    if not isinstance(values, Tensor) or values.is_floating_point() or values.is_complex():
        raise TypeError(f"{name} must be a torch.Tensor of token numbers, got {_came(values)}.")
    if values.dim() != 2 or values.shape[1] == 0:
        raise ValueError(f"{name} must have axes (batch, time), got shape {tuple(values.shape)}.")


def check_lengths(name: str, lengths: Any, inputs: Tensor) -> None:
    """Check for one length a sequence of ``inputs``, whole numbers from 1 to how wide these are, on the CPU.

    Raises
    ------
    TypeError, ValueError
        If they are something else.
    """
    size, steps = inputs.shape[:2]
    if not isinstance(lengths, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, one whole number a sequence, got {kind_of(lengths)}.")
    if lengths.dtype != torch.int64:
        raise TypeError(f"{name} must be whole numbers of dtype int64, got {lengths.dtype}; call .long().")
    if lengths.device.type != "cpu":
        raise ValueError(f"{name} must be on the CPU, where torch packs sequences, got {lengths.device}; call .cpu().")
    if tuple(lengths.shape) != (size,):
        raise ValueError(
            f"{name} must be one a sequence, so shape ({size},) as inputs say, got shape {tuple(lengths.shape)}."
        )
    if not size:
        return
    low, high = lengths.aminmax()
    if low < 1 or high > steps:
        wrong = int(low) if low < 1 else int(high)
        raise ValueError(
            f"{name} must be from 1 to {steps}, as wide as inputs are, got {wrong} for sequence "
            f"{int((lengths == wrong).nonzero()[0])}."
        )


def _came(value: Any) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else kind_of(value)
