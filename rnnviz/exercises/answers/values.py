"""Answers as plain values: numbers, tuples, arrays and tensors of any library, compared by what they hold."""

import ast
from typing import Any

import numpy as np

__all__ = ["plain", "quoted", "same", "shape_of", "unanswered"]


def unanswered(answer: Any) -> bool:
    """Say whether the learner has left the dots (``...``) or None in place."""
    return answer is None or answer is ...


def quoted(answer: str) -> bool:
    """Say whether a word is a number, or a tuple or list of some, in quotation marks.

    Examples
    --------
    >>> quoted("160"), quoted("(1, 8, 20)"), quoted("same as now")
    (True, True, False)
    """
    try:
        return isinstance(ast.literal_eval(answer), int | float | tuple | list)
    except Exception:  # a word, or something longer than the parser takes
        return False


def shape_of(answer: Any) -> tuple[int, ...] | None:
    """Return the shape of an array or tensor, None for anything else.

    >>> shape_of(np.zeros((1, 8))), shape_of((1, 8))
    ((1, 8), None)
    """
    shape = getattr(answer, "shape", None)
    return tuple(shape) if isinstance(shape, tuple) else None


def plain(answer: Any) -> Any:
    """Return tensors as numpy arrays, on the CPU and without their graph, also inside tuples and lists.

    Words lose their outer blanks and their capitals.

    Examples
    --------
    >>> plain([1, (2, 3)]), plain(" Tanh ")
    ((1, (2, 3)), 'tanh')
    """
    if isinstance(answer, str):
        return answer.strip().lower()
    if isinstance(answer, list | tuple):
        return tuple(plain(part) for part in answer)
    if hasattr(answer, "detach"):  # a torch tensor, recognised without importing torch
        return answer.detach().cpu().numpy()
    return answer


def same(answer: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """Say whether two plain values agree: words exactly, numbers within ``tolerance``, arrays also in shape.

    Nothing that a learner hands over makes it raise.

    Parameters
    ----------
    answer, expected : object
        Anything; a single number may also come as an array that holds one.
    tolerance : float
        Largest absolute difference of any number.

    Examples
    --------
    >>> same((1, 8, 16), [1, 8, 16]), same(20.4, 20.38, 0.05), same("tanh", 1.0)
    (True, True, False)
    """
    if isinstance(expected, str) or isinstance(answer, str):
        return bool(isinstance(answer, str) and answer == expected)
    try:
        got, wanted = np.asarray(answer, dtype=float), np.asarray(expected, dtype=float)
    except Exception:  # whatever a stranger's __array__ or an uneven list raises: it is not the expected value
        return False
    # a 0-d tensor, [x] and x are one answer
    if got.size == wanted.size == 1:
        got, wanted = got.reshape(()), wanted.reshape(())
    return got.shape == wanted.shape and bool(np.allclose(got, wanted, rtol=0, atol=tolerance))
