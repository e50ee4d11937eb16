"""Watching registered cells and what is nested in them changes none of a training's numbers."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.trace import register_cell, trace
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


class Leaky(nn.Module):
    """A cell of one's own that drops units at random, in a loop."""

    def __init__(self):
        super().__init__()
        self.cell, self.head = LeakyCell(), nn.Linear(4, 1)

    def forward(self, x):
        h = x.new_zeros(len(x), 4)
        for step in x.unbind(1):
            h = self.cell(step, h)
        return self.head(h)


class LeakyCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.read, self.drop = nn.Linear(7, 4), nn.Dropout(0.2)

    def forward(self, x, h):
        return self.drop(torch.tanh(self.read(torch.cat([x, h], 1))))


def another(cell, x, h):
    torch.rand(3)
    return 2 * cell(x, h)


def misshapen(cell, x, h):
    return cell(x, h)[:, :2]


def broken(cell, x, h):
    raise ZeroDivisionError("the owner's own")


def trained_leaky(watch):
    """Weights after six steps of a cell in a loop, how many were made, and what was warned of."""
    torch.manual_seed(0)
    model = Leaky()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with warnings.catch_warnings(record=True) as said, watch(model) as watched:
        warnings.simplefilter("always")
        for _ in range(6):
            optimizer.zero_grad()
            loss = model(torch.randn(3, 5, 3)).square().mean()
            loss.backward()
            optimizer.step()
            if watched is not None:
                watched.step(loss=loss)
    return [one.detach() for one in model.parameters()], watched, [str(one.message) for one in said]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (
            another,
            "the step registered for LeakyCell gives other states than the module 'cell' itself; make step(module",
        ),
        (misshapen, "name them in register_cell with inputs= and states="),
        (broken, "ZeroDivisionError: the owner's own"),
    ],
)
def test_a_wrong_step_ends_nobodys_training_and_is_told_once_and_whole(step, reason):
    register_cell(LeakyCell, step)
    plain, _, _ = trained_leaky(Unwatched)
    weights, watched, said = trained_leaky(lambda model: rv.watch(model, every=1))
    assert len(watched.history["step"]) == 6
    assert all(torch.equal(one, other) for one, other in zip(plain, weights, strict=True))
    (told,) = said
    assert told.startswith("rnnviz.watch could not look into step 1 (")
    assert reason in told
    assert told.endswith("); the training goes on, and the pictures stay as they were.")
    assert watched.trace is None


def test_a_step_that_goes_wrong_later_leaves_the_picture_of_before():
    wrong = []

    def turning(cell, x, h):
        return cell(x, h) + len(wrong)

    register_cell(LeakyCell, turning)
    torch.manual_seed(0)
    model = Leaky().eval()
    with warnings.catch_warnings(record=True) as said, Watcher(model, every=1) as watcher:
        warnings.simplefilter("always")
        for number in range(4):
            model(torch.randn(3, 5, 3)).sum().backward()
            if number == 2:
                wrong.append(number)
            watcher.step()
    assert (watcher.steps, watcher.seen, len(said)) == (4, 2, 1)
    assert "could not look into step 3" in str(said[0].message)
