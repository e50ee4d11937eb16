"""A registered module may hold recurrent modules, registered or torch's own, and pass their states on as they are."""

import numpy as np
import pytest
import torch

from rnnviz.trace import trace
from tests.losses import weighed_squares
from tests.trace import nested

pytestmark = pytest.mark.usefixtures("nested_cells")


def over_time(values):
    return torch.stack(values, 1).numpy()


def inner_cells(model):
    """Paths of the recurrent modules that take one step a call."""
    return [
        name for name, one in model.named_modules() if name.rpartition(".")[2] in ("c", "cell") and one is not model
    ]


@pytest.mark.parametrize("name", list(nested.CELLS))
def test_every_cell_has_one_entry_with_the_gradients_that_retain_grad_gives(name):
    torch.manual_seed(0)
    model, x = nested.CELLS[name]().double(), torch.randn(2, 6, 3).double()
    found = trace(model, x, loss=weighed_squares)
    cells = inner_cells(model)
    assert sorted(found.layers) == sorted([*cells, *(["layer"] if hasattr(model, "layer") else [])])
    for path in cells:
        truth, layer = nested.gradients_of(model, weighed_squares, x, path), found.layers[path]
        np.testing.assert_allclose(layer.grad_hidden[0, 0], over_time(truth[0]), rtol=1e-9, atol=1e-13, err_msg=path)
        if layer.cell is not None:
            np.testing.assert_allclose(layer.grad_cell[0, 0], over_time(truth[1]), rtol=1e-9, atol=1e-13, err_msg=path)


@pytest.mark.parametrize("name", list(nested.CELLS))
def test_the_direct_gradient_of_every_cell_leaves_out_what_comes_through_later_steps(name):
    torch.manual_seed(0)
    model, x = nested.CELLS[name]().double(), torch.randn(2, 6, 3).double()
    found = trace(model, x, loss=weighed_squares)
    for path in inner_cells(model):
        inner_changed = path != "cell" and ("normed" in name) and path.endswith("c")
        if inner_changed:  # the change between two steps counts as outside
            continue
        truth = nested.gradients_of(model, weighed_squares, x, path, cut=True)
        direct = found.layers[path].grad_hidden_direct[0, 0]
        np.testing.assert_allclose(direct, over_time(truth[0]), rtol=1e-9, atol=1e-13, err_msg=path)


@pytest.mark.parametrize("name", [name for name in nested.CELLS if name.startswith("layer")])
def test_a_layer_gives_what_the_cell_inside_it_gives(name):
    torch.manual_seed(0)
    model, x = nested.CELLS[name]().double(), torch.randn(2, 6, 3).double()
    layers = trace(model, x, loss=weighed_squares).layers
    for field in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        mine, theirs = getattr(layers["layer"], field), getattr(layers["layer.c"], field)
        assert (mine is None) == (theirs is None)
        if theirs is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-13, err_msg=field)


@pytest.mark.parametrize("name", list(nested.CELLS))
def test_without_a_loss_every_cell_has_one_entry_too(name):
    model, x = nested.CELLS[name](), torch.randn(2, 6, 3)
    found = trace(model, x)
    assert len(found.layers) == len(inner_cells(model)) + hasattr(model, "layer")
    for layer in found.layers.values():
        assert layer.hidden.shape == (1, 1, 2, 6, 4)
