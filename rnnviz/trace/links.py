"""Which call's state feeds which: the thread that joins step-by-step calls along time."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

from rnnviz.trace.calls import Call, states_of


class Links:
    """Remembers the states that calls handed on, and finds them again among what later calls are given."""

    def __init__(self) -> None:
        self._by_memory: dict[int, tuple[Call, Tensor, int]] = {}
        self._by_node: dict[Any, tuple[int, Call]] = {}
        self._passed_on: dict[int, Tensor] = {}  # by the memory of what an outer call handed on: what an inner one had
        self._count = 0

    def remember(self, call: Call, copies: tuple[Tensor, ...], handed: tuple[Tensor, ...]) -> None:
        """Note what `call` gave to the model, `copies`, and which of it are its last states, `handed`."""
        self._count += 1
        for position, state in enumerate(handed):
            self._by_memory[state.untyped_storage().data_ptr()] = call, state, position
        for one in copies:
            if one.grad_fn is not None:
                self._by_node[one.grad_fn] = self._count, call

    def passed_on(self, result: Tensor) -> Tensor:
        """Return the link of the inner call whose state `result` is, unchanged; `result` itself where it is another."""
        call, handed, position = self._by_memory.get(result.untyped_storage().data_ptr(), (None, result, 0))
        if call is None or handed is not result or result._version or not call.links:
            return result
        link = call.links[position]
        self._by_node[get_gradient_edge(link).node] = self._count, call
        return link

    def remember_inner(self, raw: Tensor, handed: Tensor) -> None:
        """Note that `handed` is a copy of `raw`, in case `raw` is what an inner call had handed on."""
        if self._by_memory.get(raw.untyped_storage().data_ptr(), (None, None))[1] is raw:
            self._passed_on[handed.untyped_storage().data_ptr()] = raw

    def release(self) -> None:
        """Forget everything, the newest first: each node that autograd may free then frees only those since the last.

        A node that Python has seen is freed within the one before it: a long graph freed at once overflows the stack.
        """
        for known in (self._by_memory, self._by_node, self._passed_on):
            while known:
                known.popitem()

    def follow(self, module: nn.Module, given: Any) -> tuple[Call | None, Any]:
        """Return the call of `module` whose state is given, if any, and the states to give in its place.

        States that come unchanged are swapped for the call's links. A state that the model changed on its way (a mask,
        attention) joins the calls all the same, but reaches the layer from outside.
        """
        states = states_of(given)
        found = [self._find(module, state) for state in states]
        previous = next((call for call, _ in found if call is not None), None)
        if previous is None:
            return None, given
        swapped = tuple(link for _, link in found)
        return previous, swapped[0] if isinstance(given, Tensor) else swapped

    def _find(self, module: nn.Module, state: Tensor) -> tuple[Call | None, Tensor]:
        memory = state.untyped_storage().data_ptr()
        if memory not in self._by_memory:
            return self._ancestor(module, state), state
        call, handed, position = self._by_memory[memory]
        if call.module is not module:
            if not _encloses(call.module, module):
                return None, state
            inner = self._passed_on.get(memory)
            return (self._ancestor(module, state) if inner is None else self._find(module, inner)[0]), state
        unchanged = state.numel() == handed.numel() and state.is_contiguous() and handed.is_contiguous()
        if unchanged and call.links and handed._version == 0 and state.grad_fn is not None:
            return call, call.links[position].view(state.shape)
        return call, state

    def _ancestor(self, module: nn.Module, state: Tensor) -> Call | None:
        """Walk back through what the model did to a state to the latest call of `module` that it was made from."""
        seen, ahead, calls = set(), [state.grad_fn], {}
        while ahead:
            node = ahead.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            number, call = self._by_node.get(node, (0, None))
            if call is None:
                ahead.extend(parent for parent, _ in node.next_functions)
            elif call.module is module:
                calls[number] = call
            elif _encloses(call.module, module):
                ahead.extend(parent for parent, _ in node.next_functions)
        return calls[max(calls)] if calls else None


def _encloses(outer: nn.Module, inner: nn.Module) -> bool:
    """Whether what `outer` gives back may be what `inner` gave to it."""
    return any(one is inner for one in outer.modules())
