"""The recipe of a comparison is exact, and whatever else it may be given, nothing but one clear error."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.export.comparison_recipe import ComparisonRecipe
from rnnviz.export.recipe import Recipe
from rnnviz.training import Settings
from rnnviz.training.comparison.entries import lockstep_of
from tests.export.recipes import JSON, RECIPES, SETTINGS, assert_read_or_refused, refused

MODELS = [{"lr": 0.1}, {"lr": 0.01, "clip": None}]
PLAIN = {"rnnviz": 1, "task": "adding", "settings": {"seq_len": 12}, "models": MODELS}


def own(one: Settings) -> dict[str, Any]:
    """Some settings that any model can have for itself."""
    return {"lr": one.lr, "clip": one.clip, "seed": one.seed, "hidden_size": one.hidden_size}


RACES = st.builds(
    ComparisonRecipe, common=RECIPES, models=st.lists(SETTINGS.map(own), min_size=2, max_size=4).map(tuple)
)


@given(RACES)
def test_every_recipe_comes_back_exactly_from_its_text_and_from_its_link(recipe: ComparisonRecipe) -> None:
    assert ComparisonRecipe.parse(recipe.text()) == recipe
    assert ComparisonRecipe.parse("see https://example.org/?" + recipe.link() + "&x=1") == recipe


@pytest.mark.parametrize(
    ("models", "common"),
    [
        (["rnn", "gru", "lstm"], {}),
        ([{"lr": 0.1}, {"clip": None}], {"cell": "gru"}),
        ([{"cell": "rnn", "nonlinearity": "relu"}, {"nonlinearity": "tanh"}], {}),
        ([{"cell": "gru"}, {"cell": "rnn", "nonlinearity": "relu"}, {"cell": "rnn"}], {"lr": 1 / 3}),
        ([{"seq_len": 8}, {"seq_len": 9}], {}),
        ([{}, {"hidden_size": 5}], {"bidirectional": True}),
    ],
)
def test_a_recipe_gives_every_model_its_settings(models: Any, common: dict[str, Any]) -> None:
    lockstep = lockstep_of(models, "adding", device="cpu", **common)
    recipes = [Recipe.of(one.task, one.settings) for one in lockstep.sessions.values()]
    made = ComparisonRecipe.parse(ComparisonRecipe.of(recipes, list(lockstep.stated.values())).text())
    assert list(made.settings) == [one.settings for one in lockstep.sessions.values()]


def test_a_race_knows_what_each_model_was_asked_for_by_itself() -> None:
    lockstep = lockstep_of(
        [{"lr": 0.1, "cell": "gru"}, {"lr": 0.01, "cell": "gru", "clip": None}], "adding", device="cpu"
    )
    assert list(lockstep.stated.values()) == [("lr",), ("lr", "clip")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(PLAIN | {"models": MODELS[:1]}), "models must hold 2 to 4 entries, got 1"),
        (json.dumps(PLAIN | {"models": MODELS * 3}), "models must hold 2 to 4 entries, got 6"),
        (json.dumps(PLAIN | {"models": "rnn"}), "models must be a list of settings by name, got 'rnn'"),
        (json.dumps(PLAIN | {"models": ["rnn", "gru"]}), r"models must be a list of settings by name, got \['rnn'"),
        (json.dumps(PLAIN | {"models": [{"nope": 1}, {}]}), "models has no 'nope'; known: lr, "),
        (json.dumps(PLAIN | {"models": [{"lr": -1}, {}]}), "lr must be"),
        (json.dumps(PLAIN | {"models": [{"hidden_size": 10**6}, {}]}), "hidden_size must be at most 512"),
        (json.dumps({name: value for name, value in PLAIN.items() if name != "models"}), "rv.Lab.from_recipe"),
        ("nothing", "there is no recipe in this text"),
    ],
)
def test_a_bad_recipe_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ComparisonRecipe.parse(text)


def test_a_lab_says_that_a_recipe_is_that_of_a_comparison() -> None:
    assert "read it with rv.Comparison.from_recipe" in refused(json.dumps(PLAIN))


@settings(max_examples=150)
@given(st.sampled_from([*PLAIN, "options"]), JSON)
def test_no_value_in_the_place_of_another_breaks_the_reader(name: str, value: Any) -> None:
    assert_read_or_refused(json.dumps(PLAIN | {name: value}), ComparisonRecipe)


@settings(max_examples=100)
@given(st.sampled_from([*Settings.__dataclass_fields__]), JSON)
def test_no_value_of_a_models_setting_breaks_the_reader(name: str, value: Any) -> None:
    assert_read_or_refused(json.dumps(PLAIN | {"models": [{name: value}, {}]}), ComparisonRecipe)
