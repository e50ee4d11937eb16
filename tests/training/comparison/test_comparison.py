"""A comparison trains each model as it would train alone, all in lockstep, and stays one thing in every failure."""

import itertools
import math

import numpy as np
import pytest
import torch

from rnnviz.training import ComparisonSnapshot, NonFiniteLoss, Runner, Session
from rnnviz.training.comparison.entries import lockstep_of
from tests.training.examples import WAIT, raising

pytestmark = pytest.mark.timeout(120)

SIZES = {"seq_len": 8, "hidden_size": 4, "batch_size": 4, "device": "cpu"}
CELLS = ("rnn", "gru", "lstm")


def sessions_of(*models, task="adding", **common):
    return lockstep_of(list(models), task, **{**SIZES, **common})


def go(lockstep, steps):
    return list(itertools.islice(lockstep.steps(), steps))


def test_every_model_is_shown_the_same_batches_bit_for_bit():
    lockstep = sessions_of(*CELLS, input_noise=0.1)
    seen = {label: [] for label in CELLS}
    for label, one in lockstep.sessions.items():
        one.model.register_forward_pre_hook(lambda _, inputs, label=label: seen[label].append(inputs[0].clone()))
    go(lockstep, 5)
    for rnn, gru, lstm in zip(*seen.values(), strict=True):
        assert torch.equal(rnn, gru)
        assert torch.equal(rnn, lstm)
    assert len(seen["rnn"]) == 5
    assert not torch.equal(seen["rnn"][0], seen["rnn"][1])


@pytest.mark.parametrize("cell", CELLS)
def test_a_curve_in_a_race_is_that_of_the_model_alone_bit_for_bit(cell):
    lockstep = sessions_of(*CELLS, seed=3, input_noise=0.1)
    alone = Session("adding", cell=cell, seed=3, input_noise=0.1, **SIZES)
    go(lockstep, 12), go(alone, 12)
    for column in ("loss", "metric", "grad_norm"):
        np.testing.assert_array_equal(lockstep.histories[cell][column], alone.history[column])


def test_all_models_have_made_the_same_steps():
    lockstep = sessions_of(*CELLS)
    assert go(lockstep, 3) == [1, 2, 3]
    assert [one.step for one in lockstep.sessions.values()] == [3, 3, 3]


def test_a_common_setting_is_taken_up_by_all_in_the_same_step():
    lockstep = sessions_of("rnn", "gru", lr=0.5)
    steps = lockstep.steps()
    next(steps)
    lockstep.settings = lockstep.settings.replace(lr=0.25)
    next(steps)
    for history in lockstep.histories.values():
        np.testing.assert_array_equal(history["lr"], [0.5, 0.25])


def test_a_setting_that_comes_between_two_models_steps_waits_for_the_next_round():
    lockstep = sessions_of("rnn", "gru", lr=0.5)
    lockstep.sessions["gru"].model.register_forward_pre_hook(
        lambda *_: setattr(lockstep, "settings", lockstep.settings.replace(lr=0.25))
    )
    go(lockstep, 2)
    for history in lockstep.histories.values():
        np.testing.assert_array_equal(history["lr"], [0.5, 0.25])


def test_a_structural_setting_rebuilds_all():
    lockstep = sessions_of("rnn", "gru")
    go(lockstep, 2)
    lockstep.settings = lockstep.settings.replace(hidden_size=6)
    go(lockstep, 1)
    assert lockstep.run == 1
    assert [(one.step, one.settings.hidden_size) for one in lockstep.sessions.values()] == [(1, 6), (1, 6)]


def test_a_setting_that_is_compared_keeps_its_values_when_a_common_one_changes():
    lockstep = sessions_of({"forget_bias": 0.0}, {"forget_bias": 2.0})
    lockstep.settings = lockstep.settings.replace(lr=0.25)
    lockstep.adopt()
    assert [one.settings.forget_bias for one in lockstep.sessions.values()] == [0.0, 2.0]


def test_what_is_compared_cannot_be_set_for_all():
    lockstep = sessions_of("rnn", "gru")
    with pytest.raises(ValueError, match="cell cannot be set for all: it is what this comparison compares"):
        lockstep.settings = lockstep.settings.replace(cell="lstm")


def test_a_setting_that_one_model_cannot_have_changes_none():
    lockstep = sessions_of("rnn", "gru")
    with pytest.raises(ValueError, match="nonlinearity 'relu' exists only for the plain RNN"):
        lockstep.settings = lockstep.settings.replace(nonlinearity="relu")
    assert not lockstep.pending


def test_a_rebuild_that_fails_for_one_model_leaves_all_as_they_were(monkeypatch):
    lockstep = sessions_of("rnn", "gru")
    go(lockstep, 2)
    monkeypatch.setattr(lockstep.sessions["gru"], "prepare", raising(MemoryError("too large")))
    lockstep.settings = lockstep.settings.replace(hidden_size=6)
    with pytest.raises(MemoryError):
        lockstep.adopt()
    assert [(one.step, one.settings.hidden_size) for one in lockstep.sessions.values()] == [(2, 4), (2, 4)]
    assert lockstep.run == 0


def test_after_a_failure_of_one_model_the_others_wait_for_it():
    lockstep = sessions_of("rnn", "gru")
    go(lockstep, 1)
    handle = lockstep.sessions["gru"].model.register_forward_pre_hook(raising(RuntimeError("out of memory")))
    with pytest.raises(RuntimeError, match="out of memory"):
        go(lockstep, 1)
    assert (lockstep.step, lockstep.sessions["rnn"].step) == (1, 2)
    handle.remove()
    assert go(lockstep, 2) == [2, 3]
    assert [one.step for one in lockstep.sessions.values()] == [3, 3]


def test_a_model_that_blows_up_is_named_and_pauses_all():
    lockstep = sessions_of({"lr": 1e-3}, {"lr": 1e38}, cell="rnn", optimizer="sgd", clip=None)
    runner = Runner(lockstep, on_frame=lambda snapshot: None, fps=1000.0)
    with pytest.raises(NonFiniteLoss, match=r"lr=1e\+38: The loss or its gradient stopped being a number at step"):
        runner.train(50)
    assert runner.state.phase == "failed"
    assert runner.state.message.startswith("lr=1e+38: ")
    steps = {one.step for one in lockstep.sessions.values()}
    assert len(steps) == 1
    runner.stop()
    assert runner.join(WAIT)


def test_an_error_in_one_model_is_told_with_its_name():
    lockstep = sessions_of("rnn", "gru")
    lockstep.sessions["gru"].model.register_forward_pre_hook(raising(RuntimeError("out of memory")))
    runner = Runner(lockstep, on_frame=lambda snapshot: None)
    with pytest.raises(RuntimeError, match="out of memory"):
        runner.train(1)
    assert runner.state.message == "gru: The model raised RuntimeError: out of memory"


def test_a_snapshot_holds_one_of_each_model_at_the_same_step():
    lockstep = sessions_of("rnn", "lstm")
    go(lockstep, 4)
    snapshot = lockstep.snapshot()
    assert list(snapshot.models) == ["rnn", "lstm"]
    assert {one.step for one in snapshot.models.values()} == {snapshot.step} == {4}
    for label, one in lockstep.sessions.items():
        assert snapshot.models[label].loss == one.snapshot().loss


def test_scores_on_the_held_out_part_are_of_one_step_even_while_playing():
    lockstep = sessions_of("rnn", "lstm")
    for _ in range(6):
        go(lockstep, 1)
        models = lockstep.snapshot(fresh=False).models.values()
        assert len({one.validation_step for one in models}) == 1


def test_an_earlier_moment_can_be_had_with_the_scores_of_its_own_step():
    lockstep = sessions_of("rnn", "lstm")
    lockstep.snapshot()
    go(lockstep, 3)
    models = {label: one.frame(score=False) for label, one in lockstep.sessions.items()}
    earlier, truth = (
        ComparisonSnapshot.of(models, {"rnn": 0.5, "lstm": 0.5}, {"rnn": 1.0, "lstm": 1.0}, run=0, step=3),
        lockstep.evaluate(),
    )
    go(lockstep, 3)
    rescored = lockstep.rescored(earlier)
    assert {one.validation_step for one in rescored.models.values()} == {3}
    assert {label: one.validation for label, one in rescored.models.items()} == pytest.approx(
        {label: truth[label] for label in ("rnn", "lstm")}
    )


def test_shares_of_the_time_sum_to_one_and_start_over_with_a_reset():
    lockstep = sessions_of(*CELLS)
    assert all(map(math.isnan, lockstep.snapshot().shares.values()))
    go(lockstep, 3)
    shares = lockstep.snapshot().shares
    assert sum(shares.values()) == pytest.approx(1.0)
    assert all(share > 0 for share in shares.values())
    lockstep.rebuild()
    assert all(map(math.isnan, lockstep.snapshot().shares.values()))


def test_the_scores_are_those_of_the_models_alone_beside_the_baselines():
    lockstep = sessions_of("rnn", "gru")
    go(lockstep, 3)
    scores = lockstep.evaluate()
    alone = {label: one.evaluate() for label, one in lockstep.sessions.items()}
    assert scores == {"rnn": alone["rnn"]["model"], "gru": alone["gru"]["model"]} | {
        name: value for name, value in alone["rnn"].items() if name != "model"
    }


def test_playing_and_training_in_place_give_the_same_curves_bit_for_bit():
    curves = []
    for play in (False, True):
        lockstep = sessions_of("rnn", "gru")
        runner = Runner(lockstep, on_frame=lambda snapshot: None, goal=30)
        if play:
            runner.play()
            assert runner.join(WAIT)
        else:
            runner.train(30)
        curves.append({label: history["loss"] for label, history in lockstep.histories.items()})
        runner.stop()
    for label in curves[0]:
        np.testing.assert_array_equal(curves[0][label], curves[1][label])


@pytest.mark.parametrize(
    ("models", "labels", "varied"),
    [
        (["rnn", "lstm"], ["rnn", "lstm"], ("cell",)),
        ([{"forget_bias": 0.0}, {"forget_bias": 2.0}], ["forget_bias=0", "forget_bias=2"], ("forget_bias",)),
        ([{"init": "default"}, {"init": "orthogonal"}], ["init=default", "init=orthogonal"], ("init",)),
        ([{}, {"clip": None}], ["clip=1", "clip=None"], ("clip",)),
        (["rnn", {"cell": "gru", "lr": 0.5}], ["rnn", "gru, lr=0.5"], ("lr", "cell")),
        ([{"lr": 0.5, "clip": None}, {"lr": 0.25, "clip": None}], ["lr=0.5", "lr=0.25"], ("lr",)),
        ([{"lr": 0.5}, {"lr": 0.50000001}], ["lr=0.5", "lr=0.50000001"], ("lr",)),
    ],
)
def test_labels_say_what_differs(models, labels, varied):
    lockstep = sessions_of(*models)
    assert list(lockstep.sessions) == labels
    assert set(lockstep.varied) == set(varied)


@pytest.mark.parametrize(
    ("models", "common", "words"),
    [
        ("rnn", {}, ["models must be a list", "'rnn'"]),
        ({"lr": 1}, {}, ["models must be a list", "{'lr': 1}"]),
        (["rnn"], {}, ["models must hold 2 to 4 entries, got 1"]),
        (["rnn", "gru", "lstm", {"lr": 0.5}, {"lr": 0.25}], {}, ["models must hold 2 to 4 entries, got 5"]),
        (["rnn", "rnn"], {}, ["models must differ", "{'cell': 'rnn'} and {'cell': 'rnn'}"]),
        ([{"lr": 0.5}, {"lr": 0.5, "clip": 1.0}], {}, ["models must differ"]),
        (["rnn", 3], {}, ["names of cells or dicts of settings, got 3"]),
        (["rnn", "transformer"], {}, ["cell must be one of rnn, lstm, gru, got 'transformer'"]),
        ([{"lr": 0.5}, {"lerning_rate": 1}], {}, ["unknown setting 'lerning_rate'"]),
        ([{"lr": 0.5}, {"lr": -1}], {}, ["lr must be above 0, got -1"]),
        ([{"lr": 0.5}, {"model": None}], {}, ["unknown setting 'model'"]),
        (["rnn", "gru"], {"cell": "lstm"}, ["cell is set both for all and in 'rnn'"]),
        (["rnn", "gru"], {"task": "sunspot"}, ["'sunspot'", "adding"]),
        (["rnn", "gru"], {"hiden_size": 3}, ["unknown setting 'hiden_size'"]),
    ],
)
def test_a_race_that_cannot_be_run_says_why(models, common, words):
    with pytest.raises((TypeError, ValueError)) as caught:
        lockstep_of(models, **{"task": "adding", **SIZES, **common})
    for word in words:
        assert word in str(caught.value)


def test_models_that_begin_anew_begin_with_the_settings_that_were_assigned():
    lockstep, anew = sessions_of("rnn", "gru"), sessions_of("rnn", "gru", init="orthogonal", rho=0.5)
    go(lockstep, 2)
    lockstep.settings = lockstep.settings.replace(init="orthogonal", rho=0.5)
    lockstep.rebuild()
    assert (lockstep.run, lockstep.former.step, lockstep.pending) == (1, 2, False)
    for one in (lockstep, anew):
        go(one, 3)
    for label, history in lockstep.histories.items():
        np.testing.assert_array_equal(history["loss"], anew.histories[label]["loss"])


def test_undo_of_an_order_that_waits_takes_the_order_back():
    lockstep = sessions_of("rnn", "gru")
    go(lockstep, 2)
    lockstep.settings = lockstep.settings.replace(hidden_size=6)
    lockstep.undo()
    go(lockstep, 1)
    assert (lockstep.step, lockstep.run, lockstep.settings.hidden_size) == (3, 0, 4)
