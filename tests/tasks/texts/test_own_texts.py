"""A learner's own texts become a task, whatever they come in; a row that cannot be used is named."""

import numpy as np
import pandas as pd
import pytest
import torch

from rnnviz.tasks import Texts, from_texts

TEXTS = ["What a day!", "so good", "never again", "a waste of time", "good fun", "bad, bad", "lovely", "awful"]
LABELS = ["pos", "pos", "neg", "neg", "pos", "neg", "pos", "neg"]


def test_words_are_lower_case_and_numbered_by_the_training_part() -> None:
    task = from_texts(TEXTS, LABELS)
    assert task.classes == ("neg", "pos")
    train, _ = task.texts(held_out=False)
    known = {word for text in train for word in text.lower().replace("!", " !").replace(",", " ,").split()}
    assert set(task.symbols) == {"<PAD>", "<UNK>"} | known


def test_a_word_that_only_the_held_out_part_has_is_unknown() -> None:
    task = from_texts(TEXTS, LABELS)
    (text, *_), _ = task.texts(held_out=True)
    numbers = task.held_out().inputs[0, : len(text.split())].tolist()
    train = " ".join(task.texts(held_out=False)[0]).lower().split()
    assert [number == 1 for number in numbers] == [word not in train for word in text.lower().split()]


@pytest.mark.parametrize(
    "kind",
    [list, tuple, np.array, pd.Series, iter, lambda values: pd.Series(values, index=range(50, 50 + len(values)))],
)
def test_texts_and_labels_may_be_any_row_of_values(kind: object) -> None:
    task, plain = from_texts(kind(TEXTS), kind(LABELS)), from_texts(TEXTS, LABELS)
    assert torch.equal(task.held_out().inputs, plain.held_out().inputs)
    assert task.classes == plain.classes


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([1, 10, 2, 2, 1, 10, 2, 1], ("1", "2", "10")),
        ([True, False] * 4, ("False", "True")),
        (np.array([0.0, 1.0] * 4), ("0", "1")),
        ([" a", "b "] * 4, ("a", "b")),
        (pd.Series(["x", "y"] * 4, dtype="category"), ("x", "y")),
    ],
)
def test_classes_may_be_words_or_whole_numbers_and_are_sorted_as_such(labels: object, classes: tuple[str, ...]) -> None:
    assert from_texts(TEXTS, labels).classes == classes


@pytest.mark.parametrize("level", ["word", "char"])
def test_emoji_and_right_to_left_texts_are_read(level: str) -> None:
    texts = ["😍😍 great", "👍🏽", "💔", "👎", "שלום עולם", "زيادة", "very sad 😢", "ok"]
    task = from_texts(texts, LABELS, level=level)
    assert len(task.held_out()) == 2
    assert int(task.held_out().lengths.min()) >= 1


def test_a_very_long_text_is_read_to_an_end_and_the_source_says_so() -> None:
    task = from_texts([*TEXTS, "long " * 100_000], [*LABELS, "neg"])
    assert task.seq_len == 200
    assert task.seq_lens == (2, 1000)
    assert "1 of them is longer than 200 tokens" in task.source
    assert task.with_seq_len(1000).held_out().inputs.shape[1] == 1000


def test_copies_lie_on_one_side() -> None:
    copies = [text.upper() + "!!" for text in TEXTS]
    task = from_texts(TEXTS + copies, LABELS + LABELS)
    held = {text.upper().rstrip("!") for text in task.texts(held_out=True)[0]}
    train = {text.upper().rstrip("!") for text in task.texts(held_out=False)[0]}
    assert held
    assert not held & train


def test_a_class_of_one_text_is_trained_on_and_never_held_out() -> None:
    task = from_texts([*TEXTS, "meh"], [*LABELS, "neither"])
    assert "neither" in task.classes
    assert "neither" not in task.texts(held_out=True)[1]


def test_seldom_words_are_unknown() -> None:
    assert set(from_texts(TEXTS, LABELS, min_count=2).symbols) <= {"<PAD>", "<UNK>", "a", "bad", "good"}


def test_every_prefix_may_be_asked() -> None:
    task = from_texts(TEXTS, LABELS, each_prefix=True)
    assert task.each_step
    assert task.held_out().targets.shape == task.held_out().inputs.shape


@pytest.mark.parametrize(
    ("texts", "labels", "more", "error", "words"),
    [
        (["a", "b", ""], [1, 2, 1], {}, ValueError, r"got '' in row 2; leave it out"),
        (["a", " \n ", "b"], [1, 2, 1], {"level": "char"}, ValueError, r"in row 1; leave it out"),
        (["a", "\u200b\u202e", "b"], [1, 2, 1], {"level": "char"}, ValueError, r"in row 1; leave it out"),
        ({"a", "b", "c"}, [1, 2, 1], {}, TypeError, r"texts must be in order, row by row, got a set, which has none"),
        (["a", "b", "c"], {1, 2, 3}, {}, TypeError, r"labels must be in order"),
        (["a", None, "b"], [1, 2, 1], {}, TypeError, r"texts must be words, got None in row 1"),
        (["a", 5, "b"], [1, 2, 1], {}, TypeError, r"got 5 in row 1"),
        (["a", float("nan")], [1, 2], {}, TypeError, r"got nan in row 1"),
        (["a", "b"], [1], {}, ValueError, r"got 1 labels for 2 texts|at least two rows"),
        (["a", "b", "c"], [1, 2], {}, ValueError, r"got 2 labels for 3 texts; give one for each text"),
        (["a", "b"], ["x", None], {}, ValueError, r"labels must have a class in every row, got None in row 1"),
        (["a", "b"], ["x", " "], {}, ValueError, r"got ' ' in row 1"),
        (["a", "b"], [1.0, float("nan")], {}, ValueError, r"got nan in row 1"),
        (["a", "b"], [1.5, 2.0], {}, TypeError, r"labels must be words or whole numbers, got 1.5 in row 0"),
        (["a", "b"], [[1], [2]], {}, TypeError, r"got \[1\] in row 0"),
        (["a", "b"], ["x", "x"], {}, ValueError, r"at least two classes, got 'x' in all 2 rows"),
        (["a", "b"], ["x", "y"], {}, ValueError, r"two different ones of some class"),
        (["a", "A!"], ["x", "y"], {}, ValueError, r"two different ones of some class"),
        ("abc", [1, 2, 3], {}, TypeError, r"texts must be a list with one row a text, got 'abc'"),
        ({"a": 1}, [1], {}, TypeError, r"texts must be a list"),
        (5, [1], {}, TypeError, r"texts must be a list with one row a text, got 5"),
        (pd.DataFrame({"t": ["a", "b"]}), [1, 2], {}, TypeError, r"pick one of its columns"),
        (np.array([["a", "b"]]), [1, 2], {}, TypeError, r"texts must have one axis, got shape \(1, 2\)"),
        ([], [], {}, ValueError, r"texts must be at least two rows, got 0"),
        (TEXTS, LABELS, {"level": "letter"}, ValueError, r"level must be one of word, char"),
        (TEXTS, LABELS, {"min_count": 0}, ValueError, r"min_count must be at least 1"),
        (TEXTS, LABELS, {"test_share": 1.0}, ValueError, r"test_share must be below 1"),
        (TEXTS, LABELS, {"test_share": 0}, ValueError, r"test_share must be above 0"),
        (TEXTS, LABELS, {"each_prefix": 1}, TypeError, r"each_prefix must be True or False"),
    ],
)
def test_what_cannot_be_used_is_named(
    texts: object, labels: object, more: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        from_texts(texts, labels, **more)


def test_half_a_character_is_replaced_so_that_the_text_can_be_kept() -> None:
    task = from_texts([*TEXTS, "bro\ud83dken"], [*LABELS, "neg"])
    everything = "".join(sum((task.texts(held_out=held)[0] for held in (False, True)), ()))
    assert everything.encode("utf-8")


@pytest.fixture
def names() -> Texts:
    return from_texts(TEXTS, LABELS, level="char")


def test_a_text_of_anybodys_is_encoded_without_an_answer(names: Texts) -> None:
    batch = names.encoded("Good ✗")
    assert batch.lengths.tolist() == [6]
    assert [names.symbols[number] for number in batch.inputs[0, :6].tolist()] == ["g", "o", "o", "d", " ", "<UNK>"]
    assert batch.targets.tolist() == [-100]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("   ", ValueError, "text must hold something to read"),
        ("x" * 16, ValueError, r"text must have at most 15 characters, got 16; shorten it\."),
        (5, TypeError, "text must be words, got 5"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(names: Texts, text: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        names.encoded(text)


def test_too_long_for_now_says_how_to_read_more(names: Texts) -> None:
    with pytest.raises(ValueError, match=r"at most 5 characters, got 8; shorten it, or set seq_len=8\."):
        names.with_seq_len(5).encoded("good fun")


def test_a_shorter_task_reads_the_beginning_of_each_text(names: Texts) -> None:
    short = names.with_seq_len(4)
    assert torch.equal(short.held_out().inputs, names.held_out().inputs[:, :4])
    assert int(short.held_out().lengths.max()) == 4
    assert torch.equal(short.with_seq_len(15).held_out().inputs, names.held_out().inputs)
