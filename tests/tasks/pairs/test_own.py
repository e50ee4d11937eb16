"""A learner's own pairs: handled, or refused in one sentence that names the row."""

import json
import re

import pytest

import rnnviz as rv
from rnnviz.tasks.pairs.ownpairs import from_pairs
from rnnviz.tasks.pairs.tokens import tokens

NUMBERS = [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"), ("five", "5"), ("six", "6")]


class Table:
    """Two columns, as a table of pandas gives its rows."""

    def itertuples(self, index, name):
        assert not index
        assert name is None
        return iter(NUMBERS)


def test_what_holds_pairs_is_taken():
    wanted = from_pairs(NUMBERS)
    for given in (dict(NUMBERS), iter(NUMBERS), [list(pair) for pair in NUMBERS], Table(), tuple(NUMBERS)):
        made = from_pairs(given)
        assert (made.training, made.held_out_pairs) == (wanted.training, wanted.held_out_pairs)


def test_the_split_does_not_depend_on_the_order():
    assert set(from_pairs(NUMBERS[::-1]).held_out_pairs) == set(from_pairs(NUMBERS).held_out_pairs)


def test_near_duplicates_lie_on_one_side():
    rows = [(source, target) for word, target in NUMBERS for source in (word, word.upper(), f"{word}!")]
    task = from_pairs(rows)
    sides = [{source.strip("!").lower() for source, _ in part} for part in (task.training, task.held_out_pairs)]
    assert not sides[0] & sides[1]


def test_a_pair_that_comes_twice_counts_once():
    assert len(from_pairs(NUMBERS * 3).training) == len(from_pairs(NUMBERS).training)


def test_a_source_may_be_its_own_target():
    task = from_pairs([(word, word) for word, _ in NUMBERS])
    assert task.baselines()["copying the source"] == 1


def test_sides_may_be_of_very_different_length():
    task = from_pairs([("a" * 300, "x"), ("b", "y" * 200), ("c", "z")])
    assert (task.seq_len, task.target_len) == (300, 201)


def test_an_emoji_of_several_parts_is_one_character():
    assert tokens("👩‍👩‍👧❤️👍🏽🇫🇷é", "char") == ["👩‍👩‍👧", "❤️", "👍🏽", "🇫🇷", "é"]
    task = from_pairs([("👍🏽", "yes"), ("👎", "no"), ("🤷‍♀️", "maybe")])
    assert task.seq_len == 1


def test_accents_count_however_they_are_encoded():
    assert tokens("e\u0301t\u00e9", "char") == ["é", "t", "é"]
    assert tokens("नमस्ते", "char") == ["न", "म", "स्", "ते"]


def test_right_to_left_scripts_are_read_in_the_order_they_are_spoken():
    task = from_pairs([("שלום", "hi"), ("תודה", "thanks"), ("كتاب", "book")])
    for source, _ in task.training:
        assert tokens(source, "char") == list(source)
        assert task.source_words.text(task.source_words.numbers(source)) == source


@pytest.mark.parametrize(("text", "wanted"), [
    ("Don't stop, now!", ["Don't", "stop", ",", "now", "!"]),
    ("停止 now", ["停", "止", "now"]),
    ("l’été  3.5", ["l’été", "3", ".", "5"]),
    ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
])  # fmt: skip
def test_words_and_marks_are_tokens(text, wanted):
    assert tokens(text, "word") == wanted


def test_words_are_put_together_with_spaces():
    task = from_pairs([("a b", "c d"), ("e f", "g h"), ("i", "j")], level="word")
    assert task.target_words.text(task.target_words.numbers(task.training[0][1])) == task.training[0][1]


@pytest.mark.parametrize(
    ("pairs", "error", "said"),
    [
        ([], ValueError, "pairs must hold some pairs, got none."),
        ("abc", TypeError, "such as [('one', '1')], got 'abc'."),
        (7, TypeError, "pairs must be a list of (source, target)"),
        ([*NUMBERS, ("seven",)], ValueError, "row 6 of pairs must be a source and a target, got 1 values"),
        ([*NUMBERS, ("a", "b", "c")], ValueError, "row 6 of pairs must be a source and a target, got 3 values"),
        ([*NUMBERS, "ab"], TypeError, "row 6 of pairs must be a source and a target"),
        ([*NUMBERS, None], TypeError, "row 6 of pairs must be a source and a target, got None"),
        ([*NUMBERS, ("", "7")], ValueError, "source in row 6 of pairs must not be empty, got ''; leave"),
        ([*NUMBERS, ("\u200b", "7")], ValueError, "source in row 6 of pairs must not be empty"),
        ([*NUMBERS, {"seven", "7"}], TypeError, "row 6 of pairs must be a source and a target, got"),
        ([*NUMBERS, ("seven", " \n")], ValueError, "the target in row 6 of pairs must not be empty"),
        ([*NUMBERS, (7, "7")], TypeError, "source in row 6 of pairs must be words, got 7, of"),
        ([*NUMBERS, ("seven", None)], TypeError, "target in row 6 of pairs must be words, got None"),
        ([*NUMBERS, ("nan", float("nan"))], TypeError, "row 6 of pairs must be words, got nan, of type float"),
        ([("a" * 501, "b"), *NUMBERS], ValueError, "row 0 of pairs must have 500 tokens at most, got 501;"),
        ([("One", "1"), ("one!", "1")], ValueError, "pairs must have two different sources at least"),
    ],
)  # fmt: skip
def test_what_is_no_pair_is_refused_by_its_row(pairs, error, said):
    with pytest.raises(error, match=re.escape(said)):
        from_pairs(pairs)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"level": "letter"}, "level must be one of char, word, got 'letter'."),
        ({"test_share": 1}, "test_share must be below 1, so that something is left to train on, got 1."),
        ({"test_share": 0}, "test_share must be above 0, got 0."),
        ({"test_share": 1.2}, "test_share must be at most 1, got 1.2."),
        ({"attention": "luong"}, "attention must be one of dot, general, additive, got 'luong'."),
    ],
)
def test_how_they_are_taken_is_checked(asked, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        from_pairs(NUMBERS, **asked)


def test_half_a_character_is_replaced():
    task = from_pairs([*NUMBERS, ("\ud83d", "7")])
    assert all(source.encode() for part in (task.training, task.held_out_pairs) for source, _ in part)


def test_the_same_task_is_made_again_from_its_recipe():
    task = from_pairs(NUMBERS, level="word", test_share=0.4, attention="general", reverse_source=True)
    again = rv.tasks.from_recipe(json.loads(json.dumps(task.to_recipe())))
    assert again.training == task.training
    assert again.attention == "general"
    assert again.reverse_source
    assert rv.tasks.from_pairs is from_pairs
