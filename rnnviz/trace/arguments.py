"""What a recurrent layer is called with: its input and its state, and whether they can be traced."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnviz.trace.calls import Sequence

__all__ = ["arguments", "check_given", "with_state"]


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


def check_given(name: str, given: Any) -> None:
    """Raise a sentence where a layer is given what cannot be traced."""
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
