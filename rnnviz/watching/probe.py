"""Probe: a fixed batch that a model is shown again and again, and what its answers are compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor, nn

from rnnviz.checks import shown
from rnnviz.trace import Trace, trace
from rnnviz.trace.result.trace import here

__all__ = ["Probe"]

_NOTE = (
    "Raised while rnnviz showed the model its probe. Pass probe=inputs or probe=(inputs, loss): the model is called "
    "with the inputs (several in a tuple of their own), and loss with the model's output alone."
)


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
        if isinstance(given, tuple | list) and not len(given):
            raise ValueError(f"probe must hold what the model is called with, got {shown(given)}.")
        several = isinstance(given, list) or type(given) is tuple  # a packed sequence is a tuple too, but one input
        return cls(tuple(given) if several else (given,), loss)

    def trace(self, model: nn.Module) -> Trace:
        """Show the model the batch, leaving it as it was."""
        try:
            # brought over at once: the owner's next step may write to what it lies on
            found = here(trace(model, *self.inputs, loss=self.loss))
        except Exception as error:
            error.add_note(_NOTE)
            raise
        if not all(layer.hidden.size for layer in found.layers.values()):
            raise ValueError("probe must hold at least one sequence of one timestep, got an empty batch.")
        return found


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, Tensor)
