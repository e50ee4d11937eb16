"""Mistakes that several chapters recognise: an error by its words, one of several wrong results; and the sigmoid."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.functions import Raised
from rnnviz.exercises.answers.values import same

__all__ = ["any_of", "sigmoid", "stopped_over"]


def stopped_over(*words: str) -> Callable[[Any], bool]:
    """Return a function that recognises a `Raised` error whose text has one of these words."""
    return lambda answer: isinstance(answer, Raised) and any(one in answer.text for one in words)


def any_of(wrong: Sequence[Any], tolerance: float = 1e-5) -> Callable[[Any], bool]:
    """Return a function that recognises one of several wrong results."""
    return lambda answer: any(same(answer, one, tolerance) for one in wrong)


def sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    """Return 1 / (1 + exp(-x)) of each value."""
    between: NDArray[Any] = 1 / (1 + np.exp(-values))
    return between
