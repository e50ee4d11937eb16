"""Numbers as pictures write them: three figures, a true minus sign, powers of ten below a thousandth."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.views.words import figure, state, three

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def value_of(words: str) -> float:
    """Read a number as a person does."""
    mantissa, _, power = words.replace("−", "-").replace(",", "").partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(RAISED) or 0)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.4, "1.40"),
        (20.55, "20.6"),
        (9.996, "10.0"),
        (0.0331, "0.0331"),
        (-0.5, "−0.500"),
        (0.00099999, "0.00100"),
        (0.00099, "9.9 × 10⁻⁴"),
        (1.16e-26, "1.2 × 10⁻²⁶"),
        (99999.0, "1.0 × 10⁵"),
        (1394, "1,394"),
        (0.0, "0"),
        (math.nan, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_a_measured_number_has_three_figures(value: float, words: str) -> None:
    assert three(value) == words


@given(st.floats(1e-300, 1e300) | st.floats(-1e300, -1e-300))
def test_what_is_written_is_the_number_rounded(value: float) -> None:
    assert value_of(three(value)) == pytest.approx(value, rel=0.051)
    if 1e-3 <= abs(value) < 9e4:
        assert value_of(three(value)) == pytest.approx(value, rel=0.0051)
    assert "-" not in three(value)


@pytest.mark.parametrize(("value", "words"), [(-0.114, "−0.11"), (0.5, "0.50"), (-0.004, "0.00"), (-1.0, "−1.00")])
def test_a_state_has_two_decimals(value: float, words: str) -> None:
    assert state(value) == words


@pytest.mark.parametrize(("value", "words"), [(1.5, "1.5"), (-5.0, "−5"), (8e-06, "8 × 10⁻⁶"), (150.0, "150")])
def test_the_end_of_a_range_is_written_short(value: float, words: str) -> None:
    assert figure(value) == words
