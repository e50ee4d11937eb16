"""Texts are cut into what a person sees as words or characters, and numbered by the training part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.tasks.texts.vocabulary import PAD, UNK, Vocabulary, letters, tokens


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It's GOOD, isn't it?", ["it's", "good", ",", "isn't", "it", "?"]),
        ("l'eau d’or", ["l'eau", "d’or"]),
        ("'quoted'", ["'", "quoted", "'"]),
        ("don't-know 3.5", ["don't", "-", "know", "3", ".", "5"]),
        ("love it 😍😍!", ["love", "it", "😍", "😍", "!"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("我很高兴。", ["我", "很", "高", "兴", "。"]),
        ("two\n\tlines", ["two", "lines"]),
        ("   ", []),
    ],
)
def test_words_and_marks_are_cut_in_every_script(text: str, cut: list[str]) -> None:
    assert list(tokens(text, "word")) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Ó Murchú", list("ó murchú")),
        ("  van   Dijk", list("van dijk")),
        ("van ", list("van ")),
        ("e\u0301", ["é"]),
        ("👩‍👩‍👧👍🏽🇮🇪🇳🇱", ["👩‍👩‍👧", "👍🏽", "🇮🇪", "🇳🇱"]),
        ("❤️!", ["❤️", "!"]),
    ],
)
def test_a_character_is_what_a_person_sees_as_one(text: str, cut: list[str]) -> None:
    assert list(tokens(text, "char")) == cut


@given(st.text(max_size=40))
def test_no_character_is_lost_or_made_up(text: str) -> None:
    assert "".join(letters(text)) == text


@given(st.text(max_size=40))
def test_a_text_and_its_capitals_are_read_alike(text: str) -> None:
    if text.upper().lower() == text.lower():
        assert tokens(text.lower(), "word") == tokens(text, "word")


def test_padding_and_the_unknown_come_first_then_the_frequent_ones() -> None:
    known = Vocabulary(["b a b", "c b a"], "word")
    assert known.symbols == (PAD, UNK, "b", "a", "c")
    assert len(known) == 5


def test_the_order_of_the_texts_does_not_change_the_numbers() -> None:
    texts = ["to be", "or not", "to be or"]
    assert Vocabulary(texts, "word").symbols == Vocabulary(texts[::-1], "word").symbols


def test_a_token_that_comes_too_seldom_is_unknown() -> None:
    known = Vocabulary(["a a b"], "word", min_count=2)
    assert known.symbols == (PAD, UNK, "a")
    assert known.encode("A b c") == [2, 1, 1]


def test_words_that_look_like_the_special_ones_are_no_padding() -> None:
    assert 0 not in Vocabulary(["<PAD> <UNK>"], "word").encode("<PAD>")
