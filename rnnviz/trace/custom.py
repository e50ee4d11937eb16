"""Recurrent cells of one's own: told to rnnviz by their step function, replayed by autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from rnnviz.checks import shown

Step: TypeAlias = Callable[[Any, Tensor, Any], Any]
Start: TypeAlias = Callable[[Any, Tensor], Any]


@dataclass(frozen=True)
class CustomCell:
    """What was registered for a class."""

    step: Step
    start: Start | None

    def advance(
        self, module: nn.Module, x: Tensor, states: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Mapping[str, Tensor]]:
        """States after one step and the gates of that step."""
        result = self.step(module, x, states[0] if len(states) == 1 else states)
        has_gates = isinstance(result, tuple) and isinstance(result[-1], Mapping)
        state, gates = result if has_gates else (result, {})
        return ((state,) if isinstance(state, Tensor) else tuple(state)), gates


_REGISTERED: dict[type[nn.Module], CustomCell] = {}


def register_cell(cell: type[nn.Module], step: Step, *, start: Start | None = None) -> None:
    """Teach `rnnviz.trace` a recurrent cell that it cannot know.

    Parameters
    ----------
    cell
        The module's class. Its ``forward`` is either that of a cell, ``(x, state) -> state`` with `x` (batch, feature),
        or that of a layer, ``(x, state=None) -> (output, state)`` with `x` (batch, time, feature). A state is a tensor
        (batch, unit) or a tuple of tensors, the hidden state first, the cell state second.
    step
        ``step(module, x, state)``: one timestep, `x` (batch, feature). Returns the new state, or ``(state, gates)``
        with `gates` a dict from names to tensors (batch, unit).
    start
        ``start(module, x)``: the state before the first step where the model gives none.

    Raises
    ------
    TypeError
        If `cell` is no class of modules or `step` cannot be called.

    Examples
    --------
    >>> class Leaky(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.inner = nn.Linear(3 + 5, 5)
    ...     def forward(self, x, h):
    ...         return 0.9 * h + 0.1 * torch.tanh(self.inner(torch.cat([x, h], -1)))
    >>> register_cell(Leaky, step=lambda cell, x, h: cell(x, h))
    """
    if not (isinstance(cell, type) and issubclass(cell, nn.Module)):
        raise TypeError(
            f"cell must be a subclass of torch.nn.Module, got {shown(cell)}; pass the class, not an instance."
        )
    if not callable(step):
        raise TypeError(f"step must be a function (module, x, state) -> state, got {shown(step)}.")
    _REGISTERED[cell] = CustomCell(step, start)


def registered(module: nn.Module) -> CustomCell | None:
    """What was registered for the module's class or a class it inherits from."""
    return next((_REGISTERED[base] for base in type(module).__mro__ if base in _REGISTERED), None)


def own_start(cell: CustomCell, module: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    """State before the first step, (batch, unit) each, where the model gave none; `x` is (batch, feature)."""
    if cell.start is None:
        raise ValueError(
            f"a {type(module).__name__} was called without a state, and its first state is not known; "
            "register it with start=, a function (module, x) -> state."
        )
    state = cell.start(module, x)
    return (state,) if isinstance(state, Tensor) else tuple(state)


@dataclass(frozen=True, eq=False)
class Walked:
    """States (hidden first) and gates after each step of one call, each a list over time of (batch, unit)."""

    states: Sequence[tuple[Tensor, ...]]
    gates: Sequence[Mapping[str, Tensor]]


def walk(cell: CustomCell, module: nn.Module, inputs: Tensor, start: tuple[Tensor, ...]) -> Walked:
    """Run the registered step over `inputs` (time, batch, feature), every state a node of the autograd graph."""
    states, gates = [], []
    start = tuple(one.detach().requires_grad_() for one in start)
    for x in inputs:
        new, named = cell.advance(module, x, start)
        start = tuple(one if one.requires_grad else one.detach().requires_grad_() for one in new)
        states.append(start)
        gates.append({name: value.detach() for name, value in named.items()})
    return Walked(states, gates)


def totals(walked: Walked, seeds: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Total gradient of every state at every step, (time, batch, unit), from what enters at each step (same axes)."""
    pairs = [(one, seed[t]) for t, states in enumerate(walked.states) for one, seed in zip(states, seeds, strict=False)]
    found = torch.autograd.grad([one for one, _ in pairs], [one for one, _ in pairs], [seed for _, seed in pairs])
    kinds = len(seeds)
    return tuple(torch.stack(found[index::kinds]) for index in range(kinds))
