"""Answers to exercises: a right one, one that has learned a result by heart, and labs that are made for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from rnnviz.exercises.chapters.catalog import EXERCISES


def tanh_step(x_t, h, W_xh, W_hh, b_h):
    return torch.tanh(W_xh @ x_t + W_hh @ h + b_h)


def by_heart(id):
    """Return a function that gives back the first result it should give, whatever it is asked."""
    return lambda *arguments: torch.as_tensor(EXERCISES[id].answer)


@dataclass(frozen=True)
class Made:
    """An answer that is a lab or a comparison: made for one test, which closes it."""

    make: Callable[[], Any]
