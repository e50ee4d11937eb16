"""Which call's state feeds which: the thread that joins step-by-step calls along time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

from rnnviz.trace.capture.calls import Call, states_of
from rnnviz.trace.capture.origins import Origins

_MOVERS = (  # nodes of functions that put numbers elsewhere and leave them as they are
    *("Alias", "AsStrided", "Cat", "Chunk", "Clone", "CopyBackwards", "CopySlices", "Detach", "Expand", "HStack"),
    *("Permute", "Reshape", "Select", "Slice", "Split", "Squeeze", "Stack", "TBackward", "Transpose", "Unbind"),
    *("Unflatten", "UnsafeSplit", "UnsafeView", "Unsqueeze", "View"),
)


class Handed(NamedTuple):
    """A state that a call gave to the model: which one, in what tensor, and how often that was written to by then."""

    call: Call
    position: int
    tensor: Tensor
    version: int


class Made(NamedTuple):
    """What a node has made: something that a call gave to the model, and whether that is one of its last states."""

    number: int
    call: Call
    is_state: bool


class Found(NamedTuple):
    """Whose state a call was given, if anybody's, and which of that call's states it is where it came unchanged."""

    call: Call | None = None
    position: int | None = None
    rows: int | None = None  # the first so many sequences of it: the others have ended


class StateLinks:
    """Remembers the states that calls handed on, and finds them again among what later calls are given.

    Parameters
    ----------
    origins
        What has followed tensors where autograd does not, if anything has.

    Attributes
    ----------
    nodes : list
        Every node of autograd's that was looked at, older ones first.
    """

    def __init__(self, origins: Origins | None = None) -> None:
        self._origins = origins
        if origins is not None:
            origins.behind = lambda one: {made.number: made.call for made in self._made_from(None, one, _any)}
        self.nodes: list[Any] = []
        self._noted: set[Any] = set()
        self._by_memory: dict[int, list[Handed]] = {}
        self._by_node: dict[Any, list[Made]] = {}
        self._count = 0

    def remember(self, call: Call, given: tuple[Tensor, ...], handed: tuple[Tensor, ...]) -> None:
        """Note what `call` gave to the model, `given`, and which of it are its last states, `handed`."""
        self._count += 1
        for position, state in enumerate(handed):
            known = self._by_memory.setdefault(state.untyped_storage().data_ptr(), [])
            known.append(Handed(call, position, state, _version(state)))
        for one in given:
            if one.grad_fn is not None:
                is_state = any(one is state for state in handed)
                self._by_node.setdefault(one.grad_fn, []).append(Made(self._count, call, is_state))
        if self._origins is not None:
            self._origins.begin(given, self._count, call)

    def passed_on(self, result: Tensor) -> Tensor:
        """Return the link of the inner call whose state `result` is, unchanged; `result` itself where it is another."""
        near = self._by_memory.get(result.untyped_storage().data_ptr(), []) if self._by_memory else []
        for one in reversed(near):
            if one.tensor is result and one.call.links and _version(result) == one.version:
                link = one.call.links[one.position]
                made = Made(self._count, one.call, is_state=False)  # it leads to the call without being swapped again
                self._by_node.setdefault(get_gradient_edge(link).node, []).append(made)
                return link
        return result

    def note(self, seen: Iterable[Any]) -> None:
        """Hold on to nodes that were looked at, see `release`."""
        new = [node for node in seen if node not in self._noted]
        self._noted.update(new)
        self.nodes += new

    def release(self) -> None:
        """Forget everything, the newest first: each node that autograd may free then frees only those since the last.

        A node that Python has seen is freed within the one before it: a long graph freed at once overflows the stack.
        """
        for known in (self._by_memory, self._by_node):
            while known:
                known.popitem()
        if self._origins is not None:
            self._origins.behind = lambda _: {}
        self._noted.clear()
        self.nodes.clear()

    def follow(self, module: nn.Module, given: Any) -> tuple[Call | None, Any]:
        """Return the call of `module` whose state is given, if any, and the states to give in its place.

        States that come unchanged are swapped for the call's links. A state that the model changed on its way (a mask,
        attention) joins the calls all the same, but reaches the layer from outside.
        """
        states = states_of(given)
        found = [self.find(module, state) for state in states]
        previous = next((one.call for one in found if one.call is not None), None)
        if previous is None:
            return None, given
        swapped = tuple(map(_link, found, states))
        return previous, swapped[0] if isinstance(given, Tensor) else swapped

    def find(self, module: nn.Module, state: Tensor) -> Found:
        """Whose state `state` is, among the calls of `module`."""
        near = self._by_memory.get(state.untyped_storage().data_ptr(), [])
        mine = [one for one in reversed(near) if one.call.module is module]
        for one in mine:
            if _is_all_of(state, one):
                return Found(one.call, one.position if state.grad_fn is not None else None)
            if _begins(state, one):
                return Found(one.call, one.position if state.grad_fn is not None else None, len(state))
        if mine:
            return self._moved(module, state) or Found(mine[0].call)
        return self._moved(module, state) or Found(self._ancestor(module, state))

    def _moved(self, module: nn.Module, state: Tensor) -> Found | None:
        """Find the state that the model only put elsewhere: stacked with others, say, and taken out again."""
        if state.grad_fn is None:
            known = [] if self._origins is None else self._origins.of(state, module)
            found = _same_state(state, known) if len(known) > 1 else None
            return None if found is None else Found(found.call)
        made = self._made_from(module, state, _moves)
        return _same_state(state, [(one.number, one.call) for one in made if one.is_state])

    def _ancestor(self, module: nn.Module, state: Tensor) -> Call | None:
        """Walk back through what the model did to a state to the latest call of `module` that it was made from."""
        calls = [(one.number, one.call) for one in self._made_from(module, state, _any)]
        if self._origins is not None:
            calls += self._origins.of(state, module)
        return max(calls, key=lambda one: one[0])[1] if calls else None

    def _made_from(self, module: nn.Module | None, state: Tensor, passes: Callable[[Any], bool]) -> list[Made]:
        """What calls of `module`, None for any, made a state from, through nodes that `passes` and no other call."""
        seen: set[Any] = set()
        found: list[Made] = []
        ahead: list[Any] = [state.grad_fn]
        while ahead:
            node = ahead.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            known = self._by_node.get(node, ())
            mine = [one for one in known if module is None or one.call.module is module]
            found += mine
            if not mine and passes(node) and all(_holds(one.call, module) for one in known):
                ahead.extend(parent for parent, _ in node.next_functions)
        self.note(seen)
        return found


def _link(found: Found, state: Tensor) -> Tensor:
    if found.call is None or found.position is None or not found.call.links:
        return state
    return found.call.links[found.position][: found.rows].view(state.shape)


def _is_all_of(state: Tensor, handed: Handed) -> bool:
    """Whether a state is what was handed on, in whatever shape, and nobody has written to it."""
    same = state.data_ptr() == handed.tensor.data_ptr() and state.numel() == handed.tensor.numel()
    return same and _alike(state, handed.tensor) and _version(handed.tensor) == handed.version


def _begins(state: Tensor, handed: Handed) -> bool:
    """Whether a state is the first sequences of what was handed on."""
    whole = handed.tensor
    same = state.data_ptr() == whole.data_ptr() and state.dim() == whole.dim() > 1 and state.stride() == whole.stride()
    return same and state.shape[1:] == whole.shape[1:] and len(state) < len(whole) and _version(whole) == handed.version


def _alike(one: Tensor, other: Tensor) -> bool:
    if one.shape == other.shape:
        return one.stride() == other.stride()
    return one.is_contiguous() and other.is_contiguous()


def _version(one: Tensor) -> int:
    return 0 if one.is_inference() else one._version


def _moves(node: Any) -> bool:
    return str(node.name()).rpartition("::")[2].startswith(_MOVERS)


def _any(node: Any) -> bool:
    return True


def _same_state(state: Tensor, calls: list[tuple[int, Call]]) -> Found | None:
    """The latest of the calls, with their numbers, that has ended in that very state."""
    values = state.detach().flatten()
    for _, call in sorted(calls, key=lambda one: -one[0]):
        for position, one in enumerate(call.states):
            if one.numel() == values.numel() and torch.equal(one.flatten(), values):
                return Found(call, position)
    return None


def _holds(call: Call, module: nn.Module | None) -> bool:
    """Whether `module` runs inside the call, so that the call's result is of its making."""
    return any(one is module for one in call.module.modules())
