"""What a forward's parameters are for, told by their names: the input, the states, and what else a step is given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from rnnviz.trace.capture.leaves import distinct

if TYPE_CHECKING:
    from rnnviz.trace.modules.custom import CustomCell

__all__ = ["input_among", "splits", "step_parameters"]

_INPUT = re.compile(r"(x|xs|inp|input|inputs|seq|sequence|data|features|emb|embedded|tokens)(_?(t|\d))?_?", re.I)
_STATE = re.compile(
    r"((prev|previous|last|old|init|initial|cur|current|the)_)?"
    r"(h|hx|hid|hidden|hiddens|state|states|hidden_states?|c|cx|cell|cell_states?|n|m|s|hc|mem|memory|carry|prev|rnn_state)"
    r"(_?(t|prev|previous|old|last|tm1|cur|init|state|\d))?_?",
    re.I,
)


def step_parameters(step: Any) -> list[inspect.Parameter]:
    """Parameters of a step beside the module; none where they cannot be known."""
    try:
        return list(inspect.signature(step).parameters.values())[1:]
    except (TypeError, ValueError):  # it is not written in Python
        return []


def input_among(cell: CustomCell, arguments: Mapping[str, Any], results: Sequence[Tensor] = ()) -> str | None:
    """Name of the argument that holds the input; where names do not tell, the first not shaped as the results."""
    return next(_inputs(cell, arguments, results), None)


def splits(
    cell: CustomCell, arguments: Mapping[str, Any], results: Sequence[Tensor]
) -> Iterator[tuple[str, list[str]]]:
    """Ways to tell the arguments of a call apart, the likeliest first: the input's name and those of the states."""
    seen = []
    for given in _inputs(cell, arguments, results):
        rest = [name for name in arguments if name != given]
        for states in _states(cell, rest, arguments, results):
            if (given, states) not in seen:
                seen.append((given, states))
                yield given, states


def _inputs(cell: CustomCell, arguments: Mapping[str, Any], results: Sequence[Tensor]) -> Iterator[str]:
    held = [name for name, value in arguments.items() if distinct(value)]
    if cell.inputs is not None:
        yield cell.inputs
        return
    own = [one.name for one in step_parameters(cell.step)]
    yield from (name for name in own[:1] if name in held and name not in cell.states)
    yield from (name for name in held if _INPUT.fullmatch(name) and name not in (*cell.states, *own[1:]))
    unnamed = [name for name in held if name not in (*cell.states, *own[1:2]) and not _STATE.fullmatch(name)]
    yield from (name for name in unnamed if isinstance(arguments[name], Tensor) and not _like(arguments[name], results))
    # whatever is left, in the order of the call: the recomputation finds out which fits
    yield from (*unnamed, *held)


def _states(
    cell: CustomCell, rest: list[str], arguments: Mapping[str, Any], results: Sequence[Tensor]
) -> Iterator[list[str]]:
    """Names of the arguments that hold the states; an empty list where the call was given none."""
    told = [name for name in cell.states if name in rest]
    if told:
        yield told
        return
    own = [one.name for one in step_parameters(cell.step)][1:]
    extra = own[1:] if len(own) > 1 else []
    if own and own[0] in rest:
        more = [name for name in rest if name in extra and _STATE.fullmatch(name) and _like(arguments[name], results)]
        if more:
            yield [name for name in rest if name == own[0] or name in more]
        yield [own[0]]
    by_name = [name for name in rest if _STATE.fullmatch(name) and name not in extra]
    alike = [name for name in by_name if arguments[name] is None or _like(arguments[name], results)]
    yield from (names for names in (alike, by_name) if names)
    yield from ([name] for name in by_name)
    by_shape = [name for name in rest if name not in extra and _like(arguments[name], results)]
    yield from (names for names in (by_shape, rest[:1]) if names)
    yield []


def _like(value: Any, results: Sequence[Tensor]) -> bool:
    """Whether a value holds tensors, each of the shape of one that the call gave back."""
    held = distinct(value)
    return bool(held) and all(any(one.shape == two.shape for two in results) for one in held)
