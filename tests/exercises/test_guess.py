"""A prediction: committed from code or by the widget, changed until it is revealed, explained in any case."""

import html
from typing import Any

import pytest

from rnnviz.exercises import Guess, Number, check, predict
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.exercises.panel import PredictPanel
from rnnviz.i18n import keys as known_words

OPTIONS = {"a": "it grows", "b": "it shrinks"}


@pytest.fixture
def guess() -> Guess:
    return predict("What does the state do?", options=OPTIONS, answer="b", why="every step scales it by {scale}.")


def _panel(guess: Guess) -> PredictPanel:
    guess._repr_mimebundle_()
    assert isinstance(guess._panel, PredictPanel)
    return guess._panel


def _choose(panel: PredictPanel, letter: str) -> None:
    panel.options.value = letter
    panel.button.click()


def test_a_right_prediction_is_confirmed_and_explained(guess: Guess, capsys: pytest.CaptureFixture[str]) -> None:
    guess.commit("b")
    capsys.readouterr()
    guess.reveal(scale=0.5)
    assert capsys.readouterr().out.splitlines() == [
        "You predicted b) it shrinks, and that is what happens.",
        "Why: every step scales it by 0.5.",
    ]


def test_a_wrong_prediction_is_set_beside_the_truth(guess: Guess, capsys: pytest.CaptureFixture[str]) -> None:
    guess.commit("a")
    capsys.readouterr()
    guess.reveal(scale=0.5)
    assert capsys.readouterr().out.startswith("You predicted a) it grows. It is b) it shrinks.\nWhy: ")


def test_without_a_prediction_it_says_so_and_explains_and_can_still_be_made(
    guess: Guess, capsys: pytest.CaptureFixture[str]
) -> None:
    guess.reveal(scale=0.5)
    assert capsys.readouterr().out.startswith("You have made no prediction. It is b) it shrinks.\nWhy: ")
    guess.commit("a")
    assert guess.choice == "a"


def test_a_prediction_can_be_changed_until_it_is_revealed(guess: Guess, capsys: pytest.CaptureFixture[str]) -> None:
    guess.commit("a")
    guess.commit("b")
    assert guess.choice == "b"
    guess.reveal(scale=0.5)
    capsys.readouterr()
    guess.commit("a")
    assert guess.choice == "b"
    assert "This is revealed" in capsys.readouterr().out


def test_an_unknown_letter_is_answered_with_the_known_ones(guess: Guess) -> None:
    with pytest.raises(ValueError, match=r"answer must be one of a, b, or the words of an option, got 'c'\."):
        guess.commit("c")


def test_an_unknown_question_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no prediction '01.shuffle'; there are .*01\.shuffled"):
        predict("01.shuffle")


@pytest.mark.parametrize(("options", "answer"), [({"a": "yes"}, "a"), (OPTIONS, "c"), (OPTIONS, None)])
def test_a_new_question_needs_two_options_and_one_of_them_as_answer(options: dict[str, str], answer: str) -> None:
    with pytest.raises(ValueError, match="two or more options and one of them as answer"):
        predict("?", options=options, answer=answer)


def test_an_explanation_without_its_measured_value_says_which_to_give(guess: Guess) -> None:
    with pytest.raises(TypeError, match=r"reveal\(scale=\.\.\.\)"):
        guess.reveal()


def test_its_repr_and_its_text_are_the_same_each_time(guess: Guess) -> None:
    assert repr(guess) == "Guess('What does the state do?', choice=None)"
    assert str(guess) == "What does the state do?\n  a) it grows\n  b) it shrinks"
    assert guess._repr_mimebundle_()["text/plain"] == str(guess)
    assert repr(predict("01.shuffled")) == "Guess('01.shuffled', choice=None)"


@pytest.mark.parametrize("id", sorted(PREDICTIONS))
def test_every_chapters_question_says_what_may_be_answered(id: str) -> None:
    asked = PREDICTIONS[id]
    assert ("(a number, right within" if isinstance(asked, Number) else f"{asked}) ") in str(predict(id))


def test_every_word_about_predictions_belongs_to_one() -> None:
    buttons = ("title", "commit", "commit.tip", "option")
    said = ("committed", "noted", "settled", "right", "wrong", "none", "why")
    numbers = ("ask", "factor", "high", "low", "none", "placeholder", "right", "times.high", "times.low", "unread")
    general = {f"predict.{word}" for word in buttons + said}
    summary = ("came", "line", "mark", "none", "open", "question", "right", "row", "said", "wrong")
    general |= {"predict.earlier", *(f"predict.summary.{word}" for word in summary)}
    general |= {f"predict.number.{word}" for word in (*numbers, "within", "wrong")}
    own, units = set(), set()
    for id, asked in PREDICTIONS.items():
        number = isinstance(asked, Number)
        own |= {f"predict.{id}.{part}" for part in ("question", "why", *(() if number else ("a", "b", "c")))}
        units |= {f"predict.{id}.unit"} if number else set()
    assert {key for key in known_words() if key.startswith("predict.")} - units == general | own


def test_the_widget_commits_what_is_chosen_when_the_button_is_pressed(guess: Guess) -> None:
    panel = _panel(guess)
    assert panel.button.disabled
    panel.options.value = "a"
    assert guess.choice is None
    assert not panel.button.disabled
    panel.button.click()
    assert guess.choice == "a"
    assert "You predict a) it grows." in panel.said.value
    _choose(panel, "b")
    assert guess.choice == "b"


def test_the_widget_follows_a_commitment_from_code(guess: Guess) -> None:
    panel = _panel(guess)
    guess.commit("b")
    assert panel.options.value == "b"


def test_the_widget_closes_when_a_prediction_is_revealed_and_only_then(guess: Guess) -> None:
    panel = _panel(guess)
    guess.reveal(scale=1)
    assert not panel.options.disabled
    _choose(panel, "a")
    guess.reveal(scale=1)
    assert panel.options.disabled
    assert panel.button.disabled
    assert "This is revealed" in panel.said.value


def test_the_widget_carries_its_class_names_and_shows_words_as_text() -> None:
    nasty = "<img src=x onerror=alert(1)>"
    panel = _panel(predict(nasty, options={"a": nasty, "b": "no"}, answer="a"))
    assert "rv-predict" in panel.widget._dom_classes
    assert "rv-predict-commit" in panel.button._dom_classes
    _choose(panel, "a")
    shown = [child.value for child in panel.widget.children if hasattr(child, "value")]
    assert any(html.escape(nasty) in str(text) for text in shown)
    assert not any(nasty in str(text) for text in shown if str(text).startswith("<"))


@pytest.mark.parametrize("parts", [{"options": ["yes", "no"]}, {"options": {"a": "yes", "b": "no"}, "why": 5}])
def test_options_that_are_no_dict_and_an_explanation_that_is_no_text_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="needs options as a dict, such as"):
        predict("Well?", answer="a", **parts)


def test_an_id_that_is_no_text_is_unknown_like_any_other() -> None:
    with pytest.raises(ValueError, match=r"there is no prediction \['01'\]"):
        predict(["01"])
    with pytest.raises(ValueError, match=r"there is no exercise \['01'\]"):
        check(["01"], 1)
