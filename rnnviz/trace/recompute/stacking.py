"""Puts calls of one length side by side along the batch, and lays their timesteps end to end again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from rnnviz.trace.capture.calls import Call, Gradients
from rnnviz.trace.recompute.layers_inside import Level, levels_of

States: TypeAlias = tuple[Tensor | None, ...]


@dataclass(frozen=True, eq=False)
class Stack:
    """Calls of one length side by side; states and their gradients have axes (layer·direction, batch, unit)."""

    levels: list[Level]
    initial: tuple[Tensor, ...]
    lengths: Tensor | None
    valid: Tensor | None
    has_loss: bool
    grad_output: Tensor | None
    grad_final: States
    grad_links: States
    wants_weights: bool = True  # the norms of the weights' gradients


def stack(calls: Sequence[Call], dtype: torch.dtype) -> Stack:
    """Stack calls that have the same number of steps; everything comes out in `dtype`."""
    first = calls[0]
    levels = [
        Level(*(_beside(parts, dtype) for parts in zip(*level, strict=True)))  # type: ignore[arg-type]
        for level in zip(*map(levels_of, calls), strict=True)
    ]
    lengths = None if first.lengths is None else first.lengths.to(first.given.device)
    return Stack(
        levels=levels,
        initial=tuple(_beside(parts, dtype) for parts in zip(*(call.initial for call in calls), strict=True)),  # type: ignore[misc]
        lengths=lengths,
        valid=None if lengths is None else valid_steps(levels[0].inputs, lengths),
        has_loss=first.gradients is not None,
        grad_output=_beside([_grad_output(call) for call in calls], dtype),
        grad_final=_states(calls, lambda gradients: gradients.states, dtype),
        grad_links=_states(calls, lambda gradients: gradients.links, dtype),
    )


def end_to_end(values: Tensor, calls: int) -> Tensor:
    """(time, call·batch, unit) → (call·time, batch, unit)."""
    if calls == 1:
        return values
    steps, _, units = values.shape
    return values.reshape(steps, calls, -1, units).transpose(0, 1).reshape(calls * steps, -1, units)


def valid_steps(inputs: Tensor, lengths: Tensor) -> Tensor:
    """Return 1 before a sequence's end and 0 past it, axes (time, batch, 1)."""
    steps = torch.arange(inputs.shape[0], device=inputs.device).unsqueeze(1)
    # numbers, not booleans: the scan multiplies with them
    return (steps < lengths).unsqueeze(2).to(inputs.dtype)


def _beside(parts: Sequence[Tensor | None], dtype: torch.dtype) -> Tensor | None:
    """Join along the batch axis; a missing gradient among others is zero."""
    if len(parts) == 1:
        return None if (only := parts[0]) is None else only if only.dtype is dtype else only.to(dtype)
    present = [one for one in parts if one is not None]
    if not present:
        return None
    return torch.cat([torch.zeros_like(present[0]) if one is None else one for one in parts], dim=1).to(dtype)


def _grad_output(call: Call) -> Tensor | None:
    gradient = None if call.gradients is None else call.gradients.output
    return None if gradient is None else call.form.sequence(gradient)


def _states(calls: Sequence[Call], pick: Callable[[Gradients], States], dtype: torch.dtype) -> States:
    rows = []
    for call in calls:
        gradients = () if call.gradients is None else pick(call.gradients)
        rows.append([None if one is None else call.form.state(one) for one in gradients])
    return tuple(_beside(parts, dtype) for parts in zip(*rows, strict=True))
