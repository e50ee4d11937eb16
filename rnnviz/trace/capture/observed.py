"""What a registered module was given and what it gave back, in the form that its own forward has."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rnnviz.generators import drawing_from, generator_of
from rnnviz.trace.capture.leaves import distinct, leaves, mapped
from rnnviz.trace.capture.names import input_among
from rnnviz.trace.modules.custom import CustomCell, registered

__all__ = ["Given", "Observed", "bound", "put_back", "states_among"]


class Autocast(NamedTuple):
    """The mixed precision that a call ran under."""

    device: str
    dtype: torch.dtype
    enabled: bool

    @classmethod
    def now(cls, device: str) -> Autocast:
        """Read it off the process."""
        return cls(device, torch.get_autocast_dtype(device), torch.is_autocast_enabled(device))


@dataclass(frozen=True, eq=False)
class Given:
    """What a call was given: copies of its tensors, of the module's buffers and of the generator at that moment."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    buffers: tuple[tuple[Tensor, Tensor], ...]
    rng: tuple[tuple[torch.device, Tensor], ...]
    autocast: Autocast

    @classmethod
    def of(cls, module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Given | None:
        """Copy it; None where no tensor is given."""
        tensors = distinct((args, dict(kwargs)))
        if not tensors:
            return None
        # one copy of a tensor that is given twice, so that the repetition gets one too
        copies = {id(one): one.detach().clone() for one in tensors}
        args, kwargs = mapped((args, dict(kwargs)), lambda one: copies[id(one)])
        buffers = tuple((one, one.detach().clone()) for one in module.buffers() if not nn.parameter.is_lazy(one))
        first = tensors[0]
        # the CPU's as well: a module on a GPU may toss there
        drawn = {one: generator_of(one) for one in (torch.device("cpu"), first.device)}
        rng = tuple((one, generator.get_state()) for one, generator in drawn.items() if generator is not None)
        return cls(args, kwargs, buffers, rng, Autocast.now(first.device.type))


@dataclass(frozen=True, eq=False)
class Observed:
    """A call of a registered module; `places` says of each tensor in `result` which of `Call.states` it is, or −1."""

    given: Given
    result: Any
    places: tuple[int, ...]
    shown: int | None = None

    @classmethod
    def of(cls, given: Given, result: Any, followed: list[Tensor]) -> Observed:
        """Keep a result of which the tensors `followed` are handed on as copies."""
        number = {id(one): index for index, one in enumerate(followed)}
        places = tuple(number.get(id(one), -1) for _, one in leaves(result))
        return cls(given, mapped(result, lambda one: one.detach().clone()), places)

    @property
    def tensors(self) -> list[Tensor]:
        """Every tensor that the call gave back, in the order of `places`."""
        return [one for _, one in leaves(self.result)]

    def first(self, count: int) -> Observed:
        """Show these sequences only: the recomputation takes all, since a cell may mix them."""
        return replace(self, shown=count)


def states_among(
    module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any], results: Sequence[Tensor]
) -> list[Tensor]:
    """Tensors among a call's arguments that may be states: all but those of the input.

    `results` are what an earlier call gave back, if there was one.
    """
    arguments = bound(module, args, kwargs)
    cell = registered(module)
    assert isinstance(cell, CustomCell)
    first = input_among(cell, arguments, results)
    return distinct([value for name, value in arguments.items() if name != first])


def bound(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a call by the names of forward's parameters, defaults included."""
    known = _parameters(type(module).forward)
    found: dict[str, Any] = dict(zip(known, args, strict=False))
    found |= {f"argument {place}": one for place, one in enumerate(args[len(known) :], len(known))}
    found |= kwargs
    return {name: found.get(name, default) for name, default in known.items()} | found


@lru_cache(maxsize=256)
def _parameters(function: Any) -> Mapping[str, Any]:
    """Names and defaults of what a forward takes beside self, those that can be given by position first."""
    try:
        found = list(inspect.signature(function).parameters.values())[1:]
    except (TypeError, ValueError):  # it is not written in Python
        return {}
    by_name = [one for one in found if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    return {one.name: None if one.default is one.empty else one.default for one in by_name}


def put_back(given: Given) -> ExitStack:
    """Surroundings of a recomputation: buffers, generator and precision as they were when the call began."""
    stack = ExitStack()
    with torch.no_grad():
        for buffer, copy in given.buffers:
            buffer.copy_(copy)
    for device, state in given.rng:
        stack.enter_context(drawing_from(state, device))
    kind = given.autocast
    stack.enter_context(torch.autocast(kind.device, kind.dtype, enabled=kind.enabled))
    return stack
