"""A hook breaks no forward that works, draws and counts are repeated, and what does not fit is said in a sentence."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import Trace, register_cell, trace
from rnnviz.watching.watcher import Watcher
from tests.losses import sum_of_squares

pytestmark = pytest.mark.usefixtures("empty_registry")


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3 + 4, 4)

    def advance(self, x, h):
        return torch.tanh(self.inner(torch.cat([x, h], -1)))

    def forward(self, x, h):
        return self.advance(x, h)


class Loop(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        h, outputs = x.new_zeros(len(x), 4), []
        for t in x.unbind(1):
            h = self.cell(t, h)
            outputs.append(h)
        return torch.stack(outputs, 1)


def watched_once(model, x):
    with Watcher(model, every=1) as watcher:
        sum_of_squares(model(x)).backward()
        watcher.step()
    return watcher.trace


class Box:
    """A result of a kind of its own."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


@pytest.mark.parametrize("wrap", [Box, lambda h: None, lambda h: "text", lambda h: iter([h]), lambda h: 3.0])
def test_results_that_nothing_is_known_of_reach_the_model_as_they_are(wrap):
    class Strange(Cell):
        def forward(self, x, h):
            self.last = self.advance(x, h)
            return wrap(self.last)

    class Model(Loop):
        def forward(self, x):
            h, outputs = x.new_zeros(len(x), 4), []
            for t in x.unbind(1):
                assert type(self.cell(t, h)) is type(wrap(h))
                h = self.cell.last
                outputs.append(h)
            return torch.stack(outputs, 1)

    register_cell(Strange, lambda cell, x, h: cell.advance(x, h))
    model, x = Model(Strange()), torch.randn(2, 5, 3)
    with pytest.raises(ValueError, match="the model ran without calling any of its recurrent layers"):
        trace(model, x, loss=sum_of_squares)
    with pytest.warns(UserWarning, match="saw none of the recurrent layers"):
        watched_once(model, x)


def test_a_wrong_step_breaks_no_forward_and_is_named_with_what_was_taken_for_what():
    class Odd(Cell):
        def forward(self, first, second):
            return self.advance(second, first)

    class Model(Loop):
        def forward(self, x):
            h = x.new_zeros(len(x), 4)
            for t in x.unbind(1):
                h = self.cell(h, t)
            return h

    register_cell(Odd, lambda cell, x, h: 0.5 * cell.advance(x, h))
    with pytest.raises(ValueError, match=r"gives other states .* were? ?taken|taken for x and .* for the state"):
        trace(Model(Odd()), torch.randn(2, 5, 3))
    register_cell(Odd, lambda cell, x, h: cell.inner(x))
    with pytest.raises(ValueError, match=r"cannot follow the module 'cell' with x \(2, 3\) .*RuntimeError"):
        trace(Model(Odd()), torch.randn(2, 5, 3))


def test_names_given_in_register_cell_settle_what_is_what():
    class Square(Cell):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(8, 4)

        def forward(self, first, second):
            return self.advance(second, first)

    class Model(Loop):
        def forward(self, x):
            h = x.new_zeros(len(x), 4)
            for t in x.unbind(1):
                h = self.cell(h, t)
            return h

    register_cell(Square, lambda cell, x, state: cell.advance(x, state), inputs="second", states="first")
    torch.manual_seed(0)
    model, x, states = Model(Square()).double(), torch.randn(2, 5, 4).double(), []
    layer = trace(model, x, loss=sum_of_squares).layers["cell"]
    h = x.new_zeros(2, 4)
    for t in x.unbind(1):
        h = model.cell.advance(t, h)
        h.retain_grad()
        states.append(h)
    sum_of_squares(h).backward()
    assert list(layer.states) == ["first"]
    np.testing.assert_allclose(layer.grad_hidden[0, 0], torch.stack([h.grad for h in states], 1), rtol=1e-10)


@pytest.mark.parametrize(
    "norm", [nn.Dropout(0.5), nn.BatchNorm1d(4), nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))]
)
def test_what_a_cell_draws_and_counts_in_training_mode_is_replayed(norm):
    class Drawing(Cell):
        def __init__(self):
            super().__init__()
            self.norm = norm

        def forward(self, x, h):
            return self.norm(self.advance(x, h)) + 0.1 * h

    torch.manual_seed(0)
    register_cell(Drawing, lambda cell, x, h: cell(x, h))
    model, x = Loop(Drawing()).double(), torch.randn(12, 5, 3).double()
    torch.manual_seed(1)
    layer, states = trace(model, x, loss=sum_of_squares).layers["cell"], []
    with Watcher(model, every=1) as watcher:
        torch.manual_seed(1)
        sum_of_squares(model(x)).backward()
        watcher.step()
    assert watcher.trace.layers["cell"].hidden.shape == (1, 1, 8, 5, 4)
    torch.manual_seed(1)
    model.cell.register_forward_hook(lambda cell, given, h: states.append(h) or h.retain_grad())
    sum_of_squares(model(x)).backward()
    if not isinstance(norm, nn.Linear):  # which counts on from run to run
        np.testing.assert_allclose(
            layer.grad_hidden[0, 0], torch.stack([h.grad for h in states], 1), rtol=1e-9, atol=1e-12
        )
        np.testing.assert_allclose(watcher.trace.layers["cell"].hidden[0, 0], layer.hidden[0, 0, :8], rtol=1e-12)


def test_a_layer_that_embeds_its_tokens_itself_is_traced():
    class Tokens(Cell):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(7, 3)

        def forward(self, tokens, h=None):
            h, outputs = torch.zeros(len(tokens), 4, dtype=torch.float64) if h is None else h, []
            for t in tokens.unbind(1):
                h = self.advance(self.embed(t), h)
                outputs.append(h)
            return torch.stack(outputs, 1), h

    torch.manual_seed(0)
    register_cell(
        Tokens,
        lambda layer, x, h: layer.advance(layer.embed(x), h),
        start=lambda layer, x: torch.zeros(len(x), 4, dtype=torch.float64),
    )
    model, tokens = Tokens().double(), torch.randint(7, (2, 5))
    layer = trace(model, tokens, loss=sum_of_squares).layers["tokens"]
    output = model(tokens)[0]
    np.testing.assert_allclose(layer.hidden[0, 0], output.detach(), rtol=1e-12)
    direct = 2 * output.detach()
    np.testing.assert_allclose(layer.grad_hidden_direct[0, 0], direct, rtol=1e-12)


def test_every_state_is_saved_and_read_back(tmp_path):
    class Three(Cell):
        def forward(self, x, h, slow, count):
            new = self.advance(x, h) + 0.1 * slow
            return new, 0.9 * slow + 0.1 * new, count + 1

    class Model(Loop):
        def forward(self, x):
            h = slow = x.new_zeros(len(x), 4)
            count = torch.zeros(len(x), 1, dtype=torch.long)
            for t in x.unbind(1):
                h, slow, count = self.cell(t, h, slow, count)
            return h

    register_cell(Three, lambda cell, x, h, slow, count: cell(x, h, slow, count), states=("h", "slow", "count"))
    seen = trace(Model(Three()), torch.randn(2, 5, 3), loss=sum_of_squares)
    seen.save(tmp_path / "seen.npz")
    layer, again = seen.layers["cell"], Trace.load(tmp_path / "seen.npz").layers["cell"]
    assert list(again.states) == ["h", "slow", "count"]
    np.testing.assert_array_equal(again.states["count"][0, 0, 0, :, 0], [1, 2, 3, 4, 5])
    for name, state in layer.states.items():
        np.testing.assert_array_equal(again.states[name], state)
        np.testing.assert_array_equal(again.grad_states[name], layer.grad_states[name])
        np.testing.assert_array_equal(again.shapes[name], layer.shapes[name])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": "zeros"}, "start must be a function"),
        ({"inputs": 3}, "inputs must be the name of a parameter of forward, got 3"),
        ({"states": [1]}, r"states must be names such as \('h', 'c'\), got \[1\]"),
        ({"batch_first": "yes"}, "batch_first must be True, False or None, got 'yes'"),
    ],
)
def test_settings_of_the_wrong_type_are_refused(options, message):
    with pytest.raises(TypeError, match=message):
        register_cell(Cell, lambda cell, x, h: h, **options)
