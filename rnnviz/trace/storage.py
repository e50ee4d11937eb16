"""Writes nested arrays, numbers and names to one ``.npz`` file and reads them back: no pickle on either side."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from os import PathLike
from typing import Any
from zipfile import BadZipFile

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
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as members:
            arrays = dict(members)
        described = json.loads(str(arrays.pop("described")))
        known, tree = described["format"] == _FORMAT, described["tree"]
    except (ValueError, TypeError, KeyError, EOFError, BadZipFile, zlib.error):  # another file, or a part of one
        known, tree = False, None
    if not known:
        raise ValueError(f"path must be a file written by Trace.save, got {str(path)!r}, which is not one.")
    return dict(_restored(tree, arrays))


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
