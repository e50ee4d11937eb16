"""One forward pass of a watched model: its calls, the weights that they used, and the gradients as they come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from rnnviz.trace.capture.calls import Call, Gradients
from rnnviz.trace.isolation.surroundings import recomputing
from rnnviz.trace.listening.backward import Purpose, filled_by, purpose_of
from rnnviz.trace.listening.subset import first_sequences
from rnnviz.trace.recompute.assemble import layers_from
from rnnviz.trace.result.trace import Trace, here

__all__ = ["WatchedPass"]

Weights: TypeAlias = dict[tuple[nn.Module, str], Tensor]  # by module and name


@dataclass(eq=False)
class WatchedPass:
    """One forward pass: its calls, the weights that they used, and the gradients as they arrive.

    Attributes
    ----------
    number
        Counts the passes of one listener.
    arrived
        Whether any gradient has come back to one of the calls.
    purpose
        Of the backward passes whose gradients are kept; what serves a lesser one is left out.
    filled
        Weights of a layer to whose ``.grad`` it was added: by ``backward``, not by ``torch.autograd.grad``.
    derived
        Nodes behind gradients that can themselves be differentiated, as for a gradient penalty.
    second_order
        Whether training goes through one of them: then the gradients that arrived are not all there is.
    followed
        The calls whose results autograd follows.
    weights, copies
        What is copied of registered cells, by module and name, and of torch's layers, by weight and version.
    scale
        What the loss was multiplied by before the backward pass.
    """

    number: int = 0
    calls: list[Call] = field(default_factory=list)
    followed: set[Call] = field(default_factory=set)
    weights: Weights = field(default_factory=dict)
    copies: dict[tuple[int, int], tuple[Tensor, Tensor]] = field(default_factory=dict)
    arrived: bool = False
    purpose: Purpose = Purpose.OTHER
    filled: list[Tensor] = field(default_factory=list)
    derived: list[Any] = field(default_factory=list)
    second_order: bool = False
    scale: float = 1.0
    _task: int = -1
    _purposes: dict[nn.Module, Purpose] = field(default_factory=dict)
    _derives: bool = False

    def trace(self, sequences: int | None = None, loss: float | None = None) -> Trace:
        """Recompute the pass, or of each batch the first `sequences` only."""
        for call in self.calls:
            call.gradients = self._settled(call)
        calls = first_sequences(self.calls, sequences)
        with _weights_of_then(self.weights), recomputing(calls[0].given.device.type):
            return here(Trace(layers=layers_from(calls), loss=loss))

    def keep(self, call: Call) -> None:
        """Take in a call, with copies of what the model may overwrite."""
        call.weights = {name: self._copied(one) for name, one in call.weights.items()}
        if not call.weights:  # a registered cell, which is recomputed by running it
            for module in call.module.modules():
                for name, one in _own(module):
                    if (module, name) not in self.weights:
                        self.weights[module, name] = one.detach().clone()
        call.given = call.given.clone()
        call.initial = tuple(one.clone() for one in call.initial)
        call.output, call.states = call.output.clone(), tuple(one.clone() for one in call.states)

    def receive(self, call: Call, place: int, gradient: Tensor) -> None:
        """Add a gradient that has come back: first those from outside, then those along the recurrence."""
        purpose = self._purpose_of_this_pass(call.module)
        if purpose < self.purpose:
            return
        # what came for the inputs alone was another loss's: it counts no more once the weights are reached
        if purpose > self.purpose:
            for one in self.calls:
                one.gradients = None
            self.second_order = False
        if not self.arrived or purpose > self.purpose:
            self.filled = filled_by(call.module)
        self.second_order |= self._derives and purpose > Purpose.OTHER
        self.arrived, self.purpose = True, purpose
        found = _flat(call)
        known = found[place]
        found[place] = gradient.detach() if known is None else known + gradient.detach()
        call.gradients = _shaped(call, found)

    def _purpose_of_this_pass(self, module: nn.Module) -> Purpose:
        """What the backward pass under way is for, as a layer has it; asked once, for a loop has many calls."""
        task = torch._C._current_graph_task_id()
        if task != self._task:
            self._task, self._purposes = task, {}
            self._derives = any(map(torch._C._will_engine_execute_node, self.derived))
        if module not in self._purposes:
            self._purposes[module] = purpose_of(module)
        return self._purposes[module]

    def _copied(self, weight: Tensor) -> Tensor:
        """Copy a weight, once for all the calls that it serves unchanged."""
        # the version rises with every write, so one copy serves all calls between two steps of an optimiser
        key = id(weight), weight._version
        if key not in self.copies:
            # the weight is kept beside its copy: freed, its id could be another's
            self.copies[key] = weight, weight.detach().clone()
        return self.copies[key][1]

    def _settled(self, call: Call) -> Gradients | None:
        """Gradients of the unscaled loss; where nothing came back to a layer that autograd followed, they are zero."""
        if not self.arrived or self.second_order or not any(one.module is call.module for one in self.followed):
            return None
        return _shaped(call, [None if one is None else self._unscaled(one) for one in _flat(call)])

    def _unscaled(self, gradient: Tensor) -> Tensor:
        if self.scale == 1.0:
            return gradient
        # float16 divided by a scale of 2^16 would end in zeros
        return gradient.to(torch.promote_types(gradient.dtype, torch.float32)) / self.scale


def _flat(call: Call) -> list[Tensor | None]:
    """Gradients from outside, then those along the recurrence."""
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
            # .data, so that neither versions nor the owner's graph notice
            one.data = weights[key]
        yield
    finally:
        for key, one in now.items():
            one.data = data[key]
