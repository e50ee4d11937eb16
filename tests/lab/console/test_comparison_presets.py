"""Presets of a comparison: one press sets the knobs of all models, and nothing that is compared."""

import copy
from typing import Any

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.lab import Comparison, compare
from rnnviz.lab.controls.presets import PresetButtons
from tests.lab.browser import Browser
from tests.lab.comparisons import Maker
from tests.lab.screens import classes
from tests.training.examples import WAIT

FAST = {"Fast": ({"lr": 0.1, "clip": None}, "Watch the curves shake.")}
SEEDS = (0, 1, 2)


def buttons(comparison: Comparison) -> PresetButtons:
    comparison.widget  # noqa: B018  # opens the screen
    found = comparison._console.screen.panel.rail.presets
    assert found is not None
    return found


def press(comparison: Comparison, browser: Browser, place: int) -> dict[str, Any]:
    button = buttons(comparison).buttons[place]
    button.value = not button.value
    browser.catch_up()
    assert comparison._runner.join(WAIT)
    browser.catch_up()
    return comparison._console.screen.panel.line.told


def test_one_press_sets_the_knobs_of_all_models_and_says_one_sentence(make_comparison: Maker) -> None:
    comparison = make_comparison(presets=FAST)
    browser = Browser(comparison)
    comparison.train(2)
    told = press(comparison, browser, 0)
    assert {(one.lr, one.clip) for one in comparison.settings.values()} == {(0.1, None)}
    assert (told["words"], told["link"]) == ("Watch the curves shake.", "")
    assert comparison.state.step == 2
    assert [one.value for one in buttons(comparison).buttons] == [True]
    assert comparison._console.knobs.widgets["lr"].value == 0.1


def test_a_press_changes_nothing_but_the_settings(make_comparison: Maker) -> None:
    pressed, told = make_comparison(presets=FAST), make_comparison()
    browser = Browser(pressed)
    for one in (pressed, told):
        one.train(3)
    press(pressed, browser, 0)
    told.set(lr=0.1, clip=None)
    for one in (pressed, told):
        one.train(3)
    for label, history in pressed.history.items():
        np.testing.assert_array_equal(history["loss"], told.history[label]["loss"])
    assert pressed.code(5) == told.code(5)


@pytest.mark.parametrize("anew", [False, True])
def test_a_new_model_for_each_can_be_undone(make_comparison: Maker, anew: bool) -> None:
    wide = rv.Preset("Wide", {"lr": 0.1} if anew else {"hidden_size": 6}, "Watch them.", anew=anew)
    comparison, twin = make_comparison(presets=[wide]), make_comparison()
    browser = Browser(comparison)
    for one in (comparison, twin):
        one.train(4)
    told = press(comparison, browser, 0)
    assert (comparison.state.step, told["words"], told["link"]) == (0, "Watch them.", "Undo, back to step 4")
    comparison.train(2)
    comparison.undo()
    assert [one.value for one in buttons(comparison).buttons] == [False]
    for one in (comparison, twin):
        one.train(4)
    for label, history in comparison.history.items():
        np.testing.assert_array_equal(history["loss"], twin.history[label]["loss"])


def test_presets_go_into_the_recipe_and_come_back() -> None:
    comparison = compare(["rnn", "gru"], "adding", seq_len=8, device="cpu", presets=FAST)
    again = Comparison.from_recipe(comparison.recipe(link=True))
    assert [(one.name, dict(one.settings)) for one in again._console.presets] == [("Fast", {"lr": 0.1, "clip": None})]
    assert Comparison.from_recipe(compare(["rnn", "gru"], "adding", seq_len=8).recipe())._console.presets is None


@pytest.mark.parametrize(
    ("models", "presets", "words"),
    [
        (
            ["rnn", "gru"],
            {"LSTM": {"cell": "lstm"}},
            "the preset 'LSTM' cannot be set here: cell cannot be set for all",
        ),
        (["rnn", "gru"], {"GRU": {"cell": "gru"}}, "the preset 'GRU' cannot be set here: cell cannot be set for all"),
        ([{"lr": 0.1}, {"lr": 0.2}], FAST, "the preset 'Fast' cannot be set here: lr cannot be set for all"),
        (["rnn", "gru"], {"Relu": {"nonlinearity": "relu"}}, "the preset 'Relu' cannot be set here: nonlinearity"),
        (["rnn", "gru"], {"Long": {"seq_len": 10**9}}, "the preset 'Long' cannot be set here: "),
        (["rnn", "gru"], 5, "presets must be a list of rv.Preset, got 5"),
        (["rnn", "gru"], "speed", "presets has no set 'speed'; the sets are task, forget_bias, rho, seq_len"),
    ],
)
def test_what_cannot_be_set_in_all_models_is_refused_with_a_sentence(models: Any, presets: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        compare(models, "adding", seq_len=8, device="cpu", presets=presets)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["rnn", "gru", "lstm"], ["Longer sequence", "Forget bias 4"]),
        ([{"cell": "rnn", "lr": 0.1}, {"cell": "rnn", "lr": 0.2}], ["Longer sequence"]),
        ([{"cell": "rnn", "seed": 1}, {"cell": "rnn", "seed": 2}], ["Longer sequence", "Make it explode"]),
        ([{"forget_bias": 0.0}, {"forget_bias": 2.0}], ["Longer sequence", "Make it explode"]),
        ([{"seq_len": 10}, {"seq_len": 20}], ["Forget bias 4", "Make it explode"]),
    ],
)
def test_a_comparison_offers_nothing_that_it_compares(make_comparison: Maker, models: Any, names: list[str]) -> None:
    comparison = make_comparison(*models)
    assert [one.description for one in buttons(comparison).buttons] == names


def test_named_controls_stand_alone_and_the_length_of_a_preset_stays(make_comparison: Maker) -> None:
    assert "rv-presets" not in classes(make_comparison(show=["lr"]).widget)
    assert "rv-presets" not in classes(make_comparison(presets=[]).widget)
    comparison = make_comparison()
    browser = Browser(comparison)
    for _ in range(2):
        press(comparison, browser, 0)
        assert comparison.sessions["gru"].settings.seq_len == 16


def reaches(comparison: Comparison) -> dict[str, float]:
    """How much of the gradient of the last timestep is left at the first, by model."""
    norms = {label: one.horizon.norms[-1].sum(axis=(0, 1)) for label, one in comparison.snapshot().models.items()}
    return {label: float(one[0] / one[-1]) for label, one in norms.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", ["temporal-order", "adding", "sunspots"])
def test_the_usual_ones_of_a_comparison_do_what_they_say(make_comparison: Maker, task: str, seed: int) -> None:
    comparison = make_comparison(task=task, seq_len=40, hidden_size=16, seed=seed)
    longer, bias = copy.copy(comparison._console._offer().presets(comparison.sessions["gru"].settings))
    comparison.train(5)
    before = reaches(comparison)
    comparison.set(**bias.settings)
    level = reaches(comparison)
    assert all(level[cell] > max(1000 * before[cell], 0.001) for cell in ("gru", "lstm"))
    assert level["rnn"] == before["rnn"]
    comparison.set(forget_bias=None, **longer.settings)
    after = reaches(comparison)
    assert all(after[cell] < before[cell] for cell in before)
