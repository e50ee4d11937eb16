"""Probe: a fixed batch that a model is shown again and again, and what its answers are compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor, nn

from rnnviz.trace import Trace, trace

__all__ = ["Probe"]


@dataclass(frozen=True, eq=False)
class Probe:
    """What the model is called with, and the loss as a function of its answer, None for states and gates alone."""

    inputs: tuple[Any, ...]
    loss: Callable[[Any], Tensor] | None

    @classmethod
    def of(cls, given: Any) -> Self:
        """Read ``(inputs, loss)`` or ``inputs``; inputs in a tuple or list are arguments of their own."""
        loss = None
        if isinstance(given, tuple) and len(given) == 2 and _is_function(given[1]):
            given, loss = given
        several = isinstance(given, list) or type(given) is tuple  # a packed sequence is a tuple too, but one input
        return cls(tuple(given) if several else (given,), loss)

    def trace(self, model: nn.Module) -> Trace:
        """Show the model the batch, leaving it as it was."""
        return trace(model, *self.inputs, loss=self.loss)


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, Tensor)
