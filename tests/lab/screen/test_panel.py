"""The panel's status line, and the figures on the toolbar."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.lab.screen.figurewords import figure, loss_words
from rnnviz.lab.screen.panel import status_words

_DIGITS = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (1.4, "1.40"),
        (0.123456, "0.123"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (0.9999, "1.00"),
        (0.0, "0"),
        (-2.5, "−2.50"),
        (0.001, "0.00100"),
        (7.26e-4, "7.3 × 10⁻⁴"),
        (3e12, "3.0 × 10¹²"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_a_loss_has_three_figures_and_a_dash_where_there_is_none_yet(loss: float, words: str) -> None:
    assert loss_words(loss) == words


@given(st.floats(1e-30, 1e30), st.booleans())
def test_what_a_loss_says_is_the_number_to_its_last_digit(size: float, negative: bool) -> None:
    loss = -size if negative else size
    digits, _, power = loss_words(loss).translate(_DIGITS).partition(" × 10")
    said = Fraction(digits) * Fraction(10) ** int(power or 0)
    assert abs(said - Fraction(loss)) <= abs(Fraction(loss)) / (19 if power else 199)


def test_a_figure_is_text_around_its_number_and_keeps_its_room() -> None:
    assert figure("step", "<600>", 3.1) == (
        '<span class="rv-figure-step">step <b style="min-width:3.1em">&lt;600&gt;</b></span>'
    )


def test_a_status_line_is_text_and_never_markup() -> None:
    assert status_words("<b>a & b</b>", failed=True) == '<span class="rv-failed">&lt;b&gt;a &amp; b&lt;/b&gt;</span>'
