"""Writes nested arrays, numbers and names to one ``.npz`` file and reads them back: no pickle on either side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from rnnviz.trace.arrays import Array

_FORMAT = "rnnviz-trace-1"


def write(path: str | PathLike[str], tree: Mapping[str, Any]) -> None:
    """Write `tree` to `path`, under exactly that name."""
    arrays: dict[str, Array] = {}
    described = json.dumps({"format": _FORMAT, "tree": _stored(tree, arrays)})
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, described=np.array(described), **arrays)


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Read what `write` wrote.

    Raises
    ------
    ValueError
        If the file is no saved trace.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    described = json.loads(str(arrays.pop("described", "{}")))
    if described.get("format") != _FORMAT:
        raise ValueError(f"path must be a file written by Trace.save, got {str(path)!r}, which is not one.")
    tree: dict[str, Any] = _restored(described["tree"], arrays)
    return tree


def _stored(value: Any, arrays: dict[str, Array]) -> Any:
    """JSON for a value; arrays go to `arrays` under a number and leave that."""
    if isinstance(value, np.ndarray):
        arrays[f"array{len(arrays)}"] = value
        return {"array": f"array{len(arrays) - 1}"}
    if isinstance(value, Mapping):
        return {"mapping": [[name, _stored(inner, arrays)] for name, inner in value.items()]}
    return value


def _restored(value: Any, arrays: Mapping[str, Array]) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    return {name: _restored(inner, arrays) for name, inner in value["mapping"]}
