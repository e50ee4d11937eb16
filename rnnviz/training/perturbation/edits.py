"""Edits: what is written over one timestep's input, a number or, for a task with symbols, another symbol."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnnviz.checks import number, shown, whole
from rnnviz.tasks import Task

_LARGEST = 1e30  # what is beyond is infinite once it is squared in single precision

__all__ = ["Edit", "symbols_of"]


@dataclass(frozen=True, eq=False)
class Edit:
    """One change of an input, in words and as numbers.

    Parameters
    ----------
    original, value : float or str
        What stood there and what is written.
    feature : int or None
        Which number of the timestep; None for a symbol, which is all of it.
    written : torch.Tensor or float
        The number, or the timestep's whole input.
    """

    original: float | str
    value: float | str
    feature: int | None
    written: Tensor | float

    @classmethod
    def of(cls, task: Task, now: Tensor, value: float | str | None, feature: int) -> "Edit":
        """Return the edit of one timestep's input ``now``; without a value, one that changes nothing.

        Raises
        ------
        TypeError, ValueError
            If there is no such feature or symbol, or ``value`` is no number where one is wanted.
        """
        symbols = symbols_of(task)
        # a number for a one-hot input is an edit of that number, which is no symbol any more
        if symbols and (value is None or isinstance(value, str) or task.vocabulary is not None):
            original = symbols[int(now if task.vocabulary is not None else now.argmax())]
            typed = original if value is None else _known(value, symbols)
            return cls(original, typed, None, now if typed == original else _row(task, now, symbols.index(typed)))
        if isinstance(value, str):
            raise TypeError(f"value must be a number, for the task {task.name!r} has no symbols; got {shown(value)}.")
        feature = whole(0, task.input_size - 1)("feature", feature)
        number = float(now[feature])
        wanted = number if value is None else _finite(value)
        return cls(number, wanted, feature, wanted)

    def apply(self, inputs: Tensor, time: int) -> Tensor:
        """Return a copy of one sequence, axes (1, time, …), with this written at a timestep."""
        changed = inputs.clone()
        if self.feature is None:
            changed[0, time] = self.written
        else:
            changed[0, time, self.feature] = self.written
        return changed


def symbols_of(task: Task) -> tuple[str, ...]:
    """Return what can be typed at a timestep: the task's symbols, the numbers of its tokens, or nothing."""
    return task.symbols or tuple(map(str, range(task.vocabulary or 0)))


def _finite(value: Any) -> float:
    if isinstance(value, float) and math.isnan(value):
        raise ValueError("value must be a finite number, got nan.")
    return number(-_LARGEST, _LARGEST, open_end=False)("value", value)


def _known(value: Any, symbols: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in symbols:
        raise ValueError(f"value must be one of {' '.join(map(repr, symbols))}, got {shown(value)}.")
    return str(value)


def _row(task: Task, now: Tensor, symbol: int) -> Tensor:
    if task.vocabulary is not None:
        return torch.full_like(now, symbol)
    row = torch.zeros_like(now)
    row[symbol] = 1.0
    return row
