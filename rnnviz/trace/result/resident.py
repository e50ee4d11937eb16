"""Results whose arrays stay on the device where they were worked out, until somebody reads one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from rnnviz.trace.result.fetching import AwayError, at_hand, fetched, tensors_in

__all__ = ["Resident", "brought", "owe", "resident", "without_defaults"]

T = TypeVar("T", bound=type)
R = TypeVar("R", bound="Resident")
Fields = dict[str, Any]


def _as_they_are(found: Fields) -> Fields:
    return found


@dataclass(frozen=True, eq=False)
class Held:
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
        made.__dict__.update(known, _held=Held(tree, make, finish, streams))
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
