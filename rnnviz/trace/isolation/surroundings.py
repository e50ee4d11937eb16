"""Surroundings of a traced run: what has to hold while the model runs, and everything put back afterwards."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from rnnviz.generators import kept
from rnnviz.trace.isolation.belongings import Belongings, restore
from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.isolation.precision import flushed_denormals, full_precision


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Put buffers, flags, attributes and random generators back as they were, also when the body raises.

    Traces in other threads wait for their turn.
    """
    with TURN, _kept(model):
        yield


@contextmanager
def runnable(model: nn.Module, *, gradients: bool) -> Iterator[None]:
    """Let autograd work whatever the caller's mode is, and hooks be seen in a compiled model."""
    with ExitStack() as stack:
        if gradients:
            if torch.is_inference_mode_enabled():
                stack.enter_context(torch.inference_mode(False))
                stack.enter_context(_OrdinaryTensors())
            stack.enter_context(torch.enable_grad())
        if is_compiled(model) or "torch._dynamo" in sys.modules:  # the model may call a compiled function
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield


@contextmanager
def recomputing(device: str) -> Iterator[None]:
    """Recompute without a graph of autograd's, in full precision, and without the slow numbers below 1.2e-38.

    Gradients that explode past the largest number become infinite, as torch's do: numpy is not to warn of it.
    """
    with (
        torch.no_grad(),
        torch.autocast(device, enabled=False),
        full_precision(),
        flushed_denormals(),
        np.errstate(all="ignore"),
    ):
        yield


def ordinary(values: Any) -> Any:
    """Clone the inference tensors among `values`: autograd refuses to keep them."""
    return tree_map(lambda one: one.clone() if isinstance(one, Tensor) and one.is_inference() else one, values)


@contextmanager
def _kept(model: nn.Module) -> Iterator[None]:
    buffers = [(module, _buffers(module), _copies(module)) for module in model.modules()]
    flags = [(module, module.training) for module in model.modules()]
    belongings = [Belongings.of(module) for module in model.modules() if not _is_scripted(module)]
    devices = {torch.device("cpu"), *(one.device for one in model.parameters())}
    with kept(devices), _others_generators():
        try:
            yield
        finally:
            for module, training in flags:
                module.training = training
            for module, named, copies in buffers:
                if not _is_scripted(module):
                    module._buffers.clear()
                    module._buffers.update(named)
                for buffer, copy in copies:
                    restore(buffer, copy)
            for one in belongings:
                one.put_back()


@contextmanager
def _others_generators() -> Iterator[None]:
    """Put Python's and numpy's random numbers back: a decoder may toss with them which token it is given next."""
    of_python, of_numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)


class OnlyComputing(TorchFunctionMode):
    """Refuses a loss that goes backward itself: that would leave gradients in the model's parameters."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is Tensor.backward:
            raise ValueError("loss must only compute a scalar, but it called backward; return the scalar instead.")
        return func(*args, **(kwargs or {}))


class _OrdinaryTensors(TorchFunctionMode):
    """Clones inference tensors on their way into any function, such as the targets that a loss closes over."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in (Tensor.clone, Tensor.is_inference):
            return func(*args, **(kwargs or {}))
        return func(*ordinary(args), **ordinary(kwargs or {}))


def _buffers(module: nn.Module) -> dict[str, Tensor | None]:
    return dict(module._buffers.items())


def _copies(module: nn.Module) -> list[tuple[Tensor, Tensor]]:
    known = [one for one in _buffers(module).values() if one is not None and not nn.parameter.is_lazy(one)]
    return [(one, one.clone()) for one in known]


def _is_scripted(module: nn.Module) -> bool:
    """Whether a module keeps what it has outside Python: its buffers can be written to, but not exchanged."""
    return isinstance(module, torch.jit.ScriptModule)


def is_compiled(model: nn.Module) -> bool:
    """Whether the model, or a part of it, runs through ``torch.compile``."""
    return any(hasattr(one, "_orig_mod") or one._compiled_call_impl is not None for one in model.modules())
