"""Norms of each parameter along a run: its gradient, its weight, and how far one step moves it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.trace.result.arrays import read_only
from rnnviz.training.process.forks import renewed_in_children

__all__ = ["EVERY", "Norms", "ParameterNorms"]

EVERY = 10  # training steps: a look copies all weights once
_ROWS = 512  # looks that are kept; then every second one


@dataclass(frozen=True, eq=False)
class Norms:
    """Norms of each parameter at some steps of a run, Euclidean over all its numbers.

    Parameters
    ----------
    names : tuple of str
        Of the parameters, as torch names them.
    steps : numpy.ndarray
        Training steps, rising, axis (look,).
    gradients, weights : numpy.ndarray
        Norm of the gradient before clipping, and of the weight after the step, axes (look, parameter).
    updates : numpy.ndarray
        Norm of what the step has changed, divided by the norm of the weight before it, axes (look, parameter); NaN for
        a weight that was all zeros.
    """

    names: tuple[str, ...]
    steps: NDArray[np.float64]
    gradients: NDArray[np.float64]
    weights: NDArray[np.float64]
    updates: NDArray[np.float64]


class ParameterNorms:
    """Takes the norms at the first step and at every tenth; rows stay on the device until they are read.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    parameters : sequence of torch.Tensor
        In the same order.

    Examples
    --------
    >>> weight = torch.tensor([3.0, 4.0])
    >>> norms = ParameterNorms(["w"], [weight])
    >>> before = norms.before(0)
    >>> weight += 0.5
    >>> norms.note(1, torch.tensor([2.0]), before)
    >>> norms.read().updates.round(3)
    array([[0.141]])
    """

    def __init__(self, names: Sequence[str], parameters: Sequence[Tensor]) -> None:
        self._names, self._parameters = tuple(names), list(parameters)
        self._steps: list[int] = []
        # the rows, made with the first look, which says what dtype the norms have
        self._table: Tensor | None = None
        self._stride = 1
        self._lock = threading.Lock()
        renewed_in_children(self)

    def to(self, parameters: Sequence[Tensor]) -> "ParameterNorms":
        """Return a copy that goes on with these parameters, on their device."""
        there = ParameterNorms(self._names, parameters)
        with self._lock:
            there._steps, there._stride = list(self._steps), self._stride
            there._table = None if self._table is None else self._table.to(parameters[0].device, copy=True)
        return there

    def after_fork(self) -> None:
        """See `rnnviz.training.process.forks`."""
        self._lock = threading.Lock()

    def before(self, finished: int) -> list[Tensor] | None:
        """Return a copy of the weights where the step after ``finished`` ones is to be noted, else None."""
        if finished and (finished + 1) % (EVERY * self._stride):
            return None
        return [one.detach().clone() for one in self._parameters]

    def note(self, step: int, gradients: Tensor, before: Sequence[Tensor] | None) -> None:
        """Note a step that has just been made.

        Parameters
        ----------
        step : int
            Its number, from 1.
        gradients : torch.Tensor
            Gradient norm of each parameter before clipping, axis (parameter,).
        before : sequence of torch.Tensor or None
            What `before` has returned; nothing is noted for None.
        """
        if before is None:
            return
        now = [one.detach() for one in self._parameters]
        moved = torch._foreach_sub(now, list(before))
        weights, was, moves = (_norms(group, gradients) for group in (now, before, moved))
        with self._lock:
            if self._table is None:
                self._table = gradients.new_zeros(_ROWS, 3, len(gradients))
            if len(self._steps) == _ROWS:
                # the first look stays: it is where the weights began
                self._table[: _ROWS // 2] = self._table[::2].clone()
                self._steps, self._stride = self._steps[::2], 2 * self._stride
            self._table[len(self._steps)] = torch.stack([gradients, weights, moves / was])
            self._steps.append(step)

    def waiting(self) -> tuple[NDArray[np.float64], Tensor]:
        """Return the steps and, as a copy on the device, their rows, axes (look, 3, parameter), for `told`."""
        with self._lock:
            steps = np.array(self._steps, np.float64)
            rows = torch.zeros(0, 3, len(self._names)) if self._table is None else self._table[: len(steps)].clone()
        return steps, rows

    def told(self, steps: NDArray[np.float64], rows: NDArray[np.floating]) -> Norms:
        """Return what `waiting` gave, now that it is on the host."""
        table = np.ascontiguousarray(rows.astype(np.float64).transpose(1, 0, 2))
        return Norms(self._names, read_only(steps), *read_only(table))

    def read(self) -> Norms:
        """Return what was noted; waits for the device."""
        steps, rows = self.waiting()
        return self.told(steps, rows.cpu().numpy())


def _norms(tensors: Sequence[Tensor], like: Tensor) -> Tensor:
    return torch.stack([one.to(like) for one in torch._foreach_norm(list(tensors))])
