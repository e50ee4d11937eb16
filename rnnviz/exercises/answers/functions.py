"""Exercises whose answer is a function: call it on seeded inputs and look at what comes back, or at what it raises."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rnnviz.exercises.answers.tracebacks import own_lines

__all__ = ["NotAFunction", "NothingReturned", "Raised", "call"]


@dataclass(frozen=True)
class Raised:
    """The learner's function ended in an error: its name, its words, and the learner's lines that led there."""

    type: str
    text: str
    trace: str = ""


@dataclass(frozen=True)
class NotAFunction:
    """The learner handed over something that cannot be called; ``type`` names what."""

    type: str


@dataclass(frozen=True)
class NothingReturned:
    """The learner's function gave back nothing."""


def call(function: Any, inputs: Mapping[str, NDArray[Any]]) -> Any:
    """Call a learner's function with tensors and return what it gives, or a description of what went wrong.

    Parameters
    ----------
    function : object
        What the learner handed over.
    inputs : mapping of str to numpy.ndarray
        Arguments in order; each is handed over as a float64 tensor of its own.

    Returns
    -------
    object
        The function's result, the dots too if they are still there, or `NotAFunction`, `Raised` or `NothingReturned`.

    Examples
    --------
    >>> import numpy as np
    >>> call(lambda x: x.tanh(), {"x": np.zeros(2)}).tolist()
    [0.0, 0.0]
    >>> call(lambda x: x.tan_h(), {"x": np.zeros(2)}).type
    'AttributeError'
    """
    if not callable(function):
        return NotAFunction(type(function).__name__)
    tensor = _tensor_maker()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a hint is coming; torch's warning would be the second voice
            result = function(*(tensor(values) for values in inputs.values()))
    except Exception as error:
        lines = str(error).strip().splitlines()
        return Raised(type(error).__name__, lines[0] if lines else "", own_lines(error))
    return NothingReturned() if result is None else result


def _tensor_maker() -> Callable[[NDArray[Any]], Any]:
    """Return a function from arrays to tensors. Torch stops some floors below, so a tensor from there makes them."""
    from rnnviz.tasks import Adding

    # float64: a hint compares to many digits, whatever a lab trains in
    some = Adding(seq_len=2).held_out().targets.double()
    return lambda values: some.new_tensor(values)
