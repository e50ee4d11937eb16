"""A comparison is given away as one program and one recipe, and made again from it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.lab import Comparison
from rnnviz.tasks import Sunspots
from tests.lab.browser import Browser
from tests.lab.comparisons import Maker
from tests.lab.screens import NormView
from tests.training.examples import Echo

pytestmark = pytest.mark.timeout(120)


def share(comparison: Comparison) -> Any:
    """The drawer that is open and has drawn."""
    browser = Browser(comparison)
    browser.screen.panel.toolbox.buttons["share"].value = True
    browser.catch_up()
    return browser.screen.panel.toolbox.tool("share").widget


def test_the_program_prints_each_models_curve_bit_for_bit(make_comparison: Maker, tmp_path: Path) -> None:
    comparison = make_comparison("rnn", "gru", "lstm")
    (tmp_path / "lab.py").write_text(comparison.code(steps=10), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", "-W", "error", "lab.py"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert answer.stderr == ""
    told = re.findall(r"^(\w+) step (\d+) loss (\S+)$", answer.stdout, re.MULTILINE)
    assert [label for label, _, _ in told] == ["rnn", "gru", "lstm"] * 10
    comparison.train(10)
    for label, history in comparison.history.items():
        curve = [np.float32(loss) for name, _, loss in told if name == label]
        np.testing.assert_array_equal(curve, np.float32(history["loss"]))


def test_the_program_trains_up_to_the_goal(make_comparison: Maker) -> None:
    assert "\nSTEPS = 77\n" in make_comparison(steps=77).code()


@pytest.mark.parametrize(
    ("models", "settings"),
    [
        (("rnn", "lstm"), {"lr": 1 / 3, "init": "orthogonal"}),
        (({"lr": 0.1}, {"lr": 0.01, "clip": None}), {"cell": "gru"}),
        (({"forget_bias": 0.0}, {"forget_bias": 2.0}), {"task": Sunspots(horizon=24), "seq_len": 20}),
    ],
    ids=["cells", "unevenly stated", "sunspots"],
)
@pytest.mark.parametrize("link", [False, True], ids=["text", "link"])
def test_a_comparison_made_from_a_recipe_has_the_same_curves(
    make_comparison: Maker, models: Any, settings: dict[str, Any], link: bool
) -> None:
    comparison = make_comparison(*models, **settings)
    again = rv.Comparison.from_recipe(comparison.recipe(link=link), device="cpu")
    assert list(again.settings.items()) == list(comparison.settings.items())
    comparison.train(8)
    again.train(8)
    for label, history in comparison.history.items():
        np.testing.assert_array_equal(again.history[label]["loss"], history["loss"])
    assert again.evaluate() == comparison.evaluate()
    again.close()


def test_a_recipe_keeps_the_goal_the_controls_and_the_pictures(make_comparison: Maker) -> None:
    comparison = make_comparison("rnn", "gru", steps=33, show=["lr", "insights", "cell"], views=["curves", "hidden"])
    again = Comparison.from_recipe(comparison.recipe(), device="cpu")
    assert again.recipe() == comparison.recipe()
    assert again.state.goal == 33
    assert list(again._console.chosen) == ["curves", "hidden"]
    assert again._console.shown().panel.toolbox.names == ["insights"]
    again.close()


def test_a_setting_changed_for_all_is_in_the_recipe_and_the_program(make_comparison: Maker) -> None:
    comparison = make_comparison("rnn", "gru").set(lr=0.0321)
    assert '"lr": 0.0321' in comparison.recipe()
    assert "LEARNING_RATE = 0.0321\n" in comparison.code()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"models": [', '"views": ["nosuch"], "models": [', "views must hold names"),
        ('"models": [', '"show": ["nosuch"], "models": [', "show names 'nosuch'"),
        ('"seq_len": 8', '"seq_len": 5000', "seq_len must be from 2 to 1000"),
        ('"rnn"', '"gru"', "models must differ"),
    ],
)
def test_a_recipe_that_cannot_be_followed_says_why(make_comparison: Maker, old: str, new: str, words: str) -> None:
    text = make_comparison("rnn", "gru").recipe()
    assert old in text
    with pytest.raises(ValueError, match=f"this recipe cannot be followed: .*{words}"):
        Comparison.from_recipe(text.replace(old, new), device="cpu")


def test_the_drawer_shows_program_recipe_and_link(make_comparison: Maker) -> None:
    comparison = make_comparison("rnn", "gru", steps=40)
    widget = share(comparison)
    assert widget.runs is True
    assert (widget.code, widget.recipe) == (comparison.code(), comparison.recipe())
    assert widget.link == comparison.recipe(link=True)
    assert widget.words["recipe"] == "The recipe, for rv.Comparison.from_recipe"


def test_a_task_of_one_s_own_has_neither_and_the_drawer_says_why(make_comparison: Maker) -> None:
    widget = share(make_comparison("rnn", "gru", task=Echo(), seq_len=6))
    assert widget.code.startswith("code() knows the built-in tasks")
    assert widget.recipe.startswith("recipe() knows the built-in tasks")
    assert widget.runs is False


def test_a_view_of_one_s_own_has_no_place_in_a_recipe(make_comparison: Maker) -> None:
    with pytest.raises(ValueError, match=r"recipe\(\) knows the built-in views and cannot write down 'norm'"):
        make_comparison(views=["curves", NormView()]).recipe()
