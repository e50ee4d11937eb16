"""A recipe is exact, small, and whatever else it may be given, nothing but one clear error."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz.export.recipe import Recipe
from rnnviz.tasks import Adding, CopyMemory, Digits, Sunspots, TemporalOrder
from rnnviz.training import Session, Settings
from tests.export.recipes import JSON, PLAIN, RECIPES, assert_read_or_refused, refused
from tests.training.examples import Echo


def changed(**changes: Any) -> str:
    return json.dumps(PLAIN | changes)


@given(RECIPES)
def test_every_recipe_comes_back_exactly_from_its_text_and_from_its_link(recipe: Recipe) -> None:
    assert Recipe.parse(recipe.text()) == recipe
    assert Recipe.parse(f"https://example.org/lab?kernel=1&{recipe.link()}&x=2#top") == recipe


def test_a_link_needs_no_character_that_an_address_would_change() -> None:
    link = Recipe(task="adding", settings=Settings(), views=("é", "?")).link()
    assert quote(link, safe="=") == link


def test_a_recipe_is_found_in_a_message_around_it() -> None:
    recipe = Recipe(task="adding", settings=Settings(lr=0.3))
    assert Recipe.parse(f"Look at this:\n```\n{recipe.text()}\n```\nIsn't it odd?") == recipe
    assert Recipe.parse(f"Look: <https://example.org/?{recipe.link()}>.") == recipe


def test_json_behind_percent_signs_is_read_too() -> None:
    assert Recipe.parse("https://example.org/?recipe=" + quote(json.dumps(PLAIN))).settings.lr == 0.01


def test_a_recipe_says_what_its_task_was_made_with() -> None:
    for task in (Sunspots(horizon=30), Adding(seed=5), TemporalOrder(seed=7), CopyMemory(seed=3)):
        session = Session(task, device="cpu", seq_len=24)
        made = Recipe.parse(Recipe.of(session.task, session.settings).text()).make_task()
        assert (type(made), made.seq_len) == (type(task), 24)
        assert vars(made).get("horizon") == vars(task).get("horizon")
        assert vars(made).get("seed") == vars(task).get("seed")


@pytest.mark.parametrize("order", ["rows", "pixels", "shuffled"])
def test_a_recipe_says_in_which_order_digits_are_read(order: str) -> None:
    session = Session(Digits(order), device="cpu")
    made = Recipe.parse(Recipe.of(session.task, session.settings).text()).make_task()
    assert isinstance(made, Digits)
    assert (made.order, made.seq_len) == (order, session.task.seq_len)


def test_a_recipe_may_leave_settings_out() -> None:
    assert Recipe.parse(changed()).settings == Settings(lr=0.01, seq_len=12)


def test_a_task_of_one_s_own_has_no_recipe() -> None:
    with pytest.raises(ValueError, match=r"recipe\(\) knows the built-in tasks \(sunspots, .*cannot write down 'echo'"):
        Recipe.of(Echo(), Settings())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no recipe in this text"),
        ("hello", "there is no recipe in this text"),
        ("{lr: 1}", "it is not JSON"),
        ("recipe=%%%", "what follows recipe= is damaged"),
        ("recipe=abc", "what follows recipe= is damaged"),
        ("recipe=" + base64.urlsafe_b64encode(b"\xff\xfe{}").decode(), "what follows recipe= is damaged"),
        ("{}", 'it must say "rnnviz": 1, the version that this rnnviz reads, got None'),
        (changed(rnnviz=2), "got 2"),
        (changed(rnnviz=True), "got True"),
        (changed(task="nosuch"), "task must be one of sunspots, adding"),
        (changed(task=["adding"]), "task must be a name"),
        (changed(settings=[]), "settings and options must be objects"),
        (changed(settings={"learning_rate": 1}), "settings has no 'learning_rate'; known: lr, "),
        (changed(settings={"lr": "0.1"}), "lr must be a number, got '0.1'"),
        (changed(settings={"lr": -1}), "lr must be above 0, got -1"),
        (changed(settings={"lr": 10**400}), "too large"),
        (changed(settings={"lr": {"lr": 1}}), "lr must be a number"),
        (changed(settings={"hidden_size": 8.0}), "hidden_size must be a whole number"),
        (changed(settings={"hidden_size": 10**6}), "hidden_size must be at most 512"),
        (changed(settings={"num_layers": 9}), "num_layers must be at most 8"),
        (changed(settings={"batch_size": 10**6}), "batch_size must be at most 1024"),
        (changed(settings={"cell": "__import__('os')"}), "cell must be one of rnn, lstm, gru"),
        (changed(settings={"cell": ["rnn"]}), "cell must be one of rnn, lstm, gru"),
        (changed(options={"horizon": 3}), "options has no 'horizon'; known: seed"),
        (changed(options={"seed": -1}), "seed must be at least 0"),
        (changed(model="os.system"), "the recipe has no 'model'; known: task"),
        (changed(steps=0), "steps must be at least 1"),
        (changed(steps="many"), "steps must be a whole number"),
        (changed(show="rho"), "show must be a list of names"),
        (changed(views=[["hidden"]]), "views must be a list of names"),
        (changed(show=["x" * 9000]), "characters, and a recipe has 8000 at most"),
        ('{"rnnviz":' + "[" * 7000 + "}", "cannot be followed"),
        ('{"rnnviz":' + '{"a":' * 1400 + "}", "cannot be followed"),
        (changed(settings={"lr": float("nan")}), "lr must be above 0, got nan"),
    ],
)
def test_a_bad_recipe_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    assert words in refused(text)


def test_something_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="a recipe must be a text, got dict"):
        Recipe.parse(PLAIN)  # type: ignore[arg-type]


@settings(max_examples=150)
@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert_read_or_refused(text)
    assert_read_or_refused("recipe=" + text)
    assert_read_or_refused("{" + text + "}")


@settings(max_examples=150)
@given(JSON)
def test_no_json_breaks_the_reader(value: Any) -> None:
    assert_read_or_refused(json.dumps(value))
    assert_read_or_refused("recipe=" + base64.urlsafe_b64encode(json.dumps(value).encode()).decode())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*PLAIN, "options", "steps", "show", "views"]), JSON)
def test_no_value_in_the_place_of_another_breaks_the_reader(name: str, value: Any) -> None:
    assert_read_or_refused(changed(**{name: value}))


@settings(max_examples=150)
@given(st.sampled_from([*Settings.__dataclass_fields__]), JSON)
def test_no_value_of_a_setting_breaks_the_reader(name: str, value: Any) -> None:
    assert_read_or_refused(changed(settings={name: value}))


@given(RECIPES, st.data())
def test_a_cut_or_changed_link_is_never_taken_for_another_error(recipe: Recipe, data: st.DataObject) -> None:
    link = recipe.link()
    cut = data.draw(st.integers(0, len(link)))
    assert_read_or_refused(link[:cut])
    assert_read_or_refused(link[:cut] + data.draw(st.characters()) + link[cut:])
