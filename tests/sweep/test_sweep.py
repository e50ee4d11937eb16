"""`rnnviz.sweep`: many trials in this process, each of them a training that can be had without it."""

from typing import Any

import numpy as np
import pytest
import torch

import rnnviz as rv
from rnnviz.sweep import Sweep
from rnnviz.training import Session

TINY: dict[str, Any] = {"task": "adding", "steps": 6, "hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}


def swept(space: Any = None, **more: Any) -> Sweep:
    return rv.sweep(space or {"lr": ("log", 1e-4, 1e-1), "cell": ["rnn", "gru"]}, **{**TINY, "trials": 3, **more})


def test_every_trial_has_a_row_with_its_settings_and_scores() -> None:
    table = swept().trials
    assert list(table) == ["trial", "lr", "cell", "score", "test", "state", "step", "reason"]
    assert list(table.trial) == [0, 1, 2]
    assert set(table.cell) <= {"rnn", "gru"}
    assert ((table.lr >= 1e-4) & (table.lr <= 1e-1)).all()


def test_a_trial_is_a_training_that_a_lab_with_its_settings_does_too() -> None:
    found = swept()
    lab = rv.Lab("adding", device="cpu", steps=6, **found.best)
    lab.train(6)
    held_out = lab.task.held_out()
    first, second = lab.task.halves()
    with torch.no_grad():
        answers = lab.model.eval()(held_out.inputs)
    for half, score in ((first, found.score), (second, found.test)):
        assert float(lab.task.metric(answers[half], held_out.targets[half])) == score


def test_its_lab_begins_the_best_trial_anew_with_what_is_no_lab_s_setting() -> None:
    sizes = {"steps": 4, "hidden_size": 4, "num_layers": 2, "seq_len": 8, "device": "cpu"}
    found = rv.sweep({"dropout": [0.3]}, task="adding", trials=1, sampler="grid", **sizes)
    lab, plain = found.lab(views=["hidden"]), rv.Lab("adding", **sizes)
    assert (lab.model.recurrent.dropout, plain.model.recurrent.dropout) == (0.3, 0.0)
    for name, weight in plain.model.state_dict().items():
        torch.testing.assert_close(lab.model.state_dict()[name], weight, rtol=0, atol=0)
    lab.model.train()
    torch.manual_seed(0)
    inputs = torch.ones(1, 8, 2)
    assert not torch.equal(lab.model(inputs), plain.model(inputs))
    lab.train(4)
    assert lab.snapshot().step == 4


def test_its_lab_trains_as_the_best_trial_did() -> None:
    found = swept()
    lab = found.lab()
    lab.train(6)
    held_out = lab.task.held_out()
    with torch.no_grad():
        answers = lab.model.eval()(held_out.inputs)
    half = lab.task.halves()[0]
    assert float(lab.task.metric(answers[half], held_out.targets[half])) == found.score


def test_the_best_is_the_one_with_the_lowest_error_where_a_low_one_is_good() -> None:
    found = swept(trials=4, prune=False)
    table = found.trials
    row = table.loc[table.score.idxmin()]
    assert (found.best["lr"], found.best["cell"], found.score) == (row.lr, row.cell, row.score)


def test_the_best_is_the_one_with_the_highest_share_where_a_high_one_is_good() -> None:
    found = swept(
        {"lr": [1e-5, 3e-2]}, task="temporal-order", sampler="grid", trials=2, steps=30, seq_len=10, hidden_size=8
    )
    assert found.score == found.trials.score.max()


def test_the_same_call_gives_the_same_trials() -> None:
    assert swept(trials=4).rows == swept(trials=4).rows


def test_another_seed_proposes_other_trials() -> None:
    assert set(swept().trials.lr).isdisjoint(swept(seed=1).trials.lr)


def test_nobody_else_draws_other_random_numbers_afterwards() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads(), torch.get_default_dtype()
    swept()
    after = torch.get_rng_state(), np.random.get_state()[1], torch.get_num_threads(), torch.get_default_dtype()
    assert torch.equal(before[0], after[0])
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]


def test_a_score_that_chooses_and_one_that_grades_come_of_sequences_of_their_own() -> None:
    session = Session("adding", seq_len=8, device="cpu")
    first, second = session.task.halves()
    assert not set(first.tolist()) & set(second.tolist())
    assert len(first) + len(second) == len(session.task.held_out())


def test_a_repr_is_short() -> None:
    assert repr(swept()) == "Sweep(task='adding', trials=3, done=3, pruned=0, failed=0)"


@pytest.mark.parametrize(("name", "place"), [("lr", 0), ("cell", 1)])
def test_the_figure_has_a_line_a_trial_where_its_settings_are(name: str, place: int) -> None:
    found = swept()
    (lines,) = found.figure().data
    axis = lines.dimensions[place]
    values = np.log10(found.trials[name]) if name == "lr" else [["rnn", "gru"].index(one) for one in found.trials[name]]
    assert axis.label == name
    np.testing.assert_allclose(axis.values, values)
    np.testing.assert_array_equal(lines.dimensions[-1].values, found.trials.score)
