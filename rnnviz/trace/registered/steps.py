"""Runs a registered step over the timesteps of one call, every state a node of autograd's graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rnnviz.trace.capture.leaves import Path, leaves, refilled
from rnnviz.trace.capture.names import step_parameters
from rnnviz.trace.modules.custom import CustomCell

__all__ = ["MisfitError", "StepRun", "Stepped", "caller", "run_steps"]


class MisfitError(ValueError):
    """What a step needs or gives does not fit what the module was given or gave."""


class Stepped(NamedTuple):
    """What one timestep gave: states in the order of those given, the output if it is another, and gates by name."""

    states: tuple[Tensor, ...]
    output: Tensor | None
    gates: Mapping[str, Tensor]


@dataclass
class StepRun:
    """States before the first step, and what each step gave."""

    initial: tuple[Tensor, ...]
    steps: list[Stepped] = field(default_factory=list)

    def state(self, index: int) -> list[Tensor]:
        """One state after each step."""
        return [one.states[index] for one in self.steps]

    @property
    def outputs(self) -> list[Tensor] | None:
        """What each step put out, None where that is its hidden state."""
        found = [one.output for one in self.steps if one.output is not None]
        return found if found and len(found) == len(self.steps) else None


Call = Callable[[Tensor, Any, Mapping[str, Any]], Any]


def run_steps(
    call: Call, inputs: Sequence[Tensor], extras: Sequence[Mapping[str, Any]], state: Any, valid: Tensor | None
) -> StepRun:
    """Take a step for each of `inputs`; where `valid` (time, batch) is False, a sequence keeps its last state."""
    paths = [path for path, _ in leaves(state)]
    now = tuple(_node(one.detach()) for _, one in leaves(state))
    done = StepRun(now)
    for t, x in enumerate(inputs):
        stepped = _read(call(x, refilled(state, iter(now)), extras[t]), state, paths)
        if valid is not None:
            kept = [_where(valid[t], new, old) for new, old in zip(stepped.states, now, strict=True)]
            stepped = stepped._replace(states=tuple(kept))
        now = tuple(map(_node, stepped.states))
        done.steps.append(stepped._replace(states=now))
    return done


def caller(cell: CustomCell, module: nn.Module, names: Sequence[str]) -> Call:
    """How a step is called: with the state in one piece or, if its parameters are called so, one after the other."""
    own = step_parameters(cell.step)
    apart = len(names) > 1 and [one.name for one in own[1 : 1 + len(names)]] == list(names)
    further = own[1 + (len(names) if apart else 1) :]

    def call(x: Tensor, state: Any, extras: Mapping[str, Any]) -> Any:
        states = [one for _, one in leaves(state)] if apart else [state]
        left = {name: value for name, value in extras.items() if name not in {one.name for one in further}}
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for one in further:
            if one.kind is one.VAR_KEYWORD:
                kwargs |= left
            elif one.kind is not one.VAR_POSITIONAL and (one.name in extras or one.default is one.empty):
                value = extras[one.name] if one.name in extras else left.pop(next(iter(left), ""), None)
                if one.kind is one.KEYWORD_ONLY:
                    kwargs[one.name] = value
                else:
                    args.append(value)
        return cell.step(module, x, *states, *args, **kwargs)

    return call


def _node(state: Tensor) -> Tensor:
    """A state that gradients can be asked of; a count or a flag stays as it is."""
    return state if state.requires_grad or not state.is_floating_point() else state.detach().requires_grad_()


def _where(valid: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(valid.reshape(-1, *[1] * (new.dim() - 1)), new, old)


def _read(result: Any, state: Any, paths: list[Path]) -> Stepped:
    """Take what a step gave apart: the state in the form of the one given, an output before it, gates after it."""
    result, gates = _without_gates(result, state)
    found = list(leaves(result))
    if len(found) < len(paths):
        raise MisfitError(f"gives {len(found)} states where there are {len(paths)}")
    output, found = (None, found) if len(found) == len(paths) else (found[0][1], found[-len(paths) :])
    if isinstance(result, tuple) and len(result) == 2 and output is not None:
        first = list(leaves(result[0]))
        if len(first) == len(paths) > len(list(leaves(result[1]))):  # the state first, the output second
            output, found = next(leaves(result[1]))[1], first
    by_path = dict(found)
    ordered = [by_path[path] for path in paths] if set(by_path) == set(paths) else [one for _, one in found]
    return Stepped(tuple(ordered), output, gates)


def _without_gates(result: Any, state: Any) -> tuple[Any, Mapping[str, Tensor]]:
    if not (isinstance(result, tuple) and len(result) > 1 and isinstance(result[-1], Mapping)):
        return result, {}
    if isinstance(state, Mapping) and not any(isinstance(one, Mapping) for one in result[:-1]):
        return result, {}
    return result[0] if len(result) == 2 else result[:-1], result[-1]
