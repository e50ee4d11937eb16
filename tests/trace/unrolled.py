"""The independent truth: recurrent layers unrolled with plain torch operations, sequence by sequence, and autograd.

Written from the equations in PyTorch's documentation of nn.RNN, nn.LSTM and nn.GRU; shares no code with rnnviz.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn


@dataclass
class Unrolled:
    """Output (batch, time, direction·unit) padded with zeros, final states, and what happened on the way."""

    output: Tensor
    h_n: Tensor
    c_n: Tensor | None
    lengths: list[int]
    seen: dict[tuple[str, int, int], list[dict[int, Tensor]]] = field(default_factory=dict)

    def array(self, name: str, *, gradient: bool = False) -> np.ndarray:
        """Axes (layer, direction, batch, time, unit), NaN past the length."""
        keys = [key for key in self.seen if key[0] == name]
        layers, directions = 1 + max(key[1] for key in keys), 1 + max(key[2] for key in keys)
        units = self.seen[keys[0]][0][0].shape[-1]
        result = np.full((layers, directions, len(self.lengths), max(self.lengths), units), np.nan)
        for _, layer, direction in keys:
            for b, steps in enumerate(self.seen[name, layer, direction]):
                for t, value in steps.items():
                    found = value.grad if gradient else value.detach()
                    result[layer, direction, b, t] = 0.0 if found is None else found.double()
        return result


def unroll(
    module: nn.RNNBase, x: Tensor, h0: Tensor, c0: Tensor | None, lengths: list[int], masks: list[Tensor] | None = None
) -> Unrolled:
    """Run `module`'s equations over x (batch, time, feature); masks[layer] multiplies the output below layer + 1."""
    directions = 2 if module.bidirectional else 1
    seen: dict[tuple[str, int, int], list[dict[int, Tensor]]] = {}
    finals_h: list[list[Tensor]] = []
    finals_c: list[list[Tensor]] = []
    outputs = []
    for b, length in enumerate(lengths):
        below = x[b, :length]
        finals_h.append([])
        finals_c.append([])
        for layer in range(module.num_layers):
            sides = []
            for direction in range(directions):
                index = layer * directions + direction
                start_c = None if c0 is None else c0[index, b]
                hidden, h, c = _one(module, below, h0[index, b], start_c, layer, direction, seen)
                sides.append(hidden)
                finals_h[b].append(h)
                finals_c[b].append(c)
            below = torch.cat(sides, dim=-1)
            if masks is not None and layer < module.num_layers - 1:
                below = below * masks[layer][b, :length]
        outputs.append(below)
    output = nn.utils.rnn.pad_sequence(outputs, batch_first=True)
    h_n = torch.stack([torch.stack(states) for states in finals_h], dim=1)
    c_n = None if c0 is None else torch.stack([torch.stack(states) for states in finals_c], dim=1)
    return Unrolled(output, h_n, c_n, lengths, seen)


def _one(module, x, h, c, layer, direction, seen):
    """One sequence through one layer and direction."""
    suffix = f"_l{layer}" + ("_reverse" if direction else "")
    W = {
        name: getattr(module, name + suffix, None)
        for name in ("weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh")
    }
    steps: dict[str, dict[int, Tensor]] = {}
    order = range(len(x)) if not direction else reversed(range(len(x)))
    for t in order:
        h, c, gates = step(module.mode, x[t], h, c, W)
        h.requires_grad_(True).retain_grad()
        outside = h.clone()
        outside.retain_grad()
        kept = {"h": h, "outside": outside, **gates}
        if c is not None:
            c.retain_grad()
            kept["c"] = c
        for name, value in kept.items():
            steps.setdefault(name, {})[t] = value
    for name, values in steps.items():
        seen.setdefault((name, layer, direction), []).append(values)
    hidden = torch.stack([steps["outside"][t] for t in range(len(x))])
    return hidden, steps["outside"][t], c


def step(mode, x, h, c, W):
    """h', c' and gates of one timestep of one sequence."""
    a = W["weight_ih"] @ x + (0 if W["bias_ih"] is None else W["bias_ih"])
    b = W["weight_hh"] @ h + (0 if W["bias_hh"] is None else W["bias_hh"])
    if mode.startswith("RNN"):
        return (torch.tanh(a + b) if mode == "RNN_TANH" else torch.relu(a + b)), None, {}
    if mode == "GRU":
        (ar, az, an), (br, bz, bn) = a.chunk(3), b.chunk(3)
        r, z = torch.sigmoid(ar + br), torch.sigmoid(az + bz)
        n = torch.tanh(an + r * bn)
        return (1 - z) * n + z * h, None, {"r": r, "z": z, "n": n}
    i, f, g, o = (a + b).chunk(4)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    if W["weight_hr"] is not None:
        h = W["weight_hr"] @ h
    return h, c, {"i": i, "f": f, "g": g, "o": o}


def gradients(states: list[Tensor]) -> np.ndarray:
    """Gradients that states have kept, over time; where none came, zeros."""
    return torch.stack([torch.zeros_like(one) if one.grad is None else one.grad for one in states], 1).numpy()


def relative_error(found: np.ndarray, truth: np.ndarray) -> float:
    """Largest difference over largest value; the NaNs must be in the same places."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(truth))
    scale = max(float(np.nanmax(np.abs(truth), initial=0.0)), 1e-300)
    return float(np.nanmax(np.abs(found - truth), initial=0.0)) / scale
