"""Listens to a model's own forward and backward pass: the training goes on bit for bit as if nobody did.

Unlike `Capture` it asks for nothing: gradients are those that arrive while somebody else calls ``backward``. The
weights are kept as they were in the forward pass, because an optimiser has changed them before they are used again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from rnnviz.trace.capture.calls import Call, Sequence, data_of, states_of
from rnnviz.trace.capture.capture import Capture
from rnnviz.trace.capture.hooks import Hook
from rnnviz.trace.capture.statelinks import StateLinks, StateSource
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.listening.gradient_uses import Edge, GradientUses, edge_of, uses
from rnnviz.trace.listening.passes import WatchedPass
from rnnviz.trace.modules.custom import registered
from rnnviz.trace.modules.layers import Recurrent

__all__ = ["Listener"]


_MANY = 1000  # nodes; fewer are freed within each other without harm


class Listener(Capture):
    """Hooks on a model, there between `open` and `close`, that keep its newest pass.

    Passes without gradients (an evaluation under ``no_grad``) are not listened to.

    Parameters
    ----------
    model
        Whose passes.
    modules
        Its recurrent modules by path.
    scale
        Called once in a backward pass: what the loss was multiplied by.
    """

    def __init__(
        self, model: nn.Module, modules: Mapping[str, Recurrent], scale: Callable[[], float] = lambda: 1.0
    ) -> None:
        super().__init__(modules, gradients=True)
        self._model, self._scale = model, scale
        self.is_open = False
        self._held: list[Any] = []
        self._forget()

    def open(self, modules: Mapping[str, Recurrent] | None = None) -> None:
        """Begin to listen, from now on to these modules if any are given."""
        self._forget()
        self._modules = modules or self._modules
        begin = _shielded(lambda _module, _given: self._begin())
        # before those of the layers, or the first call would belong to the pass before
        top = self._model.register_forward_pre_hook(Hook(begin))
        self._exit.callback(top.remove)
        self.__enter__()
        self.is_open = True

    def close(self) -> WatchedPass | None:
        """Remove every hook and return the newest pass, one that trained, or whose gradients came back, if any did."""
        self._exit.close()
        self.is_open = False
        found = self._complete if self._complete.arrived else self._pass
        nodes = self._links.nodes  # a list lets go of its last first, which are the newest
        # a node that Python has seen is freed within the one before it: a long graph overflows the stack in one go
        self._held = nodes if len(nodes) > _MANY else []
        found.calls = [one for one in found.calls if one.given.numel()]  # an empty batch has nothing to see
        self._forget()
        return found if found.calls else None

    def let_go(self) -> None:
        """Forget the nodes of the last pass, now that its owner has let go of the loss."""
        self._held = []

    def _begin(self) -> None:
        """Start a new pass."""
        if _listens():
            self._attend(WatchedPass(self._pass.number + 1))

    def _forget(self) -> None:
        self._complete = WatchedPass()
        self._attend(self._complete)

    def _attend(self, to: WatchedPass) -> None:
        """Keep from now on what belongs to another pass."""
        self._pass, self.calls, self._links, self._running = to, to.calls, StateLinks(), {}
        self._meetings: dict[Call, list[GradientUses]] = {}
        self._given: dict[nn.Module, tuple[Tensor, ...]] = {}
        self._since: dict[nn.Module, int] = {}
        self._weighed: set[nn.Module] = set()

    def _before(self, name: str) -> Any:
        inner = super()._before(name)

        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if not _listens():
                return
            if self._pass.arrived:  # the model's own forward is not what is called: a training loop calls its parts
                self._begin()
            inner(module, args, kwargs)
            # autograd numbers its nodes: those of this call are the ones from here on
            self._since[module] = torch._C._autograd._get_sequence_nr()

        return Hook(_shielded(hook))

    def _after(self, name: str) -> Any:
        inner = super()._after(name)

        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            if module in self._running:
                inner(module, args, kwargs, result)

        return Hook(_shielded(hook))

    def _aside(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        return hook  # nothing follows tensors here, and a `Hook` must stay one

    def _is_others(self, module: nn.Module) -> bool:
        """A training loop may run in any thread."""
        return False

    def _surroundings(self, module: nn.Module, entering: tuple[Tensor, ...], rng: Tensor | None) -> ExitStack:
        self._note_derived(entering[:1])
        if module not in self._weighed:
            self._weighed.add(module)
            self._note_derived(module.parameters())
        return ExitStack()

    def _note_derived(self, asked: Iterable[Tensor]) -> None:
        """Note the gradients of these that can themselves be differentiated."""
        for one in asked:
            if one.requires_grad:
                self._keep(one.register_hook(_noting(self._pass)))  # type: ignore[no-untyped-call]

    def _followed(self, results: list[Tensor]) -> list[Tensor]:
        found = super()._followed(results)
        # a count or a mask among the results would leave the whole call unfollowed
        return [one for one in found if one.requires_grad] or found

    def _follow(self, module: nn.Module, given: Any) -> tuple[Call | None, Any]:
        """Look at the states once the call has used them: a view made anew by a look would be older than it is."""
        self._given[module] = states_of(given)
        return None, given

    def _hand_on(
        self, call: Call, sequence: Sequence | None, states: tuple[Tensor, ...]
    ) -> tuple[Sequence | None, tuple[Tensor, ...]]:
        """Hand on what there is, and listen to the nodes behind it."""
        given, since = self._given.pop(call.module), self._since.pop(call.module)
        self._note_derived(given)
        self._pass.keep(call)
        raw = states if sequence is None else (data_of(sequence), *states)
        found = [self._links.find(call.module, one) for one in given]
        call.previous = self._links.goes_on(found)
        self._meetings[call] = self._met(call, raw)
        self._listen(call, raw, since, self._entered(given, found))
        self._links.remember(call, raw, states)
        return sequence, states

    def _met(self, call: Call, raw: tuple[Tensor, ...]) -> list[GradientUses]:
        """Where the gradients of each result meet, if autograd follows them all."""
        # a result without a graph has no node to listen to, and a part alone would be no sum
        if not all(one.requires_grad for one in raw):
            return []
        self._pass.followed.add(call)
        return [GradientUses(one.shape, self._receiver(self._pass, call, place)) for place, one in enumerate(raw)]

    def _entered(self, given: tuple[Tensor, ...], found: list[StateSource]) -> dict[Edge, GradientUses]:
        """Along which edges the recurrence comes back, and to which results of the call before."""
        edges = {}
        for state, one in zip(given, found, strict=True):
            meetings = self._meetings.get(one.call, []) if one.call is not None else []
            edge = edge_of(state)
            if meetings and edge is not None and one.call is not None and one.position is not None:
                # counted from the end: a layer's output comes before its states
                edges[edge] = meetings[one.position - len(one.call.states)]
        return edges

    def _listen(self, call: Call, raw: tuple[Tensor, ...], since: int, entered: dict[Edge, GradientUses]) -> None:
        """Hear what comes back to the results, and apart from it what comes through this call to others and itself."""
        meetings = self._meetings[call]
        edges = [edge_of(one) for one in raw]
        own: dict[Edge, list[GradientUses]] = {}
        for edge, gradient_uses in zip(edges, meetings, strict=False):
            if edge is not None:
                own.setdefault(edge, []).append(gradient_uses)
                # a prehook of the node sees the sum that autograd has made, in its own order
                self._keep(edge[0].register_prehook(_arriving(gradient_uses, edge[1])))
        within = {} if _ends_in_results(call.module) else own
        ends = [edge[0] for edge in edges if edge is not None]
        self._links.note(ends)
        if not within and not entered:
            return
        seen = set[Any]()
        for node, place, edge in uses(ends, since, {**within, **entered}, seen):
            for gradient_uses in within.get(edge, ()):
                self._keep(node.register_hook(_heard(gradient_uses, place, along=False)))
            if edge in entered:
                self._keep(node.register_hook(_heard(entered[edge], place, along=True)))
        self._links.note(seen)

    def _keep(self, handle: RemovableHandle) -> None:
        self._exit.callback(handle.remove)

    def _receiver(self, heard: WatchedPass, call: Call, place: int) -> Callable[[Tensor, Tensor | None], None]:
        first_state = 0 if call.form.cell else 1
        states = len(call.states)

        def receive(outside: Tensor, along: Tensor | None) -> None:
            if not heard.arrived:
                heard.scale = self._scale()
            heard.receive(call, place, outside)
            if along is not None and place >= first_state:
                heard.receive(call, place + states, along)
            # a later pass for a penalty must not hide the one that trained
            self._complete = max(self._complete, heard, key=lambda one: (one.purpose, one.number))

        return receive


def _noting(heard: WatchedPass) -> Callable[[Tensor], None]:
    def hook(gradient: Tensor) -> None:
        if gradient.grad_fn is not None:
            heard.derived.append(gradient.grad_fn)

    return hook


def _arriving(gradient_uses: GradientUses, place: int) -> Callable[[tuple[Tensor | None, ...]], None]:
    def hook(gradients: tuple[Tensor | None, ...]) -> None:
        gradient_uses.arrive(gradients[place])

    return hook


def _heard(gradient_uses: GradientUses, place: int, *, along: bool) -> Callable[..., None]:
    def hook(parts: tuple[Tensor | None, ...], _gradients: tuple[Tensor | None, ...]) -> None:
        gradient_uses.hear(parts[place], along=along)

    return hook


def _ends_in_results(module: nn.Module) -> bool:
    """Whether a module uses none of its results itself: torch's own layers, and cells without a cell state."""
    return isinstance(module, nn.RNNBase | nn.RNNCell | nn.GRUCell) and registered(module) is None


def _listens() -> bool:
    """Not without gradients or in a function that torch.func transforms, nor to a trace or to checkpointing."""
    transformed = torch._C._functorch.peek_interpreter_stack() is not None
    # −1 outside of a backward pass
    recomputes = torch._C._current_graph_task_id() >= 0  # what checkpointing has thrown away
    return torch.is_grad_enabled() and not (transformed or recomputes or TURN.is_mine)


def _shielded(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the compiler, if it is loaded, from following a hook: the owner may call a compiled alias of the model."""
    if "torch._dynamo" not in sys.modules:
        return hook
    shielded: Callable[..., Any] = torch.compiler.disable(hook)  # type: ignore[no-untyped-call]
    return shielded
