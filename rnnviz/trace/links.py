"""Which call's state feeds which: the thread that joins step-by-step calls along time."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from rnnviz.trace.calls import Call, states_of


class Links:
    """Remembers the states that calls handed on, and finds them again among what later calls are given."""

    def __init__(self) -> None:
        self._by_memory: dict[int, tuple[Call, Tensor, int]] = {}
        self._by_node: dict[Any, Call] = {}

    def remember(self, call: Call, handed: tuple[Tensor, ...]) -> None:
        """Note the states that `call` handed to the model."""
        for position, state in enumerate(handed):
            self._by_memory[state.untyped_storage().data_ptr()] = call, state, position
            if state.grad_fn is not None:
                self._by_node[state.grad_fn] = call

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
            return None, state
        unchanged = state.numel() == handed.numel() and state.is_contiguous() and handed.is_contiguous()
        if unchanged and call.links and handed._version == 0 and state.grad_fn is not None:
            return call, call.links[position].view(state.shape)
        return call, state

    def _ancestor(self, module: nn.Module, state: Tensor) -> Call | None:
        """Walk back through what the model did to a state to the call of `module` that handed it on."""
        seen, ahead = set(), [state.grad_fn]
        while ahead:
            node = ahead.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            call = self._by_node.get(node)
            if call is None:
                ahead.extend(parent for parent, _ in node.next_functions)
            elif call.module is module:
                return call
        return None
