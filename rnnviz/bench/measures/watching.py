"""The peers: each looks at a model's training pass in its own best way, and hands back every array that it found."""

import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.trace import trace

__all__ = ["Arrays", "Watch", "by_hooks", "by_torchlens", "by_trace", "leave_torchlens"]

Arrays = list[NDArray[Any]]
Loss = Callable[[Tensor], Tensor]
Watch = Callable[[nn.Module, Sequence[Tensor], Loss], Arrays]


def by_trace(model: nn.Module, arguments: Sequence[Tensor], loss: Loss) -> Arrays:
    """Return every array that one call of `rnnviz.trace` finds."""
    layers = trace(model, *arguments, loss=loss).layers.values()
    return [array for layer in layers for one in fields(layer) for array in _arrays(getattr(layer, one.name))]


def by_torchlens(model: nn.Module, arguments: Sequence[Tensor], loss: Loss) -> Arrays:
    """TorchLens: every operation's result and gradient, and every weight's gradient, as its guide says.

    It leaves torch's functions wrapped, which makes its next call faster; `leave_torchlens` unwraps them.
    """
    torchlens: Any = importlib.import_module("torchlens")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about its graph where lengths leave torch; no result is missing
        log = torchlens.trace(model, list(arguments), capture=torchlens.options.CaptureOptions(save_grads=True))
        log.log_backward(loss(log[log.output_layers[0]].out))
    found = [one for op in log.ops for one in (op.out, op.grad)] + [one.grad for one in log.params]
    _forget(model)
    return list(_arrays(found))


def leave_torchlens() -> None:
    """Take TorchLens's wrappers off torch's functions again; they would slow whatever runs next."""
    importlib.import_module("torchlens.backends.torch.wrappers").unwrap_torch()


def by_hooks(model: nn.Module, arguments: Sequence[Tensor], loss: Loss) -> Arrays:
    """Plain hooks on every module: its results and their gradients, and the weights' ``.grad`` of any backward pass."""
    results: list[Tensor] = []
    gradients: list[Tensor] = []

    def forward(module: nn.Module, given: Any, result: Any) -> None:
        for one in _tensors(result):
            if one.requires_grad:
                one.retain_grad()
            results.append(one)

    def backward(module: nn.Module, to_inputs: Any, to_results: Any) -> None:
        gradients.extend((*_tensors(to_inputs), *_tensors(to_results)))

    handles = [one.register_forward_hook(forward) for one in model.modules()]
    handles += [one.register_full_backward_hook(backward) for one in model.modules()]
    try:
        inputs = arguments[0].clone().requires_grad_()  # torch warns about a backward hook on what asks for no gradient
        loss(model(inputs, *arguments[1:])).backward()  # type: ignore[no-untyped-call]
    finally:
        for handle in handles:
            handle.remove()
    weights = [one.grad for one in model.parameters()]
    found = list(_arrays([results, [one.grad for one in results if one.requires_grad], gradients, weights]))
    _forget(model)
    return found


def _tensors(value: Any) -> Iterator[Tensor]:
    """Tensors in nested tuples, such as a packed sequence is."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _tensors(one)


def _arrays(value: Any) -> Iterator[NDArray[Any]]:
    """Everything of numbers inside tensors, arrays, lists and mappings, copied to numpy."""
    if isinstance(value, Tensor):
        yield value.detach().cpu().numpy().copy()
    elif isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        yield from _arrays(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from _arrays(one)


def _forget(model: nn.Module) -> None:
    for one in model.parameters():
        one.grad = None
