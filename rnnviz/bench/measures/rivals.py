"""The rivals on one model and batch: a plain training step, a capture, the loop that people write, the identity tap."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from rnnviz.bench.measures.identity import IdentityTap
from rnnviz.generators import seeded
from rnnviz.trace import Trace, trace

__all__ = ["Rivals", "Seen", "Shape"]

_CELLS: dict[str, type[nn.RNNCell | nn.LSTMCell | nn.GRUCell]] = {
    "rnn": nn.RNNCell,
    "lstm": nn.LSTMCell,
    "gru": nn.GRUCell,
}
_LAYERS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Shape(NamedTuple):
    """Sequences, timesteps, features and units."""

    batch: int
    time: int
    inputs: int
    units: int

    def __str__(self) -> str:
        return f"({', '.join(map(str, self))})"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the unrolled loop and the identity tap find; arrays have axes (batch, time, unit)."""

    loss: float
    hidden: NDArray[np.float32]
    grad_hidden: NDArray[np.float32]
    cell: NDArray[np.float32] | None
    grad_cell: NDArray[np.float32] | None


class Rivals:
    """Four ways through the same model and batch.

    Parameters
    ----------
    cell : {"rnn", "lstm", "gru"}
        The recurrent layer.
    shape : Shape
        Of the batch and the layer.
    device : torch.device
        Where everything happens.
    """

    def __init__(self, cell: str, shape: Shape, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(0)
        with seeded(0, device):
            self.model = _Model(cell, shape.inputs, shape.units).to(device)
        self._kind = cell
        self._inputs = torch.randn(shape.batch, shape.time, shape.inputs, generator=generator).to(device)
        self._targets = torch.randn(shape.batch, shape.time, 1, generator=generator).to(device)
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-6)
        self._tap = IdentityTap(self.model.recurrent)

    def plain(self) -> Tensor:
        """One training step of the fused layer: forward, loss, backward, Adam. Returns the loss."""
        self._optimizer.zero_grad()
        loss = self._loss(self.model(self._inputs))
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return loss.detach()

    def capture(self) -> Trace:
        """Everything that `rnnviz.trace` finds on the whole batch."""
        return trace(self.model, self._inputs, loss=self._loss)

    def unrolled(self) -> Seen:
        """What people write: the layer's cell in a loop, ``retain_grad`` on each state; no gates and no weights' step.

        The weights are the fused layer's own. Their gradients are worked out on the way and thrown away.
        """
        step = self._cell()
        hidden: list[Tensor] = []
        cells: list[Tensor] = []
        state: Tensor | tuple[Tensor, Tensor] | None = None
        for x in self._inputs.unbind(1):
            state = step(x, state)
            states = state if isinstance(state, tuple) else (state,)
            for kept, one in zip((hidden, cells), states, strict=False):
                one.retain_grad()
                kept.append(one)
        loss = self._loss(self.model.head(torch.stack(hidden, 1)))
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.zero_grad()
        return Seen(float(loss.detach()), *_both(hidden), *(_both(cells) if cells else (None, None)))

    def tapped(self) -> Seen:
        """What the loop finds, by one backward pass of a wider fused layer; no gates and no weights' gradients."""
        found = self._tap(self._inputs, lambda hidden: self._loss(self.model.head(hidden)))
        arrays = [None if one is None else one.cpu().numpy() for one in found[1:]]
        return Seen(float(found.loss), *arrays)  # type: ignore[arg-type]

    def forget(self) -> None:
        """Free the gradients, so that whoever comes next has to make their own."""
        self._optimizer.zero_grad()

    def _loss(self, outputs: Tensor) -> Tensor:
        return mse_loss(outputs, self._targets)

    def _cell(self) -> nn.RNNCellBase:
        layer = self.model.recurrent
        with torch.device("meta"):  # its own weights are never used
            step = _CELLS[self._kind](layer.input_size, layer.hidden_size)
        for name, _ in list(step.named_parameters()):
            setattr(step, name, getattr(layer, f"{name}_l0"))
        return step


class _Model(nn.Module):
    """Answers at every timestep, so that no gradient vanishes: denormal numbers would slow all but a capture down."""

    def __init__(self, cell: str, inputs: int, units: int) -> None:
        super().__init__()
        self.recurrent: nn.RNNBase = _LAYERS[cell](inputs, units, batch_first=True)
        self.head = nn.Linear(units, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        answers: Tensor = self.head(self.recurrent(inputs)[0])
        return answers


def _both(states: list[Tensor]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in states]
    return torch.stack(states, 1).detach().cpu().numpy(), torch.stack(gradients, 1).cpu().numpy()
