"""What torch's layers are given, and what a call of theirs must run inside to be traced."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.generators import generator_of
from rnnviz.trace.capture.calls import Sequence

__all__ = [
    "arguments",
    "check_given",
    "check_outside_func",
    "is_torchs_own",
    "ready",
    "rng_state",
    "saves_elsewhere",
    "with_state",
]


def ready(module: nn.Module, given: Tensor, rng: Tensor | None) -> ExitStack:
    """Surroundings in which a layer on a GPU can be traced.

    cuDNN refuses a backward pass in eval mode, so the layer runs in training mode without dropout; and its dropout
    draws from a generator of its own that cannot be repeated, so a layer that does drop out runs without cuDNN.
    """
    stack = ExitStack()
    if given.is_cuda and isinstance(module, nn.RNNBase):
        if rng is not None:
            stack.callback(torch._C._set_cudnn_enabled, torch._C._get_cudnn_enabled())
            torch._C._set_cudnn_enabled(False)  # this alone: torch's context would set precision and benchmarking too
        elif not module.training:
            for name, value in (("training", module.training), ("dropout", module.dropout)):
                stack.callback(setattr, module, name, value)
            module.training, module.dropout = True, 0.0
    return stack


def saves_elsewhere() -> bool:
    """Whether somebody asks for what autograd saves: checkpointing counts that, and compares when it runs again."""
    # True: also while the compiler follows the call
    return torch._C._autograd._top_saved_tensors_default_hooks(True) is not None


def is_torchs_own(module: nn.Module) -> bool:
    """Whether a module is one of torch's recurrent layers or cells, or made from one."""
    return isinstance(module, nn.RNNBase | nn.RNNCellBase)


def arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Sequence, Any]:
    """Input and state, however they are called: torch says input and hx, a registered cell may say anything."""
    if not args and not kwargs:
        raise TypeError("the recurrent layer must be given an input, got none; write trace(model, batch).")
    given, *rest = [*args, *kwargs.values()]
    if "hx" in kwargs and "input" in kwargs:
        return kwargs["input"], kwargs["hx"]
    return given, rest[0] if rest else None


def with_state(args: tuple[Any, ...], kwargs: dict[str, Any], state: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Put another state in the place of the one among a call's arguments, whatever else it is given."""
    if "hx" not in kwargs and len(args) > 1:
        return (args[0], state, *args[2:]), kwargs
    name = "hx" if "hx" in kwargs else list(kwargs)[1 - len(args)]
    return args, {**kwargs, name: state}


def rng_state(module: nn.Module, given: Tensor) -> Tensor | None:
    """Keep the state of the generator that the dropout between layers is about to draw from."""
    if not (isinstance(module, nn.RNNBase) and module.training and module.dropout and module.num_layers > 1):
        return None
    generator = generator_of(given.device)
    return None if generator is None else generator.get_state()


def check_outside_func(name: str) -> None:
    """Refuse a call that torch.func transforms."""
    # private, and the only way to ask: transforms hide their tensors behind ordinary ones
    if torch._C._functorch.peek_interpreter_stack() is not None:
        raise ValueError(
            f"the recurrent layer {name!r} runs inside a function that torch.func transforms (vmap, grad, jvp), where "
            "it cannot be traced; trace a model that calls the layer outside of it."
        )


def check_given(name: str, given: Any) -> None:
    """Refuse what none of torch's layers takes, by the layer's name."""
    if not isinstance(given, Tensor):
        raise TypeError(
            f"the recurrent layer {name!r} must be given a torch.Tensor, got {type(given).__name__}; "
            "convert it with torch.as_tensor(...).float()."
        )
    check_outside_func(name)
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
