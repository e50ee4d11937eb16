"""The small models that the peers look at: fused layers, packed and stacked ones, and the same rewritten as loops."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.bench.measures.rivals import Shape

__all__ = ["MODELS", "CellLoop", "EquationLoop", "Fused", "Scene", "scene"]

_LAYERS: dict[str, type[nn.LSTM | nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}
MODELS = {  # words: layer, layers, both directions, packed
    "LSTM": ("lstm", 1, False, False),
    "LSTM, packed": ("lstm", 1, False, True),
    "LSTM, 2 layers, bidirectional": ("lstm", 2, True, False),
    "GRU": ("gru", 1, False, False),
    "GRU, packed": ("gru", 1, False, True),
    "GRU, 2 layers, bidirectional": ("gru", 2, True, False),
}


class Fused(nn.Module):
    """A recurrent layer and a linear answer at every timestep; with lengths it packs the sequences first."""

    def __init__(self, cell: str, inputs: int, units: int, layers: int = 1, both: bool = False) -> None:
        super().__init__()
        self.recurrent: nn.RNNBase = _LAYERS[cell](inputs, units, layers, batch_first=True, bidirectional=both)
        self.head = nn.Linear(units * (2 if both else 1), 1)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Answer inputs (batch, time, feature) with (batch, time, 1)."""
        given = inputs if lengths is None else pack_padded_sequence(inputs, lengths, batch_first=True)
        hidden = self.recurrent(given)[0]
        answers: Tensor = self.head(hidden if lengths is None else pad_packed_sequence(hidden, batch_first=True)[0])
        return answers


class CellLoop(nn.Module):
    """The same layer (one, forward) rewritten as a loop over torch's cell, which is still one operation a step."""

    def __init__(self, model: Fused) -> None:
        super().__init__()
        layer = model.recurrent
        cell = nn.LSTMCell if layer.mode == "LSTM" else nn.GRUCell
        self.cell = cell(layer.input_size, layer.hidden_size, dtype=layer.all_weights[0][0].dtype)
        self.cell.load_state_dict({name.removesuffix("_l0"): one for name, one in layer.state_dict().items()})
        self.head = model.head
        self.to(self.head.weight.device)

    def forward(self, inputs: Tensor) -> Tensor:
        """Answer inputs (batch, time, feature) with (batch, time, 1)."""
        state, hidden = None, []
        for x in inputs.unbind(1):
            state = self.cell(x, state)
            hidden.append(state[0] if isinstance(state, tuple) else state)
        answers: Tensor = self.head(torch.stack(hidden, 1))
        return answers


class EquationLoop(nn.Module):
    """The same layer (one, forward) rewritten with every gate an operation of its own."""

    def __init__(self, model: Fused) -> None:
        super().__init__()
        layer = model.recurrent
        self.is_lstm, self.units = layer.mode == "LSTM", layer.hidden_size
        rows, dtype = len(layer.all_weights[0][0]), layer.all_weights[0][0].dtype
        self.of_input = nn.Linear(layer.input_size, rows, dtype=dtype)
        self.of_state = nn.Linear(layer.hidden_size, rows, dtype=dtype)
        names = {"weight_ih_l0": "of_input.weight", "bias_ih_l0": "of_input.bias"}
        names |= {"weight_hh_l0": "of_state.weight", "bias_hh_l0": "of_state.bias"}
        self.load_state_dict({names[name]: one for name, one in layer.state_dict().items()})
        self.head = model.head
        self.to(self.head.weight.device)

    def forward(self, inputs: Tensor) -> Tensor:
        """Answer inputs (batch, time, feature) with (batch, time, 1)."""
        h = c = inputs.new_zeros(len(inputs), self.units)
        hidden = []
        for x in inputs.unbind(1):
            if self.is_lstm:
                i, f, g, o = (self.of_input(x) + self.of_state(h)).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
            else:
                (r, z, n), (s, u, m) = self.of_input(x).chunk(3, 1), self.of_state(h).chunk(3, 1)
                z = torch.sigmoid(z + u)
                h = (1 - z) * torch.tanh(n + torch.sigmoid(r + s) * m) + z * h
            hidden.append(h)
        answers: Tensor = self.head(torch.stack(hidden, 1))
        return answers


class Scene(NamedTuple):
    """A model with what it is called with and its loss, which reads every timestep."""

    model: Fused
    arguments: tuple[Tensor, ...]
    loss: Callable[[Tensor], Tensor]


def scene(name: str, shape: Shape, device: torch.device, dtype: torch.dtype = torch.float32) -> Scene:
    """Return one of `MODELS` with a batch; where sequences are packed, each is one step shorter than the one before.

    Examples
    --------
    >>> model, arguments, loss = scene("GRU, packed", Shape(3, 5, 2, 4), torch.device("cpu"))
    >>> arguments[1].tolist(), model(*arguments).shape
    ([5, 4, 3], torch.Size([3, 5, 1]))
    """
    cell, layers, both, packed = MODELS[name]
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Fused(cell, shape.inputs, shape.units, layers, both).to(device, dtype)
    inputs = torch.randn(shape.batch, shape.time, shape.inputs, generator=generator).to(device, dtype)
    targets = torch.randn(shape.batch, shape.time, 1, generator=generator).to(device, dtype)
    lengths = (shape.time - torch.arange(shape.batch)).clamp(min=1)
    return Scene(model, (inputs, lengths) if packed else (inputs,), lambda outputs: mse_loss(outputs, targets))
