"""Brings tensors to the host: those of one device packed into one copy, with one wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from rnnviz.trace.result.arrays import Array

__all__ = ["AwayError", "at_hand", "fetched", "tensors_in"]

_PACKED = 2**28  # bytes: packing takes as much memory again on the device
_SCARCE = 2**26  # bytes: arrays below that are copied out of page-locked memory, of which snapshots would hold much


class AwayError(Exception):
    """Not all tensors are on the CPU; never leaves this part."""


def tensors_in(tree: Any) -> list[Tensor]:
    """All tensors of nested dicts, lists and tuples, in their order."""
    found: list[Tensor] = []
    _collect(tree, found)
    return found


def at_hand(tree: Any) -> Any:
    """Do what `fetched` does where all of it is on the CPU; raise an `AwayError` where it is not."""
    if isinstance(tree, Tensor):
        if not tree.is_cpu:
            raise AwayError
        here = tree.detach() if tree.requires_grad else tree
        return (here.float() if here.dtype is torch.bfloat16 else here).numpy()
    if isinstance(tree, dict):
        return {name: None if one is None else at_hand(one) for name, one in tree.items()}
    return [at_hand(one) for one in tree] if isinstance(tree, (list, tuple)) else tree


def fetched(tree: Any) -> Any:
    """Nested mappings and sequences with their tensors as numpy arrays, axes in memory in the tensors' order.

    A tensor of the CPU's is not copied. bfloat16, which numpy does not know, becomes float32.
    """
    with suppress(AwayError):
        return at_hand(tree)
    tensors = [_known(one.detach()) for one in tensors_in(tree)]
    found: dict[int, Array] = {}
    away: dict[torch.device, list[int]] = {}
    for place, one in enumerate(tensors):
        if one.device.type == "cpu":
            found[place] = one.numpy()
        else:
            away.setdefault(one.device, []).append(place)
    for device, places in away.items():
        found |= zip(places, _packed([tensors[place] for place in places], device), strict=True)
    arrays = iter([found[place] for place in range(len(tensors))])
    return _replaced(tree, arrays)


def _packed(tensors: list[Tensor], device: torch.device) -> list[Array]:
    # as they lie in memory: to make them contiguous would be a pass over all on the device
    orders = [sorted(range(one.dim()), key=one.stride, reverse=True) for one in tensors]
    laid = [one.permute(order).contiguous() for one, order in zip(tensors, orders, strict=True)]
    by_size = sorted(range(len(laid)), key=lambda k: -laid[k].element_size())  # every array begins where its kind may
    host = _copied([laid[k].reshape(-1).view(torch.uint8) for k in by_size], device)
    sizes = [laid[k].nbytes for k in by_size]
    found: dict[int, Array] = {}
    for k, end, size in zip(by_size, accumulate(sizes), sizes, strict=True):
        values = host[end - size : end].view(laid[k].dtype).view(laid[k].shape)
        back = sorted(range(len(orders[k])), key=orders[k].__getitem__)
        found[k] = values.permute(back).numpy()
    return [found[k] for k in range(len(laid))]


def _copied(flat: list[Tensor], device: torch.device) -> Tensor:
    """Lay bytes end to end on the host; on CUDA all copies are under way before the one wait."""
    parcels = [parcel[0] if len(parcel) == 1 else torch.cat(parcel) for parcel in _parcels(flat)]
    if device.type != "cuda":
        found = [parcel.cpu() for parcel in parcels]
        return found[0] if len(found) == 1 else torch.cat(found)
    total = sum(len(parcel) for parcel in parcels)
    # page-locked, or CUDA copies through a buffer of its own and waits each time
    host = torch.empty(total, dtype=torch.uint8, device="cpu", pin_memory=True)
    for parcel, end in zip(parcels, accumulate(map(len, parcels)), strict=True):
        host[end - len(parcel) : end].copy_(parcel, non_blocking=True)
    torch.cuda.current_stream(device).synchronize()
    return host.clone() if total < _SCARCE else host


def _parcels(flat: list[Tensor]) -> list[list[Tensor]]:
    """Cut a row of tensors into such as are packed at once; a large one goes alone, as it is."""
    parcels: list[list[Tensor]] = [[]]
    for one in flat:
        if parcels[-1] and sum(map(len, parcels[-1])) + len(one) > _PACKED:
            parcels.append([])
        parcels[-1].append(one)
    return parcels


def _known(values: Tensor) -> Tensor:
    return values.float() if values.dtype == torch.bfloat16 else values


def _collect(tree: Any, found: list[Tensor]) -> None:
    if isinstance(tree, Tensor):
        found.append(tree)
    elif isinstance(tree, (dict, list, tuple)):
        for one in tree.values() if isinstance(tree, dict) else tree:
            _collect(one, found)


def _replaced(tree: Any, arrays: Iterator[Array]) -> Any:
    if isinstance(tree, Tensor):
        return next(arrays)
    if isinstance(tree, dict):
        return {name: _replaced(one, arrays) for name, one in tree.items()}
    return [_replaced(one, arrays) for one in tree] if isinstance(tree, (list, tuple)) else tree
