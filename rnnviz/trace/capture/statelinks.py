"""Which call's state feeds which: the thread that joins step-by-step calls along time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

from rnnviz.trace.capture.calls import Call, states_of
from rnnviz.trace.capture.likeness import likest
from rnnviz.trace.capture.origins import Origins

_MOVERS = (  # nodes of functions that put numbers elsewhere and leave them as they are
    *("Alias", "AsStrided", "Cat", "Chunk", "Clone", "CopyBackwards", "CopySlices", "Detach", "Expand", "HStack"),
    *("Flip", "Gather", "Index", "Roll"),
    *("Permute", "Reshape", "Select", "Slice", "Split", "Squeeze", "Stack", "TBackward", "Transpose", "Unbind"),
    *("Unflatten", "UnsafeSplit", "UnsafeView", "Unsqueeze", "View"),
)


class ReturnedState(NamedTuple):
    """A state that a call gave to the model: which one, in what tensor, and how often that was written to by then."""

    call: Call
    position: int
    tensor: Tensor
    version: int


class NodeResult(NamedTuple):
    """What a node has made: something that a call gave to the model, and whether that is one of its last states."""

    number: int
    call: Call
    is_state: bool


class StateSource(NamedTuple):
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
        self._by_memory: dict[int, list[ReturnedState]] = {}
        self._by_node: dict[Any, list[NodeResult]] = {}
        self._continued: set[Call] = set()
        self._outer: set[Any] = set()  # nodes of links: past one of them a state is another call's, round this one
        self._count = 0

    def remember(self, call: Call, given: tuple[Tensor, ...], handed: tuple[Tensor, ...]) -> None:
        """Note what `call` gave to the model, `given`, and which of it are its last states, `handed`."""
        self._count += 1
        for position, state in enumerate(handed):
            # by storage, whatever view of it comes back; `ReturnedState` keeps the tensor, so nothing else lies there
            known = self._by_memory.setdefault(state.untyped_storage().data_ptr(), [])
            known.append(ReturnedState(call, position, state, _version(state)))
        for one in given:
            if one.grad_fn is not None:
                is_state = any(one is state for state in handed)
                self._by_node.setdefault(one.grad_fn, []).append(NodeResult(self._count, call, is_state))
        if self._origins is not None:
            self._origins.begin(given, self._count, call)

    def links_of(self, call: Call, results: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return what the next call of the same module is given in place of the states `results`.

        A state that a call inside has made is a state of both: then the link leads on to that call's own.
        """
        inner = {*call.module.modules()} - {call.module}
        if not inner:
            return tuple(map(alias, results))
        links = tuple(alias(self._passed_on(inner, one)) for one in results)
        nodes = [get_gradient_edge(one).node for one in links]
        self.note(nodes)
        self._outer.update(nodes)
        return links

    def _passed_on(self, inner: set[nn.Module], result: Tensor) -> Tensor:
        """Return the part of an inner call's link that `result` is, unchanged; `result` itself where it is another."""
        near = self._by_memory.get(result.untyped_storage().data_ptr(), [])
        for one in reversed(near):
            mine = one.call.module in inner and one.call.links
            if one.tensor is result and mine and _version(result) == one.version:
                return self._again(one.call, one.call.links[one.position])
        if result.grad_fn is None:
            return result
        made = self._made_from(None, result, _moves)
        calls = [(one.number, one.call) for one in made if one.is_state and one.call.module in inner]
        for one in reversed(near):
            part = _part_of_link(result, one) if any(one.call is call for _, call in calls) else None
            if part is not None:
                return self._again(one.call, part)
        same = _same_state(result, self._likeliest(calls))
        if same is None or same.call is None or same.position is None or not same.call.links:
            return result
        return self._again(same.call, same.call.links[same.position].reshape(result.shape))

    def _again(self, call: Call, link: Tensor) -> Tensor:
        made = NodeResult(self._count, call, is_state=False)  # it leads to the call without being swapped again
        self._by_node.setdefault(get_gradient_edge(link).node, []).append(made)
        return link

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
        self._outer.clear()
        self._noted.clear()
        self.nodes.clear()

    def follow(self, module: nn.Module, given: Any) -> tuple[Call | None, Any]:
        """Return the call of `module` whose state is given, if any, and the states to give in its place.

        States that come unchanged are swapped for the call's links. A state that the model changed on its way (a mask,
        attention) joins the calls all the same, but reaches the layer from outside.
        """
        states = states_of(given)
        found = [self.find(module, state) for state in states]
        previous = self.goes_on(found)
        if previous is None:
            return None, given
        swapped = tuple(map(_link, found, states))
        return previous, swapped[0] if isinstance(given, Tensor) else swapped

    def goes_on(self, found: list[StateSource]) -> Call | None:
        """Return the call whose state is given, if any, and note that another one goes on from it."""
        previous = next((one.call for one in found if one.call is not None), None)
        if previous is not None:
            self._continued.add(previous)
        return previous

    def find(self, module: nn.Module, state: Tensor) -> StateSource:
        """Whose state `state` is, among the calls of `module`."""
        near = self._by_memory.get(state.untyped_storage().data_ptr(), [])
        mine = [one for one in reversed(near) if one.call.module is module]
        # the latest first: memory that a loop writes anew each step belongs to its last writer
        for one in mine:
            if _is_all_of(state, one):
                return StateSource(one.call, one.position if state.grad_fn is not None else None)
            if _begins(state, one):
                return StateSource(one.call, one.position if state.grad_fn is not None else None, len(state))
        if mine:
            return self._moved(module, state) or StateSource(mine[0].call)
        return self._moved(module, state) or StateSource(self._ancestor(module, state))

    def _moved(self, module: nn.Module, state: Tensor) -> StateSource | None:
        """Find the state that the model only put elsewhere: stacked with others, say, and taken out again."""
        if state.grad_fn is None:
            known = [] if self._origins is None else self._origins.of(state, module)
            found = _same_state(state, self._likeliest(known)) if len(known) > 1 else None
            return None if found is None else StateSource(found.call)
        made = self._made_from(module, state, _moves)
        return _same_state(state, self._likeliest([(one.number, one.call) for one in made if one.is_state]))

    def _likeliest(self, calls: list[tuple[int, Call]]) -> list[Call]:
        """Put calls, given with their numbers, in order: the first that nobody goes on from yet, else the latest.

        Where a model changes the states of several sequences together, each state is made of all of them; it calls
        its module for them in the same order again.
        """
        ordered = sorted(calls, key=lambda one: one[0])
        free = [call for _, call in ordered if call not in self._continued]
        return free + [call for _, call in reversed(ordered) if call in self._continued]

    def _ancestor(self, module: nn.Module, state: Tensor) -> Call | None:
        """Walk back through what the model did to a state to the call of `module` that it was likeliest made from."""
        calls = [(one.number, one.call) for one in self._made_from(module, state, _any)]
        if self._origins is not None:
            calls += self._origins.of(state, module)
        ordered = self._likeliest(calls)
        free = [call for call in ordered if call not in self._continued]
        return likest(state, free or ordered[:1])

    def _made_from(self, module: nn.Module | None, state: Tensor, passes: Callable[[Any], bool]) -> list[NodeResult]:
        """What calls of `module`, None for any, made a state from, through nodes that `passes` and no other call."""
        seen: set[Any] = set()
        found: list[NodeResult] = []
        ahead: list[Any] = [state.grad_fn]
        while ahead:
            node = ahead.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            # what another call made is its own: the walk goes through a call only where the module runs inside it
            known = self._by_node.get(node, ())
            mine = [one for one in known if module is None or one.call.module is module]
            found += mine
            through = passes(node) and not (passes is _moves and node in self._outer)
            if not mine and through and all(_holds(one.call, module) for one in known):
                ahead.extend(parent for parent, _ in node.next_functions)
        self.note(seen)
        return found


def alias(result: Tensor) -> Tensor:
    """Add a node of the autograd graph for the same memory; a frozen layer's results start a graph of their own."""
    return result.view_as(result) if result.requires_grad else result.detach().requires_grad_()


def _part_of_link(result: Tensor, handed: ReturnedState) -> Tensor | None:
    """Return the part of the link that a view of what was handed on shows of that."""
    whole, links = handed.tensor, handed.call.links
    if result._base is None or not links or _version(whole) != handed.version:
        return None
    link = links[handed.position]
    if link.stride() != whole.stride():
        return None
    offset = link.storage_offset() + result.storage_offset() - whole.storage_offset()
    return link.as_strided(result.shape, result.stride(), offset)


def _link(found: StateSource, state: Tensor) -> Tensor:
    if found.call is None or found.position is None or not found.call.links:
        return state
    return found.call.links[found.position][: found.rows].view(state.shape)


def _is_all_of(state: Tensor, handed: ReturnedState) -> bool:
    """Whether a state is what was handed on, in whatever shape, and nobody has written to it."""
    same = state.data_ptr() == handed.tensor.data_ptr() and state.numel() == handed.tensor.numel()
    return same and _alike(state, handed.tensor) and _version(handed.tensor) == handed.version


def _begins(state: Tensor, handed: ReturnedState) -> bool:
    """Whether a state is the first sequences of what was handed on."""
    whole = handed.tensor
    same = state.data_ptr() == whole.data_ptr() and state.dim() == whole.dim() > 1 and state.stride() == whole.stride()
    return same and state.shape[1:] == whole.shape[1:] and len(state) < len(whole) and _version(whole) == handed.version


def _alike(one: Tensor, other: Tensor) -> bool:
    # as many numbers in another order would be another state: of a square batch the transpose, for one
    if one.shape == other.shape:
        return one.stride() == other.stride()
    return one.is_contiguous() and other.is_contiguous()


def _version(one: Tensor) -> int:
    # inference tensors count no versions, and torch raises when it is asked
    return 0 if one.is_inference() else one._version


def _moves(node: Any) -> bool:
    return str(node.name()).rpartition("::")[2].startswith(_MOVERS)


def _any(node: Any) -> bool:
    return True


def _same_state(state: Tensor, calls: list[Call]) -> StateSource | None:
    """The first of the calls that has ended in that very state."""
    values = state.detach().flatten()
    for call in calls:
        for position, one in enumerate(call.states):
            if one.numel() == values.numel() and torch.equal(one.flatten(), values):
                return StateSource(call, position)
    return None


def _holds(call: Call, module: nn.Module | None) -> bool:
    """Whether `module` runs inside the call, so that the call's result is of its making."""
    return any(one is module for one in call.module.modules())
