"""Replays a call of a registered cell: its own step, one timestep after the other, and autograd back through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnviz.trace.calls import Call
from rnnviz.trace.custom import CustomCell, own_start, registered
from rnnviz.trace.heard import put_back
from rnnviz.trace.custom_gradients import gradients_of
from rnnviz.trace.leaves import leaves
from rnnviz.trace.matching import Role, roles, without_ones
from rnnviz.trace.reading import Plan, Reading, readings
from rnnviz.trace.untouched import untouched
from rnnviz.trace.walking import Walk, caller, walk

__all__ = ["Replayed", "replayed"]

_MISFITS = (TypeError, ValueError, RuntimeError, IndexError, KeyError, AttributeError)


class Replayed(NamedTuple):
    """What one call did, axes (time, batch, …) or, before and after it, (batch, …); `lengths` of a packed sequence."""

    names: tuple[str, ...]
    initial: tuple[Tensor, ...]
    states: tuple[Tensor, ...]
    gates: Mapping[str, Tensor]
    lengths: Tensor | None = None
    direct: tuple[Tensor, ...] | None = None
    total: tuple[Tensor, ...] | None = None


def replayed(calls: Sequence[Call]) -> dict[int, Replayed]:
    """Replay every call of registered modules among `calls`, by the call's id.

    Raises
    ------
    ValueError
        If a registered step does not give what the module itself gave.
    """
    found: dict[int, Replayed] = {}
    usual: dict[Any, Reading] = {}
    for call in calls:
        if call.heard is not None:
            with untouched(call.module), torch.enable_grad():
                found[id(call)] = _replay(call, usual)
    return found


@dataclass(eq=False)
class Attempt:
    """One reading of a call, run: what each tensor that it gave back is."""

    call: Call
    plan: Plan
    walked: Walk
    found: list[Role | None]

    @classmethod
    def of(cls, cell: CustomCell, call: Call, plan: Plan) -> Attempt:
        """Take the steps and compare."""
        assert call.heard is not None
        with put_back(call.heard.given):
            if plan.state is None:
                plan = replace(plan, state=own_start(cell, call.module, plan.inputs[0]))
            step = caller(cell, call.module, names_of(cell, plan))
            valid = None if plan.lengths is None else _valid(plan.lengths, len(plan.inputs), plan.inputs[0].device)
            walked = walk(step, plan.inputs, plan.extras, plan.state, valid)
        return cls(call, plan, walked, roles(call.heard.tensors, plan, walked))

    @property
    def fits(self) -> bool:
        """Whether the step gave what the module gave: nothing that it gave is missing where something else is."""
        assert self.call.heard is not None
        known = {one.of for one in self.found if one is not None}
        left = [one for one, role in zip(self.call.heard.tensors, self.found, strict=True) if role is None]
        shapes = {tuple(without_ones(one)) for one in left if one.is_floating_point()}
        wanted = {index: one for index, one in enumerate(self.walked.steps[-1].states) if index not in known}
        if self.walked.outputs is not None and -1 not in known:
            wanted[-1] = self.walked.outputs[-1]
        missing = {tuple(without_ones(one)) for one in wanted.values()}
        return bool(known & {0, -1}) and not missing & shapes

    def role_of(self, result: int) -> Role | None:
        """What one of `Call.states` is."""
        assert self.call.heard is not None
        places = enumerate(self.call.heard.places)
        return next((self.found[leaf] for leaf, place in places if place == result and self.found[leaf]), None)


def names_of(cell: CustomCell, plan: Plan) -> tuple[str, ...]:
    """Names of the states: those registered, those of the arguments, keys or fields that hold them, or h and c."""
    paths = [path for path, _ in leaves(plan.state)]
    if len(cell.states) == len(paths):
        return cell.states
    if len(plan.reading.states) == len(paths) > 1:
        return plan.reading.states
    named = [str(path[-1]) for path in paths if path and isinstance(path[-1], str)]
    if len(set(named)) == len(paths):
        return tuple(named)
    return tuple("hc"[place] if place < 2 else f"state{place}" for place in range(len(paths)))


def _replay(call: Call, usual: dict[Any, Reading]) -> Replayed:
    """Read the call in one way after the other until its step gives what the module gave."""
    cell = registered(call.module)
    assert isinstance(cell, CustomCell)
    assert call.heard is not None
    key = call.module, call.given.dim(), tuple(call.heard.given.kwargs), len(call.heard.given.args)
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
            usual[key] = plan.reading
            return _told(cell, attempt)
        first = first or attempt
    raise first if isinstance(first, Exception) else _disagrees(call, first)


def _told(cell: CustomCell, attempt: Attempt) -> Replayed:
    """What an attempt that fits says of its call."""
    plan, walked = attempt.plan, attempt.walked
    gates = [one.gates for one in walked.steps]
    found = Replayed(
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


def _valid(lengths: Tensor, steps: int, device: torch.device) -> Tensor:
    return (torch.arange(steps).unsqueeze(1) < lengths).to(device)


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
