"""Listens to a model's own forward and backward pass: the training goes on bit for bit as if nobody did.

Unlike `Capture` it asks for nothing: gradients are those that arrive while somebody else calls ``backward``. The
weights are kept as they were in the forward pass, because an optimiser has changed them by the time of the replay.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from rnnviz.trace.assemble import layers_from
from rnnviz.trace.calls import Call, Gradients, Sequence
from rnnviz.trace.capture import Capture
from rnnviz.trace.hooks import Hook
from rnnviz.trace.layers import Recurrent
from rnnviz.trace.links import Links
from rnnviz.trace.part import first_sequences
from rnnviz.trace.purpose import reaches_weights
from rnnviz.trace.result import Trace
from rnnviz.trace.turns import TURN
from rnnviz.trace.untouched import replaying

__all__ = ["Listener", "Pass"]

_SHARED = WeakTensorKeyDictionary()  # by the last result handed on: who did so, of which module, and taps and links
Weights: TypeAlias = dict[tuple[nn.Module, str], Tensor]  # by module and name


@dataclass(eq=False)
class Pass:
    """One forward pass: its calls, the weights that they used, and the gradients as they arrive.

    Attributes
    ----------
    number
        Counts the passes of one listener.
    arrived
        Whether any gradient has come back to one of the calls.
    trained
        Whether it came on its way to the weights too, and not to the inputs alone, as that of a gradient penalty.
    weights, copies
        What is copied of registered cells, by module and name, and of torch's layers, by weight and version.
    scale
        What the loss was multiplied by before the backward pass.
    """

    number: int = 0
    calls: list[Call] = field(default_factory=list)
    weights: Weights = field(default_factory=dict)
    copies: dict[tuple[int, int], tuple[Tensor, Tensor]] = field(default_factory=dict)
    arrived: bool = False
    trained: bool = False
    scale: float = 1.0

    def trace(self, sequences: int | None = None, loss: float | None = None) -> Trace:
        """Replay the pass, or of each batch the first `sequences` only."""
        for call in self.calls:
            call.gradients = self._settled(call)
        calls = first_sequences(self.calls, sequences)
        with _weights_of_then(self.weights), replaying(calls[0].given.device.type):
            return Trace(layers=layers_from(calls), loss=loss)

    def keep(self, call: Call) -> None:
        """Take in a call, with copies of what the model may overwrite."""
        call.weights = {name: self._copied(one) for name, one in call.weights.items()}
        if not call.weights:  # a registered cell, which is replayed by running it
            for module in call.module.modules():
                for name, one in _own(module):
                    if (module, name) not in self.weights:
                        self.weights[module, name] = one.detach().clone()
        call.given = call.given.clone()
        call.initial = tuple(one.clone() for one in call.initial)

    def receive(self, call: Call, place: int, gradient: Tensor) -> None:
        """Add a gradient that has come back: first those of a call's taps, then those of its links."""
        trains = reaches_weights(call.module)
        if self.trained and not trains:
            return
        if trains and not self.trained:
            for one in self.calls:
                one.gradients = None
        self.arrived, self.trained = True, trains
        found = _flat(call)
        known = found[place]
        found[place] = gradient.detach() if known is None else known + gradient.detach()
        call.gradients = _shaped(call, found)

    def _copied(self, weight: Tensor) -> Tensor:
        """Copy a weight, once for all the calls that it serves unchanged."""
        key = id(weight), weight._version
        if key not in self.copies:
            self.copies[key] = weight, weight.detach().clone()
        return self.copies[key][1]

    def _settled(self, call: Call) -> Gradients | None:
        """Gradients of the unscaled loss; where nothing came back to a layer that autograd followed, they are zero."""
        if not self.arrived or not any(one.taps for one in self.calls if one.module is call.module):
            return None
        return _shaped(call, [None if one is None else self._unscaled(one) for one in _flat(call)])

    def _unscaled(self, gradient: Tensor) -> Tensor:
        if self.scale == 1.0:
            return gradient
        return gradient.to(torch.promote_types(gradient.dtype, torch.float32)) / self.scale


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
        self._pass = self._complete = Pass()
        self.is_open = False

    def open(self, modules: Mapping[str, Recurrent] | None = None) -> None:
        """Begin to listen, from now on to these modules if any are given."""
        self._forget()
        self._modules = modules or self._modules
        begin = _shielded(lambda _module, _given: self._begin())
        top = self._model.register_forward_pre_hook(Hook(begin))
        self._exit.callback(top.remove)
        self.__enter__()
        self.is_open = True

    def close(self) -> Pass | None:
        """Remove every hook and return the newest pass, one that trained, or whose gradients came back, if any did."""
        self._exit.close()
        self.is_open = False
        found = self._complete if self._complete.arrived else self._pass
        found.calls = [one for one in found.calls if one.given.numel()]  # an empty batch has nothing to see
        self._forget()
        return found if found.calls else None

    def _begin(self) -> None:
        """Start a new pass."""
        if _listens():
            self._pass = Pass(self._pass.number + 1)
            self.calls, self._links, self._running = self._pass.calls, Links(), {}

    def _forget(self) -> None:
        self._pass = self._complete = Pass()
        self.calls, self._links, self._running = self._pass.calls, Links(), {}

    def _before(self, name: str) -> Any:
        inner = super()._before(name)

        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if not _listens():
                return None
            if self._pass.arrived:  # the model's own forward is not what is called: a training loop calls its parts
                self._begin()
            return inner(module, args, kwargs)

        return Hook(_shielded(hook))

    def _after(self, name: str) -> Any:
        inner = super()._after(name)

        def hook(module: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Any:
            return inner(module, args, kwargs, result) if module in self._running else None

        return Hook(_shielded(hook))

    def _is_others(self, module: nn.Module) -> bool:
        """A training loop may run in any thread."""
        return False

    def _surroundings(self, module: nn.Module, entering: tuple[Tensor, ...], rng: Tensor | None) -> ExitStack:
        return ExitStack()

    def _followed(self, results: list[Tensor]) -> list[Tensor]:
        found = super()._followed(results)
        return [one for one in found if one.requires_grad] or found

    def _wants_gradients(self, results: tuple[Tensor, ...]) -> bool:
        return all(one.requires_grad for one in results)

    def _hand_on(
        self, call: Call, sequence: Sequence | None, states: tuple[Tensor, ...]
    ) -> tuple[Sequence | None, tuple[Tensor, ...]]:
        self._pass.keep(call)
        handed = super()._hand_on(call, sequence, states)
        for place, tensor in enumerate((*call.taps, *call.links)):
            handle = tensor.register_hook(self._receiver(self._pass, call, place))  # type: ignore[no-untyped-call]
            self._exit.callback(handle.remove)
        return handed

    def _tapped(self, call: Call, raw: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Share the taps and links of a listener that was there first: behind those of another the paths are mixed."""
        listener, module, taps, links = _SHARED.get(raw[-1], (self, None, (), ()))
        if listener is self or module is not call.module:  # what an inner call gave may be passed on as it is
            copies = super()._tapped(call, raw)
            _SHARED[copies[-1]] = self, call.module, call.taps, call.links
        else:
            copies, call.taps, call.links = raw, taps, links
        self._links.remember(call, call.links, call.links)  # another listener may have swapped the states before
        return copies

    def _receiver(self, heard: Pass, call: Call, place: int) -> Callable[[Tensor], None]:
        def receive(gradient: Tensor) -> None:
            if not heard.arrived:
                heard.scale = self._scale()
            heard.receive(call, place, gradient)
            self._complete = max(self._complete, heard, key=lambda one: (one.trained, one.number))

        return receive


def _listens() -> bool:
    """Not without gradients or in a function that torch.func transforms, nor to a trace or to checkpointing."""
    transformed = torch._C._functorch.peek_interpreter_stack() is not None
    recomputes = torch._C._current_graph_task_id() >= 0  # what checkpointing has thrown away
    return torch.is_grad_enabled() and not (transformed or recomputes or TURN.is_mine)


def _shielded(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the compiler, if it is loaded, from following a hook: the owner may call a compiled alias of the model."""
    if "torch._dynamo" not in sys.modules:
        return hook
    shielded: Callable[..., Any] = torch.compiler.disable(hook)  # type: ignore[no-untyped-call]
    return shielded


def _flat(call: Call) -> list[Tensor | None]:
    """Gradients in the order of taps, then links."""
    states = len(call.states)
    if call.gradients is None:
        return [None] * (2 * states + (0 if call.form.cell else 1))
    output = [] if call.form.cell else [call.gradients.output]
    return [*output, *call.gradients.states, *call.gradients.links]


def _shaped(call: Call, flat: list[Tensor | None]) -> Gradients:
    states = len(call.states)
    output = None if call.form.cell else flat[0]
    rest = flat if call.form.cell else flat[1:]
    return Gradients(output, tuple(rest[:states]), tuple(rest[states:]))


def _own(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Parameters and buffers of a module itself."""
    for name, one in (*module._parameters.items(), *module._buffers.items()):
        if one is not None:
            yield name, one


@contextmanager
def _weights_of_then(weights: Weights) -> Iterator[None]:
    """Give modules back for a while the numbers that their forward pass used, whatever has replaced them since."""
    now = {(module, name): one for module, _ in weights for name, one in _own(module) if (module, name) in weights}
    data = {key: one.data for key, one in now.items()}
    try:
        for key, one in now.items():
            one.data = weights[key]
        yield
    finally:
        for key, one in now.items():
            one.data = data[key]
