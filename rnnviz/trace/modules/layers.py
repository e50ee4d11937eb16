"""Which modules are recurrent layers, and their weights and settings in one shape whatever the class."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, TypeAlias

from torch import Tensor, nn
from torch.nn.utils import parametrize

from rnnviz.trace.modules.custom import registered

Recurrent: TypeAlias = Any  # nn.RNNBase, nn.RNNCellBase or a registered module: no base class says what they share

KINDS: dict[type[nn.Module], str] = {
    nn.RNN: "rnn",
    nn.LSTM: "lstm",
    nn.GRU: "gru",
    nn.RNNCell: "rnn",
    nn.LSTMCell: "lstm",
    nn.GRUCell: "gru",
}
GATES = {"rnn": (), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
BLOCKS = {**GATES, "rnn": ("h",)}  # how the rows of W_ih and W_hh are named


class Weights(NamedTuple):
    """Weights of one layer and direction, detached from autograd; absent biases and projection are None."""

    W_ih: Tensor
    W_hh: Tensor
    b_ih: Tensor | None
    b_hh: Tensor | None
    W_hr: Tensor | None


class Layout(NamedTuple):
    """Shape and settings of a recurrent module."""

    kind: str
    num_layers: int = 1
    directions: int = 1
    nonlinearity: str = "tanh"
    batch_first: bool = False
    dropout: float = 0.0


def kind_of(module: nn.Module) -> str | None:
    """Name what a module computes: ``"rnn"``, ``"lstm"``, ``"gru"``, a registered class's name; None if unknown.

    A subclass with a ``forward`` of its own may compute anything, so it is unknown until it is registered.
    """
    if registered(module) is not None:
        return type(module).__name__.lower()
    known = (kind for base, kind in KINDS.items() if isinstance(module, base) and type(module).forward is base.forward)
    return next(known, None)


def layout_of(module: Recurrent) -> Layout:
    """Read the settings of a fused layer or a cell."""
    kind = kind_of(module)
    assert kind is not None
    if registered(module) is not None:
        return Layout(kind)
    nonlinearity = str(getattr(module, "nonlinearity", "tanh"))
    if isinstance(module, nn.RNNCellBase):
        return Layout(kind, nonlinearity=nonlinearity)
    directions = 2 if module.bidirectional else 1
    return Layout(kind, module.num_layers, directions, nonlinearity, module.batch_first, module.dropout)


_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


def weights_in_use(module: Recurrent) -> dict[str, Tensor]:
    """Weights that the call which ends now has used, by torch's names; none of a registered cell.

    Asked for later they may be others: a model can drop some out, swap or work them out anew for every call.
    """
    if isinstance(module, nn.RNNBase):
        # not named_parameters: pruning, weight norm and the like replace what the call uses here
        found = dict(zip(module._flat_weights_names, module._flat_weights, strict=True))
    elif isinstance(module, nn.RNNCellBase):
        found = {name: getattr(module, name, None) for name in _NAMES}
    else:
        found = {}
    present = {name: one for name, one in found.items() if one is not None}
    return {name: one if one.is_leaf else one.detach() for name, one in present.items()}


def worked_out_once(module: Recurrent) -> AbstractContextManager[Any]:
    """While entered, a parametrized cell works out each weight once: spectral norm changes it whenever it is asked."""
    is_cell = isinstance(module, nn.RNNCellBase)
    return parametrize.cached() if is_cell and parametrize.is_parametrized(module) else nullcontext()


def weights_of(module: Recurrent, used: Mapping[str, Tensor], layer: int, direction: int) -> Weights:
    """Weights of one layer (0 is nearest the input) and direction (1 is reverse) among those that a call used."""
    suffix = "" if isinstance(module, nn.RNNCellBase) else f"_l{layer}" + ("_reverse" if direction else "")
    found = [used.get(name + suffix) for name in _NAMES]
    return Weights(*[None if one is None else one.detach() for one in found])  # type: ignore[arg-type]
