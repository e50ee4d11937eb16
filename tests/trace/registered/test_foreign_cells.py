"""Cells and layers as other people write them: any order of arguments, any form of states and outputs."""

import contextlib

import numpy as np
import pytest
import torch

from rnnviz.trace import register_cell, trace
from rnnviz.watching.watcher import Watcher
from tests.losses import weighed_squares
from tests.trace import foreign


@pytest.fixture(autouse=True)
def registry(empty_registry):
    zeros = lambda layer, x: x.new_zeros(len(x), 4)  # noqa: E731
    register_cell(foreign.ConvLSTMCell, foreign.conv_step)
    register_cell(foreign.LayerNormLSTM, foreign.layer_norm_step, start=lambda *one: (zeros(*one), zeros(*one)))
    register_cell(foreign.GRUD, foreign.grud_step)
    register_cell(foreign.MinGRU, foreign.min_gru_step, start=zeros)
    register_cell(foreign.SRU, foreign.sru_step, start=zeros, states="c")
    register_cell(foreign.SLSTM, foreign.slstm_step)


MODELS = {  # the model, the shapes of its inputs, the entry in the trace, its states in the model's own order
    "ConvLSTM": (foreign.ConvLSTM, [(2, 5, 2, 4, 6)], "cell", "hc"),
    "LayerNorm LSTM": (foreign.LayerNormLSTM, [(2, 5, 3)], "layernormlstm", "hc"),
    "GRU-D": (foreign.GRUDLoop, [(2, 5, 3), (2, 5, 3), (2, 5, 3)], "cell", "h"),
    "SRU": (foreign.SRU, [(5, 2, 4)], "sru", "c"),
    "sLSTM": (foreign.SLSTMLoop, [(2, 5, 3)], "cell", "cnhm"),
    "minGRU": (foreign.MinGRU, [(2, 5, 3)], "mingru", "h"),
}


def made(name):
    torch.manual_seed(0)
    make, shapes, *rest = MODELS[name]
    return make().double(), [torch.rand(shape).double() for shape in shapes], *rest


def unrolled(model, inputs, keep):
    """States step by step, their gradients kept, after the loss has gone back."""
    output = model.kept(*inputs, keep) if hasattr(model, "kept") else model(*inputs, keep=keep)
    weighed_squares(output).backward()
    return keep


def flat(states):
    return torch.stack([one.flatten(1) for one in states], 1).detach().numpy()


def gradients(states):
    return flat([torch.zeros_like(one) if one.grad is None else one.grad for one in states])


@pytest.mark.parametrize("name", list(MODELS))
def test_states_and_total_gradients_are_those_of_the_model_unrolled(name):
    model, inputs, entry, names = made(name)
    kept, layer = unrolled(model, inputs, []), trace(model, *inputs, loss=weighed_squares).layers[entry]
    assert "".join(layer.states) == names
    for place, key in enumerate(names):
        states = [one[place] for one in kept]
        np.testing.assert_allclose(layer.states[key][0, 0], flat(states), rtol=1e-9, atol=1e-12, err_msg=key)
        np.testing.assert_allclose(layer.grad_states[key][0, 0], gradients(states), rtol=1e-8, atol=1e-12, err_msg=key)
        assert tuple(layer.shapes[key]) == states[0].shape[1:]


@pytest.mark.parametrize("name", list(MODELS))
def test_the_direct_gradient_is_that_of_a_run_cut_between_its_steps(name):
    model, inputs, entry, names = made(name)
    kept, layer = unrolled(model, inputs, foreign.Cut()), trace(model, *inputs, loss=weighed_squares).layers[entry]
    hidden = [one[names.index("h") if "h" in names else 0] for one in kept]
    np.testing.assert_allclose(layer.grad_hidden_direct[0, 0], gradients(hidden), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", list(MODELS))
def test_watching_changes_none_of_the_numbers_and_shows_what_a_trace_shows(name):
    def trained(watch):
        model, inputs, entry, _ = made(name)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        losses, truth = [], None
        watcher = Watcher(model, every=1) if watch else None
        with watcher or contextlib.nullcontext():
            for _ in range(20):
                optimizer.zero_grad()
                truth = trace(model, *inputs, loss=weighed_squares).layers[entry] if watch else None
                value = weighed_squares(model(*inputs))
                value.backward()
                optimizer.step()
                losses.append(value.detach())
                if watcher:
                    watcher.step(loss=value)
        return torch.stack(losses), watcher and watcher.trace.layers[entry], truth

    plain, (watched, seen, truth) = trained(False)[0], trained(True)
    assert torch.equal(plain, watched)
    for field in ("hidden", "grad_hidden", "grad_hidden_direct"):
        np.testing.assert_allclose(getattr(seen, field), getattr(truth, field), rtol=1e-8, atol=1e-12, err_msg=field)


def test_gates_are_those_of_the_cells_equations():
    model, inputs, *_ = made("ConvLSTM")
    layer = trace(model, *inputs).layers["cell"]
    h = c = torch.zeros(2, 3, 4, 6).double()
    for t in range(5):
        h, c, gates = model.cell.equations(inputs[0][:, t], h, c)
        for name, gate in gates.items():
            np.testing.assert_allclose(layer.gates[name][0, 0, :, t], gate.detach().flatten(1), rtol=1e-12)
