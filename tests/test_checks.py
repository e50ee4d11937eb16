"""How a message shows what came."""

import numpy as np

from rnnviz.checks import kind_of, shown
from rnnviz.limits import sizes


def test_what_came_is_shown_as_python_writes_it_and_cut() -> None:
    assert (shown("fast"), shown(3.5), len(shown("x" * 100_000))) == ("'fast'", "3.5", 100)


def test_a_class_that_came_in_place_of_a_value_is_told_from_one() -> None:
    assert (kind_of(3), kind_of(int)) == ("int", "the class int")


def test_sizes_of_a_model_come_back_as_whole_numbers_in_the_order_given() -> None:
    assert sizes(input_size=np.int64(2), hidden_size=32) == [2, 32]
