"""What a sweep does with good trials, bad ones and failed ones, and what it says of them."""

import math
import sys
from typing import Any

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.sweep.importance import shares
from rnnviz.sweep.trials.pruning import bars
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import Space
from tests.sweep.models import interrupted

TINY: dict[str, Any] = {"task": "adding", "steps": 8, "hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}
GRID = {"sampler": "grid", "optimizer": "sgd", "clip": None}


def done(number: int, score: float, *, curve: Any = (), **settings: Any) -> Row:
    return Row(number, settings, "done", score, score, 10, curve=curve)


def test_a_trial_whose_loss_is_no_number_is_a_row_with_its_reason_and_the_others_go_on() -> None:
    found = rv.sweep({"lr": [1e30, 1e-3]}, trials=2, **TINY, **GRID)
    bad, good = found.rows
    assert (bad["state"], good["state"]) == ("failed", "done")
    assert math.isnan(bad["score"])
    assert bad["reason"].startswith(("NonFiniteLoss: ", "FloatingPointError: "))
    assert found.best["lr"] == 1e-3


def test_settings_that_do_not_go_together_are_a_failed_trial() -> None:
    found = rv.sweep({"cell": ["rnn", "lstm"]}, trials=2, nonlinearity="relu", sampler="grid", **TINY)
    assert list(found.trials["state"]) == ["done", "failed"]
    assert "nonlinearity 'relu' exists only for the plain RNN" in found.rows[1]["reason"]


def test_where_every_trial_failed_there_is_no_best_and_a_sentence_says_why() -> None:
    found = rv.sweep({"cell": ["gru", "lstm"]}, trials=2, nonlinearity="relu", sampler="grid", **TINY)
    with pytest.raises(RuntimeError, match="no trial has trained to its end, so there is no best one: ValueError: non"):
        _ = found.best
    assert len(found.figure().data[0].dimensions[-1].values) == 0


def test_a_trial_below_the_median_of_the_others_is_given_up_on_its_way() -> None:
    rates = [1e-2, 1.1e-2, 1.2e-2, 1.3e-2, 1.4e-2, 1e-7]
    found = rv.sweep({"lr": rates}, trials=6, **{**TINY, "steps": 40}, sampler="grid")
    last = found.rows[-1]
    assert (last["state"], last["step"]) == ("pruned", 10)
    assert math.isnan(last["test"])
    assert last["reason"] == "below the median of the trials before it after 10 steps"
    assert found.best["lr"] != 1e-7


def test_nothing_is_given_up_where_nobody_wants_that() -> None:
    rates = [1e-2, 1.1e-2, 1.2e-2, 1.3e-2, 1.4e-2, 1e-7]
    found = rv.sweep({"lr": rates}, trials=6, prune=False, **{**TINY, "steps": 40}, sampler="grid")
    assert set(found.trials["state"]) == {"done"}


def test_a_bar_is_the_median_of_the_best_scores_so_far_of_five_trials() -> None:
    rows = [done(n, 0.0, curve=((2, 0.0, 1.0 + n), (4, 0.0, 9.0), (8, 0.0, 0.5))) for n in range(5)]
    found = bars(rows, (2, 4, 8), higher_is_better=False)
    assert math.isnan(found[0])
    assert found[1] == 3.0  # the best of (1 … 5, 9), not the last
    assert math.isnan(found[2])
    assert all(map(math.isnan, bars(rows[:4], (2, 4, 8), higher_is_better=False)))


def test_the_curve_of_a_trial_ends_with_its_score() -> None:
    found = rv.sweep({"lr": [1e-2]}, trials=1, **TINY, sampler="grid")
    assert found.curves[0].shape == (8, 3)
    assert found.curves[0][-1, 2] == found.score


def test_importance_is_the_share_of_the_variance_that_a_setting_explains() -> None:
    numbers = np.random.default_rng(0).permutation(40)
    rows = [done(n, float(n < 20), lr=float(n) + 1, hidden_size=int(other)) for n, other in enumerate(numbers)]
    found = shares(Space.of({"lr": ("linear", 1, 100), "hidden_size": ("int", 1, 50)}), rows)
    # by hand: lr's five groups of eight have the means 1, 1, 1/2, 0, 0, so 2 of the variance of 10 are left
    assert found["lr"] == pytest.approx(1 - 2 / 10 * 39 / 35)
    assert next(iter(found)) == "lr"
    assert found["hidden_size"] < 0.2


def test_importance_of_choices_goes_by_choice() -> None:
    rows = [done(n, 1.0 if n % 2 else 0.0, cell="gru" if n % 2 else "rnn", seed=n % 3) for n in range(12)]
    found = shares(Space.of({"cell": ["rnn", "gru"], "seed": [0, 1, 2]}), rows)
    assert found == {"cell": 1.0, "seed": 0.0}


def test_importance_of_few_trials_is_refused() -> None:
    found = rv.sweep({"lr": [1e-2]}, trials=1, **TINY, sampler="grid")
    with pytest.raises(ValueError, match="importance needs 10 trials with a score, got 1; let the sweep go on"):
        found.importance()


def test_printed_it_tells_how_far_it_is_and_what_was_best() -> None:
    found = rv.sweep({"cell": ["rnn"]}, trials=1, **TINY, sampler="grid")
    start = "1 of 1 trial: 1 done, 0 running, 0 pruned, 0 failed. Best: MSE "
    assert str(found).startswith(start)
    assert str(found).endswith(" with cell rnn.")


def test_an_interrupt_gives_back_what_has_finished() -> None:
    space, asked = {"seed": [0, 1, 2, 3]}, {**TINY, "sampler": "grid", "model": interrupted}
    found = rv.sweep(space, trials=4, **asked)
    assert found.interrupted
    assert found.rows == rv.sweep(space, trials=2, **asked).rows
    assert repr(found) == "Sweep(task='adding', trials=2 of 4, done=2, pruned=0, failed=0)"


def test_without_optuna_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ModuleNotFoundError, match="a sweep needs Optuna, which is not installed; run: pip install"):
        rv.sweep({"lr": ("log", 1e-3, 1e-2)}, trials=1, **TINY)
    assert len(rv.sweep({"lr": [1e-2]}, trials=1, **TINY, sampler="grid")) == 1


def test_optuna_says_nothing_and_its_own_words_are_left_on(capfd: pytest.CaptureFixture[str]) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    rv.sweep({"lr": ("log", 1e-3, 1e-2)}, trials=2, **TINY)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before
