"""The input sequence as it is drawn for changing it: numbers, symbols in rows, or symbols as text."""

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.views import EDITED, ROWS, apply, sequence_patches, sequence_skeleton

NUMBERS = np.array([0.5, 0.25, 1.0])
LETTERS = ("a", "<b>", "\n")
MANY = tuple(map(chr, range(40, 40 + ROWS + 1)))


def drawn(original: np.ndarray, symbols: tuple[str, ...] = (), **more: object) -> go.Figure:
    skeleton = sequence_skeleton(len(original), symbols, (-1, 2))
    return apply(skeleton, sequence_patches(original, symbols, **more))


def test_numbers_are_a_curve_with_the_changed_one_marked() -> None:
    before, edited, mark = drawn(NUMBERS, change=(1, 1.75)).data
    np.testing.assert_array_equal(before.y, NUMBERS)
    np.testing.assert_array_equal(edited.y, [0.5, 1.75, 1.0])
    assert (list(mark.x), list(mark.y)) == ([1], [1.75])


def test_without_a_change_nothing_is_marked() -> None:
    _, edited, mark = drawn(NUMBERS).data
    np.testing.assert_array_equal(edited.y, NUMBERS)
    assert len(mark.x) == 0


def test_a_few_symbols_have_a_row_each_and_their_names_are_text() -> None:
    figure = drawn(np.array([0, 2, 1]), LETTERS, change=(0, 1))
    assert figure.layout.yaxis.ticktext == ("a", "&lt;b&gt;", "↵")
    np.testing.assert_array_equal(figure.data[EDITED].y, [1, 2, 1])
    assert figure.data[EDITED].text == ("&lt;b&gt;", "↵", "&lt;b&gt;")


def test_many_symbols_are_one_line_of_text() -> None:
    figure = drawn(np.array([0, 3, 1]), MANY, change=(2, 5))
    assert figure.data[EDITED].mode == "text"
    assert figure.data[EDITED].text == (MANY[0], MANY[3], MANY[5])
    np.testing.assert_array_equal(figure.data[EDITED].y, [0, 0, 0])


@pytest.mark.parametrize(("symbols", "words"), [((), "drag"), (LETTERS, "drag"), (MANY, "choose")])
def test_the_title_says_how_to_change_it(symbols: tuple[str, ...], words: str) -> None:
    assert words in drawn(np.array([0, 1]), symbols).layout.title.text


def test_a_line_marks_the_picked_timestep() -> None:
    assert drawn(NUMBERS, picked=2).layout.shapes[0].x0 == 2
