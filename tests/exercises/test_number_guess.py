"""A prediction that is a number: said, judged by a factor or an amount, set beside what was measured."""

from typing import Any

import pytest

from rnnviz.exercises import Guess, Number, predict
from rnnviz.exercises.answers.numeric import NumberQuestion
from rnnviz.exercises.panel import NumberPanel


@pytest.fixture
def guess() -> Guess:
    return predict("How many steps?", number=True, unit="steps", why="the gate loses half of it at {measured}.")


def _told(guess: Guess, said: Any, capsys: pytest.CaptureFixture[str], **measured: Any) -> str:
    guess.commit(said)
    capsys.readouterr()
    guess.reveal(**measured)
    return " ".join(capsys.readouterr().out.split())


def _panel(guess: Guess) -> NumberPanel:
    guess._repr_mimebundle_()
    assert isinstance(guess._panel, NumberPanel)
    return guess._panel


def test_prediction_and_result_stand_beside_each_other(guess: Guess, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(guess, 3.5, capsys, measured=12)
    assert told == (
        "You said 3.5 steps, it was 12 steps: a factor of 3.43 too low. Why: the gate loses half of it at 12."
    )


@pytest.mark.parametrize(
    ("parts", "said", "measured", "words"),
    [
        ({}, 6, 12, "it was 12: right within a factor of 2."),
        ({}, 24, 12, "it was 12: right within a factor of 2."),
        ({}, 25, 12, "it was 12: a factor of 2.08 too high."),
        ({"factor": 10}, 1e-20, 1.5e-21, "it was 1.5 × 10⁻²¹: right within a factor of 10."),
        ({"factor": 10}, 1e-6, 1e-21, "it was 1 × 10⁻²¹: a factor of 1.0 × 10¹⁵ too high."),
        ({}, 3, 0, "it was 0: 3.00 too high."),
        ({}, 3, -2, "it was −2: 5.00 too high."),
        ({"within": 0.1}, 0.5, 0.6, "it was 0.6: right within 0.1."),
        ({"within": 0.1}, -0.5, 0.6, "it was 0.6: 1.10 too low."),
        ({"within": 5, "unit": "%"}, 60, 71.25, "it was 71.2 %: 11.2 % too low."),
    ],
)
def test_a_number_is_judged_by_a_factor_or_by_an_amount(
    parts: dict[str, Any], said: float, measured: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _told(predict("?", number=True, **parts), said, capsys, measured=measured).endswith(words)


def test_an_answer_that_is_known_beforehand_needs_no_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    assert "it was 66: right" in _told(predict("?", number=True, answer=66), 60, capsys)


def test_without_a_prediction_the_number_is_told_and_one_can_still_be_made(
    guess: Guess, capsys: pytest.CaptureFixture[str]
) -> None:
    guess.reveal(measured=12.0)
    assert capsys.readouterr().out.startswith("You have made no prediction. It was 12 steps.")
    guess.commit(4)
    assert guess.choice == 4.0


def test_a_number_can_be_changed_until_it_is_revealed(guess: Guess, capsys: pytest.CaptureFixture[str]) -> None:
    guess.commit(3)
    guess.commit(4)
    guess.reveal(measured=12)
    guess.commit(12)
    assert guess.choice == 4.0
    assert "This is revealed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("3.5 steps", 3.5),
        (" 1e-6", 1e-6),
        ("2 × 10⁻⁶", 2e-6),
        ("2*10^-6", 2e-6),
        ("0,125", 0.125),
        ("40", 40.0),
    ],
)
def test_a_number_is_read_as_people_write_it(guess: Guess, written: str, number: float) -> None:
    guess.commit(written)
    assert guess.choice == pytest.approx(number)


@pytest.mark.parametrize("written", ["", "many", "1,000", "1.000,5", "nan", "inf", "3 4", "10x", "b"])
def test_what_is_no_number_is_answered_with_how_one_is_written(guess: Guess, written: str) -> None:
    with pytest.raises(ValueError, match=r"answer must be a number such as 3\.5 or 1e-6"):
        guess.commit(written)
    assert guess.choice is None


@pytest.mark.parametrize("answer", [0, -3, "-1", "−1"])
def test_where_a_factor_decides_a_number_must_be_above_0(guess: Guess, answer: object) -> None:
    with pytest.raises(ValueError, match="answer must be above 0"):
        guess.commit(answer)


@pytest.mark.parametrize("answer", [None, True, [1], {}, 1j])
def test_what_has_another_type_is_refused_by_name(guess: Guess, answer: object) -> None:
    with pytest.raises(TypeError, match="answer must be a number"):
        guess.commit(answer)


def test_a_missing_or_impossible_measurement_says_what_to_give(guess: Guess) -> None:
    guess.commit(3)
    with pytest.raises(TypeError, match=r"reveal\(measured=\.\.\.\)"):
        guess.reveal()
    with pytest.raises(ValueError, match="measured must be"):
        guess.reveal(measured=float("nan"))
    with pytest.raises(TypeError, match="measured must be a number, got 'twelve'"):
        guess.reveal(measured="twelve")
    guess.commit(5)
    assert guess.choice == 5.0


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        ({"number": 1}, TypeError, "number must be True or False"),
        ({"number": True, "options": {"a": "x", "b": "y"}}, TypeError, "options or is a number, not both"),
        ({"number": True, "answer": "a"}, TypeError, "answer must be the number"),
        ({"number": True, "factor": 1.0}, ValueError, "factor must be above 1"),
        ({"number": True, "within": 0}, ValueError, "within must be above 0"),
        ({"number": True, "within": 1, "factor": 2}, ValueError, "factor or within, not both"),
        ({"number": True, "unit": 3}, TypeError, "unit must be words"),
        ({"number": True, "why": 3}, TypeError, "why must be words"),
        ({"unit": "steps"}, TypeError, r"needs number=True beside unit='steps'"),
        ({"within": 2.0}, TypeError, r"needs number=True beside within=2\.0"),
    ],
)
def test_parts_that_do_not_fit_are_refused_by_name(parts: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        predict("How many?", **parts)


def test_a_key_belongs_to_options_alone(guess: Guess) -> None:
    with pytest.raises(TypeError, match="this question asks for a number"):
        guess.commit(key="a")


def test_its_text_says_what_counts_as_right(guess: Guess) -> None:
    assert str(guess) == "How many steps?\n  (a number, right within a factor of 2)"
    assert repr(guess) == "Guess('How many steps?', choice=None)"


def test_the_box_is_empty_at_first_and_commits_what_is_written(guess: Guess) -> None:
    panel = _panel(guess)
    assert (panel.number.value, panel.button.disabled) == ("", False)
    panel.number.value = "3,5"
    assert guess.choice is None
    panel.button.click()
    assert guess.choice == 3.5
    assert "You predict 3.5 steps." in panel.said.value


def test_enter_in_the_box_commits_until_it_is_revealed(guess: Guess) -> None:
    panel = _panel(guess)
    for written, choice in (("3,5", 3.5), ("7", 7.0)):
        panel.number.value = written
        panel.number._handle_custom_msg({"event": "submit"}, [])
        assert guess.choice == choice
    guess.reveal(measured=12)
    panel.number.value = "12"
    panel.number._handle_custom_msg({"event": "submit"}, [])
    assert guess.choice == 7.0


def test_what_was_typed_before_the_press_counts_though_it_comes_after_it(
    guess: Guess, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, now = _panel(guess), 100.0
    monkeypatch.setattr("rnnviz.exercises.panel.time.monotonic", lambda: now)
    panel.number.value = "3"
    panel.number._handle_custom_msg({"event": "submit"}, [])
    panel.number.value = "3.5"
    assert guess.choice == 3.5
    assert "You predict 3.5 steps." in panel.said.value
    now += 60
    panel.number.value = "3.54"  # somebody changes her mind, and has not pressed yet
    assert guess.choice == 3.5
    panel.number._handle_custom_msg({"event": "submit"}, [])
    guess.commit(0.12345678)  # right after a press
    assert guess.choice == 0.12345678  # and not what six figures of it say


@pytest.mark.parametrize("written", ["", "lots", "-3", "<b>1</b>"])
def test_the_box_says_it_where_no_number_is_written(guess: Guess, written: str) -> None:
    panel = _panel(guess)
    panel.number.value = written
    panel.button.click()
    assert guess.choice is None
    assert "That is not a number that can be judged" in panel.said.value


def test_the_box_follows_code_and_closes_when_it_is_revealed(guess: Guess) -> None:
    panel = _panel(guess)
    guess.commit(7)
    assert panel.number.value == "7"
    guess.reveal(measured=12)
    assert panel.number.disabled
    assert panel.button.disabled


def test_the_box_shows_unit_and_question_as_text() -> None:
    panel = _panel(predict("<i>how</i>", number=True, unit="<b>"))
    shown = str([child.value for child in panel.widget.children if hasattr(child, "value")])
    assert "&lt;i&gt;how&lt;/i&gt;" in shown
    assert "&lt;b&gt;" in panel.widget.children[3].children[1].value


def test_a_chapters_number_takes_its_words_from_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    from rnnviz.i18n import _words

    own = {"predict.00.x.question": "How far?", "predict.00.x.why": "{measured:.0f} it is.", "predict.00.x.unit": "m"}
    monkeypatch.setattr("rnnviz.i18n._words", lambda language: _words(language) | own)
    monkeypatch.setattr("rnnviz.exercises.answers.numeric.keys", lambda: {*_words("en"), *own})
    asked = NumberQuestion.from_words("00.x", Number(within=2.0))
    assert (asked.text, asked.unit, asked.why(measured=3.2)) == ("How far?", "m", "3 it is.")
