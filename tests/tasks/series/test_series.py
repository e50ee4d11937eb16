"""A series as a task: parts in time, windows that stay in theirs, scaling, baselines."""

import numpy as np
import pytest
import torch

from rnnviz.tasks import CO2, Series, Weather, from_series
from rnnviz.tasks.series import Record
from tests.seeds import generator
from tests.tasks.series.lines import rising


def walk(count=400, features=1, seed=0):
    steps = np.random.default_rng(seed).normal(size=(count, features))
    return np.cumsum(steps, 0)


def rows_of(task, tensor):
    return tensor.double().numpy() * task._deviation[0] + task._mean[0]


def test_the_parts_follow_each_other_and_leave_no_row_out():
    record = Record.of(rising(1000))
    assert dict(record.parts) == {"train": (0, 700), "validation": (700, 850), "test": (850, 1000)}


def test_the_test_share_is_what_was_asked_for():
    record = from_series(rising(), lookback=10, test_share=0.25).record
    assert record.parts["test"] == (150, 200)


@pytest.mark.parametrize(("horizon", "difference"), [(1, 0), (4, 0), (4, 7)])
def test_no_training_window_holds_a_row_behind_the_training_part(horizon, difference):
    task = Series(Record.of(walk(300)), lookback=12, horizon=horizon, difference=difference)
    batch = task.batch(4000, generator())
    seen = torch.cat([batch.inputs.flatten(), batch.targets.flatten()])
    trained = task._series[: task.record.trained - difference, 0]
    assert torch.isin(seen, trained).all()
    assert torch.isin(trained, seen).all()  # and every row of it comes up
    assert not torch.isin(task._series[task.record.trained - difference :, 0], seen).any()


@pytest.mark.parametrize("difference", [0, 6])
def test_what_comes_after_the_training_part_changes_nothing_that_is_trained_on(difference):
    values, other = walk(300), walk(300)
    other[210:] = 1e6 * walk(90, seed=1)
    made = [Series(Record.of(one), lookback=12, horizon=3, difference=difference) for one in (values, other)]
    first, second = (task.batch(500, generator()) for task in made)
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.targets, second.targets)


def test_what_comes_in_the_test_part_changes_no_weight_of_the_linear_rule():
    values, other = walk(300), walk(300)
    other[280:] += 50.0
    first, second = (Series(Record.of(one), lookback=12) for one in (values, other))
    origins = np.arange(230, 250)
    for name, said in first.simple(origins).items():
        np.testing.assert_array_equal(said, second.simple(origins)[name])


def test_a_gap_over_a_split_is_not_filled_with_what_lies_behind_it():
    values = rising(100)
    values[65:75] = np.nan  # the training part ends at 70
    record = Record.of(values)
    assert record.values[65:75, 0].tolist() == [64.0] * 10
    assert record.missing[:, 0].nonzero()[0].tolist() == list(range(65, 75))


def test_a_gap_in_the_training_part_becomes_a_straight_line():
    values = rising(100)
    values[20:30] = np.nan
    np.testing.assert_allclose(Record.of(values).values[:, 0], rising(100))


def test_no_filled_value_is_ever_scored():
    values = rising(200)
    values[[185, 190]] = np.nan
    task = Series(Record.of(values), lookback=5, horizon=3)
    rows = task.origins()[:, None] + np.arange(1, 4)
    assert not np.isin([185, 190], rows).any()
    assert len(task.held_out()) == len(rows)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_every_answer_of_a_window_lies_in_its_part(part):
    task = Series(Record.of(rising()), lookback=9, horizon=4)
    start, end = task.record.parts[part]
    origins = task.origins(part)
    assert origins.min() + 1 == max(start, 9)
    assert origins.max() + 4 == end - 1


def test_a_window_holds_the_rows_up_to_its_origin_and_answers_those_after_it():
    task = Series(Record.of(rising()), lookback=6, horizon=3)
    batch = task.windows(np.array([50, 160]))
    np.testing.assert_allclose(rows_of(task, batch.inputs)[0, :, 0], np.arange(45, 51), atol=1e-4)
    np.testing.assert_allclose(rows_of(task, batch.targets)[1], [161, 162, 163], atol=1e-4)


def test_one_answer_is_that_at_the_horizon():
    task = Series(Record.of(rising()), lookback=6, horizon=3, path=False)
    assert task.output_size == 1
    np.testing.assert_allclose(rows_of(task, task.windows(np.array([50])).targets)[0], [53], atol=1e-4)


def test_several_features_are_answered_step_by_step():
    values = np.column_stack([rising(), 1000 + 2 * rising(), -rising()])
    task = Series(Record.of(values), lookback=5, horizon=2, answers=["value 3", "value 1"])
    assert (task.input_size, task.output_size) == (3, 4)
    origins = np.array([170])
    real = task.real(task.windows(origins).targets, origins)
    np.testing.assert_allclose(real[0], [[-171, 171], [-172, 172]], atol=1e-3)


def test_the_scale_is_that_of_the_training_part_alone():
    values = np.column_stack([walk(), 100 * walk(seed=1)])
    task = Series(Record.of(values), lookback=5)
    scaled = task._scaled[: task.record.trained]
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(0), 1, atol=1e-12)


def test_a_differenced_forecast_is_put_back_on_what_was_known():
    values = walk(300) + 0.1 * rising(300)[:, None]
    task = Series(Record.of(values), lookback=10, horizon=4, difference=7)
    origins = task.origins()
    real = task.real(task.windows(origins).targets, origins)
    np.testing.assert_allclose(real, task.truth(origins), atol=1e-4)


def test_a_difference_shorter_than_the_horizon_would_need_the_future():
    with pytest.raises(ValueError, match=r"difference must be 0 or at least horizon=4, .* got 3\."):
        Series(Record.of(rising()), lookback=5, horizon=4, difference=3)


def test_the_metric_is_the_mean_absolute_error_in_the_datas_own_units():
    values = np.column_stack([walk(), 100 * walk(seed=1)])
    task = from_series(values, lookback=8, horizon=3)
    held_out, origins = task.held_out(), task.origins()
    outputs = held_out.targets + 0.5 * torch.randn(held_out.targets.shape, generator=generator())
    by_hand = np.abs(task.real(outputs, origins) - task.truth(origins)).mean()
    assert task.metric(outputs, held_out.targets).item() == pytest.approx(by_hand, rel=1e-5)


def test_saying_the_last_value_scores_the_naive_baseline():
    task = from_series(walk(), lookback=8)
    held_out = task.held_out()
    naive = task.metric(held_out.inputs[:, -1], held_out.targets).item()
    assert naive == pytest.approx(task.baselines()["same as now"], rel=1e-5)


def test_the_seasonal_rule_is_exact_for_what_comes_round_again():
    values = np.tile([3.0, 1.0, 4.0, 1.0, 5.0], 80)
    task = Series(Record.of(values, season=5), lookback=7, horizon=9)
    assert task.baselines()["same as 5 steps before"] == 0


def test_the_seasonal_rule_reads_nothing_after_the_origin():
    values = walk(300)
    task = Series(Record.of(values, season=5), lookback=7, horizon=9)
    other = values.copy()
    other[260:] = 0.0
    blind = Series(Record.of(other, season=5), lookback=7, horizon=9)
    origins = np.array([258, 259])
    name = "same as 5 steps before"
    np.testing.assert_array_equal(task.simple(origins)[name], blind.simple(origins)[name])


def test_the_linear_rule_finds_a_linear_law():
    values = [1.0, 0.5]
    for _ in range(58):
        values.append(1.2 * values[-1] - 0.7 * values[-2] + 0.3)
    task = from_series(values, lookback=2)
    assert task.baselines()["linear in the window"] < 1e-8


def test_the_linear_rule_agrees_with_sums_written_out():
    values = walk(200)
    task = Series(Record.of(values), lookback=3, horizon=2)
    scaled = (values - values[:140].mean()) / values[:140].std()
    rows = np.array([[*scaled[t - 2 : t + 1, 0], 1.0] for t in range(2, 138)])
    later = np.array([scaled[t + 1 : t + 3, 0] for t in range(2, 138)])
    weights = np.linalg.solve(rows.T @ rows, rows.T @ later)
    wanted = np.array([*scaled[178:181, 0], 1.0]) @ weights * values[:140].std() + values[:140].mean()
    np.testing.assert_allclose(task.simple(np.array([180]))["linear in the window"][0, :, 0], wanted, rtol=1e-8)


def test_the_picture_is_in_real_units_beside_truth_and_naive():
    task = from_series(walk(), lookback=8, horizon=3)
    shown, origins = task.prediction(task.held_out().targets), task.origins()
    np.testing.assert_allclose(shown.forecast, shown.truth, atol=1e-4)
    np.testing.assert_array_equal(shown.truth, walk()[origins + 3, 0])
    np.testing.assert_array_equal(shown.baseline, walk()[origins, 0])
    np.testing.assert_array_equal(shown.x, origins + 3)


def test_a_very_long_series_is_held_out_in_part_and_evenly():
    task = from_series(rising(50_000), lookback=5)
    assert len(task.held_out()) <= 2048
    assert len(np.unique(np.diff(task._held_out()))) == 1


def test_co2_has_the_published_length_and_known_errors():
    task = CO2()
    assert task.record.values.shape == (2284, 1)
    assert task.record.values[0, 0] == 316.1  # 29 March 1958
    assert task.record.missing.sum() == 59
    assert "59 missing values were filled in, and are never scored." in task.source
    assert task.baselines()["same as now"] == pytest.approx(1.11, abs=0.005)


def test_co2_is_tested_above_everything_it_was_trained_on():
    record = CO2().record
    trained, tested = (record.values[slice(*record.parts[part])] for part in ("train", "test"))
    assert trained.max() == pytest.approx(354.5, abs=0.05)
    assert np.median(tested) > trained.max() + 7


def test_a_year_of_weeks_taken_off_brings_co2_into_the_range_of_its_training_part():
    task = CO2(difference=52)
    trained = task._scaled[: task.record.trained - 52]
    tested = task._scaled[task.record.validated - 52 :]
    assert np.mean((tested > trained.min()) & (tested < trained.max())) > 0.97


def test_weather_reads_four_features_and_answers_two():
    task = Weather()
    assert (task.input_size, task.output_size) == (4, 2)
    assert task.record.labels(slice(0, 2)) == ("2012-01-01", "2012-01-02")
    assert task.record.values[0].tolist() == [0.0, 12.8, 5.0, 4.7]
    assert len(task.record.values) == 1461


def test_a_line_has_nothing_left_to_forecast_once_it_is_differenced():
    task = Series(Record.of(0.1 * rising(300) + 7), lookback=5, horizon=2, difference=3)
    assert task.still.all()
    origins = task.origins()
    np.testing.assert_allclose(task.real(torch.zeros(len(origins), 2), origins), task.truth(origins), rtol=1e-9)


def test_a_test_part_of_gaps_alone_cannot_be_scored():
    values = rising(100)
    values[85:99] = np.nan
    with pytest.raises(ValueError, match="the test part must have a window whose answers were measured"):
        Series(Record.of(values), lookback=5, horizon=2)


def test_every_tensor_goes_where_the_task_goes():
    task = from_series(walk(features=2), lookback=8, horizon=3)
    away = task.to("meta")
    held = {name for name, value in vars(task).items() if isinstance(value, torch.Tensor)}
    assert {name for name, value in vars(away).items() if isinstance(value, torch.Tensor) and value.is_meta} == held
