"""A trace agrees with unrolled autograd for every option of nn.RNN, nn.LSTM and nn.GRU, in any combination."""

from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnviz.trace import trace
from rnnviz.trace.scan import kernels, scans, small_lstm, stepping
from tests.trace.unrolled import relative_error, unroll

TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}
GATES = {"RNN": "", "LSTM": "ifgo", "GRU": "rzn"}


@st.composite
def cases(draw):
    """A recurrent module, its arguments, and the same in the reference's terms."""
    kind = draw(st.sampled_from(["RNN", "LSTM", "GRU"]))
    options = {
        "num_layers": draw(st.integers(1, 3)),
        "bidirectional": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
    }
    hidden = draw(st.integers(2, 5))
    if kind == "RNN":
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    if kind == "LSTM" and draw(st.booleans()):
        options["proj_size"] = draw(st.integers(1, hidden - 1))
    form = draw(st.sampled_from(["batched", "unbatched", "packed", "packed unsorted"]))
    batch, steps = (1 if form == "unbatched" else draw(st.integers(1, 4))), draw(st.integers(1, 7))
    lengths = [steps] * batch
    if "packed" in form:
        lengths = draw(st.lists(st.integers(1, steps), min_size=batch, max_size=batch))
        lengths = lengths if "unsorted" in form else sorted(lengths, reverse=True)
    return {
        "kind": kind,
        "sizes": (draw(st.integers(1, 4)), hidden),
        "options": options,
        "form": form,
        "lengths": lengths,
        "given_states": draw(st.booleans()),
        "reads": draw(st.sampled_from(["output", "states", "both"])),
        "training": draw(st.booleans()),
        "dropout": draw(st.sampled_from([0.0, 0.4])) if options["num_layers"] > 1 else 0.0,
        "dtype": draw(st.sampled_from([torch.float64, torch.float32])),
        "seed": draw(st.integers(0, 2**16)),
        "run": draw(st.integers(1, 8)),
        "room": draw(st.integers(1, 4)),
        "by_numpy": draw(st.booleans()),
        "calls_are_dear": draw(st.booleans()),
    }


@contextmanager
def patched_sizes(case):
    """Treat these short and narrow sequences as if they were large: in runs, by oneDNN, and, where drawn, by torch.

    Where drawn, also as if they lay on a device where each call costs a launch.
    """
    with (
        mock.patch.multiple(stepping, _CACHE=1, _SHORTEST=case["run"]),
        mock.patch.multiple(kernels, _WORTH_IT=1, _ROWS=1),
        mock.patch.object(small_lstm, "_ROOM", case["room"]),
        mock.patch.object(stepping, "_SMALL", 2**14 if case["by_numpy"] else 0),
        mock.patch.object(scans, "calls_are_dear", return_value=case["calls_are_dear"]),
    ):
        yield


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@settings(max_examples=150, deadline=None)
@given(cases())
def test_a_trace_agrees_with_unrolled_autograd_whatever_the_options(case):
    module, arguments, x, h0, c0, masks = build(case)
    lengths = case["lengths"]
    loss = loss_of(case)
    torch.manual_seed(case["seed"])
    with patched_sizes(case):
        found = trace(module, *arguments, loss=lambda result: loss(*padded(result, case)))
    layer = found.layers[case["kind"].lower()]

    truth = unroll(module, x, h0, c0, lengths, masks)
    loss(truth.output, truth.h_n, truth.c_n).backward()

    errors = {"hidden": relative_error(layer.hidden, truth.array("h"))}
    for gate in GATES[case["kind"]]:
        errors[gate] = relative_error(layer.gates[gate], truth.array(gate))
    errors["total"] = relative_error(layer.grad_hidden, truth.array("h", gradient=True))
    errors["direct"] = relative_error(layer.grad_hidden_direct, truth.array("outside", gradient=True))
    if case["kind"] == "LSTM":
        errors["cell"] = relative_error(layer.cell, truth.array("c"))
        errors["grad_cell"] = relative_error(layer.grad_cell, truth.array("c", gradient=True))
    for weight, name in (("W_ih", "weight_ih"), ("W_hh", "weight_hh")):
        found_norms = np.stack(list(layer.weight_grad_norms[weight].values()))
        errors[weight] = relative_error(found_norms, weight_norms(module, name, len(found_norms)))
    worst = max(errors, key=errors.get)
    assert errors[worst] <= TOLERANCE[case["dtype"]], errors
    np.testing.assert_array_equal(layer.lengths, lengths)


def build(case):
    """The module and its arguments; then x (batch, time, feature), states and dropout masks for the reference."""
    torch.manual_seed(case["seed"])
    dtype, batch, steps = case["dtype"], len(case["lengths"]), max(case["lengths"])
    module = getattr(nn, case["kind"])(*case["sizes"], **case["options"], dropout=case["dropout"]).to(dtype)
    module.train(case["training"])
    rows = module.num_layers * (2 if module.bidirectional else 1)
    x = torch.randn(batch, steps, case["sizes"][0], dtype=dtype)
    make = torch.randn if case["given_states"] else torch.zeros
    h0 = make(rows, batch, module.proj_size or module.hidden_size, dtype=dtype)
    c0 = make(rows, batch, module.hidden_size, dtype=dtype) if case["kind"] == "LSTM" else None
    packed = None
    if "packed" in case["form"]:
        packed = pack_padded_sequence(
            x, case["lengths"], batch_first=True, enforce_sorted="unsorted" not in case["form"]
        )
    arguments = [packed if packed is not None else x if case["options"]["batch_first"] else x.transpose(0, 1)]
    states = [h0] if c0 is None else [h0, c0]
    if case["form"] == "unbatched":
        arguments = [x[0]]
        states = [state[:, 0] for state in states]
    if case["given_states"]:
        arguments.append(states[0] if c0 is None else tuple(states))
    return module, arguments, x, h0, c0, masks_of(module, case, packed)


def masks_of(module, case, packed: PackedSequence | None):
    """What dropout draws between the layers from the case's seed, as (batch, time, unit)."""
    if not (case["dropout"] and case["training"]):
        return None
    units = (module.proj_size or module.hidden_size) * (2 if module.bidirectional else 1)
    batch, steps = len(case["lengths"]), max(case["lengths"])
    rows = (steps, batch) if packed is None else (len(packed.data),)
    torch.manual_seed(case["seed"])
    drawn = [
        nn.functional.dropout(torch.ones(*rows, units, dtype=case["dtype"]), case["dropout"])
        for _ in range(module.num_layers - 1)
    ]
    if packed is None:
        return [mask.transpose(0, 1) for mask in drawn]
    return [pad_packed_sequence(packed._replace(data=mask), batch_first=True)[0] for mask in drawn]


def padded(result, case):
    """Output as (batch, time, unit), h_n and c_n with a batch axis."""
    output, states = result
    h_n, c_n = states if case["kind"] == "LSTM" else (states, None)
    if case["form"] == "unbatched":
        return output[None], h_n[:, None], None if c_n is None else c_n[:, None]
    if isinstance(output, PackedSequence):
        return pad_packed_sequence(output, batch_first=True)[0], h_n, c_n
    return (output if case["options"]["batch_first"] else output.transpose(0, 1)), h_n, c_n


def loss_of(case):
    """A loss that weighs every unit, step and sequence differently, and reads the output, the final states, or both."""

    def loss(output, h_n, c_n):
        terms = {"output": [output], "states": [h_n] if c_n is None else [h_n, c_n]}
        terms["both"] = terms["output"] + terms["states"]
        return sum(
            (torch.cos(torch.arange(one.numel()).reshape(one.shape)) * one * (1 + one)).sum()
            for one in terms[case["reads"]]
        )

    return loss


def weight_norms(module, name, gates):
    """Per gate, axes (gate, layer, direction), from the gradients that autograd left in the parameters."""
    directions = ["", "_reverse"] if module.bidirectional else [""]
    table = np.empty((gates, module.num_layers, len(directions)))
    for layer in range(module.num_layers):
        for d, suffix in enumerate(directions):
            gradient = getattr(module, f"{name}_l{layer}{suffix}").grad
            table[:, layer, d] = [block.norm().item() for block in gradient.chunk(gates)]
    return table


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(
    ("kind", "options"),
    [("RNN", {}), ("GRU", {"bidirectional": True}), ("LSTM", {"num_layers": 2}), ("LSTM", {"proj_size": 2})],
)
def test_the_total_gradient_agrees_with_finite_differences(kind, options):
    torch.manual_seed(0)
    module = getattr(nn, kind)(3, 4, batch_first=True, **options).double()
    x, at, step = torch.randn(1, 6, 3).double(), 3, 1e-6
    layer = trace(module, x, loss=lambda result: (result[0] ** 3).sum()).layers[kind.lower()]

    def continued(hidden):
        """Loss of the top layer's forward direction from step `at` on, with h_at put in the place of its own."""
        sizes = (module.input_size if module.num_layers == 1 else module.hidden_size, 4)
        own = {"proj_size": module.proj_size} if module.proj_size else {}
        top = getattr(nn, kind)(*sizes, batch_first=True, **own).double()
        suffix = f"_l{module.num_layers - 1}"
        with torch.no_grad():
            for name, value in top.named_parameters():
                value.copy_(getattr(module, name.replace("_l0", suffix)))
        below = x if module.num_layers == 1 else torch.tensor(layer.hidden[0, 0])
        state = hidden[None] if layer.cell is None else (hidden[None], torch.tensor(layer.cell[-1, :1, :, at].copy()))
        output, _ = top(below[:, at + 1 :], state)
        return ((hidden**3).sum() + (output**3).sum()).item()

    hidden = torch.tensor(layer.hidden[-1, 0, :, at])
    for unit in range(hidden.shape[1]):
        nudge = torch.zeros_like(hidden)
        nudge[0, unit] = step
        slope = (continued(hidden + nudge) - continued(hidden - nudge)) / (2 * step)
        assert layer.grad_hidden[-1, 0, 0, at, unit] == pytest.approx(slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_gradient_that_explodes_is_not_finite_as_torchs_is_not_and_warns_of_nothing(kind):
    module, x = getattr(nn, kind)(3, 1, batch_first=True), torch.zeros(1, 9, 3)
    with torch.no_grad():
        for one in module.parameters():
            one.zero_()
        module.weight_hh_l0.fill_(1e20)  # every state is zero, so no unit saturates
    layer = trace(module, x, loss=lambda result: result[0].sum()).layers[kind.lower()]
    assert np.isfinite(layer.grad_hidden[..., -2:, :]).all()
    assert not np.isfinite(layer.grad_hidden[..., :-3, :]).any()
