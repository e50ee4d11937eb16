"""A snapshot says what the model is at that moment, and training does not notice it."""

import itertools
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
import torch

from rnnviz.training import Session
from tests.training.examples import Echo, take


def small(task="adding", **changes):
    return Session(task, seq_len=12, device="cpu", **{"hidden_size": 5, **changes})


def arrays(value):
    """Every array inside a snapshot."""
    if isinstance(value, np.ndarray):
        yield value
    elif hasattr(value, "__dataclass_fields__"):
        for field in fields(value):
            yield from arrays(getattr(value, field.name))
    elif hasattr(value, "values"):
        yield from itertools.chain.from_iterable(map(arrays, value.values()))
    elif isinstance(value, tuple):
        yield from itertools.chain.from_iterable(map(arrays, value))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_looking_changes_no_bit_of_the_training(cell):
    unseen, seen = small(cell=cell, input_noise=0.1), small(cell=cell, input_noise=0.1)
    for _ in seen.steps():
        seen.snapshot()
        seen.evaluate()
        if seen.step == 6:
            break
    np.testing.assert_array_equal(take(unseen, 6), seen.history["loss"])
    for mine, theirs in zip(unseen.model.parameters(), seen.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_looking_leaves_mode_and_gradients_as_they_were():
    session = small()
    take(session, 2)
    before = [weight.grad.clone() for weight in session.model.parameters()]
    session.snapshot()
    assert session.model.training
    for weight, gradient in zip(session.model.parameters(), before, strict=True):
        assert torch.equal(weight.grad, gradient)


def test_the_states_are_those_of_the_model_on_the_probe():
    session = small(cell="rnn", num_layers=2)
    take(session, 3)
    snapshot = session.snapshot()
    probe = session.task.probe(8)
    with torch.no_grad():
        outputs = session.model(probe.inputs)
        top = session.model.recurrent(probe.inputs)[0]
    assert snapshot.layer.hidden.shape == (2, 1, 8, 12, 5)
    np.testing.assert_allclose(snapshot.layer.hidden[1, 0], top.numpy(), atol=1e-6)
    assert snapshot.loss == pytest.approx(session.task.loss(outputs, probe.targets).item(), rel=1e-5)
    assert (snapshot.step, snapshot.run) == (3, 0)


def test_an_older_snapshot_does_not_change_when_training_goes_on():
    session = small()
    take(session, 2)
    first = session.snapshot()
    before = [array.copy() for array in arrays(first)]
    take(session, 5)
    session.snapshot()
    for then, now in zip(before, arrays(first), strict=True):
        np.testing.assert_array_equal(then, now)


def test_nothing_in_a_snapshot_can_be_written():
    session = Session("sunspots", seq_len=12, hidden_size=4, device="cpu")
    take(session, 2)
    session.snapshot()
    snapshot = session.snapshot()
    found = list(arrays(snapshot))
    assert len(found) > 15
    assert not any(array.flags.writeable for array in found)
    with pytest.raises(FrozenInstanceError):
        snapshot.step = 7
    with pytest.raises(TypeError, match="does not support item assignment"):
        snapshot.history["loss"] = 0


def test_the_ghosts_are_the_total_gradients_of_the_last_five_frames_oldest_first():
    session = small()
    shown = []
    for _ in range(8):
        take(session, 1)
        shown.append(session.snapshot())
    norms = [np.sqrt(np.square(frame.layer.grad_hidden.astype(float)).sum(axis=(2, 4))) for frame in shown]
    assert shown[0].recent_gradients == ()
    for ghost, norm in zip(shown[-1].recent_gradients, norms[2:7], strict=True):
        np.testing.assert_allclose(ghost, norm, rtol=1e-6)


def test_looking_twice_at_the_same_step_adds_no_ghost():
    session = small()
    for _ in range(8):
        take(session, 1)
        first = session.snapshot()
    again = session.snapshot()
    assert len(first.recent_gradients) == len(again.recent_gradients) == 5
    for one, other in zip(first.recent_gradients, again.recent_gradients, strict=True):
        np.testing.assert_array_equal(one, other)


def test_broken_weights_can_still_be_looked_at():
    session = small(cell="rnn", nonlinearity="relu")
    take(session, 1)
    with torch.no_grad():
        session.model.recurrent.weight_hh_l0.fill_(float("inf"))
    assert not np.isfinite(session.snapshot().layer.hidden).all()


def test_the_held_out_score_is_the_evaluation():
    session = small("adding")
    take(session, 4)
    snapshot = session.snapshot()
    assert snapshot.validation == pytest.approx(session.evaluate()["model"], rel=1e-6)
    assert snapshot.validation_step == 4
    assert snapshot.baselines == {"always 1": pytest.approx(1 / 6, abs=0.03)}
    assert (snapshot.metric_name, snapshot.higher_is_better) == ("MSE", False)


def test_a_score_may_be_older_only_when_that_is_allowed():
    session = small("sunspots")
    take(session, 1)
    session.snapshot()
    take(session, 1)
    assert session.snapshot(fresh=False).validation_step == 1  # a hundred times its cost has not passed
    assert session.snapshot().validation_step == 2


def test_the_forecast_is_the_models_answer_for_each_held_out_month():
    session = Session("sunspots", seq_len=12, hidden_size=4, device="cpu")
    take(session, 2)
    forecast = session.snapshot().prediction
    error = np.abs(forecast.forecast - forecast.truth).mean()
    assert error == pytest.approx(session.evaluate()["model"], rel=1e-5)
    assert np.abs(forecast.baseline - forecast.truth).mean() == pytest.approx(28.49, abs=0.01)


def test_a_large_held_out_part_is_scored_on_an_even_selection():
    class Large(Echo):
        def held_out(self):
            batch = super().held_out()
            inputs = batch.inputs.repeat(100, 1, 1)
            inputs[::2] = 1.0
            return type(batch)(inputs, inputs[:, -1])

    session = Session(Large(), device="cpu")
    assert session.snapshot().validation == pytest.approx(session.evaluate()["model"], rel=0.2)


def test_labels_and_spans_are_given_for_each_probe_sequence():
    snapshot = Session("sunspots", seq_len=12, hidden_size=4, device="cpu", probe_size=3).snapshot()
    assert len(snapshot.time_labels) == len(snapshot.spans) == 3
    assert snapshot.time_labels[0][0][:4] == str(int(snapshot.spans[0][0]))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_frame_of_a_run_has_the_same_shapes(bidirectional):
    session = small("sunspots", num_layers=2, bidirectional=bidirectional)
    shapes = []
    for _ in range(3):
        take(session, 1)
        layer = session.snapshot().layer
        shapes.append([array.shape for array in arrays(layer)])
    assert shapes[0] == shapes[1] == shapes[2]


def test_an_old_score_can_be_made_anew_from_the_snapshot_s_own_weights() -> None:
    session, other = (Session("adding", seq_len=8, hidden_size=4, device="cpu") for _ in range(2))
    session.snapshot()
    take(session, 5)
    take(other, 5)
    stale = replace(session.snapshot(), validation=-1.0, validation_step=0)
    take(session, 3)
    fresh = session.rescored(stale)
    assert (fresh.validation, fresh.validation_step) == (other.evaluate()["model"], 5)
    assert fresh.layer is stale.layer


class Normed(torch.nn.Module):
    """A model whose state is more than its weights."""

    def __init__(self):
        super().__init__()
        self.layer, self.norm, self.out = (
            torch.nn.RNN(2, 3, batch_first=True),
            torch.nn.BatchNorm1d(3),
            torch.nn.Linear(3, 1),
        )

    def forward(self, x):
        return self.out(self.norm(self.layer(x)[0][:, -1]))


@pytest.mark.parametrize("more", [{"run": 7}, {}])
def test_a_score_that_cannot_be_made_anew_exactly_stays_the_old_one(more) -> None:
    session = Session("adding", seq_len=8, device="cpu", model=None if more else Normed())
    stale = replace(session.snapshot(), validation_step=-1, **more)
    assert session.rescored(stale) is stale
