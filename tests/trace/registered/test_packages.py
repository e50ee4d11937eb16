"""The cells of ncps and torchrecurrent are traced and watched without being registered."""

import inspect
import subprocess
import sys

import ncps.wirings
import numpy as np
import pytest
import torch
import torchrecurrent
from ncps.torch import LTC, CfC, CfCCell
from torch import nn

from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher
from tests.losses import weighed
from tests.trace.unrolled import gradients

LAYERS = [
    name
    for name, one in inspect.getmembers(torchrecurrent, inspect.isclass)
    if issubclass(one, nn.Module) and not name.endswith(("Cell", "Base"))
]


def agrees(found, truth, what=""):
    scale = max(float(np.abs(truth).max()), 1e-300)
    np.testing.assert_allclose(found / scale, truth / scale, rtol=0, atol=1e-10, err_msg=what)


def states_of(cell, result):
    """The states in what a torchrecurrent cell gives back."""
    decoupled = any(base.__name__.startswith("Decoupled") for base in type(cell).__mro__)
    state = result[1] if decoupled else result
    return (state,) if isinstance(state, torch.Tensor) else state


@pytest.mark.parametrize("name", LAYERS)
def test_every_cell_of_torchrecurrent_gives_what_retain_grad_gives_in_two_stacked_layers(name):
    torch.manual_seed(0)
    model = getattr(torchrecurrent, name)(4, 4, num_layers=2, batch_first=True).double()
    x, kept = torch.randn(2, 5, 4).double(), {cell: [] for cell in model.cells}

    def keep(cell, given, result):
        for one in states_of(cell, result):
            one.requires_grad and one.retain_grad()
        kept[cell].append(states_of(cell, result))

    handles = [cell.register_forward_hook(keep) for cell in model.cells]
    weighed(model(x)).backward()
    for handle in handles:
        handle.remove()
    found = trace(model, x, loss=weighed)
    assert list(found.layers) == ["cells.0", "cells.1"]
    for layer, cell in zip(found.layers.values(), model.cells, strict=True):
        for place, (state, gradient) in enumerate(zip(layer.states.values(), layer.grad_states.values(), strict=True)):
            mine = [one[place] for one in kept[cell]]
            agrees(state[0, 0], torch.stack(mine, 1).detach().numpy(), name)
            if name not in ("TGRU", "TLSTM") or place == 0:  # their other state is their input, which has other uses
                agrees(gradient[0, 0], gradients(mine), name)


@pytest.mark.parametrize("name", ["MGU", "PeepholeLSTM", "IntersectionRNN", "MCLSTM", "tauGRU", "TLSTM"])
def test_without_a_loss_a_cell_of_torchrecurrent_has_one_entry_too(name):
    model = getattr(torchrecurrent, name)(4, 4, num_layers=2)
    found = trace(model, torch.randn(5, 2, 4))
    assert [one.hidden.shape for one in found.layers.values()] == [(1, 1, 2, 5, 4)] * 2


def test_the_direct_gradient_of_a_stacked_cell_is_what_comes_without_later_steps():
    torch.manual_seed(0)
    model, x = torchrecurrent.MGU(3, 4, batch_first=True).double(), torch.randn(2, 5, 3).double()
    layer = trace(model, x, loss=weighed).layers["cells.0"]
    output = model(x)[0].detach().requires_grad_()
    weighed(output).backward()
    agrees(layer.grad_hidden_direct[0, 0], output.grad.numpy())
    assert np.abs(layer.grad_hidden - layer.grad_hidden_direct).max() > 0.01


WIRED = {
    "plain": lambda: CfC(3, 6, batch_first=True),
    "plain, time first": lambda: CfC(3, 6, batch_first=False),
    "pure": lambda: CfC(3, 6, mode="pure"),
    "no gate, two backbones": lambda: CfC(3, 6, mode="no_gate", backbone_layers=2),
    "projected": lambda: CfC(3, 6, proj_size=2),
    "last output only": lambda: CfC(3, 6, return_sequences=False, proj_size=2),
    "wired": lambda: CfC(3, ncps.wirings.AutoNCP(8, 2)),
    "mixed memory": lambda: CfC(3, 6, mixed_memory=True),
    "LTC": lambda: LTC(3, 5),
    "LTC, wired, mixed memory": lambda: LTC(3, ncps.wirings.AutoNCP(8, 2), mixed_memory=True),
}


@pytest.mark.parametrize("name", list(WIRED))
def test_a_layer_of_ncps_gives_what_its_cell_unrolled_gives(name):
    torch.manual_seed(0)
    model, x = WIRED[name]().double(), torch.randn(2, 5, 3).double()
    given = x if model.batch_first else x.transpose(0, 1)
    zeros = x.new_zeros(2, model.state_size)
    found = trace(model, given, loss=weighed, kwargs={"hx": (zeros, zeros)} if model.use_mixed else {})
    layer = found.layers[type(model).__name__.lower()]
    states = []

    def keep(h):
        h.retain_grad()
        states.append(h)
        return h

    h = c = x.new_zeros(2, model.state_size)
    outputs = []
    for t in range(5):
        if model.use_mixed:
            h, c = model.lstm.forward(x[:, t], (h, c))
        out, h = model.rnn_cell.forward(x[:, t], h, 1.0)
        keep(h)
        outputs.append(model.fc(out) if isinstance(model, CfC) else out)
    weighed(torch.stack(outputs, 1 if model.batch_first else 0) if model.return_sequences else outputs[-1]).backward()
    agrees(layer.hidden[0, 0], torch.stack(states, 1).detach().numpy())
    agrees(layer.grad_hidden[0, 0], gradients(states))
    assert not model.use_mixed or (layer.cell is not None and layer.grad_cell is not None)


def test_the_gate_of_a_cfc_is_the_time_gate_and_feels_the_time_that_has_passed():
    torch.manual_seed(0)
    model, x, gaps = CfC(3, 6).double(), torch.randn(1, 5, 3).double(), torch.rand(1, 5, 1).double()
    layer = trace(model, x, kwargs={"timespans": gaps}).layers["cfc"]
    h, cell = torch.zeros(1, 6).double(), model.rnn_cell
    for t in range(5):
        both = cell.backbone(torch.cat([x[:, t], h], 1))
        gate = torch.sigmoid(cell.time_a(both) * gaps[0, t] + cell.time_b(both))
        np.testing.assert_allclose(layer.gates["t"][0, 0, :, t], gate.detach(), rtol=1e-12)
        h = cell.forward(x[:, t], h, gaps[0, t])[0]


def test_a_cell_of_ncps_in_a_loop_of_ones_own_has_one_entry():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = CfCCell(3, 4)

        def forward(self, x):
            h, outputs = x.new_zeros(len(x), 4), []
            for t in x.unbind(1):
                out, h = self.cell(t, h, 0.5)
                outputs.append(out)
            return torch.stack(outputs, 1)

    torch.manual_seed(0)
    model, x, states = Loop().double(), torch.randn(2, 5, 3).double(), []
    layer = trace(model, x, loss=weighed).layers["cell"]
    h = x.new_zeros(2, 4)
    for t in x.unbind(1):
        h = model.cell.forward(t, h, 0.5)[0]
        h.retain_grad()
        states.append(h)
    weighed(torch.stack(states, 1)).backward()
    agrees(layer.grad_hidden[0, 0], gradients(states))
    assert list(layer.gates) == ["ff1", "ff2", "t"]


@pytest.mark.parametrize("make", [lambda: CfC(3, 6, proj_size=2), lambda: torchrecurrent.JANET(3, 4, batch_first=True)])
def test_watching_a_layer_of_a_package_changes_none_of_its_numbers(make):
    def losses(watch):
        torch.manual_seed(0)
        model, found = make(), []
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        watcher = Watcher(model, every=1) if watch else None
        if watcher:
            watcher.__enter__()
        for _ in range(20):
            optimizer.zero_grad()
            value = weighed(model(torch.randn(2, 5, 3)))
            value.backward()
            optimizer.step()
            found.append(value.detach())
            if watcher:
                watcher.step(loss=value)
        if watcher:
            assert watcher.trace is not None
            watcher.__exit__(None, None, None)
        return torch.stack(found)

    assert torch.equal(losses(False), losses(True))


def test_no_package_is_loaded_before_a_model_brings_it():
    said = "import rnnviz, torch, sys; rnnviz.trace(torch.nn.GRU(2, 3), torch.zeros(4, 1, 2)); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()
    assert not {"ncps", "torchrecurrent"} & set(loaded)
