"""Recomputes a call of a registered cell: its own step, one timestep after the other, then autograd back through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.leaves import leaves
from rnnviz.trace.isolation.surroundings import untouched
from rnnviz.trace.modules.custom import CustomCell, own_start, registered
from rnnviz.trace.registered.attempts import Attempt, names_of
from rnnviz.trace.registered.custom_gradients import gradients_of
from rnnviz.trace.registered.reading import Plan, Reading, readings

__all__ = ["Recomputed", "recomputed"]

_MISFITS = (TypeError, ValueError, RuntimeError, IndexError, KeyError, AttributeError)


class Recomputed(NamedTuple):
    """What one call did, axes (time, batch, …) or, before and after it, (batch, …); `lengths` of a packed sequence."""

    names: tuple[str, ...]
    initial: tuple[Tensor, ...]
    states: tuple[Tensor, ...]
    gates: Mapping[str, Tensor]
    lengths: Tensor | None = None
    direct: tuple[Tensor, ...] | None = None
    total: tuple[Tensor, ...] | None = None


def recomputed(calls: Sequence[Call]) -> dict[int, Recomputed]:
    """Recompute every call of registered modules among `calls`, by the call's id.

    Raises
    ------
    ValueError
        If a registered step does not give what the module itself gave.
    """
    found: dict[int, Recomputed] = {}
    usual: dict[Any, Reading] = {}
    for call in calls:
        if call.observed is not None:
            # a step is the owner's code: it may draw numbers, count calls and change buffers
            with untouched(call.module), torch.enable_grad():
                found[id(call)] = _recompute(call, usual)
    return found


def _recompute(call: Call, usual: dict[Any, Reading]) -> Recomputed:
    """Read the call in one way after the other until its step gives what the module gave."""
    cell = registered(call.module)
    assert isinstance(cell, CustomCell)
    assert call.observed is not None
    key = call.module, call.given.dim(), tuple(call.observed.given.kwargs), len(call.observed.given.args)
    first: Attempt | Exception | None = None
    known = [Plan.of(call, usual[key])] if key in usual else []
    for plan in (*(one for one in known if one is not None), *readings(cell, call)):
        if plan.state is None and cell.start is None and first is None:
            own_start(cell, call.module, plan.inputs[0])
        try:
            attempt = Attempt.of(cell, call, plan)
        except _MISFITS as error:
            first = first or _unfit(call, plan, error)
            continue
        if attempt.fits:
            # tried first for later calls of the same form: a loop of a hundred steps reads its call once
            usual[key] = plan.reading
            return _told(cell, attempt)
        first = first or attempt
    raise first if isinstance(first, Exception) else _disagrees(call, first)


def _told(cell: CustomCell, attempt: Attempt) -> Recomputed:
    """What an attempt that fits says of its call."""
    plan, walked = attempt.plan, attempt.walked
    gates = [one.gates for one in walked.steps]
    found = Recomputed(
        names=names_of(cell, plan),
        initial=tuple(one.detach() for one in walked.initial),
        states=tuple(torch.stack(walked.state(k)).detach() for k in range(len(walked.initial))),
        gates={name: torch.stack([step[name] for step in gates]).detach() for name in gates[0]},
        lengths=plan.lengths,
    )
    if attempt.call.gradients is None:
        return found
    direct, total = gradients_of(attempt)
    return found._replace(direct=direct, total=total)


def _unfit(call: Call, plan: Plan, error: Exception) -> Exception:
    kind, x = type(call.module).__name__, tuple(plan.inputs[0].shape)
    states = ", ".join(str(tuple(one.shape)) for _, one in leaves(plan.state)) or "what start gave"
    said = ValueError(
        f"the step registered for {kind} cannot follow the module {call.name!r} with x {x} and state {states} "
        f"({type(error).__name__}: {error}); {_taken(plan)}"
    )
    said.__cause__ = error
    return said


def _disagrees(call: Call, attempt: Attempt | None) -> ValueError:
    kind = type(call.module).__name__
    if attempt is None:
        return ValueError(
            f"the module {call.name!r} was called with no tensor that could be its input; name the parameter that "
            f"takes it: rnnviz.register_cell({kind}, step, inputs=...)."
        )
    return ValueError(
        f"the step registered for {kind} gives other states than the module {call.name!r} itself; make "
        f"step(module, x, state) compute what its forward does. {_taken(attempt.plan).capitalize()}"
    )


def _taken(plan: Plan) -> str:
    states = " and ".join(map(repr, plan.reading.states)) or "none"
    return (
        f"its argument {plan.reading.inputs!r} was taken for x and {states} for the state: if that is wrong, name them "
        "in register_cell with inputs= and states=."
    )
