"""minGRU and minLSTM: the paper's equations, by scan and step by step, traced and watched like any layer."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.models import MinGRU, MinLSTM
from rnnviz.watching.watcher import Watcher
from tests.losses import output_and_states, weighed_squares

LAYERS = pytest.mark.parametrize("kind", [MinGRU, MinLSTM])
SIGNS = pytest.mark.parametrize("negative", [False, True])


def made(kind, negative=False, units=4):
    torch.manual_seed(0)
    layer = kind(3, units, negative_carry=negative).double()
    return layer, torch.randn(2, 9, 3).double(), torch.randn(2, units).double()


def carried_and_taken(layer, x):
    """The gates as the paper writes them."""
    if isinstance(layer, MinGRU):
        z = 1 / (1 + torch.exp(-(x @ layer.gate.weight.T + layer.gate.bias)))
        return 1 - z, z
    f, i = (1 / (1 + torch.exp(-(x @ one.weight.T + one.bias))) for one in (layer.forget, layer.admit))
    return f / (f + i), i / (f + i)


def unrolled(layer, x, h, keep=None, cut=False):
    """States one after the other from the equations alone."""
    states = []
    for t in x.unbind(1):
        kept, taken = carried_and_taken(layer, t)
        carry = 1 - 2 * taken if layer.negative_carry else kept
        h = carry * (h.detach() if cut else h) + taken * (t @ layer.candidate.weight.T + layer.candidate.bias)
        states.append(h)
        if keep is not None:
            h.retain_grad()
            keep.append(h)
    return torch.stack(states, 1)


@LAYERS
@SIGNS
def test_states_are_those_of_the_equations(kind, negative):
    layer, x, start = made(kind, negative)
    states, last = layer(x, start)
    torch.testing.assert_close(states, unrolled(layer, x, start), rtol=1e-13, atol=1e-13)
    assert torch.equal(last, states[:, -1])
    torch.testing.assert_close(layer(x)[0], unrolled(layer, x, torch.zeros_like(start)), rtol=1e-13, atol=1e-13)


@LAYERS
@SIGNS
def test_one_step_after_the_other_gives_what_the_scan_gives(kind, negative):
    layer, x, start = made(kind, negative)
    for h in (start, None):
        states, _ = layer(x, h)
        for t, wanted in zip(x.unbind(1), states.unbind(1), strict=True):
            h = layer.step(t, h)
            torch.testing.assert_close(h, wanted, rtol=1e-14, atol=1e-14)


@LAYERS
@SIGNS
def test_gradients_of_weights_inputs_and_state_are_those_of_the_unrolled_layer(kind, negative):
    layer, x, start = made(kind, negative)
    wanted = [*layer.parameters(), x.requires_grad_(), start.requires_grad_()]
    mine = torch.autograd.grad(weighed_squares(layer(x, start)), wanted)
    truth = torch.autograd.grad(weighed_squares(unrolled(layer, x, start)), wanted)
    for found, expected in zip(mine, truth, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-12)


@LAYERS
def test_the_carry_stays_from_0_to_1_and_with_a_sign_from_minus_1_to_1(kind):
    x = 40 * torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    for negative, low in ((False, 0.0), (True, -1.0)):
        torch.manual_seed(0)
        layer = kind(3, 8, negative_carry=negative)
        with torch.no_grad():
            layer.candidate.weight.zero_()
            layer.candidate.bias.zero_()
            carry = layer.step(x, torch.ones(50, 8))  # nothing is added, so this is the carry
        assert low <= carry.min() < low + 0.01
        assert 0.99 < carry.max() <= 1


@LAYERS
@SIGNS
def test_gates_that_are_shut_or_open_entirely_leave_finite_numbers_and_gradients(kind, negative):
    layer, x, _ = made(kind, negative)
    layer = layer.float()
    for size in (1e3, 1e4):
        layer.zero_grad()
        states, _ = layer((size * x).float())
        states.square().mean().backward()
        assert states.isfinite().all()
        assert all(one.grad.isfinite().all() for one in layer.parameters())


def test_two_shut_gates_of_a_minlstm_share_out_a_whole_all_the_same():
    layer = MinLSTM(1, 2)
    with torch.no_grad():
        for gate in (layer.forget, layer.admit):
            gate.weight.zero_()
            gate.bias.fill_(-500.0)
    shares = layer.gates(torch.ones(1, 1))
    assert shares["f"].tolist() == shares["i"].tolist() == [[0.5, 0.5]]


@LAYERS
def test_a_text_read_in_pieces_with_the_state_handed_on_is_read_as_one(kind):
    layer, x, _ = made(kind)
    first, state = layer(x[:, :4])
    second, _ = layer(x[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), layer(x)[0], rtol=1e-13, atol=1e-13)


@LAYERS
@SIGNS
def test_a_trace_gives_states_gates_and_gradients_of_the_equations(kind, negative):
    layer, x, start = made(kind, negative)
    found = rv.trace(layer, x, start, loss=weighed_squares).layers[kind.__name__.lower()]
    kept, cut = [], []
    weighed_squares(unrolled(layer, x, start, kept)).backward()
    weighed_squares(unrolled(layer, x, start, cut, cut=True)).backward()

    def laid(tensors):
        return torch.stack(tensors, 1).detach().numpy()[None, None]

    np.testing.assert_allclose(found.hidden, laid(kept), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.grad_hidden, laid([one.grad for one in kept]), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.grad_hidden_direct, laid([one.grad for one in cut]), rtol=1e-10, atol=1e-12)
    share, taken = (one.detach().numpy()[None, None] for one in carried_and_taken(layer, x))
    gates = {"z": taken} if kind is MinGRU else {"f": share, "i": taken}
    assert list(found.gates) == list(gates)
    for name, truth in gates.items():
        np.testing.assert_allclose(found.gates[name], truth, rtol=1e-12, err_msg=name)


@LAYERS
def test_layers_on_top_of_each_other_and_a_last_state_that_the_loss_reads_are_traced(kind):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.lower, self.upper = kind(3, 4), kind(4, 5, negative_carry=True)

        def forward(self, x):
            return self.upper(self.lower(x)[0])

    torch.manual_seed(0)
    model, x = Two().double(), torch.randn(2, 6, 3).double()
    found, kept = rv.trace(model, x, loss=output_and_states), []
    top = unrolled(model.upper, unrolled(model.lower, x, x.new_zeros(2, 4), kept), x.new_zeros(2, 5))
    output_and_states((top, top[:, -1])).backward()
    truth = torch.stack([one.grad for one in kept], 1).numpy()
    np.testing.assert_allclose(found.layers["lower"].grad_hidden[0, 0], truth, rtol=1e-10, atol=1e-13)
    assert list(found.layers) == ["lower", "upper"]


@LAYERS
def test_the_sequential_form_can_be_called_where_no_sequence_is(kind):
    layer, x, _ = made(kind)
    with pytest.raises(ValueError, match="inputs must be one timestep, axes"):
        layer.step(x)
    with pytest.raises(ValueError, match=r"inputs must have axes \(batch, time, 3\)"):
        layer(x[:, 0])


@LAYERS
def test_a_wrong_state_input_or_size_is_refused_with_a_sentence(kind):
    layer, x, start = made(kind)
    for call in (lambda h: layer(x, h), lambda h: layer.step(x[:, 0], h)):
        with pytest.raises(
            ValueError, match=r"state must have axes \(batch, unit\), here \(2, 4\), got shape \(2, 3\)"
        ):
            call(start[:, :3])
        with pytest.raises(
            TypeError, match=r"state must be a torch\.Tensor of floating-point numbers or None, got list"
        ):
            call(start.tolist())
    with pytest.raises(TypeError, match=r"inputs must be torch\.float64 like the weights, got torch\.float32"):
        layer.step(x[:, 0].float())
    with pytest.raises(TypeError, match="negative_carry"):
        kind(3, 4, negative_carry="yes")
    with pytest.raises(ValueError, match="hidden_size"):
        kind(3, 0)
    with pytest.raises(ValueError, match="needs more memory than there is"):
        kind(2**20, 2**20)


class Reader(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.layer, self.head = kind(3, 6, negative_carry=True), nn.Linear(6, 1)

    def forward(self, x):
        return self.head(self.layer(x)[0])


@LAYERS
def test_a_watched_loop_trains_bit_for_bit_as_without_and_shows_what_a_trace_shows(kind):
    def trained(watch):
        torch.manual_seed(0)
        model, x = Reader(kind), torch.randn(4, 12, 3)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        watcher, truth = (Watcher(model, every=1) if watch else None), None
        with watcher or contextlib.nullcontext():
            for _ in range(10):
                optimizer.zero_grad()
                truth = rv.trace(model, x, loss=weighed_squares).layers["layer"] if watch else None
                loss = weighed_squares(model(x))
                loss.backward()
                optimizer.step()
                if watcher:
                    watcher.step(loss=loss)
        return model.state_dict(), watcher and watcher.trace.layers["layer"], truth

    plain, (watched, seen, truth) = trained(False)[0], trained(True)
    assert all(torch.equal(one, watched[name]) for name, one in plain.items())
    np.testing.assert_allclose(seen.hidden, truth.hidden, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.grad_hidden, truth.grad_hidden, rtol=1e-4, atol=1e-6)


@LAYERS
def test_every_picture_of_a_lab_can_be_drawn_of_it(kind):
    lab = rv.Lab("adding", model=lambda task, _: Answers(kind, task), seq_len=12, seed=0)
    lab.train(2)
    gates = lab.figure("gates")
    shown = lab.snapshot().layer
    assert shown.kind == kind.__name__.lower()
    np.testing.assert_array_equal(gates.data[0].z, next(iter(shown.gates.values()))[0, 0, 0].T)
    np.testing.assert_array_equal(lab.figure("hidden").data[0].z, shown.hidden[0, 0, 0].T)
    titles = [one.text for one in gates.layout.annotations]
    assert any("1 takes the new" in one or "its share" in one for one in titles)
    lab.close()


class Answers(nn.Module):
    def __init__(self, kind, task):
        super().__init__()
        self.layer, self.head = kind(task.input_size, 6), nn.Linear(6, task.output_size)

    def forward(self, x):
        return self.head(self.layer(x)[1])
