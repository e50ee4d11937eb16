"""The pictures of a changed input in a narrow column: the same numbers as in the wide ones, timestep below timestep."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.training import Session, perturb
from rnnviz.views import EDITED, ROWS, apply, colour_limit, perturbation_figure, sequence_patches
from rnnviz.views.perturbation.docked import (
    docked_answer,
    docked_answer_patches,
    docked_sequence,
    docked_sequence_patches,
)

NUMBERS = np.array([0.5, 0.25, 1.0])
MANY = tuple(map(chr, range(40, 40 + ROWS + 1)))


def sequence(original: np.ndarray, symbols: tuple[str, ...] = (), picked: int = 0, **more: object) -> go.Figure:
    patches = sequence_patches(original, symbols, picked=picked, **more)
    skeleton = docked_sequence(len(original), symbols, (-1, 2))
    return apply(skeleton, docked_sequence_patches(patches, symbols, len(original), picked))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("adding", cell="lstm", seq_len=12, hidden_size=5, seed=0, device="cpu")


def answer(session: Session, time: int = 5, value: float = 2.0) -> go.Figure:
    seen = perturb(session, time=time, value=value)
    return apply(docked_answer(seen), docked_answer_patches(seen, limit=colour_limit(seen)))


def test_every_number_is_that_of_the_wide_picture(session: Session) -> None:
    narrow, wide = answer(session), perturbation_figure(perturb(session, time=5, value=2.0))
    for one, other in zip(narrow.data, wide.data, strict=True):
        for key in ("x", "y", "z", "customdata"):
            if getattr(other, key, None) is not None:
                np.testing.assert_array_equal(getattr(one, key), getattr(other, key))
    assert (narrow.data[2].zmin, narrow.data[2].zmax) == (wide.data[2].zmin, wide.data[2].zmax)


def test_timesteps_of_input_and_answer_stand_below_each_other(session: Session) -> None:
    above, below = sequence(np.zeros(12)), answer(session)
    assert above.layout.margin.l == below.layout.margin.l
    assert above.layout.margin.r == below.layout.margin.r
    assert tuple(above.layout.xaxis.range) == tuple(below.layout.xaxis.range) == (-0.5, 11.5)


def test_the_page_is_told_the_words_and_the_heights(session: Session) -> None:
    meta = answer(session).layout.meta
    assert meta["place"] == "side"
    assert [panel["name"] for panel in meta["panels"]] == ["How far it travels", "Change of every unit"]
    assert re.fullmatch(r"±[\d.]+, 0 at 5 of 12", meta["panels"][1]["aside"])
    assert all(panel[size] % 5 == 0 for panel in meta["panels"][1:] for size in ("low", "high"))  # rows come out even


def test_where_the_change_is_felt_everywhere_the_units_are_counted(session: Session) -> None:
    aside = answer(session, time=0).layout.meta["panels"][1]["aside"]
    assert re.fullmatch(r"5 units, ±[\d.]+", aside)


def test_sizes_stand_at_few_powers_of_ten(session: Session) -> None:
    axis = answer(session).layout.yaxis
    assert 2 <= len(axis.tickvals) <= 4
    assert axis.ticktext[0] == "1"
    assert all(text.startswith("10⁻") for text in axis.ticktext[1:])


def test_a_changed_number_is_marked_on_the_curve() -> None:
    before, edited, mark = sequence(NUMBERS, change=(1, 1.75)).data
    np.testing.assert_array_equal(before.y, NUMBERS)
    np.testing.assert_array_equal(edited.y, [0.5, 1.75, 1.0])
    assert (list(mark.x), list(mark.y)) == ([1], [1.75])


@pytest.mark.parametrize(("symbols", "words"), [((), "drag"), (("a", "<b>"), "drag"), (MANY, "characters")])
def test_the_caption_says_how_to_change_it(symbols: tuple[str, ...], words: str) -> None:
    assert words in sequence(np.array([0, 1]), symbols).layout.meta["panels"][0]["aside"]


def test_a_few_symbols_have_a_row_each_and_their_names_are_text() -> None:
    figure = sequence(np.array([0, 2, 1]), ("a", "<b>", "\n"), change=(0, 1))
    assert figure.layout.yaxis.ticktext == ("a", "&lt;b&gt;", "↵")
    np.testing.assert_array_equal(figure.data[EDITED].y, [1, 2, 1])


@pytest.mark.parametrize(("picked", "wanted"), [(0, (-0.5, 24.5)), (40, (27.5, 52.5)), (79, (54.5, 79.5))])
def test_of_a_long_text_what_stands_near_the_picked_character_is_shown(picked: int, wanted: tuple) -> None:
    figure = sequence(np.zeros(80, int), MANY, picked)
    assert tuple(figure.layout.xaxis.range) == wanted


@pytest.mark.parametrize(
    ("limits", "ticks"),
    [((-6.0, 10.0), [0.0, 5.0]), ((-0.5, 1.5), [0.0, 1.0]), ((2.0, 3.0), [2.0]), ((-3.0, -1.0), [-2.0])],
)
def test_an_axis_of_numbers_names_zero_and_a_round_number(limits: tuple[float, float], ticks: list[float]) -> None:
    assert list(docked_sequence(5, (), limits).layout.yaxis.tickvals) == ticks


def test_where_nothing_is_changed_the_picture_says_what_to_do(session: Session) -> None:
    seen = perturb(session, time=5)
    panel = apply(docked_answer(seen), docked_answer_patches(seen, limit=1.0)).layout.meta["panels"][1]
    assert panel["empty"].startswith("Change the input above")
    assert panel["aside"] == ""
    assert answer(session).layout.meta["panels"][1]["empty"] == ""
