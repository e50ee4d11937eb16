"""Results whose arrays stay on the device where they were worked out, until somebody reads one of them.

Then tensors come to the host: those of one device packed into one copy, with one wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor

from rnnviz.trace.result.arrays import Array

__all__ = ["Resident", "brought", "fetched", "owe", "resident", "without_defaults"]

_PACKED = 2**28  # bytes: packing takes as much memory again on the device
_SCARCE = 2**26  # bytes: arrays below that are copied out of page-locked memory, of which snapshots would hold much

T = TypeVar("T", bound=type)
R = TypeVar("R", bound="Resident")
Fields = dict[str, Any]


def _as_they_are(found: Fields) -> Fields:
    return found


@dataclass(frozen=True, eq=False)
class HeldTensors:
    """What a result will be made of: tensors by field, and what makes the fields of the arrays, on the host."""

    tree: Fields
    make: Callable[..., Any]
    finish: Callable[[Fields], Fields] = _as_they_are
    streams: Sequence[Any] = ()  # in which CUDA works them out; somebody may read them in another
    lock: Any = field(default_factory=threading.Lock)


class Resident:
    """A frozen dataclass of arrays; some, or all, may still lie on a device and come over at the first reading.

    Nothing is copied for a result that nobody reads. What is read brings all of its result's arrays in one copy.
    """

    if not TYPE_CHECKING:  # who checks types is to find a field that is misspelt

        def __getattr__(self, name: str) -> Any:
            if "_held" in self.__dict__ and any(name == one.name for one in fields(self)):
                brought((), self)
            if name in self.__dict__.get("_owed", ()):
                # two threads that ask at once find the same
                self.__dict__[name] = self.__dict__["_owed"][name](self)
            if name in self.__dict__:
                return self.__dict__[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        """Fields that are still to come are offered too."""
        return sorted({*super().__dir__(), *(one.name for one in fields(self))} - {"_held", "_owed"})  # type: ignore[arg-type]


def resident(
    cls: type[R],
    tree: Fields,
    finish: Callable[[Fields], Fields] = _as_they_are,
    *,
    make: Callable[..., R] | None = None,
    **known: Any,
) -> R:
    """Return a result of `tree`, finished on the host; at once where all of it is on the CPU anyway.

    Parameters
    ----------
    cls
        Of the result.
    tree
        Tensors by field, in nested mappings or sequences. Nobody may write to them any more.
    finish
        From `tree`, with arrays for its tensors, to fields.
    make
        What makes the result of its fields; `cls` itself unless given.
    **known
        Fields that need not be read.
    """
    make = make or cls
    try:
        arrays = at_hand(tree)
    except AwayError:
        # without __init__, which would check arrays that are not there yet
        made = object.__new__(cls)
        devices = {one.device for one in tensors_in(tree) if one.is_cuda}
        streams = [torch.cuda.current_stream(one) for one in devices]
        made.__dict__.update(known, _held=HeldTensors(tree, make, finish, streams))
        return made
    return make(**known, **finish(arrays))


def owe(result: Resident, **later: Callable[[Any], Any]) -> None:
    """Let these fields of a result be worked out, each by a function of it, when they are first read."""
    for name in later:
        result.__dict__.pop(name, None)
    result.__dict__["_owed"] = later


def brought(tree: Any, *results: Resident) -> Any:
    """Bring all arrays of the results to the host, and in the same copy the tensors of a tree, which is returned."""
    waiting = [(one, held) for one in results if (held := one.__dict__.get("_held")) is not None]
    for _, held in waiting:
        for stream in held.streams:
            # whoever reads may do so in another stream, or thread, than the one that worked it out
            torch.cuda.current_stream(stream.device).wait_stream(stream)
    found, *arrays = fetched([tree, *(held.tree for _, held in waiting)])
    for (result, held), values in zip(waiting, arrays, strict=True):
        with held.lock:  # another thread may have been faster
            if "_held" in result.__dict__:
                known = {name: one for name, one in result.__dict__.items() if name != "_held"}
                result.__dict__.update(vars(held.make(**known, **held.finish(values))))
                del result.__dict__["_held"]
    return found


def without_defaults(cls: T) -> T:
    """Take the fields' defaults from a dataclass itself, where they would be found in place of what is still to come.

    Its constructor keeps them.
    """
    for one in fields(cls):
        if one.name in vars(cls):
            delattr(cls, one.name)
    return cls


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
    packs = [pack[0] if len(pack) == 1 else torch.cat(pack) for pack in _packs(flat)]
    if device.type != "cuda":
        found = [pack.cpu() for pack in packs]
        return found[0] if len(found) == 1 else torch.cat(found)
    total = sum(len(pack) for pack in packs)
    # page-locked, or CUDA copies through a buffer of its own and waits each time
    host = torch.empty(total, dtype=torch.uint8, device="cpu", pin_memory=True)
    for pack, end in zip(packs, accumulate(map(len, packs)), strict=True):
        host[end - len(pack) : end].copy_(pack, non_blocking=True)
    torch.cuda.current_stream(device).synchronize()
    return host.clone() if total < _SCARCE else host


def _packs(flat: list[Tensor]) -> list[list[Tensor]]:
    """Cut a row of tensors into such as are packed at once; a large one goes alone, as it is."""
    packs: list[list[Tensor]] = [[]]
    for one in flat:
        if packs[-1] and sum(map(len, packs[-1])) + len(one) > _PACKED:
            packs.append([])
        packs[-1].append(one)
    return packs


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
