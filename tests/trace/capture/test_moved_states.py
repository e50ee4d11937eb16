"""States are followed wherever a model puts them: stacked, cut, viewed, in a buffer, with a graph or without."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import trace
from tests.losses import weighed_squares

MOVES = {
    "stacked and indexed": lambda h: torch.stack([h, h * 0])[0],
    "stacked last and selected": lambda h: torch.stack([h, h * 0], dim=-1).select(-1, 0),
    "stacked and unbound": lambda h: torch.stack([h, h * 0]).unbind(0)[0],
    "put side by side and split": lambda h: torch.cat([h, h * 0], dim=1).split(4, dim=1)[0],
    "put side by side and chunked": lambda h: torch.cat([h * 0, h], dim=1).chunk(2, dim=1)[1],
    "put below each other and sliced": lambda h: torch.cat([h, h * 0])[: len(h)],
    "squeezed and unsqueezed": lambda h: h.clone()[None, :, None].squeeze(),
    "viewed flat": lambda h: h.clone().view(-1).view(len(h), 4),
    "turned twice": lambda h: h.t().contiguous().t(),
    "expanded": lambda h: h.clone().unsqueeze(0).expand(3, -1, -1)[1],
    "written to a buffer": lambda h: buffered(h),
    "permuted": lambda h: torch.stack([h, h * 0]).permute(1, 0, 2)[:, 0],
    "narrowed": lambda h: torch.cat([h, h * 0]).narrow(0, 0, len(h)),
    "as it is": lambda h: h,
}


def buffered(h):
    buffer = torch.zeros(2, *h.shape, dtype=h.dtype)
    buffer[1] = h
    return buffer[1]


class Loop(nn.Module):
    """A cell whose state goes through `move` between two steps; every state is read by a head of its own."""

    def __init__(self, move, kind="gru"):
        super().__init__()
        self.cell = nn.GRUCell(3, 4) if kind == "gru" else nn.LSTMCell(3, 4)
        self.move, self.kind = move, kind

    def forward(self, x, keep=None):
        zero = torch.zeros(len(x), 4, dtype=x.dtype)
        state, read = (zero if self.kind == "gru" else (zero, zero)), []
        for step in x.unbind(1):
            state = self.cell(step, state)
            h = state if self.kind == "gru" else state[0]
            if keep is not None:
                h.retain_grad()
                keep.append(h)
            read.append(h * 1.0)
            state = self.move(state) if self.kind == "gru" else tuple(map(self.move, state))
        return torch.stack(read, 1)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
@pytest.mark.parametrize("move", MOVES)
def test_a_state_that_was_only_moved_comes_back_along_the_recurrence(move, kind):
    torch.manual_seed(0)
    model, x, kept = Loop(MOVES[move], kind).double(), torch.randn(2, 5, 3).double(), []
    found = trace(model, x, loss=weighed_squares).layers
    output = model(x, kept)
    weighed_squares(output).backward()
    direct = (2 * torch.cos(torch.arange(output.numel()).double()).reshape(output.shape) * output).detach()
    assert list(found) == ["cell"]
    np.testing.assert_allclose(found["cell"].grad_hidden[0, 0], torch.stack([h.grad for h in kept], 1), rtol=1e-9)
    np.testing.assert_allclose(found["cell"].grad_hidden_direct[0, 0], direct, rtol=1e-9)


class StackedLSTM(nn.Module):
    """A stack of cells as OpenNMT's: the states of all layers travel in one tensor."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.LSTMCell(3, 4), nn.LSTMCell(4, 4)])

    def forward(self, x):
        h = c = torch.zeros(2, len(x), 4, dtype=x.dtype)
        outputs = []
        for step in x.unbind(1):
            now, hs, cs = step, [], []
            for index, layer in enumerate(self.layers):
                now, cell = layer(now, (h[index], c[index]))
                hs.append(now)
                cs.append(cell)
            h, c = torch.stack(hs), torch.stack(cs)
            outputs.append(now)
        return torch.stack(outputs, 1)


def test_layers_whose_states_travel_stacked_agree_with_a_fused_layer():
    torch.manual_seed(0)
    fused, model = nn.LSTM(3, 4, num_layers=2, batch_first=True).double(), StackedLSTM().double()
    for index, cell in enumerate(model.layers):
        cell.load_state_dict({name: getattr(fused, f"{name}_l{index}") for name, _ in cell.named_parameters()})
    x = torch.randn(2, 5, 3).double()
    truth = trace(fused, x, loss=weighed_squares).layers["lstm"]
    found = trace(model, x, loss=weighed_squares).layers
    assert list(found) == ["layers.0", "layers.1"]
    for index, layer in enumerate(found.values()):
        for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
            expected = getattr(truth, name)[index]
            np.testing.assert_allclose(getattr(layer, name)[0], expected, rtol=1e-9, atol=1e-14, err_msg=name)


MODES = {
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "a graph": torch.enable_grad,
}
CHANGES = {
    **MOVES,
    "masked": lambda h: h * 0.9,
    "mixed": lambda h: torch.where(h > 0, h, 0.5 * h),
    "detached and changed": lambda h: (0.5 * h).detach().clone() + 1,
    "kept in a buffer": lambda h: torch.zeros(2, 2, 4, dtype=h.dtype).index_copy_(0, torch.tensor([1]), h[None] * 2)[1],
    "copied into a view": lambda h: copied(h),
}


def copied(h):
    buffer = torch.empty(2, *h.shape, dtype=h.dtype)
    buffer[0].copy_(0.9 * h)
    return buffer[0]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_loop_has_one_entry_whether_or_not_autograd_follows_it(change, mode, frozen):
    if (change, mode) == ("copied into a view", "inference_mode"):
        change = "kept in a buffer"  # inference mode does not say of which tensor another is a view
    torch.manual_seed(0)
    model, x = Loop(CHANGES[change]).requires_grad_(not frozen), torch.randn(2, 5, 3)
    with MODES[mode]():
        found = trace(model, x).layers
    assert {name: layer.hidden.shape[3] for name, layer in found.items()} == {"cell": 5}


@pytest.mark.parametrize("mode", MODES)
def test_a_model_that_switches_autograd_off_itself_has_one_entry(mode):
    class Silent(Loop):
        def forward(self, x):
            with MODES[mode]():
                return super().forward(x)

    torch.manual_seed(0)
    found = trace(Silent(CHANGES["masked"]), torch.randn(2, 5, 3)).layers
    assert {name: layer.hidden.shape[3] for name, layer in found.items()} == {"cell": 5}


@pytest.mark.parametrize("mode", MODES)
def test_two_streams_through_one_cell_stay_apart_though_their_states_travel_together(mode):
    class Streams(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)

        def forward(self, x):
            states = torch.zeros(2, len(x), 4)
            for step in x.unbind(1):
                states = torch.stack([self.cell(step, states[0]), self.cell(-step, states[1])])
            return states

    torch.manual_seed(0)
    with MODES[mode]():
        found = trace(Streams(), torch.randn(2, 5, 3)).layers
    assert {name: layer.hidden.shape[3] for name, layer in found.items()} == {"cell": 5, "cell#2": 5}


@pytest.mark.parametrize("mode", MODES)
def test_an_encoder_does_not_hide_where_its_decoder_begins(mode):
    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = nn.GRUCell(3, 4), nn.GRUCell(3, 4)

        def forward(self, x):
            h = torch.zeros(len(x), 4)
            for step in x.unbind(1):
                h = torch.stack([self.encoder(step, h)])[0]
            for step in x.unbind(1):
                h = torch.stack([self.decoder(step, h)])[0]
            return h

    with MODES[mode]():
        found = trace(Pair(), torch.randn(2, 5, 3)).layers
    assert {name: layer.hidden.shape[3] for name, layer in found.items()} == {"encoder": 5, "decoder": 5}
