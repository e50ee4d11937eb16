"""What is held out is decided by the texts themselves; twins stay together, and every class keeps its share."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.tasks.texts.split import bare, held_out

ROWS = st.lists(st.tuples(st.text("abc! é", min_size=1, max_size=4), st.integers(0, 2)), min_size=1, max_size=60)


@given(ROWS)
def test_twins_lie_on_one_side(rows: list[tuple[str, int]]) -> None:
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    sides = defaultdict(set)
    for text, held in zip(texts, held_out(texts, labels, 0.3), strict=True):
        sides[bare(text)].add(held)
    assert all(len(both) == 1 for both in sides.values())


@given(ROWS, st.randoms())
def test_the_order_of_the_rows_decides_nothing_where_twins_agree(rows: list[tuple[str, int]], random: object) -> None:
    known: dict[str, int] = {}
    rows = [(text, known.setdefault(bare(text), label)) for text, label in rows]

    def chosen(these: list[tuple[str, int]]) -> set[tuple[str, int]]:
        held = held_out([text for text, _ in these], [label for _, label in these], 0.3)
        return {row for row, out in zip(these, held, strict=True) if out}

    mixed = rows.copy()
    random.shuffle(mixed)
    assert chosen(rows) == chosen(mixed)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_each_class_gives_its_share(share: float) -> None:
    texts = [f"text number {number}" for number in range(300)]
    labels = [0] * 200 + [1] * 100
    held = held_out(texts, labels, share)
    assert sum(held[:200]) == 200 * share
    assert sum(held[200:]) == 100 * share


def test_a_class_of_two_texts_is_in_both_parts_and_one_of_a_single_text_is_trained_on() -> None:
    held = held_out(["one", "two", "alone"], [0, 0, 1], 0.2)
    assert sorted(held[:2]) == [False, True]
    assert not held[2]


def test_copies_that_differ_in_case_and_marks_are_twins() -> None:
    assert bare("Great film!!") == bare("great film")
    assert bare("Ó Sé") == bare("o se")
    assert bare("!!!") == "!!!"
