"""Calls in a loop are joined along time; calls that do not feed each other stay apart."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from tests.losses import weighed_squares

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
FUSED = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class CellLoop(nn.Module):
    """A decoder: each step is given its own last state as input too, through a linear layer."""

    def __init__(self, kind, change=None):
        super().__init__()
        self.kind, self.change = kind, change
        self.cell, self.feed = CELLS[kind](3, 4), nn.Linear(4, 3)

    def forward(self, x, keep=None):
        state, outputs = None, []
        for x_t in x.unbind(1):
            fed = x_t if state is None else x_t + self.feed(state[0] if self.kind == "lstm" else state)
            state = self.cell(fed, state)
            if keep is not None:
                for one in state if self.kind == "lstm" else (state,):
                    one.retain_grad()
                keep.append(state)
            outputs.append(state[0] if self.kind == "lstm" else state)
            if self.change is not None:
                state = self.change(state)
        return torch.stack(outputs, 1)


class StepByStep(nn.Module):
    """A fused layer called with a few timesteps at a time, its state handed on."""

    def __init__(self, kind, steps=1, **options):
        super().__init__()
        self.layer, self.steps = FUSED[kind](3, 4, batch_first=True, **options), steps

    def forward(self, x):
        state, outputs = None, []
        for part in x.split(self.steps, dim=1):
            output, state = self.layer(part, state)
            outputs.append(output)
        return torch.cat(outputs, 1)


@pytest.mark.parametrize("kind", CELLS)
def test_cells_in_a_loop_give_the_gradients_that_retain_grad_gives(kind):
    torch.manual_seed(0)
    model, x, kept = CellLoop(kind).double(), torch.randn(2, 6, 3).double(), []
    layer = trace(model, x, loss=weighed_squares).layers["cell"]

    weighed_squares(model(x, kept)).backward()
    hidden = [state[0] if kind == "lstm" else state for state in kept]
    np.testing.assert_allclose(layer.hidden[0, 0], torch.stack(hidden, 1).detach(), rtol=1e-12)
    np.testing.assert_allclose(layer.grad_hidden[0, 0], torch.stack([h.grad for h in hidden], 1), rtol=1e-10)
    if kind == "lstm":
        cells = [state[1] for state in kept]
        np.testing.assert_allclose(layer.cell[0, 0], torch.stack(cells, 1).detach(), rtol=1e-12)
        np.testing.assert_allclose(layer.grad_cell[0, 0], torch.stack([c.grad for c in cells], 1), rtol=1e-10)


@pytest.mark.parametrize("kind", FUSED)
@pytest.mark.parametrize(("steps", "layers"), [(1, 1), (1, 2), (3, 2), (4, 1)])
def test_a_layer_called_step_by_step_is_traced_like_one_call_over_all_steps(kind, steps, layers):
    torch.manual_seed(0)
    model, x = StepByStep(kind, steps, num_layers=layers).double(), torch.randn(2, 6, 3).double()
    whole = StepByStep(kind, 6, num_layers=layers).double()
    whole.load_state_dict(model.state_dict())
    found, expected = (trace(one, x, loss=weighed_squares).layers["layer"] for one in (model, whole))
    for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
        if getattr(expected, name) is not None:
            np.testing.assert_allclose(
                getattr(found, name), getattr(expected, name), rtol=1e-10, atol=1e-13, err_msg=name
            )
    for name, gate in expected.gates.items():
        np.testing.assert_allclose(found.gates[name], gate, rtol=1e-10)
    for weight, norms in expected.weight_grad_norms.items():
        for gate in norms:
            np.testing.assert_allclose(found.weight_grad_norms[weight][gate], norms[gate], rtol=1e-10)
    np.testing.assert_array_equal(found.lengths, [6, 6])


def test_dropout_between_layers_is_replayed_step_by_step():
    torch.manual_seed(0)
    model, x = StepByStep("gru", num_layers=3, dropout=0.5).double(), torch.randn(2, 6, 3).double()
    torch.manual_seed(5)
    found = trace(model, x, loss=weighed_squares).layers["layer"]
    state, inner = torch.zeros(3, 2, 4).double(), []
    torch.manual_seed(5)
    for x_t in x.split(1, dim=1):
        _, state = model.layer(x_t, state)
        inner.append(state)
    np.testing.assert_allclose(found.hidden[:, 0], torch.stack(inner, 2).detach(), rtol=1e-12)


def test_a_state_that_is_masked_between_steps_still_joins_the_calls_and_its_gradient_counts_as_direct():
    torch.manual_seed(0)
    model, x, kept = CellLoop("gru", change=lambda h: h * 0.5).double(), torch.randn(2, 6, 3).double(), []
    layer = trace(model, x, loss=weighed_squares).layers["cell"]
    weighed_squares(model(x, kept)).backward()
    fed = (x[:1, 3] + model.feed(0.5 * kept[2][:1])).detach()
    gradients = torch.stack([h.grad for h in kept], 1)
    np.testing.assert_allclose(layer.grad_hidden[0, 0], gradients, rtol=1e-10)
    np.testing.assert_array_equal(layer.grad_hidden, layer.grad_hidden_direct)
    entered = 0.5 * torch.stack(kept[:-1], 1).detach()
    np.testing.assert_allclose(layer.before_hidden[0, 0, :, 1:], entered, rtol=1e-12)
    jacobian = torch.autograd.functional.jacobian(lambda h: model.cell(fed, h), entered[:1, 2])
    norm = torch.linalg.matrix_norm(jacobian[0, :, 0], 2)
    np.testing.assert_allclose(layer.jacobian_norms[0, 0, 0, 3], norm, rtol=1e-10)


def test_a_detached_state_joins_the_calls_but_sends_no_gradient_back():
    torch.manual_seed(0)
    model = StepByStep("lstm", 3).double()

    def truncated(x):
        first, state = model.layer(x[:, :3])
        second, _ = model.layer(x[:, 3:], tuple(one.detach() for one in state))
        return torch.cat([first, second], 1)

    model.forward = truncated
    layer = trace(model, torch.randn(2, 6, 3).double(), loss=weighed_squares).layers["layer"]
    assert layer.hidden.shape[3] == 6
    np.testing.assert_allclose(layer.grad_hidden[..., 2, :], layer.grad_hidden_direct[..., 2, :], rtol=1e-12)


def test_a_state_that_is_only_reshaped_feeds_the_next_call_along_the_recurrence():
    torch.manual_seed(0)
    cell, x = nn.GRUCell(3, 4).double(), torch.randn(2, 6, 3).double()

    class Reshaping(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = cell

        def forward(self, x):
            state = torch.zeros(1, 2, 4).double()
            for x_t in x.unbind(1):
                state = self.cell(x_t, state.squeeze(0)).unsqueeze(0)
            return state

    layer = trace(Reshaping(), x, loss=weighed_squares).layers["cell"]
    assert not layer.grad_hidden_direct[..., :-1, :].any()
    assert layer.grad_hidden[..., :-1, :].all()


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(4, 4, batch_first=True)

    def forward(self, x):
        return self.layer(self.layer(x)[0])[0]


def test_a_layer_called_twice_on_its_own_output_has_two_entries_in_the_order_of_the_calls():
    torch.manual_seed(0)
    model, x = Twice().double(), torch.randn(2, 5, 4).double()
    found = trace(model, x, loss=weighed_squares)
    assert list(found.layers) == ["layer", "layer#2"]
    first = model.layer(x)[0]
    first.retain_grad()
    weighed_squares(model.layer(first)[0]).backward()
    np.testing.assert_allclose(found.layers["layer"].grad_hidden_direct[0, 0], first.grad, rtol=1e-10)
    np.testing.assert_allclose(found.layers["layer"].hidden[0, 0], first.detach(), rtol=1e-12)


def test_two_streams_through_one_cell_have_an_entry_each():
    class Streams(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)

        def forward(self, x):
            a = b = None
            for x_t in x.unbind(1):
                a, b = self.cell(x_t, a), self.cell(-x_t, b)
            return a + b

    found = trace(Streams(), torch.randn(2, 5, 3), loss=weighed_squares)
    assert {name: layer.hidden.shape[3] for name, layer in found.layers.items()} == {"cell": 5, "cell#2": 5}


def test_an_encoders_state_that_starts_a_decoder_keeps_the_two_apart():
    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = nn.GRU(3, 4, batch_first=True), nn.GRU(3, 4, batch_first=True)

        def forward(self, x):
            return self.decoder(x, self.encoder(x)[1])[0]

    torch.manual_seed(0)
    model, x = Pair().double(), torch.randn(2, 5, 3).double()
    found = trace(model, x, loss=weighed_squares).layers
    assert set(found) == {"encoder", "decoder"}
    np.testing.assert_array_equal(found["decoder"].initial_hidden[0, 0], found["encoder"].hidden[0, 0, :, -1])
    state = model.encoder(x)[1].detach().requires_grad_()
    weighed_squares(model.decoder(x, state)[0]).backward()
    np.testing.assert_allclose(found["encoder"].grad_hidden_direct[0, 0, :, -1], state.grad[0], rtol=1e-10)


def test_unbatched_cells_are_traced_as_a_batch_of_one():
    cell = nn.LSTMCell(3, 4)
    layer = trace(cell, torch.randn(3), loss=lambda state: state[0].sum()).layers["lstmcell"]
    assert layer.hidden.shape == (1, 1, 1, 1, 4)
    np.testing.assert_array_equal(layer.grad_hidden, np.ones((1, 1, 1, 1, 4)))


def test_a_layer_fed_back_in_both_directions_keeps_an_entry_a_call():
    model, x = StepByStep("lstm", 3, bidirectional=True), torch.randn(2, 6, 3)
    assert list(trace(model, x, loss=weighed_squares).layers) == ["layer", "layer#2"]


class Padded(nn.Module):
    """A loop over padded sequences: past its end a sequence keeps its state."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)

    def forward(self, x, lengths, keep=None):
        h = c = torch.zeros(len(x), 4).double()
        outputs = []
        for t in range(x.shape[1]):
            new = self.cell(x[:, t], (h, c))
            if keep is not None:
                new[0].retain_grad()
                keep.append(new[0])
            valid = (lengths > t).unsqueeze(1)
            h, c = torch.where(valid, new[0], h), torch.where(valid, new[1], c)
            outputs.append(h)
        return torch.stack(outputs, 1)


def test_a_state_kept_past_the_end_of_a_sequence_joins_every_call():
    torch.manual_seed(0)
    model, x, lengths, kept = Padded().double(), torch.randn(2, 6, 3).double(), torch.tensor([6, 3]), []
    found = trace(model, x, lengths, loss=weighed_squares).layers
    weighed_squares(model(x, lengths, kept)).backward()
    assert list(found) == ["cell"]
    np.testing.assert_allclose(found["cell"].grad_hidden[0, 0], torch.stack([h.grad for h in kept], 1), rtol=1e-10)


def test_a_state_made_from_all_earlier_ones_follows_the_latest():
    class Remembering(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)

        def forward(self, x):
            states = [torch.zeros(2, 4)]
            for x_t in x.unbind(1):
                states.append(self.cell(x_t, states[-1] + torch.stack(states).mean(0)))
            return states[-1]

    found = trace(Remembering(), torch.randn(2, 6, 3), loss=weighed_squares).layers
    assert {name: layer.hidden.shape[3] for name, layer in found.items()} == {"cell": 6}


def test_a_state_taken_from_the_output_joins_the_calls():
    torch.manual_seed(0)
    model, x = StepByStep("gru", 2).double(), torch.randn(2, 6, 3).double()

    def through_output(x, keep=None):
        state, outputs = torch.zeros(1, 2, 4).double(), []
        for part in x.split(2, dim=1):
            output, _ = model.layer(part, state)
            if keep is not None:
                output.retain_grad()
                keep.append(output)
            state = output[:, -1].unsqueeze(0)
            outputs.append(output)
        return torch.cat(outputs, 1)

    model.forward = through_output
    layer, kept = trace(model, x, loss=weighed_squares).layers["layer"], []
    weighed_squares(through_output(x, kept)).backward()
    assert layer.hidden.shape[3] == 6
    np.testing.assert_allclose(layer.grad_hidden_direct[0, 0], torch.cat([one.grad for one in kept], 1), rtol=1e-10)


def test_calls_stay_apart_where_the_batch_becomes_smaller():
    torch.manual_seed(0)
    cell, x, sizes = nn.GRUCell(3, 4).double(), torch.randn(3, 4, 3).double(), [3, 3, 2, 1]

    class Shrinking(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = cell

        def forward(self, x, keep=None):
            h, states = torch.zeros(3, 4).double(), []
            for t, size in enumerate(sizes):
                h = self.cell(x[:size, t], h[:size])
                if keep is not None:
                    h.retain_grad()
                    keep.append(h)
                states.append(h)
            return torch.cat(states)

    model, kept = Shrinking(), []
    found = trace(model, x, loss=weighed_squares).layers
    weighed_squares(model(x, kept)).backward()
    shapes = {name: layer.hidden.shape[2:4] for name, layer in found.items()}
    assert shapes == {"cell": (3, 2), "cell#2": (2, 1), "cell#3": (1, 1)}
    gradients = np.concatenate([layer.grad_hidden[0, 0].swapaxes(0, 1).reshape(-1, 4) for layer in found.values()])
    np.testing.assert_allclose(gradients, torch.cat([h.grad for h in kept]), rtol=1e-10)
