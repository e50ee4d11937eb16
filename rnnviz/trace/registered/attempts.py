"""One way to read a call of a registered module, tried out: its steps taken, and compared with what the module gave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.leaves import leaves
from rnnviz.trace.capture.observed import put_back
from rnnviz.trace.modules.custom import CustomCell, own_start
from rnnviz.trace.registered.matching import Role, roles, without_ones
from rnnviz.trace.registered.reading import Plan
from rnnviz.trace.registered.steps import StepRun, caller, run_steps

__all__ = ["Attempt", "names_of"]


@dataclass(eq=False)
class Attempt:
    """One reading of a call, run: what each tensor that it gave back is."""

    call: Call
    plan: Plan
    walked: StepRun
    found: list[Role | None]

    @classmethod
    def of(cls, cell: CustomCell, call: Call, plan: Plan) -> Attempt:
        """Take the steps and compare."""
        assert call.observed is not None
        with put_back(call.observed.given):
            if plan.state is None:
                plan = replace(plan, state=own_start(cell, call.module, plan.inputs[0]))
            step = caller(cell, call.module, names_of(cell, plan))
            valid = None if plan.lengths is None else _valid(plan.lengths, len(plan.inputs), plan.inputs[0].device)
            walked = run_steps(step, plan.inputs, plan.extras, plan.state, valid)
        return cls(call, plan, walked, roles(call.observed.tensors, plan, walked))

    @property
    def fits(self) -> bool:
        """Whether the step gave what the module gave: nothing that it gave is missing where something else is."""
        assert self.call.observed is not None
        known = {one.of for one in self.found if one is not None}
        left = [one for one, role in zip(self.call.observed.tensors, self.found, strict=True) if role is None]
        shapes = {tuple(without_ones(one)) for one in left if one.is_floating_point()}
        wanted = {index: one for index, one in enumerate(self.walked.steps[-1].states) if index not in known}
        if self.walked.outputs is not None and -1 not in known:
            wanted[-1] = self.walked.outputs[-1]
        missing = {tuple(without_ones(one)) for one in wanted.values()}
        return bool(known & {0, -1}) and not missing & shapes

    def role_of(self, result: int) -> Role | None:
        """What one of `Call.states` is."""
        assert self.call.observed is not None
        places = enumerate(self.call.observed.places)
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


def _valid(lengths: Tensor, steps: int, device: torch.device) -> Tensor:
    return (torch.arange(steps).unsqueeze(1) < lengths).to(device)
