"""Layers and their sequences, traced on a device."""

from typing import Any

from torch import Tensor, nn

from rnnviz.trace import LayerTrace, trace
from tests.losses import output_and_states

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu", "bidirectional": True}),
    ("LSTM", {}),
    ("LSTM", {"num_layers": 2, "bidirectional": True}),
    ("LSTM", {"proj_size": 3}),
    ("GRU", {}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
]
SHAPES = [(4, 40), (2, 24)]  # batch, time: in turn


def arrays(layer: LayerTrace) -> dict[str, Any]:
    names = ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell")
    found = {name: getattr(layer, name) for name in names} | dict(layer.gates)
    norms = layer.weight_grad_norms or {}
    found |= {f"{weight} {gate}": norm for weight, by_gate in norms.items() for gate, norm in by_gate.items()}
    return {name: value for name, value in found.items() if value is not None}


def traced(layer: nn.Module, batches: list[Tensor]) -> list[dict[str, Any]]:
    return [arrays(next(iter(trace(layer, one, loss=output_and_states).layers.values()))) for one in batches]
