"""What truly happens inside a fused layer, worked out without rnnviz: torch's cells, step by step, and autograd."""

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnviz.bench.measures.observed import Scene

__all__ = ["FACTS", "Truth", "truth_of"]

Vectors = NDArray[np.float64]
FACTS = ("hidden", "gates", "cell", "direct", "total", "cell total")


@dataclass(frozen=True, eq=False)
class Truth:
    """What there is to see.

    `vectors` holds, for each of `FACTS`, one row of units for each layer, direction, gate, sequence and valid timestep;
    none where the layer has no such thing. `weights` holds the gradients of W_ih and W_hh, axes (gate·unit, ·), and
    `norms` those of each gate's rows.
    """

    vectors: Mapping[str, Vectors]
    weights: tuple[Vectors, ...]
    norms: Vectors


def truth_of(scene: Scene) -> Truth:
    """Unroll a copy of the scene's model, sequence by sequence."""
    model, (inputs, *lengths) = copy.deepcopy(scene.model), scene.arguments
    seen: dict[str, list[Tensor]] = defaultdict(list)
    outputs = []
    for b, sequence in enumerate(inputs):
        below = sequence[: int(lengths[0][b])] if lengths else sequence
        for weights in _by_layer(model.recurrent):
            sides = [_walk(model.recurrent.mode, below, one, reverse, seen) for reverse, one in enumerate(weights)]
            below = torch.cat(sides, 1)
        outputs.append(below)
    scene.loss(model.head(nn.utils.rnn.pad_sequence(outputs, batch_first=True))).backward()  # type: ignore[no-untyped-call]
    vectors = {name: _rows(seen[name]) for name in ("hidden", "gates", "cell")}
    for name, source in (("direct", "outside"), ("total", "hidden"), ("cell total", "cell")):
        vectors[name] = _rows([one.grad for one in seen[source] if one.grad is not None])
    matrices = [one for group in model.recurrent.all_weights for one in group[:2]]
    gates = 4 if model.recurrent.mode == "LSTM" else 3
    norms = [block.norm() for one in matrices if one.grad is not None for block in one.grad.chunk(gates)]
    return Truth(vectors, tuple(_rows([one.grad]) for one in matrices if one.grad is not None), _rows(norms))


def _by_layer(recurrent: nn.RNNBase) -> list[list[list[nn.Parameter]]]:
    directions = 2 if recurrent.bidirectional else 1
    groups = recurrent.all_weights
    return [groups[start : start + directions] for start in range(0, len(groups), directions)]


def _walk(mode: str, xs: Tensor, weights: list[nn.Parameter], reverse: int, seen: dict[str, list[Tensor]]) -> Tensor:
    """One sequence through one layer and direction; keeps every state apart from the copy that leaves the layer."""
    h = c = xs.new_zeros(1, weights[1].shape[1])
    left: dict[int, Tensor] = {}
    for t in reversed(range(len(xs))) if reverse else range(len(xs)):
        x = xs[t : t + 1]
        seen["gates"] += _gates(mode, x, h, weights)
        if mode == "LSTM":
            h, c = torch.lstm_cell(x, (h, c), *weights)
            c.retain_grad()
            seen["cell"].append(c)
        else:
            h = torch.gru_cell(x, h, *weights)
        left[t] = h.clone()
        for name, one in (("hidden", h), ("outside", left[t])):
            one.retain_grad()
            seen[name].append(one)
    return torch.cat([left[t] for t in range(len(xs))])


def _gates(mode: str, x: Tensor, h: Tensor, weights: list[nn.Parameter]) -> list[Tensor]:
    """Gates i f g o of an LSTM, r z n of a GRU, as torch's documentation defines them."""
    W_ih, W_hh, b_ih, b_hh = weights
    a, b = linear(x, W_ih, b_ih), linear(h, W_hh, b_hh)
    if mode == "LSTM":
        i, f, g, o = (a + b).chunk(4, 1)
        return [torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)]
    (ar, az, an), (br, bz, bn) = a.chunk(3, 1), b.chunk(3, 1)
    r = torch.sigmoid(ar + br)
    return [r, torch.sigmoid(az + bz), torch.tanh(an + r * bn)]


def _rows(tensors: list[Tensor]) -> Vectors:
    """Stack to axes (row, unit)."""
    if not tensors:
        return np.empty((0, 0))
    rows = torch.cat([one.detach().reshape(-1, one.shape[-1] if one.dim() else 1) for one in tensors])
    found: Vectors = rows.double().cpu().numpy()
    return found
