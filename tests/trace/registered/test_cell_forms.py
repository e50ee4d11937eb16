"""However a registered cell takes its arguments and gives its results, its trace is that of the loop unrolled."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.trace import register_cell, trace
from rnnviz.watching.watcher import Watcher
from tests.losses import weighed_squares
from tests.trace.unrolled import gradients

pytestmark = pytest.mark.usefixtures("empty_registry")


class Equations(nn.Module):
    """An LSTM cell with an output of its own."""

    def __init__(self, features=3):
        super().__init__()
        self.inner, self.out = nn.Linear(features + 4, 16), nn.Linear(4, 4)

    def advance(self, x, h, c):
        i, f, g, o = self.inner(torch.cat([x, h], -1)).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


Pair = namedtuple("Pair", ["h", "c"])


@dataclass
class Memory:
    h: Tensor
    c: Tensor
    label: str = "kept as it is"


class StateFirst(Equations):
    def forward(self, state, x):
        return self.advance(x, *state)


class Unnamed(Equations):
    def forward(self, a, b):
        return self.advance(b, *a)


class Apart(Equations):
    def forward(self, x, h, c):
        return self.advance(x, h, c)


class ByKeyword(Equations):
    def forward(self, x, *, h, c):
        return self.advance(x, h, c)


class WithOutput(Equations):
    def forward(self, x, hx):
        h, c = self.advance(x, *hx)
        return self.out(h), (h, c)


class WithOutputLast(Equations):
    def forward(self, x, hx):
        h, c = self.advance(x, *hx)
        return (h, c), self.out(h)


class Flat(Equations):
    def forward(self, x, h, c):
        h, c = self.advance(x, h, c)
        return self.out(h), h, c


class InDict(Equations):
    def forward(self, x, state):
        h, c = self.advance(x, state["h"], state["c"])
        return {"output": self.out(h), "state": {"h": h, "c": c}, "note": "text"}


class InNamedTuple(Equations):
    def forward(self, x, state):
        return Pair(*self.advance(x, *state))


class InDataclass(Equations):
    def forward(self, x, state):
        return Memory(*self.advance(x, state.h, state.c))


class CellFirst(Equations):
    """Its states in the order (c, h), by name."""

    def forward(self, x, c, h):
        h, c = self.advance(x, h, c)
        return c, h


def plain_step(cell, x, state):
    return cell.advance(x, *state)


FORMS = {  # class, step, how a loop calls it, how it finds what it reads and the states in what it gets
    "state first": (StateFirst, plain_step, lambda m, x, h, c: m((h, c), x), lambda r: (r[0], *r)),
    "state first, step named so": (
        StateFirst,
        lambda cell, x, state: cell(state, x),
        lambda m, x, h, c: m((h, c), x),
        lambda r: (r[0], *r),
    ),
    "names that say nothing": (Unnamed, plain_step, lambda m, x, h, c: m((h, c), x), lambda r: (r[0], *r)),
    "states apart": (Apart, plain_step, lambda m, x, h, c: m(x, h, c), lambda r: (r[0], *r)),
    "states apart in the step too": (
        Apart,
        lambda cell, x, h, c: cell.advance(x, h, c),
        lambda m, x, h, c: m(c=c, x=x, h=h),
        lambda r: (r[0], *r),
    ),
    "by keyword": (ByKeyword, plain_step, lambda m, x, h, c: m(c=c, h=h, x=x), lambda r: (r[0], *r)),
    "output and states": (
        WithOutput,
        lambda m, x, s: m(x, s),
        lambda m, x, h, c: m(x, (h, c)),
        lambda r: (r[0], *r[1]),
    ),
    "output that the step leaves out": (
        WithOutput,
        plain_step,
        lambda m, x, h, c: m(x, (h, c)),
        lambda r: (r[0], *r[1]),
    ),
    "states and output": (
        WithOutputLast,
        lambda m, x, s: m(x, s),
        lambda m, x, h, c: m(x, (h, c)),
        lambda r: (r[1], *r[0]),
    ),
    "output and states in one tuple": (Flat, plain_step, lambda m, x, h, c: m(x, h, c), lambda r: r),
    "dicts": (
        InDict,
        lambda m, x, s: m(x, s)["state"],
        lambda m, x, h, c: m(x, {"h": h, "c": c}),
        lambda r: (r["output"], r["state"]["h"], r["state"]["c"]),
    ),
    "named tuple": (InNamedTuple, plain_step, lambda m, x, h, c: m(x, Pair(h, c)), lambda r: (r.h, r.h, r.c)),
    "dataclass": (
        InDataclass,
        lambda m, x, s: m(x, s),
        lambda m, x, h, c: m(x, Memory(h, c)),
        lambda r: (r.h, r.h, r.c),
    ),
    "c before h": (
        CellFirst,
        lambda m, x, c, h: m(x, c, h),
        lambda m, x, h, c: m(x, c, h),
        lambda r: (r[1], r[1], r[0]),
    ),
}


class Loop(nn.Module):
    """Calls a cell as its form wants it; `reads` says what goes to the head."""

    def __init__(self, cell, call, parts):
        super().__init__()
        self.cell, self.call, self.parts = cell, call, parts
        self.cut, self.keep = False, None

    def forward(self, x):
        h = c = x.new_zeros(len(x), 4)
        outputs = []
        for t in x.unbind(1):
            read, h, c = self.parts(self.call(self.cell, t, h, c))
            outputs.append(read)
            if self.keep is not None:
                h.retain_grad()
                c.retain_grad()
                self.keep.append((h, c))
            h, c = (h.detach(), c.detach()) if self.cut else (h, c)
        return torch.stack(outputs, 1)


def model_of(form):
    kind, step, call, parts = FORMS[form]
    register_cell(kind, step)
    torch.manual_seed(0)
    return Loop(kind(), call, parts).double(), torch.randn(2, 5, 3).double()


def kept(model, x, cut=False):
    model.keep, model.cut = [], cut
    weighed_squares(model(x)).backward()
    found, model.keep, model.cut = model.keep, None, False
    return found


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form_gives_the_gradients_of_the_loop_unrolled(form):
    model, x = model_of(form)
    found = trace(model, x, loss=weighed_squares)
    assert list(found.layers) == ["cell"]
    layer, states, cut = found.layers["cell"], kept(model, x), kept(model, x, cut=True)
    np.testing.assert_allclose(layer.hidden[0, 0], torch.stack([h for h, _ in states], 1).detach(), rtol=1e-10)
    np.testing.assert_allclose(layer.grad_hidden[0, 0], gradients([h for h, _ in states]), rtol=1e-8, atol=1e-13)
    np.testing.assert_allclose(layer.grad_cell[0, 0], gradients([c for _, c in states]), rtol=1e-8, atol=1e-13)
    np.testing.assert_allclose(layer.grad_hidden_direct[0, 0], gradients([h for h, _ in cut]), rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("form", list(FORMS))
def test_a_watched_loop_is_handed_results_of_the_same_form_and_shows_what_a_trace_shows(form):
    model, x = model_of(form)
    truth = trace(model, x, loss=weighed_squares).layers["cell"]
    with Watcher(model, every=1) as watcher:
        weighed_squares(model(x)).backward()
        watcher.step()
    seen = watcher.trace.layers["cell"]
    for field in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        np.testing.assert_allclose(getattr(seen, field), getattr(truth, field), rtol=1e-8, atol=1e-13, err_msg=field)


class Layer(Equations):
    """A layer that can be told how to take and give its sequences."""

    def __init__(self, time=1, unbatched=False, last=False):
        super().__init__()
        self.time, self.unbatched, self.last, self.cut, self.keep = time, unbatched, last, False, None

    def forward(self, input, hx=None, gaps=None):
        x = input[None] if self.unbatched else input
        batch = x.shape[1 - self.time]
        h, c = (x.new_zeros(batch, 4), x.new_zeros(batch, 4)) if hx is None else hx
        outputs = []
        for t, step in enumerate(x.unbind(self.time)):
            gap = 1.0 if gaps is None else gaps.select(self.time, t)
            h, c = self.advance(step, h * gap, c)
            outputs.append(self.out(h))
            if self.keep is not None:
                h.retain_grad()
                c.retain_grad()
                self.keep.append((h, c))
            h, c = (h.detach(), c.detach()) if self.cut else (h, c)
        output = outputs[-1] if self.last else torch.stack(outputs, self.time)
        return (output[0], (h[0], c[0])) if self.unbatched else (output, (h, c))


def layer_step(layer, x, state, gaps=None):
    h, c = state
    h, c = layer.advance(x, h if gaps is None else h * gaps, c)
    return layer.out(h), (h, c)


def two_zeros(layer, x):
    return x.new_zeros(len(x), 4), x.new_zeros(len(x), 4)


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (2, 5, 3)),
        ({"time": 0}, (5, 2, 3)),
        ({"time": 0}, (5, 5, 3)),
        ({"last": True}, (2, 5, 3)),
        ({"unbatched": True}, (5, 3)),
    ],
)
@pytest.mark.parametrize("gaps", [False, True])
def test_a_layer_of_any_order_of_axes_gives_the_gradients_of_its_loop(options, shape, gaps):
    register_cell(Layer, layer_step, start=two_zeros)
    torch.manual_seed(0)
    layer, x = Layer(**options).double(), torch.randn(shape).double()
    more = {"gaps": torch.rand((1, 5, 1) if "unbatched" in options else (*shape[:2], 1)).double()} if gaps else {}
    seen = trace(layer, x, loss=weighed_squares, kwargs=more).layers["layer"]
    for cut, field in ((False, "grad_hidden"), (True, "grad_hidden_direct")):
        layer.keep, layer.cut = [], cut
        weighed_squares(layer(x, **more)).backward()
        truth = gradients([h for h, _ in layer.keep])
        np.testing.assert_allclose(getattr(seen, field)[0, 0], truth, rtol=1e-8, atol=1e-13, err_msg=field)
        layer.keep = None


class Packed(Equations):
    """A layer of packed sequences, the batch of which shrinks from step to step."""

    def forward(self, input):
        h = c = input.data.new_zeros(int(input.batch_sizes[0]), 4)
        outputs, at, ends_h, ends_c = [], 0, [], []
        for size in input.batch_sizes.tolist():
            ends_h, ends_c = [h[size:], *ends_h], [c[size:], *ends_c]
            h, c = self.advance(input.data[at : at + size], h[:size], c[:size])
            outputs.append(h)
            at += size
        last = torch.cat([h, *ends_h]), torch.cat([c, *ends_c])
        return input._replace(data=torch.cat(outputs)), last


class Shrinking(nn.Module):
    """A loop that calls a cell for those sequences of a packed batch that still run."""

    def __init__(self, cell):
        super().__init__()
        self.cell, self.cut, self.keep = cell, False, None

    def forward(self, packed):
        h = c = packed.data.new_zeros(int(packed.batch_sizes[0]), 4)
        outputs, at = [], 0
        for size in packed.batch_sizes.tolist():
            h, c = self.cell(packed.data[at : at + size], (h[:size], c[:size]))
            outputs.append(h)
            at += size
            if self.keep is not None:
                h.retain_grad()
                self.keep.append(h)
            h, c = (h.detach(), c.detach()) if self.cut else (h, c)
        return torch.cat(outputs)


class Cell(Equations):
    def forward(self, x, hx):
        return self.advance(x, *hx)


LENGTHS = [5, 3, 3, 1]


def padded(values):
    """(time) tensors of shrinking batches as (batch, time, unit), NaN past the end."""
    found = np.full((4, 5, 4), np.nan)
    for t, one in enumerate(values):
        found[: len(one), t] = one.detach()
    return found


def test_a_loop_over_a_shrinking_packed_batch_is_one_entry():
    register_cell(Cell, plain_step)
    torch.manual_seed(0)
    model = Shrinking(Cell()).double()
    packed = pack_padded_sequence(torch.randn(4, 5, 3).double(), LENGTHS, batch_first=True)
    found = trace(model, packed, loss=weighed_squares)
    assert list(found.layers) == ["cell"]
    layer = found.layers["cell"]
    assert layer.lengths.tolist() == LENGTHS
    for cut, field in ((False, "grad_hidden"), (True, "grad_hidden_direct")):
        model.keep, model.cut = [], cut
        weighed_squares(model(packed)).backward()
        truth = padded([torch.zeros_like(h) if h.grad is None else h.grad for h in model.keep])
        np.testing.assert_allclose(getattr(layer, field)[0, 0], truth, rtol=1e-8, atol=1e-13, err_msg=field)
        model.keep = None


@pytest.mark.parametrize("read", ["outputs", "last state", "both"])
@pytest.mark.parametrize("lengths", [LENGTHS, [3, 5, 1, 3]])
def test_a_layer_of_packed_sequences_gives_what_each_sequence_gives_alone(read, lengths):
    register_cell(Packed, plain_step, start=two_zeros)
    torch.manual_seed(0)
    model, x = Packed().double(), torch.randn(4, 5, 3).double()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=lengths == LENGTHS)

    def of_result(result):
        order = packed.unsorted_indices if packed.unsorted_indices is not None else torch.arange(4)
        outputs = pad_packed_sequence(result[0], batch_first=True)[0]
        return total([outputs[b, :n] for b, n in enumerate(lengths)], [result[1][0][order[b]] for b in range(4)])

    def total(outputs, ends):
        said = sum(weighed_squares(one) for one in outputs) if read != "last state" else 0.0
        return said + (sum(weighed_squares(3 * one) for one in ends) if read != "outputs" else 0.0)

    layer = trace(model, packed, loss=of_result).layers["packed"]
    states = []
    for b, length in enumerate(lengths):
        h = c = x.new_zeros(1, 4)
        states.append([])
        for t in range(length):
            h, c = model.advance(x[b : b + 1, t], h, c)
            h.retain_grad()
            states[b].append(h)
    total([torch.cat(one) for one in states], [one[-1][0] for one in states]).backward()
    assert layer.lengths.tolist() == lengths
    for b, length in enumerate(lengths):
        np.testing.assert_allclose(layer.grad_hidden[0, 0, b, :length], gradients(states[b])[0], rtol=1e-8, atol=1e-13)
        assert np.isnan(layer.grad_hidden[0, 0, b, length:]).all()


def test_a_watched_loop_over_a_shrinking_packed_batch_shows_what_a_trace_shows():
    register_cell(Cell, plain_step)
    torch.manual_seed(0)
    model = Shrinking(Cell()).double()
    packed = pack_padded_sequence(torch.randn(4, 5, 3).double(), LENGTHS, batch_first=True)
    truth = trace(model, packed, loss=weighed_squares).layers["cell"]
    with Watcher(model, every=1) as watcher:
        weighed_squares(model(packed)).backward()
        watcher.step()
    for field in ("hidden", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        seen = getattr(watcher.trace.layers["cell"], field)
        np.testing.assert_allclose(seen, getattr(truth, field), rtol=1e-8, atol=1e-13, err_msg=field)
