"""Recurrent cells and layers as other people write them, each with a step; shares no code with rnnviz.

Every model has a `keep`: a list that is given what the model itself takes for its states, step by step. If it is a
`Cut`, no step hands its gradient on to the one before.
"""

import torch
from torch import nn


class Cut(list):
    """States of a run in which they are detached between two steps."""


def note(keep, *states):
    """Let autograd keep the gradients of these states, and return what the next step begins with."""
    if keep is not None:
        for one in states:
            one.retain_grad()
        keep.append(states)
    return tuple(one.detach() for one in states) if isinstance(keep, Cut) else states


class ConvLSTMCell(nn.Module):
    """Returns its state only; a state is (batch, channel, height, width)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2 + 3, 4 * 3, 3, padding=1)

    def equations(self, x, h, c):
        i, f, g, o = self.conv(torch.cat([x, h], 1)).chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        return o * c.tanh(), c, {"i": i, "f": f, "g": g, "o": o}

    def forward(self, input_tensor, cur_state):
        h, c, _ = self.equations(input_tensor, *cur_state)
        return h, c


def conv_step(cell, x, state):
    h, c, gates = cell.equations(x, *state)
    return (h, c), gates


class ConvLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = ConvLSTMCell()

    def forward(self, x, keep=None):
        h = c = x.new_zeros(len(x), 3, *x.shape[3:])
        outputs = []
        for frame in x.unbind(1):
            h, c = self.cell(frame, (h, c))
            outputs.append(h)
            h, c = note(keep, h, c)
        return torch.stack(outputs, 1)


class LayerNormLSTM(nn.Module):
    """A layer that returns ``(output, (h, c))``, the output after a projection."""

    def __init__(self):
        super().__init__()
        self.inner, self.ln = nn.Linear(3 + 4, 16), nn.LayerNorm(16)
        self.normed, self.out = nn.LayerNorm(4), nn.Linear(4, 2)

    def one(self, x, h, c):
        i, f, g, o = self.ln(self.inner(torch.cat([x, h], -1))).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * self.normed(c).tanh(), c, f.sigmoid()

    def forward(self, x, state=None, keep=None):
        h, c = (x.new_zeros(len(x), 4), x.new_zeros(len(x), 4)) if state is None else state
        outputs = []
        for t in x.unbind(1):
            h, c, _ = self.one(t, h, c)
            outputs.append(self.out(h))
            h, c = note(keep, h, c)
        return torch.stack(outputs, 1), (h, c)


def layer_norm_step(layer, x, state):
    h, c, f = layer.one(x, *state)
    return layer.out(h), (h, c), {"f": f}


class GRUD(nn.Module):
    """A cell with a mask and a time gap in every step, its arguments in an order of its own."""

    def __init__(self):
        super().__init__()
        self.gates, self.new = nn.Linear(3 + 3 + 4, 8), nn.Linear(3 + 3 + 4, 4)
        self.decay = nn.Linear(3, 4)

    def forward(self, h, x, m, d):
        h = torch.exp(-torch.relu(self.decay(d))) * h
        z, r = torch.sigmoid(self.gates(torch.cat([x * m, m, h], -1))).chunk(2, -1)
        return (1 - z) * h + z * torch.tanh(self.new(torch.cat([x * m, m, r * h], -1)))


def grud_step(cell, x, h, m, d):
    return cell(h, x, m, d), {"decay": torch.exp(-torch.relu(cell.decay(d)))}


class GRUDLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = GRUD()

    def forward(self, x, mask, gaps, keep=None):
        h, outputs = x.new_zeros(len(x), 4), []
        for t in range(x.shape[1]):
            h = self.cell(h, x[:, t], m=mask[:, t], d=gaps[:, t])
            outputs.append(h)
            (h,) = note(keep, h)
        return torch.stack(outputs, 1)


class MinGRU(nn.Module):
    """A layer without a loop that returns its output only: h_t = (1 − z) h + z h̃, by sums over all steps at once."""

    def __init__(self):
        super().__init__()
        self.z, self.new = nn.Linear(3, 4), nn.Linear(3, 4)

    def forward(self, x):
        z, new = self.z(x).sigmoid(), self.new(x).tanh()
        kept = torch.cumprod(1 - z, 1)
        return kept * torch.cumsum(z * new / kept, 1)

    def kept(self, x, keep):
        h = x.new_zeros(len(x), 4)
        for t in x.unbind(1):
            z = self.z(t).sigmoid()
            h = (1 - z) * h + z * self.new(t).tanh()
            (h,) = note(keep, h)
        return torch.stack([h for (h,) in keep], 1)


def min_gru_step(layer, x, h):
    z = layer.z(x).sigmoid()
    return (1 - z) * h + z * layer.new(x).tanh(), {"z": z}


class SRU(nn.Module):
    """A layer (time, batch, feature) whose recurrence is in c alone; returns ``(out, c)``, c being no part of out."""

    batch_first = False

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 12)

    def one(self, x, c):
        new, f, r = self.inner(x).chunk(3, -1)
        f, r = f.sigmoid(), r.sigmoid()
        c = f * c + (1 - f) * new
        return r * c.tanh() + (1 - r) * x, c, f

    def forward(self, x, c0=None, keep=None):
        c, outputs = (x.new_zeros(x.shape[1], 4) if c0 is None else c0), []
        for t in x:
            h, c, _ = self.one(t, c)
            outputs.append(h)
            (c,) = note(keep, c)
        return torch.stack(outputs), c


def sru_step(layer, x, c):
    h, c, f = layer.one(x, c)
    return h, c, {"f": f}


class SLSTM(nn.Module):
    """A cell with four states, by keyword only; returns ``(out, states)``, the states in a dict."""

    def __init__(self):
        super().__init__()
        self.inner, self.out = nn.Linear(3 + 4, 16), nn.Linear(4, 4)

    def forward(self, x, *, states):
        a, b, z, o = self.inner(torch.cat([x, states["h"]], -1)).chunk(4, -1)
        m = torch.maximum(b + states["m"], a)
        i, f = torch.exp(a - m), torch.exp(b + states["m"] - m)
        c, n = f * states["c"] + i * z.tanh(), f * states["n"] + i
        h = o.sigmoid() * c / n.clamp(min=1e-6)
        return self.out(h), {"c": c, "n": n, "h": h, "m": m}


class SLSTMLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = SLSTM()

    def forward(self, x, keep=None):
        states = {name: x.new_zeros(len(x), 4) for name in "cnhm"}
        outputs = []
        for t in x.unbind(1):
            output, states = self.cell(t, states=states)
            outputs.append(output)
            states = dict(zip(states, note(keep, *states.values()), strict=True))
        return torch.stack(outputs, 1)


def slstm_step(cell, x, states):
    return cell(x, states=states)
