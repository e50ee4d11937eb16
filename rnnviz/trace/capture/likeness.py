"""Which of several calls a changed state comes from, where all of them had a part in it: told by its numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnnviz.trace.capture.calls import Call

__all__ = ["likest"]

_LEAST = 0.6  # a cosine
_CHANCE = 4.0  # standard deviations of the cosine of unrelated numbers, 1/√n
_CLEARLY = 0.25  # what is unlike in the state of another call is so much of what is unlike in that of the first


def likest(state: Tensor, calls: list[Call]) -> Call | None:
    """Return the first of the calls, or another whose state points far more clearly where this one does.

    A model that stacks the states of several streams, changes all of them and takes them apart again may exchange them:
    scaled, masked or with some noise, a state still points where it did before.
    """
    if len(calls) < 2:
        return calls[0] if calls else None
    values = state.detach().flatten()
    there = values != 0  # the others may be masked
    values = values[there].double()
    alike = [_cosine(values, there, call) for call in calls]
    best = max(range(len(calls)), key=alike.__getitem__)
    bar = min(1 - 1e-6, max(_LEAST, _CHANCE / math.sqrt(max(len(values), 1))))
    clear = alike[best] > bar and 1 - alike[best] < _CLEARLY * (1 - alike[0])
    return calls[best if clear else 0]


def _cosine(values: Tensor, there: Tensor, call: Call) -> float:
    """Return the cosine of a state and the most alike of those that a call ended in; 0 where none has its size."""
    found = 0.0
    for one in call.states:
        if one.numel() == there.numel() and one.device == there.device:
            found = max(found, float(torch.cosine_similarity(values, one.flatten()[there].double(), dim=0)))
    return found if math.isfinite(found) else 0.0
