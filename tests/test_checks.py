"""How a message shows what came."""

import numpy as np
import pytest

from rnnviz.checks import kind_of, known, refuse_unknown, shown
from rnnviz.limits import sizes


def test_what_came_is_shown_as_python_writes_it_and_cut() -> None:
    assert (shown("fast"), shown(3.5), len(shown("x" * 100_000))) == ("'fast'", "3.5", 100)


def test_a_class_that_came_in_place_of_a_value_is_told_from_one() -> None:
    assert (kind_of(3), kind_of(int)) == ("int", "the class int")


def test_sizes_of_a_model_come_back_as_whole_numbers_in_the_order_given() -> None:
    assert sizes(input_size=np.int64(2), hidden_size=32) == [2, 32]


def test_names_that_are_not_there_are_told_with_those_that_are_whatever_came() -> None:
    sentence = "the lab has no {unknown}; known: {known}."
    refuse_unknown(sentence, ["lr"], ["lr", "clip"])
    with pytest.raises(TypeError, match=r"^the lab has no 'rl', \[1\]; known: lr, clip\.$"):
        refuse_unknown(sentence, ["rl", "lr", [1]], ["lr", "clip"], TypeError)
    with pytest.raises(ValueError, match=r"^the lab has no '\{known\}'; known: none\.$"):
        refuse_unknown(sentence, ["{known}"], [])


def test_a_name_that_is_there_comes_back_and_another_is_refused() -> None:
    assert known("no {unknown}; {known}", "lr", ["lr"]) == "lr"
    with pytest.raises(KeyError, match="no 3; lr"):
        known("no {unknown}; {known}", 3, ["lr"], KeyError)
