"""Temporary hooks that keep what every recurrent module of a model was given and gave back.

A module's results are handed on as copies of a *tap*, so the loss's gradient at the tap is what reaches the layer from
outside. A state that one call hands to the next is swapped, on its way in, for a *link*: a second alias of the same
result. So the gradient from outside and the gradient along the recurrence arrive apart, without a subtraction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.trace.capture.calls import Call, Form, Gradients, Sequence, data_of, initial_states, states_of
from rnnviz.trace.capture.given import (
    arguments,
    check_given,
    check_outside_func,
    is_torchs_own,
    ready,
    rng_state,
    saves_elsewhere,
    with_state,
)
from rnnviz.trace.capture.leaves import distinct, leaves, mapped
from rnnviz.trace.capture.observed import Given, Observed, states_among
from rnnviz.trace.capture.origins import Origins
from rnnviz.trace.capture.statelinks import StateLinks, alias
from rnnviz.trace.modules.custom import registered
from rnnviz.trace.modules.layers import Recurrent, layout_of, weights_in_use, worked_out_once


class OpenCall(NamedTuple):
    """A call that has begun: whose state it was given, the generator before its dropout, and what it runs inside."""

    previous: Call | None
    rng: Tensor | None
    surroundings: ExitStack
    given: Given | None = None
    by_cudnn: bool = True


class Capture:
    """While entered, every call of the given modules is kept in `calls`, in the order in which they ran.

    With `spare` a layer whose gradients nobody can ask for runs without a graph of its own; `spared` says whether one
    did.
    """

    def __init__(self, modules: Mapping[str, Recurrent], *, gradients: bool, spare: bool = True) -> None:
        self._spare, self.spared = spare and gradients, False
        self.calls: list[Call] = []
        self._modules, self._gradients = modules, gradients
        self.origins = Origins()
        self._links = StateLinks(self.origins)
        self.derived: set[str] = set()  # layers through which the model or its loss has differentiated in between
        self._running: dict[nn.Module, OpenCall] = {}
        self._results: dict[nn.Module, tuple[Tensor, ...]] = {}  # what a registered module gave back last
        self._exit = ExitStack()
        self._thread = threading.get_ident()

    def __enter__(self) -> Self:
        for name, module in self._modules.items():
            before = module.register_forward_pre_hook(self._aside(self._before(name)), with_kwargs=True)
            # before other hooks, which are to see the copies, and after an error too, for a call that raised is over
            hook = self._aside(self._after(name))
            after = module.register_forward_hook(hook, with_kwargs=True, prepend=True, always_call=True)
            self._exit.callback(before.remove)
            self._exit.callback(after.remove)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._exit.close()

    def _aside(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        """A hook whose own work with tensors is not followed."""
        return partial(self.origins.apart, hook)

    def backward(self, loss: Tensor) -> bool:
        """Fill in every call's gradients; False if the loss depends on none of them."""
        wanted = [tensor for call in self.calls for tensor in (*call.taps, *call.links)]
        found: tuple[Tensor | None, ...] = (None,) * len(wanted)
        if loss.requires_grad and wanted:
            # grad, not backward: no parameter of the owner's gets a gradient of ours
            found = torch.autograd.grad(loss, wanted, allow_unused=True)
        rest = iter(found)
        for call in self.calls:
            taps = [next(rest) for _ in call.taps]
            links = tuple(next(rest) for _ in call.links)
            output = None if call.form.cell else taps.pop(0)
            call.gradients = Gradients(output, tuple(taps), links)
        return any(one is not None for one in found)

    @property
    def names(self) -> list[str]:
        """Paths of the modules that are listened to."""
        return list(self._modules)

    def release(self) -> None:
        """Let go of the graph once the gradients are known; nothing else may hold on to it by then."""
        # the newest first: each holds the graph of the one before, and long chains freed at once overflow the stack
        for call in reversed(self.calls):
            call.taps = call.links = ()
        self._links.release()

    def _before(self, name: str) -> Any:
        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: Any = None) -> Any:
            if self._is_others(module):  # torch may call it without kwargs while it is being registered
                return None
            if registered(module) is not None:
                check_outside_func(name)
                return self._before_own(module, args, kwargs)
            given, state = arguments(args, kwargs)
            check_given(name, data_of(given))
            previous, swapped = self._follow(module, state)
            rng = rng_state(module, data_of(given))
            entering = (data_of(given), *states_of(swapped))
            surroundings = self._exit.enter_context(self._surroundings(module, entering, rng))
            # entered before the call, so that the weights kept after it are those it used
            surroundings.enter_context(worked_out_once(module))
            self._running[module] = OpenCall(previous, rng, surroundings, by_cudnn=torch._C._get_cudnn_enabled())
            return None if swapped is state else with_state(args, kwargs, swapped)

        return hook

    def _after(self, name: str) -> Any:
        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: Any, result: Any = None) -> Any:
            if self._is_others(module) or self._failed(module, result) or module not in self._running:
                return None
            if self._running[module].given is not None:
                return self._after_own(name, module, result)
            given, start = arguments(args, kwargs)
            form, layout = Form.of(module, given), layout_of(module)
            sequence, state = (None, result) if form.cell else result
            states = states_of(state)
            # weights before the surroundings are left, while a parametrization still holds what it worked out
            running, weights = self._running.pop(module), weights_in_use(module)
            running.surroundings.close()
            call = Call(
                name=name,
                module=module,
                layout=layout,
                form=form,
                given=data_of(given).detach().clone(),  # the model may fill one tensor anew for every call
                initial=initial_states(module, layout, form, start, data_of(given)),
                output=(states[0] if sequence is None else data_of(sequence)).detach(),
                states=tuple(form.state(one.detach()) for one in states),
                previous=running.previous,
                rng=running.rng,
                by_cudnn=running.by_cudnn,
                weights=weights,
            )
            self.calls.append(call)
            handed, states = self._hand_on(call, sequence, states)
            state = states if isinstance(state, tuple) else states[0]
            return state if sequence is None else (handed, state)

        return hook

    def _before_own(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A registered module may take anything; its states are told apart when all of it has run."""
        given = Given.of(module, args, kwargs)
        if given is None:
            return None
        states = states_among(module, args, kwargs, self._results.get(module, ()))
        previous, swapped = self._follow(module, tuple(states))
        links = {id(one): link for one, link in zip(states, swapped, strict=True)}
        entering = tuple(one for _, one in leaves((args, kwargs)))
        surroundings = self._exit.enter_context(self._surroundings(module, entering, None))
        surroundings.enter_context(worked_out_once(module))
        self._running[module] = OpenCall(previous, None, surroundings, given)
        changed = mapped((args, kwargs), lambda one: links.get(id(one), one))
        return None if changed[0] is args and changed[1] is kwargs else changed

    def _after_own(self, name: str, module: nn.Module, result: Any) -> Any:
        running = self._running.pop(module)
        running.surroundings.close()
        followed = self._followed(distinct(result))
        if running.given is None or not followed:
            return None
        call = Call(
            name=name,
            module=module,
            layout=layout_of(module),
            form=Form(cell=True, flat_states=True),
            given=distinct((running.given.args, running.given.kwargs))[0],
            initial=(),
            output=followed[0].detach(),
            states=tuple(one.detach() for one in followed),
            previous=running.previous,
            observed=Observed.of(running.given, result, followed),
        )
        self.calls.append(call)
        self._results[module] = call.states
        _, handed = self._hand_on(call, None, tuple(followed))
        # by identity: the model may hand one tensor on in several places, and expects it to stay one
        copies = {id(one): copy for one, copy in zip(followed, handed, strict=True)}
        return mapped(result, lambda one: copies.get(id(one), one))

    def _followed(self, results: list[Tensor]) -> list[Tensor]:
        """Those results of a registered module that are handed on as copies."""
        return [one for one in results if one.is_floating_point()]

    def _follow(self, module: nn.Module, given: Any) -> tuple[Call | None, Any]:
        """Whose state the module is given, and the states to give it in its place."""
        return self._links.follow(module, given)

    def _is_others(self, module: nn.Module) -> bool:
        """Whether another thread calls the model meanwhile; copies of it in threads (DataParallel) belong to it."""
        return threading.get_ident() != self._thread and module in self._modules.values()

    def _failed(self, module: nn.Module, result: Any) -> bool:
        """Leave a call that raised: the model may catch that and go on."""
        if result is None and module in self._running:
            self._running.pop(module).surroundings.close()
        return result is None

    def _surroundings(self, module: nn.Module, entering: tuple[Tensor, ...], rng: Tensor | None) -> ExitStack:
        """What a call runs inside; `entering` is its input and the states that it was given."""
        stack = ready(module, entering[0], rng)
        if registered(module) is None:
            self.origins.stay_off(stack)
        raw = is_torchs_own(module) and not any(one.requires_grad for one in entering)
        if self._spare and raw and not saves_elsewhere():
            self.spared = True
            stack.enter_context(torch.no_grad())  # nothing below asks for a gradient: taps start the graph
        return stack

    def _wants_gradients(self, results: tuple[Tensor, ...]) -> bool:
        return self._gradients

    def _hand_on(
        self, call: Call, sequence: Sequence | None, states: tuple[Tensor, ...]
    ) -> tuple[Sequence | None, tuple[Tensor, ...]]:
        """Copy the results: what the model does to them in place does not reach what was kept."""
        raw = states if sequence is None else (data_of(sequence), *states)
        copies = self._tapped(call, raw)
        handed = copies if sequence is None else copies[1:]
        self._links.remember(call, copies, handed)
        if isinstance(sequence, PackedSequence):
            return sequence._replace(data=copies[0]), handed
        return (None if sequence is None else copies[0]), handed

    def _tapped(self, call: Call, raw: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if self._wants_gradients(raw):
            call.taps, call.links = tuple(map(alias, raw)), self._links.links_of(call, raw[-len(call.states) :])
            for tap in call.taps:
                tap.register_hook(self._notice(call.name))  # type: ignore[no-untyped-call]
            raw = call.taps
        # clones behind the taps: what the model adds to its state in place leaves the kept numbers alone
        copies = tuple(one.clone() for one in raw)
        for copy, one in zip(copies, raw, strict=True):
            self.origins.inherit(copy, (one,))
        return copies

    def _notice(self, name: str) -> Callable[[Tensor], None]:
        """Notice a gradient that is itself differentiable: autograd works on it in gradient mode only then."""

        def hook(_gradient: Tensor) -> None:
            if torch.is_grad_enabled():
                self.derived.add(name)

        return hook
