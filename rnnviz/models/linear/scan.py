"""The parallel scan: every state of h_t = a_t h_{t-1} + b_t, found in pairs of pairs instead of one after the other."""

from typing import Any

import torch
from torch import Tensor

from rnnviz.checks import kind_of

__all__ = ["combined", "linear_scan"]


def combined(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Return two steps as one: ``first`` (a, b), which makes a h + b of a state h, then ``second``.

    >>> combined((torch.tensor(0.5), torch.tensor(3.0)), (torch.tensor(0.5), torch.tensor(0.5)))
    (tensor(0.2500), tensor(2.))
    """
    (a, b), (later_a, later_b) = first, second
    return later_a * a, later_a * b + later_b


def linear_scan(carry: Tensor, added: Tensor, initial: Tensor | None = None) -> Tensor:
    """Return all states of ``h_t = carry_t * h_{t-1} + added_t``, in about 2 log₂(time) passes over the sequence.

    Neighbouring steps are put together by `combined`, the half as many pairs are scanned in the same way, and what a
    pair leaves out is filled in (the tree of Brent & Kung 1982; Blelloch 1990 on scans in general). There is no
    logarithm and no division, so a carry may be 0 or negative and nothing overflows that a loop would not. The work
    and the memory grow in proportion to the time, and autograd goes back through it.

    Parameters
    ----------
    carry, added : torch.Tensor
        Axes (batch, time, unit), of one shape and dtype; at least one timestep.
    initial : torch.Tensor, optional
        The state before the first step, axes (batch, unit); zeros unless given.

    Returns
    -------
    torch.Tensor
        The states, axes (batch, time, unit); the last is ``[:, -1]``.

    Raises
    ------
    TypeError, ValueError
        If they are no floating-point tensors with these axes, or their shapes or dtypes differ.

    Examples
    --------
    >>> halves, ones = torch.full((1, 4, 1), 0.5), torch.ones(1, 4, 1)
    >>> linear_scan(halves, ones).flatten()
    tensor([1.0000, 1.5000, 1.7500, 1.8750])
    """
    _check("carry", carry, 3, "(batch, time, unit)")
    _check("added", added, 3, "(batch, time, unit)")
    if carry.shape != added.shape or not carry.shape[1]:
        raise ValueError(
            "carry and added must have one shape (batch, time, unit) with a timestep or more, got "
            f"{tuple(carry.shape)} and {tuple(added.shape)}."
        )
    if initial is None:
        initial = carry.new_zeros(carry.shape[0], carry.shape[2])
    _check("initial", initial, 2, "(batch, unit)")
    if initial.shape != (carry.shape[0], carry.shape[2]):
        raise ValueError(
            f"initial must have axes (batch, unit), here {(carry.shape[0], carry.shape[2])}, got shape "
            f"{tuple(initial.shape)}."
        )
    if not carry.dtype == added.dtype == initial.dtype:
        raise TypeError(
            f"carry, added and initial must have one dtype, got {carry.dtype}, {added.dtype} and {initial.dtype}."
        )
    return _scanned(carry, added, initial)


def _scanned(carry: Tensor, added: Tensor, initial: Tensor) -> Tensor:
    steps = carry.shape[1]
    if steps == 1:
        return carry * initial[:, None] + added
    even = slice(0, steps - steps % 2, 2)
    pairs = combined((carry[:, even], added[:, even]), (carry[:, 1::2], added[:, 1::2]))
    second = _scanned(*pairs, initial)  # after steps 1, 3, 5 …
    before = torch.cat([initial[:, None], second], 1)[:, : (steps + 1) // 2]
    first = carry[:, ::2] * before + added[:, ::2]  # after steps 0, 2, 4 …
    together = torch.stack([first[:, : steps // 2], second], 2).flatten(1, 2)
    return together if steps % 2 == 0 else torch.cat([together, first[:, -1:]], 1)


def _check(name: str, value: Any, axes: int, written: str) -> None:
    if not isinstance(value, Tensor) or not value.is_floating_point():
        came = f"a tensor of {value.dtype}" if isinstance(value, Tensor) else kind_of(value)
        raise TypeError(f"{name} must be a torch.Tensor of floating-point numbers, got {came}.")
    if value.dim() != axes:
        raise ValueError(f"{name} must have axes {written}, got shape {tuple(value.shape)}.")
