"""Replays a call of a registered cell: its own step, one timestep after the other, and autograd back through them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rnnviz.trace.calls import Call
from rnnviz.trace.custom import CustomCell, registered, totals, walk
from rnnviz.trace.unrolled import Unrolled
from rnnviz.trace.untouched import untouched


def replay_custom(call: Call) -> tuple[Unrolled, tuple[str, ...]]:
    """What one call did, and the names of its gates.

    Raises
    ------
    ValueError
        If the registered step does not give the states that the module itself gave.
    """
    cell = registered(call.module)
    assert isinstance(cell, CustomCell)
    with untouched(call.module), torch.enable_grad():
        walked = walk(cell, call.module, call.sequence(), tuple(one[0] for one in call.initial))
    found = [torch.stack([states[kind] for states in walked.states]).detach() for kind in range(len(walked.states[0]))]
    _check_agreement(call, found[0])
    names = tuple(walked.gates[0])
    unrolled = Unrolled(
        hidden=found[0],
        cell=found[1] if len(found) > 1 else None,
        gates=tuple(torch.stack([step[name] for step in walked.gates]) for name in names),
    )
    if call.gradients is None:
        return unrolled, names
    direct, seeds = _seeds(call, found)
    total = totals(walked, seeds)
    with_loss = Unrolled(unrolled.hidden, unrolled.cell, unrolled.gates, direct, total[0], (*total, None)[1])
    return with_loss, names


def _seeds(call: Call, found: Sequence[Tensor]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What reaches the hidden state from outside, and what enters every state at each step."""
    assert call.gradients is not None
    entering = [torch.zeros_like(one) for one in found]
    if call.gradients.output is not None:
        entering[0] += call.form.sequence(call.gradients.output)
    _enter_last(call, entering, call.gradients.states)
    direct = entering[0].clone()
    _enter_last(call, entering, call.gradients.links)
    return direct, tuple(entering)


def _enter_last(call: Call, entering: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> None:
    for seed, gradient in zip(entering, gradients, strict=True):
        if gradient is not None:
            seed[-1] += call.form.state(gradient)[0]


def _check_agreement(call: Call, hidden: Tensor) -> None:
    output = call.form.sequence(call.output)
    if hidden.shape != output.shape or not torch.allclose(hidden, output, rtol=1e-3, atol=1e-4, equal_nan=True):
        raise ValueError(
            f"the step registered for {type(call.module).__name__} gives other states than the module {call.name!r} "
            "itself; make step(module, x, state) compute what its forward does."
        )
