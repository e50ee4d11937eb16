"""A watched loop trains as if nobody looked, and what is seen is exact."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.checkpoint import checkpoint

from rnnviz.trace import register_cell, trace
from rnnviz.training.record import Record
from rnnviz.watching.watcher import Watcher
from tests.losses import mean_square
from tests.training.waiting import NoSynchronisation
from tests.watching.loops import KINDS, LAYERS, Decoder, Model, assert_agrees, batches, hooks, made, train, weights


class Leaky(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3 + 4, 4)

    def forward(self, x, h):
        return 0.9 * h + 0.1 * torch.tanh(self.inner(torch.cat([x, h], -1)))


class LeakyDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Leaky()

    def forward(self, x):
        h = x.new_zeros(len(x), 4)
        for step in x.unbind(1):
            h = self.cell(step, h)
        return h


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("sequences", [None, 2])
def test_a_frame_shows_the_loops_own_batch_exactly_though_the_weights_have_moved_on(make, sequences):
    model, data = made(make), batches(3)
    watcher = Watcher(model, every=3, sequences=sequences)
    before = made(make)
    train(before, data[:2])
    train(model, data, watcher)
    (found,) = watcher.trace.layers.values()
    (truth,) = trace(before, data[2], loss=mean_square).layers.values()
    part = {
        name: getattr(truth, name) if getattr(truth, name) is None else getattr(truth, name)[:, :, :sequences]
        for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell")
    }
    gates = {gate: values[:, :, :sequences] for gate, values in truth.gates.items()}
    assert_agrees(found, type("Part", (), {**part, "gates": gates}))
    assert found.hidden.shape[2] == (sequences or 5)


def test_gradients_agree_with_a_layer_unrolled_by_hand():
    torch.manual_seed(0)
    model, x = Model("rnn").double(), batches(1)[0]
    weight = {name: one.detach().clone() for name, one in model.recurrent.named_parameters()}
    head = [one.detach().clone() for one in model.head.parameters()]
    watcher = Watcher(model, every=1, sequences=None)
    train(model, [x], watcher)
    h, states, answers = torch.zeros(5, 4, dtype=torch.float64), [], []
    for step in x.unbind(1):
        pre = step @ weight["weight_ih_l0"].T + weight["bias_ih_l0"] + h @ weight["weight_hh_l0"].T
        h = torch.tanh(pre + weight["bias_hh_l0"]).requires_grad_()
        h.retain_grad()
        states.append(h)
        answers.append(h @ head[0].T + head[1])
    mean_square(torch.stack(answers, 1)).backward()
    truth = torch.stack([one.grad for one in states], 1).numpy()
    found = watcher.trace.layers["recurrent"]
    np.testing.assert_allclose(found.grad_hidden[0, 0], truth, rtol=0, atol=1e-10 * np.abs(truth).max())
    np.testing.assert_allclose(found.hidden[0, 0], torch.stack(states, 1).detach().numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("enforce_sorted", [True, False])
@pytest.mark.parametrize("sequences", [None, 2, 3])
@pytest.mark.parametrize("kind", LAYERS)
def test_packed_sequences_are_seen_in_their_own_order(kind, enforce_sorted, sequences):
    lengths = torch.tensor([6, 4, 3, 2] if enforce_sorted else [2, 6, 3, 4])
    x = batches(1, size=4)[0]
    model = made(lambda: Model(kind))
    before = made(lambda: Model(kind))
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=enforce_sorted)
    watcher = Watcher(model, every=1, sequences=sequences)
    train(model, [packed], watcher)
    found = watcher.trace.layers["recurrent"]
    truth = trace(before, packed, loss=mean_square).layers["recurrent"]
    steps = int(lengths[:sequences].max())
    np.testing.assert_array_equal(found.lengths, lengths[:sequences])
    for name in ("hidden", "grad_hidden", "grad_hidden_direct"):
        theirs = getattr(truth, name)[:, :, :sequences, :steps]
        np.testing.assert_allclose(getattr(found, name), theirs, rtol=0, atol=1e-10 * np.nanmax(np.abs(theirs)))


@pytest.mark.usefixtures("empty_registry")
def test_a_registered_cell_is_replayed_with_the_weights_of_its_pass():
    register_cell(Leaky, step=lambda cell, x, h: cell(x, h))
    model, data = made(LeakyDecoder), batches(1)
    before = made(LeakyDecoder)
    watcher = Watcher(model, every=1)
    train(model, data, watcher, lr=50.0)
    assert_agrees(watcher.trace.layers["cell"], trace(before, data[0], loss=mean_square).layers["cell"])


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "dropout": 0.5}])
@pytest.mark.parametrize("every", [1, 2, None])
def test_training_is_bit_for_bit_what_it_is_unwatched(options, every):
    def make():
        return Model("gru", **options)

    plain, model, data = made(make), made(make), batches(6)
    torch.manual_seed(7)
    losses = train(plain, data)
    generator = torch.get_rng_state()
    torch.manual_seed(7)
    watched = train(model, data, Watcher(model, every=every, fps=1e9))
    assert all(map(torch.equal, losses, watched))
    assert all(map(torch.equal, weights(plain), weights(model)))
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(plain.parameters(), model.parameters(), strict=True))
    assert torch.equal(generator, torch.get_rng_state())


def test_dropout_between_layers_is_replayed_with_the_masks_of_the_pass():
    def make():
        return Model("lstm", num_layers=2, dropout=0.5)

    before, model, data = made(make), made(make), batches(1)
    watcher = Watcher(model, every=1, sequences=2)
    torch.manual_seed(7)
    train(model, data, watcher)
    torch.manual_seed(7)
    truth = trace(before, data[0], loss=mean_square)
    assert_agrees(watcher.trace.layers["recurrent"], truth.layers["recurrent"])  # all sequences: the masks are of all


@pytest.mark.parametrize("probe", [False, True])
def test_nothing_is_left_behind(probe):
    model, data = made(), batches(4)
    data_of = [one.data_ptr() for one in model.parameters()]
    before, flags = hooks(model), [module.training for module in model.modules()]
    own = [sorted(vars(module)) for module in model.modules()]
    watcher = Watcher(model, every=1, probe=(data[0], mean_square) if probe else None)
    train(model, data, watcher)
    assert hooks(model) == before
    assert [one.data_ptr() for one in model.parameters()] == data_of
    assert [module.training for module in model.modules()] == flags
    assert [sorted(vars(module)) for module in model.modules()] == own
    assert all(one.requires_grad and not one._backward_hooks for one in model.parameters())


def broken(*_arguments):
    raise ValueError("the loop is broken")


class BrokenModel(Model):
    def forward(self, x):
        return broken(super().forward(x))


@pytest.mark.parametrize(
    ("make", "loss", "on_frame"),
    [(BrokenModel, mean_square, None), (Model, broken, None), (Model, mean_square, broken)],
    ids=["in the model", "in the loss", "in the picture"],
)
def test_an_exception_inside_the_block_comes_out_and_leaves_no_hook(make, loss, on_frame):
    model = made(make)
    before, watcher = hooks(model), Watcher(model, every=1)
    watcher.on_frame = on_frame or watcher.on_frame
    with pytest.raises(ValueError, match="the loop is broken"):
        train(model, batches(2), watcher, loss=loss)
    assert hooks(model) == before


def test_accumulated_gradients_show_the_last_pass():
    model, before, data = made(), made(), batches(3)
    watcher = Watcher(model, every=1)
    train(model, data, watcher, accumulate=3)
    truth = trace(before, data[2], loss=lambda output: mean_square(output) / 3)
    assert_agrees(watcher.trace.layers["recurrent"], truth.layers["recurrent"])
    assert list(watcher.trace.layers) == ["recurrent"]


def test_accumulation_without_calling_the_model_itself_shows_the_last_pass_too():
    model, before, data = made(), made(), batches(2)
    with Watcher(model, every=1) as watcher:
        for x in data:
            mean_square(model.head(model.recurrent(x)[0])).backward()
        watcher.step()
    assert_agrees(watcher.trace.layers["recurrent"], trace(before, data[1], loss=mean_square).layers["recurrent"])


def test_an_evaluation_between_backward_and_step_is_not_what_is_shown():
    model, before, data = made(), made(), batches(2)
    with Watcher(model, every=1) as watcher:
        mean_square(model(data[0])).backward()
        with torch.no_grad():
            model(data[1])
        model(data[1])  # nor one with gradients that nobody asks for
        watcher.step()
    assert_agrees(watcher.trace.layers["recurrent"], trace(before, data[0], loss=mean_square).layers["recurrent"])


def test_two_backward_passes_through_one_forward_add_up():
    model, before, x = made(), made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        output = model(x)
        mean_square(output).backward(retain_graph=True)
        output.sum().backward()
        watcher.step()
    truth = trace(before, x, loss=lambda output: mean_square(output) + output.sum())
    assert_agrees(watcher.trace.layers["recurrent"], truth.layers["recurrent"])


class Checkpointed(Model):
    reentrant = False

    def forward(self, x):
        return checkpoint(super().forward, x.requires_grad_(), use_reentrant=self.reentrant)


def test_a_checkpointed_layer_is_seen_exactly():
    model, before, data = made(Checkpointed), made(Checkpointed), batches(3)
    watcher = Watcher(model, every=1)
    train(model, data, watcher)
    train(before, data[:2])
    truth = trace(before, data[2].detach(), loss=mean_square).layers["recurrent"]
    assert_agrees(watcher.trace.layers["recurrent"], truth)


def test_where_checkpointing_hides_a_layer_it_trains_alike_and_that_is_said(monkeypatch):
    monkeypatch.setattr(Checkpointed, "reentrant", True)
    model, plain, data = made(Checkpointed), made(Checkpointed), batches(3)
    with pytest.warns(UserWarning, match="saw none of the recurrent layers"):
        train(model, data, Watcher(model, every=1))
    train(plain, data)
    assert all(map(torch.equal, weights(plain), weights(model)))


class Mixed(Model):
    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return super().forward(x).float()


def test_under_bfloat16_autocast_the_states_are_those_that_the_layer_gave():
    model, plain, before = (made(Mixed, dtype=torch.float32) for _ in range(3))
    data = batches(3, torch.float32)
    watcher = Watcher(model, every=1)
    train(model, data, watcher)
    train(plain, data)
    train(before, data[:2])
    assert all(map(torch.equal, weights(plain), weights(model)))
    found, truth = watcher.trace.layers["recurrent"], trace(before, data[2], loss=mean_square).layers["recurrent"]
    np.testing.assert_array_equal(found.hidden, truth.hidden)
    assert found.grad_hidden.dtype == np.float32
    np.testing.assert_allclose(found.grad_hidden, truth.grad_hidden, atol=1e-3 * np.abs(truth.grad_hidden).max())


def test_a_scaled_loss_is_shown_unscaled():
    model, before, x = made(), made(), batches(1)[0]
    optimizer, scaler = torch.optim.SGD(model.parameters(), lr=0.5), torch.amp.GradScaler("cpu", init_scale=1024.0)
    with Watcher(model, every=1, scaler=scaler) as watcher:
        scaler.scale(mean_square(model(x))).backward()
        scaler.step(optimizer)
        scaler.update()
        watcher.step()
    assert_agrees(watcher.trace.layers["recurrent"], trace(before, x, loss=mean_square).layers["recurrent"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_layer_in_a_compiled_model_is_seen_exactly_where_the_compiler_calls_it():
    model, before, data = made(), made(), batches(3)
    watcher = Watcher(torch.compile(model, backend="eager"), every=3)
    train(watcher._model, data, watcher)
    train(before, data[:2])
    assert_agrees(watcher.trace.layers["recurrent"], trace(before, data[2], loss=mean_square).layers["recurrent"])


def test_a_step_with_no_frame_due_asks_the_device_for_nothing():
    model, data = made(), batches(4)
    with Watcher(model, every=100) as watcher, NoSynchronisation():
        for x in data:
            loss = mean_square(model(x))
            loss.backward()
            watcher.step(loss=loss)
    assert watcher.history.rows == 0


def test_nothing_listens_between_frames():
    model, data = made(), batches(4)
    before = hooks(model)
    seen = []
    with Watcher(model, every=2) as watcher:
        for x in data:
            seen.append(hooks(model) == before)
            mean_square(model(x)).backward()
            watcher.step()
    assert seen == [True, False, True, False]
    assert watcher.history["step"].tolist() == [2, 4]


def test_two_models_are_watched_at_once():
    first, second, data = made(), made(Decoder, 1), batches(2)
    with Watcher(first, every=1) as one, Watcher(second, every=1) as other:
        for x in data:
            for model, watcher in ((first, one), (second, other)):
                mean_square(model(x)).backward()
                watcher.step()
    assert_agrees(one.trace.layers["recurrent"], trace(made(), data[1], loss=mean_square).layers["recurrent"])
    assert_agrees(other.trace.layers["cell"], trace(made(Decoder, 1), data[1], loss=mean_square).layers["cell"])


def test_a_probe_is_traced_with_the_weights_after_the_step():
    model, data = made(), batches(3)
    watcher = Watcher(model, every=1, probe=(data[0], mean_square))
    train(model, data, watcher)
    truth = trace(model, data[0], loss=mean_square)
    assert_agrees(watcher.trace.layers["recurrent"], truth.layers["recurrent"], 1e-14)
    assert watcher.snapshot().loss == truth.loss


@pytest.mark.parametrize("inputs", ["alone", "in a tuple"])
def test_a_probe_without_a_loss_shows_states_and_gates_only(inputs):
    model, data = made(), batches(2)
    watcher = Watcher(model, every=1, probe=data[0] if inputs == "alone" else (data[0],))
    train(model, data, watcher)
    layer = watcher.trace.layers["recurrent"]
    assert layer.grad_hidden is None
    assert set(layer.gates) == {"i", "f", "g", "o"}


def test_a_probe_gives_a_last_frame_when_the_block_ends():
    model, data = made(), batches(3)
    watcher = Watcher(model, every=2, probe=(data[0], mean_square))
    train(model, data, watcher)
    assert watcher.seen == 3


def test_the_gradient_norm_is_what_the_optimiser_saw_unless_another_is_given():
    model, x = made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        mean_square(model(x)).backward()
        before = nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
        watcher.step()
        watcher.step(grad_norm=before)
    seen = math.sqrt(sum(float(one.grad.square().sum()) for one in model.parameters()))
    assert watcher.history["grad_norm"] == pytest.approx([seen, float(before)])
    assert seen == pytest.approx(1e-3, rel=1e-2)


@pytest.mark.parametrize(("none", "norm"), [(True, "nan"), (False, "0.0")])
@pytest.mark.parametrize("probing", [False, True])
def test_gradients_that_are_gone_at_the_step_are_named_once(none, norm, probing):
    model, data = made(), batches(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    watcher = Watcher(model, every=1, probe=(data[0], mean_square) if probing else None)

    def loop():
        with watcher:
            for x in data:
                mean_square(model(x)).backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=none)
                watcher.step()

    with pytest.warns(UserWarning, match=r"call it before zero_grad\(\), or pass grad_norm=") as said:
        loop()
    assert len(said) == 1
    assert f"is {norm};" in str(said[0].message)


def test_a_frozen_layer_is_seen_without_gradients_and_stays_frozen():
    model, x = made(), batches(1)[0]
    model.recurrent.requires_grad_(False)
    with Watcher(model, every=1) as watcher:
        mean_square(model(x)).backward()
        watcher.step()
    assert watcher.trace.layers["recurrent"].grad_hidden is None
    assert not any(one.requires_grad for one in model.recurrent.parameters())


@pytest.mark.parametrize(
    ("loss", "error", "words"),
    [
        (torch.zeros(3), ValueError, r"loss must be a scalar, got a tensor of shape \(3,\); pass what backward"),
        ("0.5", TypeError, "loss must be a scalar tensor or a number, got str"),
    ],
)
def test_a_loss_that_is_no_number_is_refused(loss, error, words):
    with Watcher(made()) as watcher, pytest.raises(error, match=words):
        watcher.step(loss=loss)


def test_a_step_outside_the_block_is_refused():
    watcher = Watcher(made())
    with pytest.raises(RuntimeError, match=r"step\(\) counts inside the with block only"):
        watcher.step()
    with watcher:
        pass
    with pytest.raises(RuntimeError, match=r"step\(\) counts inside the with block only"):
        watcher.step()
    with pytest.raises(RuntimeError, match="a watch is entered once"):
        watcher.__enter__()


def test_a_model_without_a_recurrent_layer_is_refused_by_naming_what_it_holds():
    with pytest.raises(ValueError, match=r"model holds no recurrent layer .*0 \(Linear\)"):
        Watcher(nn.Sequential(nn.Linear(2, 3)))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"every": 0}, "every must be a number of steps, at least 1"),
        ({"fps": 0}, "fps must be greater than 0"),
        ({"sequences": 0}, "sequences must be at least 1, got 0"),
    ],
)
def test_settings_out_of_range_are_refused(setting, words):
    with pytest.raises(ValueError, match=words):
        Watcher(made(), **setting)


def test_a_layer_that_never_runs_is_reported_when_the_block_ends():
    with (
        pytest.warns(UserWarning, match=r"saw none of the recurrent layers \(recurrent\) run with gradients"),
        Watcher(made(), every=1) as watcher,
    ):
        watcher.step(loss=1.0)


def test_a_frame_that_was_never_seen_is_refused_with_the_next_move():
    watcher = Watcher(made())
    with pytest.raises(RuntimeError, match=r"nothing was seen yet; call step\(\)"):
        watcher.snapshot()


def test_a_record_keeps_every_second_row_when_it_is_full_and_always_the_last():
    record = Record(["step"], capacity=8)
    for step in range(1, 31):
        record.append(step)
    kept = record["step"]
    assert len(kept) == record.rows <= 9
    assert (kept[0], kept[-1]) == (1, 30)
    assert len(set(np.diff(kept[:-1]))) == 1


def test_an_unknown_column_is_answered_with_the_known_ones():
    with pytest.raises(KeyError, match="no column 'los' in the history; the columns are step, loss"):
        Record(["step", "loss"])["los"]


@pytest.mark.parametrize("norm", ["large", [1.0]])
def test_a_gradient_norm_that_is_no_number_is_refused(norm):
    with (
        pytest.raises(TypeError, match="grad_norm must be a scalar tensor or a number, got"),
        Watcher(made()) as watcher,
    ):
        watcher.step(grad_norm=norm)


def test_frames_a_second_that_are_no_number_are_refused():
    with pytest.raises(TypeError, match="fps must be a number, got 'often'"):
        Watcher(made(), fps="often")
