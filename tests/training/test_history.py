"""History keeps first and last, in bounded memory, and finds the first bad step."""

import math

import numpy as np
import psutil
import pytest
import torch

from rnnviz.training import History


def row(loss=1.0, norm=2.0):
    return torch.tensor([loss, 0.5, norm, norm])


def filled(steps, **options):
    """Return a history whose loss is its step."""
    history = History(["w"], "cpu", **options)
    for step in range(1, steps + 1):
        history.append(row(step, 2 * step), lr=1e-3 * step, clip=100.0)
    return history


@pytest.mark.parametrize("steps", [0, 1, 7, 8, 9, 15, 16, 17, 31, 100, 1000])
def test_first_and_last_are_kept_and_all_columns_tell_of_the_same_steps(steps):
    history = filled(steps, capacity=8, recent=4)
    columns = history.columns()
    kept = columns["step"]
    assert history.rows == len(kept) <= 9
    np.testing.assert_array_equal(columns["loss"], kept)
    np.testing.assert_array_equal(columns["grad_norm"], 2 * kept)
    np.testing.assert_array_equal(columns["clipped"], 2 * kept > 100)
    np.testing.assert_allclose(columns["lr"], 1e-3 * kept)
    np.testing.assert_array_equal(history.parameter_norms["w"], 2 * kept)
    if steps:
        assert kept[0] == 1
        assert kept[-1] == steps
    assert (np.diff(kept) > 0).all()


def test_every_step_is_kept_until_the_store_is_full():
    np.testing.assert_array_equal(filled(2048)["step"], np.arange(1, 2049))


def test_a_full_store_keeps_evenly_spaced_steps():
    kept = filled(100, capacity=8, recent=4)["step"]
    np.testing.assert_array_equal(kept, [1, 17, 33, 49, 65, 81, 97, 100])


def test_an_unknown_column_lists_the_known():
    with pytest.raises(KeyError, match="no column 'accuracy' in the history; the columns are step, loss, metric"):
        filled(1)["accuracy"]


def test_without_a_threshold_nothing_is_clipped():
    history = History(["w"], "cpu")
    history.append(row(norm=1e6), lr=0.1, clip=None)
    assert history["clipped"].tolist() == [0.0]
    assert history["clip"].tolist() == [math.inf]


def test_the_threshold_of_each_step_is_kept_on_the_same_rows():
    history = History(["w"], "cpu", capacity=8, recent=4)
    for step in range(1, 31):
        history.append(row(norm=7.0), lr=0.1, clip=float(step))
    np.testing.assert_array_equal(history["clip"], history["step"])
    np.testing.assert_array_equal(history["clipped"], history["step"] < 7)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("column", [0, 2])
@pytest.mark.parametrize("step", [2, 40, 512, 513, 700])
def test_the_first_bad_step_is_found_exactly_with_the_norm_before(step, column, bad):
    history = filled(step - 1)
    spoiled = row(step, 2 * step)
    spoiled[column] = bad
    history.append(spoiled, lr=0.1, clip=None)
    for _ in range(255):
        history.append(row(math.nan, math.nan), lr=0.1, clip=None)
    assert history.first_bad() == (step, 2.0 * (step - 1))


def test_a_bad_first_step_has_no_norm_before():
    history = History(["w"], "cpu")
    history.append(row(math.nan), lr=0.1, clip=None)
    step, norm = history.first_bad()
    assert step == 1
    assert math.isnan(norm)


def test_asked_late_the_first_bad_row_that_was_kept_is_told():
    history = filled(99, capacity=8, recent=4)
    for _ in range(30):
        history.append(row(math.nan), lr=0.1, clip=None)
    step, norm = history.first_bad()
    assert 100 <= step <= 129
    assert norm == 2.0 * 97  # the last sound row that was kept


def test_a_sound_history_has_no_bad_step():
    assert filled(600).first_bad() is None


def test_the_latest_loss_is_the_last_rows():
    assert math.isnan(filled(0).latest_loss())
    assert filled(513).latest_loss() == 513.0


@pytest.mark.timeout(240)
def test_a_million_steps_stay_under_fifty_megabytes():
    """Measured on the process: with the 18 parameters of a two-layer, two-way LSTM."""
    history = History([f"w{k}" for k in range(18)], "cpu")
    rows = torch.ones(21)
    process = psutil.Process()
    for _ in range(10_000):  # what Python and torch allocate once
        history.append(rows, lr=0.1, clip=1.0)
    before = process.memory_info().rss
    for _ in range(990_000):
        history.append(rows, lr=0.1, clip=1.0)
    assert history.step == 1_000_000
    assert process.memory_info().rss - before < 20e6
    held = sum(store.nbytes for store in vars(history).values() if isinstance(store, np.ndarray))
    held += sum(store.nbytes for store in vars(history).values() if isinstance(store, torch.Tensor))
    assert held < 1e6
    assert history["step"][[0, -1]].tolist() == [1, 1_000_000]


@pytest.mark.parametrize("bad", [2, 300, 512, 513, 1100])
def test_the_first_bad_step_is_found_by_who_has_looked_all_along(bad):
    history = History(["w"], "cpu")
    for step in range(1, bad):
        history.append(row(step, 2 * step), lr=0.1, clip=None)
        if step % 7 == 0:
            assert history.first_bad() is None
    for _ in range(3):
        history.append(row(math.nan, math.nan), lr=0.1, clip=None)
    assert history.first_bad() == (bad, 2.0 * (bad - 1))
    assert history.first_bad() == (bad, 2.0 * (bad - 1))


def test_losses_that_only_add_up_to_infinity_are_sound():
    history = History(["w"], "cpu")
    for _ in range(5):
        history.append(row(3e38, 3e38), lr=0.1, clip=None)
    assert history.first_bad() is None
