"""The sunspot record, its windows and its baselines."""

import sys

import numpy as np
import pytest
import torch

from rnnviz.tasks import Sunspots
from rnnviz.tasks.sunspots import monthly_sunspots
from tests.seeds import generator


@pytest.fixture(scope="module")
def task():
    return Sunspots(seq_len=24)


def test_the_record_has_the_published_length_and_values():
    months = monthly_sunspots()
    assert len(months) == 3126
    assert months[0] == 58.0  # January 1749
    assert months[12] == 73.3  # January 1750
    assert months.max() == 253.8  # October 1957, the highest month ever
    assert months.argmax() == (1957 - 1749) * 12 + 9


def test_the_record_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        monthly_sunspots()[0] = 0.0


def test_the_baselines_are_the_published_figures(task):
    errors = list(task.baselines().values())
    assert errors == pytest.approx([28.5, 32.2, 20.4], abs=0.05)


def test_the_naive_baseline_agrees_with_plain_numpy(task):
    months = monthly_sunspots()
    split = int(0.8 * len(months))
    naive = np.abs(months[split:] - months[split - 12 : -12]).mean()
    assert task.baselines()["same as now"] == pytest.approx(naive, rel=1e-12)


def test_a_held_out_window_ends_twelve_months_before_its_target(task):
    months, split = monthly_sunspots(), int(0.8 * 3126)
    held_out = task.held_out()
    assert len(held_out) == 3126 - split
    mean, deviation = months[:split].mean(), months[:split].std()
    for k in (0, 100, len(held_out) - 1):
        target = split + k
        window = months[target - 12 - 24 + 1 : target - 12 + 1]
        np.testing.assert_allclose(held_out.inputs[k, :, 0].numpy() * deviation + mean, window, atol=1e-4)
        assert held_out.targets[k, 0].item() * deviation + mean == pytest.approx(months[target], abs=1e-4)


def test_training_never_sees_a_held_out_month():
    task, trained = Sunspots(seq_len=12), monthly_sunspots()[: int(0.8 * 3126)]
    batch = task.batch(20_000, generator())
    mean, deviation = trained.mean(), trained.std()
    seen = torch.cat([batch.inputs.flatten(), batch.targets.flatten()]).numpy() * deviation + mean
    assert seen.max() == pytest.approx(trained.max(), abs=1e-3)
    assert trained.max() < monthly_sunspots().max()  # so a window from the held-out part would show
    assert batch.inputs.shape == (20_000, 12, 1)


def test_the_last_training_target_is_the_last_training_month():
    task, split = Sunspots(seq_len=12), int(0.8 * 3126)
    last = task._windows(torch.tensor([split - task.horizon - 12]))
    mean, deviation = monthly_sunspots()[:split].mean(), monthly_sunspots()[:split].std()
    assert last.targets.item() * deviation + mean == pytest.approx(monthly_sunspots()[split - 1], abs=1e-4)


def test_the_metric_is_the_mean_absolute_error_in_sunspot_numbers(task):
    deviation = monthly_sunspots()[: int(0.8 * 3126)].std()
    metric = task.metric(torch.tensor([[1.0], [0.0]]), torch.tensor([[0.0], [0.5]]))
    assert metric.item() == pytest.approx(0.75 * deviation, rel=1e-6)


def test_answering_the_present_month_scores_the_naive_baseline(task):
    held_out = task.held_out()
    assert task.metric(held_out.inputs[:, -1], held_out.targets).item() == pytest.approx(28.493, abs=1e-3)


def test_the_forecast_is_in_real_units_beside_truth_and_naive(task):
    held_out = task.held_out()
    forecast = task.prediction(held_out.targets)
    np.testing.assert_allclose(forecast.forecast, forecast.truth, atol=1e-3)
    np.testing.assert_array_equal(forecast.truth, monthly_sunspots()[2500:])
    np.testing.assert_array_equal(forecast.baseline, monthly_sunspots()[2488:-12])
    assert forecast.x[0] == pytest.approx(1749 + 2500 / 12)
    assert forecast.x.dtype == forecast.forecast.dtype == np.float64


def test_a_probe_sequence_is_labelled_with_its_months(task):
    labels, (start, width) = task.time_labels(0), task.sample_span(0)
    assert len(labels) == 24
    year, month = map(int, labels[0].split("-"))
    assert start == pytest.approx(year + (month - 1) / 12)
    assert width == pytest.approx(1 / 12)
    value = monthly_sunspots()[(year - 1749) * 12 + month - 1]
    trained = monthly_sunspots()[:2500]
    assert task.probe(1).inputs[0, 0, 0].item() * trained.std() + trained.mean() == pytest.approx(value, abs=1e-4)


def test_a_horizon_of_one_month_has_the_published_naive_error():
    assert Sunspots(horizon=1).baselines()["same as now"] == pytest.approx(14.1, abs=0.05)


def test_a_horizon_beyond_a_solar_cycle_is_refused():
    with pytest.raises(ValueError, match="horizon must be from 1 to 132 months, got 133"):
        Sunspots(horizon=133)


def test_without_statsmodels_one_sentence_says_what_to_install(monkeypatch):
    monthly_sunspots.cache_clear()
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'rnnviz\[chapters\]'"):
        monthly_sunspots()
