"""Plain values: what counts as the same answer, whoever's array it comes in."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.exercises.answers.values import plain, same, unanswered


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_a_list_a_tuple_an_array_and_a_tensor_of_the_same_numbers_are_the_same_answer(numbers: list[float]) -> None:
    forms = (numbers, tuple(numbers), np.array(numbers), torch.tensor(numbers, dtype=torch.float64))
    assert all(same(plain(form), numbers) for form in forms)


@given(st.floats(-1e3, 1e3), st.floats(0.01, 10))
def test_a_number_is_right_within_its_tolerance_only(number: float, tolerance: float) -> None:
    assert same(number + 0.9 * tolerance, number, tolerance)
    assert not same(number + 1.1 * tolerance, number, tolerance)


@pytest.mark.parametrize("one", [5, 5.0, np.float32(5), np.array([5]), torch.tensor([[5.0]]), (5,)])
def test_a_single_number_may_come_in_any_wrapping(one: object) -> None:
    assert same(plain(one), 5)


def test_arrays_of_different_shape_differ_even_when_they_would_broadcast() -> None:
    assert not same(np.ones((2, 3)), np.ones(3))


def test_a_tensor_with_a_graph_becomes_an_array_without_one() -> None:
    array = plain(torch.ones(2, requires_grad=True) * 2)
    assert isinstance(array, np.ndarray)
    assert array.tolist() == [2.0, 2.0]


def test_words_are_compared_without_capitals_and_outer_blanks_and_never_with_numbers() -> None:
    assert same(plain(" ReLU\n"), "relu")
    assert not same("5", 5)
    assert not same(5, "5")


def test_dots_and_none_are_no_answer_and_zero_is_one() -> None:
    assert [unanswered(one) for one in (..., None, 0, False)] == [True, True, False, False]
