"""Temporary hooks that keep what every recurrent module of a model was given and gave back.

A module's results are handed on as copies of a *tap*, so the loss's gradient at the tap is what reaches the layer from
outside. A state that one call hands to the next is swapped, on its way in, for a *link*: a second alias of the same
result. So the gradient from outside and the gradient along the recurrence arrive apart, without a subtraction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.trace.calls import Call, Form, Gradients, Sequence, data_of, initial_states, states_of
from rnnviz.trace.layers import Recurrent, layout_of, weights_in_use, worked_out_once
from rnnviz.trace.links import Links
from rnnviz.trace.origins import Origins


class Running(NamedTuple):
    """A call that has begun: whose state it was given, the generator before its dropout, and what it runs inside."""

    previous: Call | None
    rng: Tensor | None
    surroundings: ExitStack


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
        self._links = Links(self.origins)
        self.derived: set[str] = (
            set()
        )  # through which layers the model or its loss has differentiated, to use the result
        self._running: dict[nn.Module, Running] = {}
        self._exit = ExitStack()
        self._thread = threading.get_ident()

    def __enter__(self) -> Self:
        for name, module in self._modules.items():
            before = module.register_forward_pre_hook(self._aside(self._before(name)), with_kwargs=True)
            hook = self._aside(self._after(name))
            after = module.register_forward_hook(hook, with_kwargs=True, prepend=True, always_call=True)
            self._exit.callback(before.remove)
            self._exit.callback(after.remove)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._exit.close()

    def _aside(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        """A hook whose own work with tensors is not followed."""

        def aside(*given: Any) -> Any:
            self.origins.rests = True
            try:
                return hook(*given)
            finally:
                self.origins.rests = False

        return aside

    def backward(self, loss: Tensor) -> bool:
        """Fill in every call's gradients; False if the loss depends on none of them."""
        wanted = [tensor for call in self.calls for tensor in (*call.taps, *call.links)]
        found: tuple[Tensor | None, ...] = (None,) * len(wanted)
        if loss.requires_grad and wanted:
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
        for call in reversed(self.calls):
            call.taps = call.links = ()
        self._links.release()

    def _before(self, name: str) -> Any:
        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if self._is_others(module):
                return None
            given, state = _arguments(args, kwargs)
            _check_given(name, data_of(given))
            previous, swapped = self._follow(module, state)
            rng = _rng_state(module, data_of(given))
            entering = (data_of(given), *states_of(swapped))
            surroundings = self._exit.enter_context(self._surroundings(module, entering, rng))
            surroundings.enter_context(worked_out_once(module))
            self._running[module] = Running(previous, rng, surroundings)
            return None if swapped is state else _with_state(args, kwargs, swapped)

        return hook

    def _after(self, name: str) -> Any:
        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Any:
            if self._is_others(module) or self._failed(module, result):
                return None
            given, start = _arguments(args, kwargs)
            form, layout = Form.of(module, given), layout_of(module)
            sequence, state = (None, result) if form.cell else result
            states = states_of(state)
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
                weights=weights,
            )
            self.calls.append(call)
            handed, states = self._hand_on(call, sequence, states)
            state = states if isinstance(state, tuple) else states[0]
            return state if sequence is None else (handed, state)

        return hook

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
        stack = _ready(module, entering[0], rng)
        raw = _is_torchs_own(module) and not any(one.requires_grad for one in entering)
        if self._spare and raw and not _saves_elsewhere():
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
            call.taps, call.links = tuple(map(alias, raw)), tuple(map(alias, raw[-len(call.states) :]))
            for tap in call.taps:
                tap.register_hook(self._notice(call.name))  # type: ignore[no-untyped-call]
            raw = call.taps
        return tuple(one.clone() for one in raw)

    def _notice(self, name: str) -> Callable[[Tensor], None]:
        """Notice a gradient that is itself differentiable: autograd works on it in gradient mode only then."""

        def hook(_gradient: Tensor) -> None:
            if torch.is_grad_enabled():
                self.derived.add(name)

        return hook


def alias(result: Tensor) -> Tensor:
    """Add a node of the autograd graph for the same memory; a frozen layer's results start a graph of their own."""
    return result.view_as(result) if result.requires_grad else result.detach().requires_grad_()


def _ready(module: nn.Module, given: Tensor, rng: Tensor | None) -> ExitStack:
    """Surroundings in which a layer on a GPU can be traced.

    cuDNN refuses a backward pass in eval mode, so the layer runs in training mode without dropout; and its dropout
    draws from a generator of its own that cannot be replayed, so a layer that does drop out runs without cuDNN.
    """
    stack = ExitStack()
    if given.is_cuda and isinstance(module, nn.RNNBase):
        if rng is not None:
            stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        elif not module.training:
            for name, value in (("training", module.training), ("dropout", module.dropout)):
                stack.callback(setattr, module, name, value)
            module.training, module.dropout = True, 0.0
    return stack


def _saves_elsewhere() -> bool:
    """Whether somebody asks for what autograd saves: checkpointing counts that, and compares when it runs again."""
    return torch._C._autograd._top_saved_tensors_default_hooks(True) is not None


def _is_torchs_own(module: nn.Module) -> bool:
    return isinstance(module, nn.RNNBase | nn.RNNCellBase)


def _arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Sequence, Any]:
    """Input and state, however they are called: torch says input and hx, a registered cell may say anything."""
    if not args and not kwargs:
        raise TypeError("the recurrent layer must be given an input, got none; write trace(model, batch).")
    given, *rest = [*args, *kwargs.values()]
    if "hx" in kwargs and "input" in kwargs:
        return kwargs["input"], kwargs["hx"]
    return given, rest[0] if rest else None


def _with_state(args: tuple[Any, ...], kwargs: dict[str, Any], state: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Put another state in the place of the one among a call's arguments, whatever else it is given."""
    if "hx" not in kwargs and len(args) > 1:
        return (args[0], state, *args[2:]), kwargs
    name = "hx" if "hx" in kwargs else list(kwargs)[1 - len(args)]
    return args, {**kwargs, name: state}


def _rng_state(module: nn.Module, given: Tensor) -> Tensor | None:
    """Keep the state of the generator that the dropout between layers is about to draw from."""
    if not (isinstance(module, nn.RNNBase) and module.training and module.dropout and module.num_layers > 1):
        return None
    return torch.cuda.get_rng_state(given.device) if given.is_cuda else torch.get_rng_state()


def _check_given(name: str, given: Any) -> None:
    if not isinstance(given, Tensor):
        raise TypeError(
            f"the recurrent layer {name!r} must be given a torch.Tensor, got {type(given).__name__}; "
            "convert it with torch.as_tensor(...).float()."
        )
    if torch._C._functorch.peek_interpreter_stack() is not None:
        raise ValueError(
            f"the recurrent layer {name!r} runs inside a function that torch.func transforms (vmap, grad, jvp), where "
            "it cannot be traced; trace a model that calls the layer outside of it."
        )
    if given.is_complex():
        raise TypeError(
            f"the recurrent layer {name!r} must be given real numbers, got {given.dtype}; "
            "give it the real and the imaginary part as features of their own: torch.view_as_real(x).flatten(-2)."
        )
    if not given.is_floating_point():
        raise TypeError(
            f"the recurrent layer {name!r} must be given floating-point inputs, got {given.dtype}; "
            "embed the integers first (nn.Embedding) or convert them with .float()."
        )
