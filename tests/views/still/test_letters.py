"""Words of a still: what is not drawn is told from what is blank."""

import pytest

from rnnviz.views.still.letters import font


@pytest.mark.parametrize("space", ["\u00a0", "\u2007", "\u2009", "\u202f"])
def test_a_space_of_any_kind_leaves_the_paper_blank(space: str) -> None:
    letters = font("plain")
    assert not letters.mask(space).any()
    assert letters.width(f"a{space}b") == letters.width("a b")


def test_a_letter_that_is_not_known_is_a_box() -> None:
    letters = font("plain")
    assert (letters.mask("\u0e01") == letters.mask("□")).all()
