"""Forecasts from many origins, against truths made by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.tasks import Record, Series, Weather, from_series, rolling_origins
from rnnviz.tasks.series.rolling import Rolling
from tests.tasks.series.lines import rising


class Says(nn.Module):
    """A rule in place of a network; it has a weight, and notes in which mode it was asked."""

    def __init__(self, rule):
        super().__init__()
        self.rule, self.modes = rule, []
        self.weight = nn.Parameter(torch.zeros(1))
        self.drop = nn.Dropout(0.5)

    def forward(self, inputs):
        self.modes.append((self.training, torch.is_grad_enabled()))
        return self.drop(self.rule(inputs)) if self.training else self.rule(inputs)


def oscillation(count=300):
    values = [1.0, 0.4]
    while len(values) < count:
        values.append(1.9 * values[-1] - 0.95 * values[-2])
    return np.array(values)


def one_step(record):
    return Series(record, lookback=6)


def test_repeating_the_last_value_is_off_by_the_steps_of_a_line():
    made = rolling_origins(one_step(Record.of(rising())), Says(lambda x: x[:, -1]), steps=5)
    np.testing.assert_allclose(made.mae(), [1, 2, 3, 4, 5], rtol=1e-4)
    np.testing.assert_allclose(made.skill(), 0, atol=1e-4)


def test_the_recursive_forecast_reads_its_own_answers():
    # going on as from the last but one value to the last one is right about a line, however far
    made = rolling_origins(one_step(Record.of(rising())), Says(lambda x: 2 * x[:, -1] - x[:, -2]), steps=9)
    np.testing.assert_allclose(made.mae(), 0, atol=1e-3)
    np.testing.assert_allclose(made.skill(), 1, atol=1e-3)


def test_no_forecast_reads_what_comes_after_its_origin():
    values, other = rising(), rising()
    other[185:] = -50.0
    rule = Says(lambda x: 2 * x[:, -1] - x[:, -2])
    first, second = (rolling_origins(one_step(Record.of(one)), rule, steps=4) for one in (values, other))
    before = first.origins < 185
    for name, said in first.forecasts.items():
        np.testing.assert_array_equal(said[before], second.forecasts[name][before])


@pytest.mark.parametrize(("part", "start", "end"), [("train", 0, 140), ("validation", 140, 170), ("test", 170, 200)])
def test_all_answers_lie_in_the_part_that_is_asked_for(part, start, end):
    made = rolling_origins(one_step(Record.of(rising())), Says(lambda x: x[:, -1]), steps=3, part=part)
    assert made.origins.tolist() == list(range(max(start - 1, 5), end - 3))
    np.testing.assert_array_equal(made.truth[:, :, 0], made.origins[:, None] + np.array([1, 2, 3]))


def test_the_direct_forecast_is_the_models_answer_in_real_units():
    task = from_series(np.column_stack([rising(), 5 * rising()]), lookback=4, horizon=3)
    held_out = task.held_out()
    right = {tuple(x.flatten().tolist()): y for x, y in zip(held_out.inputs, held_out.targets, strict=True)}
    made = rolling_origins(task, Says(lambda x: torch.stack([right[tuple(one.flatten().tolist())] for one in x])))
    assert made.ahead == (1, 2, 3)
    assert made.network.shape == (len(made.origins), 3, 2)
    np.testing.assert_allclose(made.mae(), 0, atol=1e-3)


def test_several_features_are_asked_on_and_on():
    values = np.column_stack([rising(), 100 - 3 * rising()])
    made = rolling_origins(one_step(Record.of(values)), Says(lambda x: 2 * x[:, -1] - x[:, -2]), steps=6)
    np.testing.assert_allclose(made.network, made.truth, atol=1e-2)


def test_a_differenced_series_is_put_back_step_by_step():
    values = rising() + np.tile([0.0, 3.0, -2.0, 1.0], 50)
    task = Series(Record.of(values), lookback=6, difference=4)
    made = rolling_origins(task, Says(lambda x: x[:, -1]), steps=4)  # a change over 4 steps is always 4
    np.testing.assert_allclose(made.mae(), 0, atol=1e-3)


def test_every_rule_is_scored_beside_the_network():
    values = np.tile([3.0, 1.0, 4.0, 1.0, 5.0], 60)
    task = one_step(Record.of(values, season=5))
    made = rolling_origins(task, Says(lambda x: x[:, -1]), steps=7)
    assert list(made.forecasts) == ["network", "same as now", "same as 5 steps before", "linear in the window"]
    np.testing.assert_array_equal(made.mae("same as 5 steps before"), 0)
    np.testing.assert_allclose(made.mae("linear in the window"), 0, atol=1e-8)
    np.testing.assert_allclose(made.skill("same as 5 steps before")[:4], 1)
    assert made.mae("same as now")[4] == 0  # five steps on
    assert np.isnan(made.skill()[4])


def test_the_skill_score_is_one_minus_the_ratio_of_the_errors():
    truth = np.zeros((2, 2, 1))
    made = Rolling(np.arange(2), (1, 2), truth, {"network": truth + 1, "same as now": truth + 4, "other": truth + 0.5})
    np.testing.assert_allclose(made.skill(), 0.75)
    np.testing.assert_allclose(made.skill(against="other"), -1)
    np.testing.assert_allclose(made.skill("other"), 0.875)


def test_a_band_is_the_forecast_plus_quantiles_of_the_earlier_errors():
    errors = np.arange(11.0)[:, None, None]  # 0 to 10
    earlier = Rolling(np.arange(11), (1,), errors, {"network": np.zeros_like(errors)})
    truth = np.array([100.5, 102.0, 105.0, 108.9, 111.0])[:, None, None]
    later = Rolling(np.arange(20, 25), (1,), truth, {"network": np.full_like(truth, 100.0)})
    band = later.interval(earlier, level=0.8)
    np.testing.assert_allclose([band.low[0, 0, 0], band.high[0, 0, 0]], [101.0, 109.0])
    np.testing.assert_allclose(band.coverage, [3 / 5])


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_a_band_holds_about_what_it_promises_where_the_noise_stays_the_same(level):
    noise = np.random.default_rng(0).normal(size=4000)
    task = one_step(Record.of(noise))
    model = Says(lambda x: 0 * x[:, -1])
    parts = [rolling_origins(task, model, steps=3, part=part) for part in ("validation", "test")]
    np.testing.assert_allclose(parts[1].interval(parts[0], level).coverage, level, atol=0.05)


def test_a_band_is_not_measured_on_what_it_was_made_of():
    made = rolling_origins(one_step(Record.of(rising())), Says(lambda x: x[:, -1]), steps=3)
    with pytest.raises(ValueError, match="earlier must have other origins"):
        made.interval(made)


def test_a_model_is_asked_in_eval_mode_and_left_as_it_was():
    model = Says(lambda x: x[:, -1])
    model.train()
    model.drop.eval()
    rolling_origins(one_step(Record.of(rising())), model, steps=2)
    assert set(model.modes) == {(False, False)}
    assert (model.training, model.drop.training) == (True, False)


def test_a_model_that_fails_is_left_in_its_mode():
    model = Says(lambda x: x.nothing).train()
    with pytest.raises(AttributeError):
        rolling_origins(one_step(Record.of(rising())), model)
    assert model.training


@pytest.mark.parametrize(
    ("task", "steps", "words"),
    [
        (from_series(rising(), lookback=5, horizon=3), 4, "steps must be 3, as the task has, got 4"),
        (Series(Record.of(rising()), lookback=5, horizon=3, path=False), 2, "steps must be 3"),
        (from_series(rising(), lookback=5), 100, "the test part must be at least horizon=100 rows long, got 40"),
        (from_series(rising(), lookback=5), 0, "steps must be at least 1"),
    ],
)
def test_steps_that_a_model_cannot_reach_are_refused(task, steps, words):
    with pytest.raises(ValueError, match=words):
        rolling_origins(task, Says(lambda x: x[:, -1]), steps=steps)


def test_a_forecast_that_leaves_features_open_cannot_go_on():
    with pytest.raises(ValueError, match="answers every feature it reads"):
        rolling_origins(Weather(), Says(lambda x: x[:, -1, 1:3]), steps=2)


def test_the_linear_rule_foresees_an_oscillation_for_many_steps():
    made = rolling_origins(one_step(Record.of(oscillation())), Says(lambda x: x[:, -1]), steps=12)
    assert made.skill("linear in the window").min() > 0.99
