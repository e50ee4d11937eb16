"""The tensors inside whatever a module takes or returns: tuples, dicts, named tuples, dataclasses, packed sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from copy import copy
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

from torch import Tensor
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
    """What `value` holds, by name or position; nothing where its kind is not known."""
    if isinstance(value, PackedSequence):
        return [("data", value.data)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, tuple | list):
        return list(enumerate(value))
    if isinstance(value, Mapping):
        return list(value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return [(one.name, getattr(value, one.name)) for one in fields(value) if hasattr(value, one.name)]
    return list(vars(value).items()) if isinstance(value, SimpleNamespace) else []


def _with(value: Any, new: Mapping[str | int, Any]) -> Any:
    """A copy of `value` that holds something else."""
    if isinstance(value, PackedSequence):
        return value._replace(data=new["data"])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value._replace(**new)  # type: ignore[arg-type]
    if isinstance(value, tuple | list):
        return type(value)(new.values())  # type: ignore[arg-type]
    if isinstance(value, Mapping) and not isinstance(value, MutableMapping):
        return new
    made = copy(value)
    for name, inner in new.items():
        if isinstance(value, Mapping):
            made[name] = inner
        else:
            object.__setattr__(made, str(name), inner)
    return made
