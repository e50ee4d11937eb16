"""Recurrent cells of one's own: told to rnnviz by their step function, recomputed by autograd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor, nn

from rnnviz.checks import kind_of, shown
from rnnviz.trace.modules.known_cells import ready_for

Step: TypeAlias = Callable[..., Any]
Start: TypeAlias = Callable[[Any, Tensor], Any]


@dataclass(frozen=True)
class CustomCell:
    """What was registered for a class; see `register_cell`."""

    step: Step
    start: Start | None = None
    inputs: str | None = None
    states: tuple[str, ...] = ()
    batch_first: bool | None = None


_KNOWN = (nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell)
_REGISTERED: dict[type[nn.Module], CustomCell] = {}


def register_cell(
    cell: type[nn.Module],
    step: Step,
    *,
    start: Start | None = None,
    inputs: str | None = None,
    states: Sequence[str] | str = (),
    batch_first: bool | None = None,
) -> None:
    """Teach `rnnviz.trace` and `rnnviz.watch` a recurrent cell that they cannot know.

    The module's ``forward`` may be that of a cell (one timestep a call) or of a layer (a sequence a call), take its
    arguments in any order, by name or by position, and return states and outputs in any form: tensors, tuples, dicts,
    dataclasses. What it takes is told apart by the names of its parameters (those that `step` has too, then ``x``,
    ``input``, ``h``, ``hx``, ``state`` and the like), what it returns by comparing it with what `step` gives.

    Parameters
    ----------
    cell
        The module's class.
    step
        ``step(module, x, state)``: one timestep, `x` (batch, …). `state` has the form in which the module was given
        it, or that `start` gave: a tensor (batch, …), or a tuple or dict of tensors, the hidden state first. Returns
        the new state in that form, ``(output, state)`` where the output is something else than the hidden state, and
        after either, if wanted, a dict of gates: ``(state, gates)``, ``(output, state, gates)``, each (batch, …).
        Further parameters of `step` are given the arguments of the same names of the module's call (a time gap, a
        mask), a layer's cut to the timestep where they have its batch and time axes.
    start
        ``start(module, x)``: the state before the first step where the model gives none, `x` (batch, …) being the
        first timestep.
    inputs
        Name of the parameter of ``forward`` that takes `x`, where the rules above would take another.
    states
        Names of the states in the order of `step`: under these they are kept in `LayerTrace.states`. Those that are
        parameters of ``forward`` also say where it takes its states.
    batch_first
        Whether a layer's sequences are (batch, time, …); by default what its attribute ``batch_first`` says, else True.

    Raises
    ------
    TypeError, ValueError
        If `cell` is no class of modules or one of torch's own, `step` or `start` cannot be called, or a name is no
        string.

    Notes
    -----
    The cells and layers of the packages ``ncps`` and ``torchrecurrent`` are known without being registered.

    Examples
    --------
    >>> import torch, rnnviz
    >>> class Leaky(nn.Module):  # takes its state first, and a time gap
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.inner = nn.Linear(3 + 5, 5)
    ...     def forward(self, h, x, gap):
    ...         keep = torch.exp(-gap)
    ...         return keep * h + (1 - keep) * torch.tanh(self.inner(torch.cat([x, h], -1)))
    >>> class Reader(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.cell = Leaky()
    ...     def forward(self, x, gaps):
    ...         h = x.new_zeros(len(x), 5)
    ...         for t in range(x.shape[1]):
    ...             h = self.cell(h, x[:, t], gaps[:, t : t + 1])
    ...         return h
    >>> def leaky_step(cell, x, h, gap):
    ...     return cell(h, x, gap), {"keep": torch.exp(-gap)}
    >>> register_cell(Leaky, leaky_step)
    >>> seen = rnnviz.trace(Reader(), torch.zeros(2, 7, 3), torch.ones(2, 7), loss=torch.sum).layers["cell"]
    >>> seen.hidden.shape, seen.grad_hidden.shape, seen.gates["keep"].shape
    ((1, 1, 2, 7, 5), (1, 1, 2, 7, 5), (1, 1, 2, 7, 1))
    """
    if not (isinstance(cell, type) and issubclass(cell, nn.Module)):
        raise TypeError(
            f"cell must be a subclass of torch.nn.Module, got {shown(cell)}; pass the class, not an instance."
        )
    if cell in _KNOWN:
        raise ValueError(f"cell must be a class of your own, got {kind_of(cell)}, whose equations are known already.")
    if not callable(step):
        raise TypeError(f"step must be a function (module, x, state) -> state, got {shown(step)}.")
    if start is not None and not callable(start):
        raise TypeError(f"start must be a function (module, x) -> state, got {shown(start)}.")
    if not (inputs is None or isinstance(inputs, str)):
        raise TypeError(f"inputs must be the name of a parameter of forward, got {shown(inputs)}.")
    named = (states,) if isinstance(states, str) else states
    if not (isinstance(named, tuple | list) and all(isinstance(one, str) for one in named)):
        raise TypeError(f"states must be names such as ('h', 'c'), got {shown(states)}.")
    if not (batch_first is None or isinstance(batch_first, bool)):
        raise TypeError(f"batch_first must be True, False or None, got {shown(batch_first)}.")
    _REGISTERED[cell] = CustomCell(step, start, inputs, tuple(named), batch_first)


def registered(module: nn.Module) -> CustomCell | None:
    """What was registered for the module's class or a class it inherits from, or is known of a package's class."""
    for base in type(module).__mro__:
        if base in _REGISTERED:
            return _REGISTERED[base]
    known = ready_for(type(module))
    return None if known is None else CustomCell(*known)


def own_start(cell: CustomCell, module: nn.Module, x: Tensor) -> Any:
    """State before the first step, where the model gave none; `x` is the first timestep, (batch, …)."""
    if cell.start is None:
        raise ValueError(
            f"a {type(module).__name__} was called without a state, and its first state is not known; "
            "register it with start=, a function (module, x) -> state."
        )
    return cell.start(module, x)
