"""Surroundings of a traced run: what has to hold while the model runs, and everything put back afterwards."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from rnnviz.generators import kept
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.module_attributes import ModuleAttributes, restore
from rnnviz.trace.isolation.precision import denormals, full_precision


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Put buffers, flags, attributes and random generators back as they were, also when the body raises.

    Traces in other threads wait for their turn.
    """
    # TURN first: what is noted is not to be what another trace has changed
    with TURN:
        modules = list(model.modules())
        flags = [module.training for module in modules]
        buffers = [_Buffers.of(module) for module in modules]
        attributes = [ModuleAttributes.of(module) for module in modules if not _is_scripted(module)]
        with kept(_devices(modules)):
            of_python, of_numpy = random.getstate(), np.random.get_state()
            try:
                yield
            finally:
                try:
                    for module, training in zip(modules, flags, strict=True):
                        if module.training is not training:
                            module.training = training
                    for its_buffers in buffers:
                        its_buffers.put_back()
                    for its_own in attributes:
                        its_own.put_back()
                finally:
                    _put_back_others(of_python, of_numpy)


@contextmanager
def runnable(model: nn.Module, *, gradients: bool, clones: bool = False) -> Iterator[None]:
    """Let autograd work whatever the caller's mode is, and hooks be seen in a compiled model.

    With ``clones`` what was made under ``inference_mode`` is cloned when it is used.
    """
    with ExitStack() as stack:
        if gradients and torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
            clones = True
        if clones:
            stack.enter_context(_OrdinaryTensors())
        if gradients:
            stack.enter_context(torch.enable_grad())
        # asked for, never imported: to import the compiler takes a second or more
        if "torch._dynamo" in sys.modules:  # the model may be compiled, or call a compiled function
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield


@contextmanager
def recomputing(device: str) -> Iterator[None]:
    """Recompute without a graph of autograd's, in full precision, and without the slow numbers below 1.2e-38.

    Gradients that explode past the largest number become infinite, as torch's do: numpy is not to warn of it.
    """
    with (
        torch.no_grad(),
        torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext(),
        full_precision(),
        denormals(flushed=True),
        np.errstate(all="ignore"),
    ):
        yield


def ordinary(values: Any) -> Any:
    """Clone the inference tensors among `values`: autograd refuses to keep them."""
    if isinstance(values, tuple) and all(type(one) is Tensor and not one.is_inference() for one in values):
        return values
    try:
        return tree_map(lambda one: one.clone() if isinstance(one, Tensor) and one.is_inference() else one, values)
    except RecursionError:
        raise ValueError(
            "inputs must be nested less deeply: Python follows lists in lists for some levels only."
        ) from None


def _put_back_others(of_python: Any, of_numpy: Any) -> None:
    """Put Python's and numpy's random numbers back: a decoder may toss with them which token it is given next."""
    random.setstate(of_python)
    if not _is_numpys(of_numpy):  # to set it takes twice as long as to ask for it
        np.random.set_state(of_numpy)


def _is_numpys(state: Any) -> bool:
    """Whether numpy's generator is in that state: a name, an array of words, and numbers."""
    if not isinstance(state, tuple):  # of a generator that somebody put in the place of numpy's own
        return False
    (name, words, *rest), (now, its_words, *its_rest) = state, np.random.get_state()
    return name == now and rest == its_rest and np.array_equal(words, its_words)


class OnlyComputing(TorchFunctionMode):
    """Refuses a loss that goes backward itself: that would leave gradients in the model's parameters."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is Tensor.backward:
            raise ValueError("loss must only compute a scalar, but it called backward; return the scalar instead.")
        return func(*args, **(kwargs or {}))


class _OrdinaryTensors(TorchFunctionMode):
    """Hands any function clones of inference tensors, such as the targets that a loss closes over.

    One clone of each, so that what is written to it is there when it is read again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._clones: dict[int, tuple[Tensor, Tensor]] = {}  # with what was cloned, whose number is not to be reused

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is Tensor.is_inference:
            return func(*args, **(kwargs or {}))
        return func(*tree_map(self._ordinary, args), **tree_map(self._ordinary, kwargs or {}))

    def _ordinary(self, value: Any) -> Any:
        if not isinstance(value, Tensor) or not value.is_inference():
            return value
        known = self._clones.get(id(value))
        if known is None:
            known = self._clones[id(value)] = value, value.clone()
        return known[1]


class _Buffers(NamedTuple):
    """A module's buffers by name, and copies of what they held."""

    module: nn.Module
    named: dict[str, Tensor | None]
    copies: list[tuple[Tensor, Tensor]]

    @classmethod
    def of(cls, module: nn.Module) -> _Buffers:
        """Clone every buffer of a module that has numbers; lazy ones have none yet."""
        named = dict(module._buffers.items())
        known = [one for one in named.values() if one is not None and not nn.parameter.is_lazy(one)]
        return cls(module, named, [(one, one.clone()) for one in known])

    def put_back(self) -> None:
        """Undo what a run did to them."""
        if not _is_scripted(self.module) and (self.named or self.module._buffers):
            # cleared and filled, for the order of a state dict is that of this dict
            self.module._buffers.clear()
            self.module._buffers.update(self.named)
        for buffer, copy in self.copies:
            restore(buffer, copy)


def _devices(modules: list[nn.Module]) -> set[torch.device]:
    """The CPU, and where the parameters lie."""
    parameters = (one for module in modules for one in module._parameters.values() if one is not None)
    return {torch.device("cpu"), *(one.device for one in parameters)}


def _is_scripted(module: nn.Module) -> bool:
    """Whether a module keeps what it has outside Python: its buffers can be written to, but not exchanged."""
    return isinstance(module, torch.jit.ScriptModule)
