"""Mistakes that chapters share are recognised for what they are, and nothing else is."""

from rnnviz.exercises.answers.functions import Raised
from rnnviz.exercises.answers.mistakes import stopped_over


def test_an_error_is_recognised_by_a_word_of_it_and_a_plain_answer_is_not() -> None:
    about_sizes = stopped_over("size", "unpack")
    assert about_sizes(Raised("ValueError", "not enough values to unpack"))
    assert not about_sizes(Raised("ValueError", "shapes differ"))
    assert not about_sizes("unpack")
