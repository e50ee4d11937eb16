"""The tensors inside whatever a module takes or returns: tuples, dicts, named tuples, dataclasses, packed sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from copy import copy
from dataclasses import Field, fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

__all__ = ["Path", "distinct", "leaves", "mapped", "refilled"]

Path: TypeAlias = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Tensor]]:
    """Every tensor in `value` and the way to it: positions in tuples and lists, keys, names of fields.

    Examples
    --------
    >>> import torch
    >>> [path for path, _ in leaves((torch.ones(1), {"h": torch.ones(1), "n": 3}))]
    [(0,), (1, 'h')]
    """
    if isinstance(value, Tensor):
        yield path, value
    else:
        for name, inner in _inside(value):
            yield from leaves(inner, (*path, name))


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """The same structure with every tensor changed; what none of them changes in is handed back itself."""
    if isinstance(value, Tensor):
        return change(value)
    new = {name: mapped(inner, change) for name, inner in _inside(value)}
    return value if all(new[name] is inner for name, inner in _inside(value)) else _with(value, new)


def refilled(value: Any, tensors: Iterator[Tensor]) -> Any:
    """The same structure with other tensors, in the order of `leaves`."""
    return mapped(value, lambda _: next(tensors))


def distinct(value: Any) -> list[Tensor]:
    """Every tensor in `value` once, however often it is there."""
    return list({id(one): one for _, one in leaves(value)}.values())


def _inside(value: Any) -> list[tuple[str | int, Any]]:
    """What `value` holds, by name or position; nothing where it could not be made anew with something else in it."""
    if isinstance(value, PackedSequence):
        return [("data", value.data)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, tuple | list):
        return list(enumerate(value))
    if isinstance(value, MutableMapping | MappingProxyType):
        return list(value.items())
    # a module's tensors are its weights, and no results
    if isinstance(value, nn.Module | type) or not hasattr(value, "__dict__"):
        return [(one.name, getattr(value, one.name)) for one in _fields(value)]
    held = {one.name: getattr(value, one.name, None) for one in _fields(value)} | vars(value)
    return [(name, one) for name, one in held.items() if isinstance(one, Tensor) or _fields(value)]


def _fields(value: Any) -> tuple[Field[Any], ...]:
    return fields(value) if is_dataclass(value) and not isinstance(value, type) else ()


def _with(value: Any, new: Mapping[str | int, Any]) -> Any:
    """A copy of `value` that holds something else."""
    if isinstance(value, PackedSequence):
        return value._replace(data=new["data"])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)._make(new.values())  # type: ignore[attr-defined]
    if isinstance(value, MappingProxyType):
        return MappingProxyType(dict(new))
    if isinstance(value, tuple):
        known = type(value).__module__ == "torch.return_types"  # made from one argument, as a plain tuple is
        return type(value)(new.values()) if known else tuple.__new__(type(value), new.values())
    # shallow: what is no tensor is shared, as it would have been without us
    made = copy(value)
    if isinstance(value, list):
        made[:] = new.values()
        return made
    for name, inner in new.items():
        if isinstance(value, MutableMapping):
            made[name] = inner
        else:
            # also of a frozen dataclass
            object.__setattr__(made, str(name), inner)
    return made
