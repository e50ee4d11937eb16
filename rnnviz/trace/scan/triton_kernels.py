"""Whole loops over timesteps as single CUDA kernels, in Triton: one launch a layer and direction.

One program goes through time for one sequence (backward), or for some units of it (forward). What a timestep hands to
the next one stays in registers, and so do the recurrent weights where they fit (`HOLD`); what the next timestep needs
is read while this one computes. The equations are those of `adjoint` and `gates`. Shapes: gates (gate, time, batch,
unit), everything else (time, batch, unit), contiguous unless strides are given.
"""

from __future__ import annotations

import triton
import triton.language as tl

__all__ = ["gru_backward", "lstm_backward", "lstm_forward", "rnn_backward"]

_VARYING = ["steps", "batch"]  # a batch of another size is no reason to compile again


@triton.jit
def _tanh(x):
    """To 3e-7 of the value: near 0 by its series, where the quotient would cancel."""
    t = tl.exp(-2.0 * tl.abs(x))
    far = (1.0 - t) / (1.0 + t)
    y = x * x
    near = x * (1.0 + y * (-1.0 / 3.0 + y * (2.0 / 15.0 - y * (17.0 / 315.0))))
    return tl.where(tl.abs(x) < 0.2, near, tl.where(x < 0.0, -far, far))


@triton.jit
def _sigmoid(x):
    return 1.0 / (1.0 + tl.exp(-x))


@triton.jit
def _visited(n, steps, REVERSE: tl.constexpr):
    """The n-th timestep, from the last one or, with REVERSE, from the first one."""
    t = n if REVERSE else steps - 1 - n
    return t.to(tl.int64)


@triton.jit
def _weights(W, gate, units, BLOCK: tl.constexpr):
    """The recurrent weights of one gate, (unit it comes from, unit it goes to)."""
    rows, columns = tl.arange(0, BLOCK)[:, None], tl.arange(0, BLOCK)[None, :]
    return tl.load(W + (gate * units + rows) * units + columns, mask=(rows < units) & (columns < units), other=0.0)


@triton.jit
def _validity(valid, t, batch, b, MASKED: tl.constexpr):
    return tl.load(valid + t * batch + b) if MASKED else 1.0


@triton.jit(do_not_specialize=_VARYING)
def lstm_forward(
    before, gates, cells, valid, steps, batch, units, gate_stride,
    MASKED: tl.constexpr, REVERSE: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """i, f, g and o from pre-activations (time, batch, gate·unit), and the cell states, which have one step more."""
    number = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = number < batch * units
    b, unit = number // units, number % units
    size = (batch * units).to(tl.int64)
    place = before + b * 4 * units + unit
    first = steps if REVERSE else 0
    start = tl.load(cells + first * size + number, mask=inside, other=0.0)
    c = start
    for n in range(steps):
        t = _visited(n, steps, not REVERSE)
        at = place + t * 4 * size
        i = _sigmoid(tl.load(at, mask=inside, other=0.0))
        f = _sigmoid(tl.load(at + units, mask=inside, other=0.0))
        g = _tanh(tl.load(at + 2 * units, mask=inside, other=0.0))
        o = _sigmoid(tl.load(at + 3 * units, mask=inside, other=0.0))
        c = f * c + i * g
        if MASKED:
            c = tl.where(tl.load(valid + t * batch + b, mask=inside, other=0.0) > 0.0, c, start)
        to = gates + t * size + number
        tl.store(to, i, mask=inside)
        to += gate_stride  # one after the other: a multiple might not fit into 32 bits
        tl.store(to, f, mask=inside)
        to += gate_stride
        tl.store(to, g, mask=inside)
        to += gate_stride
        tl.store(to, o, mask=inside)
        tl.store(cells + (t if REVERSE else t + 1) * size + number, c, mask=inside)


@triton.jit
def _lstm_read(
    gates, cells, hidden, seeds, t, size, whole, offset, inside, REVERSE: tl.constexpr, SEEDED: tl.constexpr
):
    """What one timestep needs: gates, cell states before and after it, what reaches h and c from outside."""
    at = t * size + offset
    i = tl.load(gates + at, mask=inside, other=0.0)
    f = tl.load(gates + whole + at, mask=inside, other=0.0)
    g = tl.load(gates + 2 * whole + at, mask=inside, other=0.0)
    o = tl.load(gates + 3 * whole + at, mask=inside, other=0.0)
    one, other = tl.load(cells + at, mask=inside, other=0.0), tl.load(cells + at + size, mask=inside, other=0.0)
    before, after = (other, one) if REVERSE else (one, other)
    dh = tl.load(hidden + at, mask=inside, other=0.0)
    dc = tl.load(seeds + at, mask=inside, other=0.0) if SEEDED else tl.zeros_like(dh)
    return i, f, g, o, before, after, dh, dc


@triton.jit(do_not_specialize=_VARYING)
def lstm_backward(
    gates, cells, hidden, seeds, valid, W, delta, steps, batch, units,
    MASKED: tl.constexpr, REVERSE: tl.constexpr, SEEDED: tl.constexpr, HOLD: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """dL/dh and dL/dc in place, and dL/d(pre-activation) into `delta` (time, batch, gate·unit)."""
    b, unit = tl.program_id(0), tl.arange(0, BLOCK)
    inside, offset, size = unit < units, b * units + unit, (batch * units).to(tl.int64)
    whole = steps * size
    if HOLD:
        W_i, W_f = _weights(W, 0, units, BLOCK), _weights(W, 1, units, BLOCK)
        W_g, W_o = _weights(W, 2, units, BLOCK), _weights(W, 3, units, BLOCK)
    carried_h, carried_c = tl.zeros([BLOCK], tl.float32), tl.zeros([BLOCK], tl.float32)
    t = _visited(0, steps, REVERSE)
    i, f, g, o, before, after, dh, dc = _lstm_read(
        gates, cells, hidden, seeds, t, size, whole, offset, inside, REVERSE, SEEDED
    )
    for n in range(steps):
        there = _visited(tl.minimum(n + 1, steps - 1), steps, REVERSE)
        i_, f_, g_, o_, before_, after_, dh_, dc_ = _lstm_read(
            gates, cells, hidden, seeds, there, size, whole, offset, inside, REVERSE, SEEDED
        )
        v = _validity(valid, t, batch, b, MASKED)
        squashed = _tanh(after)
        ig, fc, out = i * g, f * before, o * squashed
        dh += carried_h
        dc += carried_c + dh * (o - out * squashed) * v
        d_i, d_f = dc * (ig - i * ig) * v, dc * (fc - f * fc) * v
        d_g, d_o = dc * (i - ig * g) * v, dh * (out - o * out) * v
        tl.store(hidden + t * size + offset, dh, mask=inside)
        tl.store(seeds + t * size + offset, dc, mask=inside)
        to = delta + (t * size + b * units) * 4 + unit
        tl.store(to, d_i, mask=inside)
        tl.store(to + units, d_f, mask=inside)
        tl.store(to + 2 * units, d_g, mask=inside)
        tl.store(to + 3 * units, d_o, mask=inside)
        carried_c = dc * f * v
        if not HOLD:
            W_i, W_f = _weights(W, 0, units, BLOCK), _weights(W, 1, units, BLOCK)
            carried = W_i * d_i[:, None] + W_f * d_f[:, None]
            W_g, W_o = _weights(W, 2, units, BLOCK), _weights(W, 3, units, BLOCK)
            carried += W_g * d_g[:, None] + W_o * d_o[:, None]
        else:
            carried = W_i * d_i[:, None] + W_f * d_f[:, None] + W_g * d_g[:, None] + W_o * d_o[:, None]
        carried_h = tl.where(inside, tl.sum(carried, axis=0), 0.0)  # where a gradient is infinite, 0 · ∞ is no number
        t, i, f, g, o, before, after, dh, dc = there, i_, f_, g_, o_, before_, after_, dh_, dc_


@triton.jit
def _gru_read(gates, states, hidden, t, size, whole, offset, place, inside):
    """What one timestep needs: gates, what `r` scales, the state before it, what reaches h from outside."""
    at = t * size + offset
    r = tl.load(gates + at, mask=inside, other=0.0)
    z = tl.load(gates + whole + at, mask=inside, other=0.0)
    n = tl.load(gates + 2 * whole + at, mask=inside, other=0.0)
    scaled = tl.load(gates + 3 * whole + at, mask=inside, other=0.0)
    before = tl.load(states + place, mask=inside, other=0.0)
    return r, z, n, scaled, before, tl.load(hidden + at, mask=inside, other=0.0)


@triton.jit(do_not_specialize=_VARYING)
def gru_backward(
    gates, states, hidden, valid, W, delta, delta_x, steps, batch, units, time_stride, batch_stride,
    MASKED: tl.constexpr, REVERSE: tl.constexpr, HOLD: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """dL/dh in place, and dL/d(pre-activation) on the side of the state and on that of the input."""
    b, unit = tl.program_id(0), tl.arange(0, BLOCK)
    inside, offset, size = unit < units, b * units + unit, (batch * units).to(tl.int64)
    whole, place = steps * size, b.to(tl.int64) * batch_stride + unit
    if HOLD:
        W_r, W_z, W_n = _weights(W, 0, units, BLOCK), _weights(W, 1, units, BLOCK), _weights(W, 2, units, BLOCK)
    carried = tl.zeros([BLOCK], tl.float32)
    t = _visited(0, steps, REVERSE)
    r, z, n, scaled, before, dh = _gru_read(
        gates, states, hidden, t, size, whole, offset, place + t * time_stride, inside
    )
    for k in range(steps):
        there = _visited(tl.minimum(k + 1, steps - 1), steps, REVERSE)
        r_, z_, n_, scaled_, before_, dh_ = _gru_read(
            gates, states, hidden, there, size, whole, offset, place + there * time_stride, inside
        )
        v = _validity(valid, t, batch, b, MASKED)
        dh += carried
        to_new = (1.0 - z) * (1.0 - n * n) * v * dh
        d_r, d_z, d_n = to_new * scaled * (r - r * r), dh * (before - n) * (z - z * z) * v, to_new * r
        tl.store(hidden + t * size + offset, dh, mask=inside)
        to = (t * size + b * units) * 3 + unit
        tl.store(delta + to, d_r, mask=inside)
        tl.store(delta + to + units, d_z, mask=inside)
        tl.store(delta + to + 2 * units, d_n, mask=inside)
        tl.store(delta_x + to, d_r, mask=inside)
        tl.store(delta_x + to + units, d_z, mask=inside)
        tl.store(delta_x + to + 2 * units, to_new, mask=inside)
        if not HOLD:
            W_r, W_z, W_n = _weights(W, 0, units, BLOCK), _weights(W, 1, units, BLOCK), _weights(W, 2, units, BLOCK)
        found = W_r * d_r[:, None] + W_z * d_z[:, None] + W_n * d_n[:, None]
        carried = tl.where(inside, dh * z * v + tl.sum(found, axis=0), 0.0)
        t, r, z, n, scaled, before, dh = there, r_, z_, n_, scaled_, before_, dh_


@triton.jit(do_not_specialize=_VARYING)
def rnn_backward(
    states, hidden, valid, W, delta, steps, batch, units, time_stride, batch_stride,
    RELU: tl.constexpr, MASKED: tl.constexpr, REVERSE: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """dL/dh in place, and dL/d(pre-activation) into `delta`; `states` are those after each step."""
    b, unit = tl.program_id(0), tl.arange(0, BLOCK)
    inside, offset, size = unit < units, b * units + unit, (batch * units).to(tl.int64)
    place = b.to(tl.int64) * batch_stride + unit
    W_hh = _weights(W, 0, units, BLOCK)
    carried = tl.zeros([BLOCK], tl.float32)
    t = _visited(0, steps, REVERSE)
    h = tl.load(states + place + t * time_stride, mask=inside, other=0.0)
    dh = tl.load(hidden + t * size + offset, mask=inside, other=0.0)
    for n in range(steps):
        there = _visited(tl.minimum(n + 1, steps - 1), steps, REVERSE)
        h_ = tl.load(states + place + there * time_stride, mask=inside, other=0.0)
        dh_ = tl.load(hidden + there * size + offset, mask=inside, other=0.0)
        v = _validity(valid, t, batch, b, MASKED)
        dh += carried
        slope = tl.where(h > 0.0, 1.0, 0.0) if RELU else 1.0 - h * h
        d = dh * slope * v
        tl.store(hidden + t * size + offset, dh, mask=inside)
        tl.store(delta + t * size + offset, d, mask=inside)
        carried = tl.where(inside, tl.sum(W_hh * d[:, None], axis=0), 0.0)
        t, h, dh = there, h_, dh_
