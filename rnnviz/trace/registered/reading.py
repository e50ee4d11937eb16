"""Ways to read one call of a registered module: which argument is what, and whether it ran one timestep or many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.leaves import leaves, mapped
from rnnviz.trace.capture.names import splits
from rnnviz.trace.capture.observed import bound
from rnnviz.trace.modules.custom import CustomCell

__all__ = ["Plan", "Reading", "readings"]


@dataclass(frozen=True)
class Reading:
    """Which arguments hold the input and the states, and which axes a call's sequences have."""

    inputs: str
    states: tuple[str, ...]
    time: int | None = None
    batched: bool = True


@dataclass(frozen=True, eq=False)
class Plan:
    """A call in one shape: inputs and what else a step is given, a list over time; the state as it was given."""

    reading: Reading
    inputs: list[Tensor]
    extras: list[Mapping[str, Any]]
    state: Any
    packing: PackedSequence | None = None

    @property
    def lengths(self) -> Tensor | None:
        """Valid steps of each sequence of a packed input."""
        if self.packing is None:
            return None
        return pad_packed_sequence(self.packing._replace(data=self.packing.data[:, None]))[1]

    @classmethod
    def of(cls, call: Call, reading: Reading) -> Plan | None:
        """Read the call so; None if its arguments have not the axes for that."""
        assert call.observed is not None
        arguments = bound(call.module, call.observed.given.args, call.observed.given.kwargs)
        given = arguments[reading.inputs]
        packing = given if isinstance(given, PackedSequence) else None
        x: Any = given if packing is None else pad_packed_sequence(packing, batch_first=reading.time == 1)[0]
        if not isinstance(x, Tensor):
            return None
        state = _state([arguments.get(name) for name in reading.states])
        extras = {name: one for name, one in arguments.items() if name not in (reading.inputs, *reading.states)}
        if not reading.batched:
            # a batch of one: everything behind this knows batches only
            x, state = x[None], mapped(state, lambda one: one[None])
        if reading.time is None:
            return cls(reading, [x], [extras], state)
        if x.dim() < 2:
            return None
        if not reading.batched:
            extras = {
                name: mapped(one, lambda e: e[None] if e.shape[:1] == x.shape[1:2] else e)
                for name, one in extras.items()
            }
        state = mapped(state, lambda one: _without_layers(one, x))
        steps = range(x.shape[reading.time])
        return cls(
            reading, list(x.unbind(reading.time)), [_cut(extras, x, reading.time, t) for t in steps], state, packing
        )


def readings(cell: CustomCell, call: Call) -> Iterator[Plan]:
    """Every way to read a call, the likeliest first."""
    assert call.observed is not None
    arguments = bound(call.module, call.observed.given.args, call.observed.given.kwargs)
    results = [one for _, one in leaves(call.observed.result)]
    for inputs, states in splits(cell, arguments, results):
        given = arguments.get(inputs)
        state = next((one for name in states for _, one in leaves(arguments.get(name))), None)
        for time, batched in _axes(cell, call.module, given, state, results):
            plan = Plan.of(call, Reading(inputs, tuple(states), time, batched))
            if plan is not None:
                yield plan


def _axes(
    cell: CustomCell, module: nn.Module, given: Any, state: Tensor | None, results: list[Tensor]
) -> list[tuple[int | None, bool]]:
    """Time axes (None: one step) that an input may have, and whether it has a batch axis; the likeliest first."""
    first = cell.batch_first if cell.batch_first is not None else getattr(module, "batch_first", None)
    orders: list[tuple[int | None, bool]] = (
        [(1, True), (0, True)] if not isinstance(first, bool) else [(int(first), True)]
    )
    # packed data has no axes to choose from; padded, time comes first
    if isinstance(given, PackedSequence):
        return [(0, True)]
    if not isinstance(given, Tensor):
        return []
    if given.dim() < 2:
        several = state is not None and state.dim() > given.dim() > 0
        return [(None, several), (None, not several)]
    if given.dim() == 2:
        unbatched = [(1, False)]
        if state is not None and state.dim() == 1 and given.is_floating_point():
            return [*unbatched, (None, True), *orders]
        return [(None, True), *orders, *unbatched]
    # a state with as many axes as the input, and its batch, is that of a cell with images or the like
    alike = state is not None and state.dim() == given.dim() and state.shape[:1] == given.shape[:1]
    return [(None, True), *orders] if alike else [*orders, (None, True)]


def _state(given: list[Any]) -> Any:
    """The states in one piece, None where none was given."""
    if all(one is None for one in given):
        return None
    return given[0] if len(given) == 1 else tuple(given)


def _without_layers(state: Tensor, x: Tensor) -> Tensor:
    """A state (1, batch, …), as torch's layers have it, without its first axis."""
    return state[0] if len(state) == 1 and state.dim() == x.dim() and state.dim() > 2 else state


def _cut(extras: Mapping[str, Any], x: Tensor, time: int, t: int) -> Mapping[str, Any]:
    """What else a step is given: tensors with the batch and time axes of `x` at time t, anything else whole."""

    def at(one: Tensor) -> Tensor:
        if one.dim() >= 2 and one.shape[:2] == x.shape[:2]:
            return one.select(time, t)
        return one[t] if one.dim() == 1 and len(one) == x.shape[time] != x.shape[1 - time] else one

    return {name: mapped(value, at) for name, value in extras.items()}
