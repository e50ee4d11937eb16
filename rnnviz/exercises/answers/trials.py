"""Exercises whose answer is a function, tried on inputs of several sizes: a single right result may be luck."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rnnviz.exercises.answers.functions import NotAFunction, Raised, call
from rnnviz.exercises.answers.values import plain, same, unanswered

__all__ = ["OnlyThere", "Trial", "failing_there", "only_there", "tried", "tried_on"]


@dataclass(frozen=True)
class Trial:
    """One call of a learner's function.

    Parameters
    ----------
    inputs : mapping of str to numpy.ndarray
        Arguments in order, handed over as float64 tensors.
    expected : numpy.ndarray
        What a right function returns.
    asked : callable, optional
        Takes the learner's function and returns what is called with ``inputs``, for instance with a size added.
    """

    inputs: Mapping[str, NDArray[Any]]
    expected: NDArray[Any]
    asked: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda function: function

    def of(self, function: Any) -> Any:
        """Return what the function gives, or a description of what went wrong."""
        return call(self.asked(function), self.inputs) if callable(function) else NotAFunction(type(function).__name__)


@dataclass(frozen=True)
class OnlyThere:
    """The function is right on the first inputs and on others it is not: a size written down, a constant, luck.

    ``trace`` holds the learner's own lines if she stopped there with an error.
    """

    trace: str = ""


def tried(function: Any, trials: Sequence[Trial], tolerance: float) -> Any:
    """Return what the function gives in the first trial, or `OnlyThere` if it is right in that one and not in all.

    The sizes of the trials' inputs all differ, within a trial and from one to the next; hints are about the first.
    ``tolerance`` is how far each number may be from the right one.

    >>> import numpy as np
    >>> trials = [Trial({"x": np.ones(size)}, np.asarray(float(size))) for size in (3, 5)]
    >>> float(tried(lambda x: x.sum(), trials, 1e-9)), tried(lambda x: 3 * x.mean(), trials, 1e-9)
    (3.0, OnlyThere(trace=''))
    """
    first, *others = trials
    answer = first.of(function)
    if unanswered(answer) or not same(plain(answer), first.expected, tolerance):
        return answer
    return failing_there(function, others, tolerance) or answer


def tried_on(trials: Sequence[Trial], tolerance: float) -> Callable[[Any], Any]:
    """Return what an exercise observes of a function: see `tried`."""
    return lambda function: tried(function, trials, tolerance)


def failing_there(function: Any, trials: Sequence[Trial], tolerance: float) -> OnlyThere | None:
    """Return None for a function that is right in all these trials, else what there is to say about the first other."""
    for trial in trials:
        answer = trial.of(function)
        if not same(plain(answer), trial.expected, tolerance):
            return OnlyThere(answer.trace if isinstance(answer, Raised) else "")
    return None


def only_there(answer: Any) -> bool:
    """Say whether this is what `tried` returns for a function that is right on the first inputs alone."""
    return isinstance(answer, OnlyThere)
