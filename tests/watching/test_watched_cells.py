"""Watching registered cells and what is nested in them changes none of a training's numbers."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher
from tests.trace import nested

pytestmark = pytest.mark.usefixtures("nested_cells")


def trained(name, watch, dtype=torch.float32):
    """Losses and weights of twenty steps, and the last frame with what a trace of that very step says."""
    torch.manual_seed(0)
    model = nested.CELLS[name]().to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses, truth = [], None
    with watch(model) as watcher:
        for step in range(20):
            x = torch.randn(3, 6, 3, generator=torch.Generator().manual_seed(step)).to(dtype)
            optimizer.zero_grad()
            if step == 19 and watcher is not None:
                truth = trace(model, x, loss=mean)
            value = mean(model(x))
            value.backward()
            optimizer.step()
            losses.append(value.detach())
            if watcher is not None:
                watcher.step(loss=value)
    seen = None if watcher is None else watcher.trace
    return torch.stack(losses), [one.detach() for one in model.parameters()], seen, truth


def mean(output):
    return output.square().mean() - 3 * output[:, -1].sum()


class Unwatched:
    def __init__(self, model):
        pass

    def __enter__(self):
        return None

    def __exit__(self, *_):
        pass


@pytest.mark.parametrize("name", list(nested.CELLS))
def test_twenty_steps_end_bit_for_bit_where_they_end_unwatched(name):
    plain, watched = trained(name, Unwatched), trained(name, lambda model: Watcher(model, every=1))
    assert torch.equal(plain[0], watched[0])
    assert all(torch.equal(one, two) for one, two in zip(plain[1], watched[1], strict=True))


@pytest.mark.parametrize("name", list(nested.CELLS))
def test_a_frame_of_nested_cells_is_what_a_trace_of_the_same_step_says(name):
    _, _, seen, truth = trained(name, lambda model: Watcher(model, every=1), torch.float64)
    assert list(seen.layers) == list(truth.layers)
    for path, layer in truth.layers.items():
        for field in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
            mine, theirs = getattr(seen.layers[path], field), getattr(layer, field)
            assert (mine is None) == (theirs is None)
            if theirs is not None:
                np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12, err_msg=f"{path} {field}")


def test_two_watchers_see_the_same_of_nested_cells():
    torch.manual_seed(0)
    model, x = nested.Loop(nested.NormedLSTM(), 2).double(), torch.randn(3, 6, 3).double()
    with Watcher(model, every=1) as first, Watcher(model, every=1) as second:
        mean(model(x)).backward()
        first.step()
        second.step()
    for path, layer in first.trace.layers.items():
        for field in ("hidden", "grad_hidden", "grad_hidden_direct", "grad_cell"):
            np.testing.assert_array_equal(getattr(layer, field), getattr(second.trace.layers[path], field))
    assert list(first.trace.layers) == ["cell.c", "cell"]
    assert isinstance(model.cell.c, nn.LSTMCell)
