"""Options stand in the order of whoever reads along, the same until the kernel ends, and as written for a program."""

import random

import pytest

from rnnviz.exercises import Guess, predict
from rnnviz.exercises.kept.learner import order_of, reads_along

OPTIONS = {letter: f"option {letter}" for letter in "abcde"}


def _asked(question: str = "Which?") -> Guess:
    return predict(question, options=OPTIONS, answer="c", why="So.")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads along, in a kernel that has just begun."""
    monkeypatch.setenv("RNNVIZ_LEARNER", "1")
    monkeypatch.setattr("rnnviz.exercises.kept.learner._orders", {})
    monkeypatch.setattr("rnnviz.exercises.kept.this_notebook._predictions", {})


def _shown(guess: Guess) -> list[str]:
    return [line.split(") ")[1] for line in str(guess).splitlines()[1:]]


def test_a_program_sees_the_options_as_they_are_written() -> None:
    assert not reads_along()
    assert _shown(_asked()) == list(OPTIONS.values())


def test_a_learner_sees_all_options_in_an_order_that_stays(read: None) -> None:
    orders = {question: _shown(_asked(question)) for question in map(str, range(40))}
    assert all(sorted(order) == sorted(OPTIONS.values()) for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 5
    assert all(_shown(_asked(question)) == order for question, order in orders.items())


def test_the_letters_are_those_of_the_places_shown(read: None) -> None:
    guess = _asked()
    assert [line.strip()[:3] for line in str(guess).splitlines()[1:]] == ["a) ", "b) ", "c) ", "d) ", "e) "]
    guess.commit("b")
    assert guess.choice == "b"
    assert guess._asked.words(guess._kept) == f"b) {_shown(guess)[1]}"


@pytest.mark.parametrize("number", range(10))
def test_words_and_keys_mean_the_same_in_every_order(
    read: None, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for say in ({"answer": "option c"}, {"answer": " Option C "}, {"key": "c"}):
        guess = _asked(f"Which of {number}?")
        guess.commit(**say)
        capsys.readouterr()
        guess.reveal()
        assert "option c, and that is what happens." in capsys.readouterr().out


def test_the_widget_offers_what_is_shown_and_commits_it(read: None) -> None:
    guess = _asked()
    guess._repr_mimebundle_()
    labels = [words for words, _ in guess._panel.options.options]
    assert labels == [line.strip() for line in str(guess).splitlines()[1:]]
    guess._panel.options.value = "d"
    guess._panel.button.click()
    assert f"You predict {labels[3]}." in guess._panel.said.value


def test_an_unknown_key_is_answered_with_the_known_and_two_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="key must be one of a, b, c, d, e, got 'z'"):
        _asked().commit(key="z")
    with pytest.raises(TypeError, match="answer or key, not both"):
        _asked().commit("a", key="a")


def test_shuffling_leaves_everybodys_seeded_numbers_alone(read: None) -> None:
    random.seed(3)
    first = random.random()
    random.seed(3)
    order_of("a new one", list(OPTIONS))
    assert random.random() == first


def test_the_order_of_an_earlier_day_is_taken_where_it_fits(read: None) -> None:
    kept = ("c", "a", "e", "b", "d")
    assert order_of("Which?", list(OPTIONS), kept) == kept
    assert _shown(_asked()) == [OPTIONS[key] for key in kept]
    assert sorted(order_of("Other?", list(OPTIONS), ("c", "a"))) == sorted(OPTIONS)


def test_options_with_words_for_keys_are_called_by_these() -> None:
    guess = predict("Which?", options={"up": "it rises", "down": "it falls"}, answer="up")
    guess.commit("down")
    assert (guess.choice, "down) it falls" in str(guess)) == ("down", True)
