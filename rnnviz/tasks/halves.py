"""Halves: which held-out sequences choose among trained models, and which grade the one that was chosen."""

import hashlib

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Halves", "by_content", "in_time"]

Halves = tuple[NDArray[np.int64], NDArray[np.int64]]


def by_content(inputs: Tensor) -> Halves:
    """Return two halves, drawn by a hash of each sequence: the same whatever their order, and equal ones in one half.

    >>> import torch
    >>> first, second = by_content(torch.arange(10.0).reshape(10, 1, 1))
    >>> len(first), len(second), len({*first.tolist(), *second.tolist()})
    (5, 5, 10)
    """
    rows = inputs.detach().cpu().contiguous().numpy()
    names = [hashlib.sha256(row.tobytes()).digest() for row in rows]
    order = sorted(range(len(names)), key=names.__getitem__)
    cuts = [place for place in range(1, len(order)) if names[order[place - 1]] != names[order[place]]]
    # all of them equal: nothing tells one half from the other, and each needs one
    cut = min(cuts, key=lambda place: abs(place - len(order) / 2), default=len(order) // 2)
    return _sorted(order[:cut]), _sorted(order[cut:])


def in_time(origins: NDArray[np.int64], horizon: int) -> Halves:
    """Return the earlier half and the later one of windows in order of time, which share no answer.

    >>> in_time(np.arange(100, 110), horizon=3)
    (array([0, 1, 2]), array([5, 6, 7, 8, 9]))
    """
    middle = len(origins) // 2
    places = np.arange(len(origins))
    earlier = places[:middle]
    if middle:
        earlier = earlier[origins[:middle] + horizon <= origins[middle]]
    return earlier, places[middle:]


def _sorted(places: list[int]) -> NDArray[np.int64]:
    return np.array(sorted(places), np.int64)
