"""Cells of one's own, and the equations of `rnnviz.cells`, are traced once they are registered."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz import cells
from rnnviz.trace import register_cell, trace
from tests.losses import weighed_squares

pytestmark = pytest.mark.usefixtures("empty_registry")


class Minimal(nn.Module):
    """A minimal gated unit: h' = (1 − f) h + f tanh(U x + V (f h))."""

    def __init__(self):
        super().__init__()
        self.forget, self.new = nn.Linear(3 + 4, 4), nn.Linear(3 + 4, 4)

    def forward(self, x, h):
        f = torch.sigmoid(self.forget(torch.cat([x, h], -1)))
        return (1 - f) * h + f * torch.tanh(self.new(torch.cat([x, f * h], -1)))


def minimal_step(cell, x, h):
    return cell(x, h), {"f": torch.sigmoid(cell.forget(torch.cat([x, h], -1)))}


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Minimal()

    def forward(self, x, keep=None):
        h, outputs = x.new_zeros(len(x), 4), []
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
            if keep is not None:
                h.retain_grad()
                keep.append(h)
            outputs.append(h)
        return torch.stack(outputs, 1)


def test_a_users_cell_gives_the_gradients_that_retain_grad_gives():
    torch.manual_seed(0)
    register_cell(Minimal, minimal_step)
    model, x, kept = Loop().double(), torch.randn(2, 6, 3).double(), []
    layer = trace(model, x, loss=weighed_squares).layers["cell"]
    weighed_squares(model(x, kept)).backward()
    assert layer.kind == "minimal"
    np.testing.assert_allclose(layer.hidden[0, 0], torch.stack(kept, 1).detach(), rtol=1e-12)
    np.testing.assert_allclose(layer.grad_hidden[0, 0], torch.stack([h.grad for h in kept], 1), rtol=1e-10)
    before = torch.cat([torch.zeros(2, 1, 4), torch.stack(kept, 1)[:, :-1].detach()], 1)
    forget = torch.sigmoid(model.cell.forget(torch.cat([x, before], -1)))
    np.testing.assert_allclose(layer.gates["f"][0, 0], forget.detach(), rtol=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), [(cells.RNN, nn.RNN), (cells.LSTM, nn.LSTM), (cells.GRU, nn.GRU)])
def test_the_layers_of_cells_give_what_torchs_layers_give(ours, theirs):
    torch.manual_seed(0)
    register_cell(ours, ours.step, start=ours.start)
    fused = theirs(3, 4, batch_first=True).double()
    layer, x = ours.from_torch(fused), torch.randn(2, 6, 3).double()
    found = trace(layer, x, loss=weighed_squares).layers[theirs.__name__.lower()]
    truth = trace(fused, x, loss=weighed_squares).layers[theirs.__name__.lower()]
    for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        if getattr(truth, name) is not None:
            np.testing.assert_allclose(getattr(found, name), getattr(truth, name), rtol=1e-9, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("named", [False, True])
def test_what_a_cell_is_given_beside_its_state_reaches_it(named):
    class Scaled(Minimal):
        def forward(self, x, h, scale):
            return scale * super().forward(x, h)

    class Steps(Loop):
        def forward(self, x):
            h, outputs = x.new_zeros(len(x), 4), []
            for x_t in x.unbind(1):
                h = self.cell(x_t, h=h, scale=0.5) if named else self.cell(x_t, h, 0.5)
                outputs.append(h)
            return torch.stack(outputs, 1)

    register_cell(Scaled, lambda cell, x, h: cell(x, h, 0.5))
    model, x = Steps().double(), torch.randn(2, 6, 3).double()
    model.cell = Scaled().double()
    found = trace(model, x, loss=weighed_squares)
    assert list(found.layers) == ["cell"]
    np.testing.assert_allclose(found.layers["cell"].hidden[0, 0], model(x).detach())


def test_a_step_that_counts_and_draws_leaves_the_module_and_the_generator_as_they_were():
    class Counting(Minimal):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x, h):
            self.calls += 1
            return super().forward(x, h) + 0 * torch.randn(4)

    register_cell(Counting, lambda cell, x, h: cell(x, h))
    model = Loop()
    model.cell = Counting()
    before = torch.get_rng_state()
    trace(model, torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0)), loss=weighed_squares)
    assert model.cell.calls == 0
    assert torch.equal(torch.get_rng_state(), before)


def test_a_step_that_is_not_what_the_module_does_is_refused():
    register_cell(Minimal, lambda cell, x, h: 0.5 * cell(x, h))
    with pytest.raises(ValueError, match="the step registered for Minimal gives other states than the module 'cell'"):
        trace(Loop(), torch.randn(2, 6, 3))


def test_a_cell_that_starts_from_nothing_needs_a_start():
    register_cell(cells.GRU, cells.GRU.step)
    with pytest.raises(ValueError, match="a GRU was called without a state, and its first state is not known"):
        trace(cells.GRU(3, 4), torch.randn(2, 6, 3))


def test_a_registered_cell_has_no_known_jacobian():
    register_cell(Minimal, minimal_step)
    layer = trace(Loop(), torch.randn(2, 6, 3)).layers["cell"]
    with pytest.raises(ValueError, match=r"the Jacobians of a registered cell \('minimal'\) are not known"):
        _ = layer.jacobian_norms


def test_only_a_class_and_a_function_can_be_registered():
    with pytest.raises(TypeError, match=r"cell must be a subclass of torch\.nn\.Module"):
        register_cell(Minimal(), minimal_step)
    with pytest.raises(TypeError, match="step must be a function"):
        register_cell(Minimal, "step")
