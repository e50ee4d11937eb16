"""What a lab says in words, and what it gives away: its insights, its script, its recipe."""

import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.export.recipe import Recipe
from rnnviz.i18n import _words, t
from rnnviz.insights import insights, to_say
from rnnviz.lab import Lab
from rnnviz.lab.tools.insights import InsightsLine
from rnnviz.lab.tools.share import Share
from rnnviz.tasks import Sunspots
from rnnviz.views import Focus
from tests.insights.written import by_hand
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import NormView, visible
from tests.training.examples import Echo


def tool(browser: Browser, name: str) -> Any:
    return browser.screen.panel.toolbox.tool(name)


def sentences(line: InsightsLine) -> list[list[str]]:
    return line.widget.seen.get("sentences", [])


def opened(lab: Lab) -> tuple[Browser, Share]:
    browser = Browser(lab)
    browser.screen.panel.toolbox.buttons["share"].value = True
    browser.catch_up()
    return browser, tool(browser, "share")


def test_a_lab_tells_its_insights(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", seq_len=100)
    assert [one.rule for one in lab.insights()] == ["vanishing"]
    assert lab.insights() == insights(lab.snapshot())


def test_the_line_says_what_is_seen_what_to_try_and_at_which_step(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", seq_len=100, lr=1e-5)
    browser = Browser(lab)
    lab.train(50)
    browser.catch_up()
    found, *_ = told = to_say(lab.insights())
    assert tool(browser, "insights").widget.seen == {
        "tone": "trouble",
        "words": found.brief,
        "number": by_hand(found.number),
        "step": "Step 50",
        "sentences": [[by_hand(one.words), one.advice] for one in told],
    }


def test_a_knob_that_cures_the_trouble_changes_the_line(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", nonlinearity="relu", init="identity", seq_len=40, rho=1.6, hidden_size=8)
    line = InsightsLine(quiet=0)
    line.show(lab.snapshot(), Focus())
    assert "grows on its way back" in sentences(line)[0][0]
    lab.set(rho=1.0)
    line.show(lab.snapshot(), Focus())
    assert line.widget.seen == {}


def test_nothing_is_said_of_a_run_that_has_hardly_begun(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", seq_len=100, lr=1e-5)
    browser = Browser(lab)
    lab.train(49)
    browser.catch_up()
    assert lab.insights() != []
    assert tool(browser, "insights").widget.seen == {}


def test_good_news_is_marked_as_such(make_lab: LabMaker) -> None:
    lab = make_lab(Echo(), lr=1e-2)
    browser = Browser(lab)
    lab.train(120)
    browser.catch_up()
    line = tool(browser, "insights")
    words, advice = sentences(line)[0]
    assert (line.widget.seen["tone"], advice) == ("good", "")
    assert words.endswith("and nothing looks wrong.")


def test_frames_that_tell_the_same_send_no_words(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", seq_len=100)
    line, sent = InsightsLine(quiet=0), []
    line.widget.observe(sent.append, names="seen")
    for _ in range(3):
        line.show(lab.snapshot(), Focus())
        lab.train(1)
    assert len(sent) == 1


def test_a_look_back_is_told_with_the_numbers_of_then(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", seq_len=100)
    line, early = InsightsLine(quiet=0), lab.snapshot()
    lab.train(3)
    line.show(lab.snapshot(), Focus())
    assert line.widget.seen["step"] == "Step 3"
    line.show(early, Focus())
    assert line.widget.seen["step"] == "Step 0"


def test_the_line_may_be_left_out(make_lab: LabMaker) -> None:
    browser = Browser(make_lab(show=["lr"]))
    assert browser.screen.panel.toolbox.lines == []


def test_the_drawer_shows_the_script_the_recipe_and_the_link(make_lab: LabMaker) -> None:
    lab = make_lab(steps=77)
    _, share = opened(lab)
    assert share.widget.code == lab.code()
    assert "\nSTEPS = 77\n" in share.widget.code
    assert share.widget.recipe == lab.recipe()
    assert share.widget.link == lab.recipe(link=True)
    assert share.widget.runs is True


def test_a_moved_knob_is_in_the_script_and_the_recipe(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser, share = opened(lab)
    lab.set(lr=0.0321)
    browser.catch_up()
    assert "LEARNING_RATE = 0.0321\n" in share.widget.code
    assert '"lr": 0.0321' in share.widget.recipe


def test_a_lab_on_a_task_of_one_s_own_says_why_there_is_no_script(make_lab: LabMaker) -> None:
    browser, share = opened(make_lab(Echo()))
    assert share.widget.code.startswith("code() knows the built-in tasks")
    assert share.widget.recipe.startswith("recipe() knows the built-in tasks")
    assert share.widget.runs is False
    assert "rv-failed" not in browser.status


def test_a_model_of_one_s_own_has_neither_script_nor_recipe(make_lab: LabMaker) -> None:
    class Own(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru = torch.nn.GRU(2, 3, batch_first=True)
            self.head = torch.nn.Linear(3, 1)

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return self.head(self.gru(inputs)[0][:, -1])

    lab = make_lab(model=Own())
    with pytest.raises(ValueError, match=r"code\(\) knows the lab's own networks"):
        lab.code()
    with pytest.raises(ValueError, match=r"recipe\(\) knows the lab's own networks"):
        lab.recipe()


def test_a_view_of_one_s_own_has_no_place_in_a_recipe(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match=r"recipe\(\) knows the built-in views and cannot write down 'norm'"):
        make_lab(views=[NormView()]).recipe()


@pytest.mark.parametrize(
    "changes",
    [
        {"cell": "gru", "lr": 1 / 3, "input_noise": 0.1, "rho": 1.1, "seed": 7},
        {"task": "temporal-order", "seq_len": 14, "num_layers": 2, "bidirectional": True, "clip": None},
        {"task": Sunspots(horizon=24), "seq_len": 20, "init": "orthogonal", "forget_bias": 0.1},
        {"task": "python-tokens", "seq_len": 12, "optimizer": "adamw"},
    ],
    ids=["adding", "temporal order", "sunspots", "python tokens"],
)
@pytest.mark.parametrize("link", [False, True], ids=["text", "link"])
def test_a_lab_made_from_a_recipe_has_the_same_curve(make_lab: LabMaker, changes: dict[str, Any], link: bool) -> None:
    lab = make_lab(**changes)
    again = Lab.from_recipe(lab.recipe(link=link), device="cpu")
    assert again.settings == lab.settings
    lab.train(12)
    again.train(12)
    np.testing.assert_array_equal(again.history["loss"], lab.history["loss"])
    assert again.evaluate() == lab.evaluate()


def test_a_recipe_keeps_the_goal_the_controls_and_the_pictures(make_lab: LabMaker) -> None:
    lab = make_lab(steps=33, show=["lr", "insights"], views=["gradients", "hidden"])
    again = Lab.from_recipe(lab.recipe(), device="cpu")
    assert again.recipe() == lab.recipe()
    assert again.state.goal == 33
    browser = Browser(again)
    browser.catch_up()
    assert visible(browser) == ["gradients", "hidden"]
    assert browser.screen.panel.toolbox.names == ["insights"]
    again.close()


def test_a_recipe_has_the_pictures_that_are_ticked_now(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    assert Recipe.parse(lab.recipe()).views is None
    tool(browser, "pictures").boxes["gates"].value = False
    assert "gates" not in Recipe.parse(lab.recipe()).views


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("views", ["nosuch"], "views must hold names"),
        ("show", ["nosuch"], "show names 'nosuch'"),
        ("settings", {"seq_len": 5000}, "seq_len must be from 2 to 1000"),
        ("task", "nosuch", "task must be one of"),
    ],
)
def test_a_recipe_that_names_what_does_not_exist_is_refused(field: str, value: Any, words: str) -> None:
    recipe = json.dumps({"rnnviz": 1, "task": "adding", "settings": {}, field: value})
    with pytest.raises(ValueError, match=f"^this recipe cannot be followed: .*{words}"):
        Lab.from_recipe(recipe)


@settings(max_examples=20)
@given(horizon=st.integers(-5, 400))
def test_a_recipe_s_months_ahead_are_checked_like_anybody_s(horizon: int) -> None:
    recipe = json.dumps(
        {"rnnviz": 1, "task": "sunspots", "options": {"horizon": horizon}, "settings": {"hidden_size": 2}}
    )
    if 1 <= horizon <= 132:
        assert Lab.from_recipe(recipe, device="cpu").task.horizon == horizon
    else:
        with pytest.raises(ValueError, match="this recipe cannot be followed: horizon must be"):
            Lab.from_recipe(recipe)


def test_a_script_of_a_lab_trains_as_long_as_it_is_told(make_lab: LabMaker) -> None:
    assert "\nSTEPS = 5\n" in make_lab().code(steps=5)


def test_a_setting_that_was_changed_on_the_way_is_in_force_from_the_script_s_first_step(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(3)
    lab.set(lr=0.5)
    assert "\nLEARNING_RATE = 0.5\n" in lab.code()


# "1 of 40 steps", a rate, a ratio: what is counted there is never one; nor is what an exercise asks for. The lines of a
# picture (told) are counted on the page.
_NEVER_ONE = re.compile(
    r"exercise|predict|insight|told|view\.(thinned|clipping|gradients|norms|memory|perturbation)|task\.series"
)
_NOUNS = "unit|step|time|moment|feature|trial|line|pair|text|sentence|character|timestep"
_COUNTED = re.compile(rf"\{{\w+(?::[^}}|]*)?\}} (?:\w+ )?(?:{_NOUNS})s\b(?!/s)")


def test_no_sentence_says_many_of_what_may_be_one() -> None:
    assert [key for key, words in _words("en").items() if _COUNTED.search(words) and not _NEVER_ONE.match(key)] == []


@pytest.mark.parametrize(("number", "words"), [(1, "1 unit"), (np.int64(1), "1 unit"), (0, "0 units"), (2, "2 units")])
def test_one_thing_is_said_as_one(number: Any, words: str) -> None:
    assert t("score.units", units=number) == words


def test_a_rate_that_is_read_as_one_is_said_as_one() -> None:
    said = t("status.drawn", words="", states=1.3, whole=np.float32(2.6))
    assert "1 time a second" in said
    assert "3 times" in said
