"""Writes nested arrays, numbers and names to one ``.npz`` file and reads them back: no pickle on either side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from rnnviz import files
from rnnviz.trace.result.arrays import Array
from rnnviz.trace.result.members import DamagedError, Members

_FORMAT = "rnnviz-trace-1"
_DEPTH = 8  # a trace, its layers, a layer, a mapping of mappings: six
_EXAMPLE = "run.npz"


def write(path: str | PathLike[str], tree: Mapping[str, Any]) -> None:
    """Write `tree` to `path`, under exactly that name, whole or not at all."""
    arrays: dict[str, Array] = {}
    described = json.dumps({"format": _FORMAT, "tree": _stored(tree, arrays)})
    files.write(
        files.checked_path(path, _EXAMPLE),
        # the file, not the path: given a path numpy would add .npz to it
        lambda file: np.savez(file, allow_pickle=False, described=np.array(described), **arrays),
    )


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Read what `write` wrote; only what the tree refers to, and never more than the file holds.

    Raises
    ------
    ValueError
        If the file is no saved trace.
    OSError
        If there is no such file, or it cannot be read.
    """
    found = files.checked_path(path, _EXAMPLE)
    try:
        with files.readable(found) as file:
            members = Members(file)
            told = files.parsed(members.words("described"))
            if not isinstance(told, dict) or told.get("format") != _FORMAT:
                raise DamagedError("it says another format")
            tree = _restored(told.get("tree"), members, _DEPTH)
    except (DamagedError, ValueError):  # another file, or a part of one
        raise refused(found) from None
    except OSError as error:
        raise files.told(error, found, "read") from error
    if not isinstance(tree, dict):
        raise refused(found)
    return tree


def refused(path: str | PathLike[str]) -> ValueError:
    """Return what is said of a file that is no saved trace."""
    return ValueError(
        f"path must be a file written by Trace.save, got {files.named(files.checked_path(path, _EXAMPLE))}, "
        "which is not one."
    )


def _stored(value: Any, arrays: dict[str, Array]) -> Any:
    """JSON for a value; arrays go to `arrays` under a number and leave that."""
    if isinstance(value, np.ndarray):
        arrays[f"array{len(arrays)}"] = value
        return {"array": f"array{len(arrays) - 1}"}
    if isinstance(value, Mapping):
        return {"mapping": [[name, _stored(inner, arrays)] for name, inner in value.items()]}
    return value


def _restored(value: Any, members: Members, depth: int) -> Any:
    if not isinstance(value, dict):
        return value
    if depth == 0:
        # counted, and not left to Python: its recursion limit is the caller's affair
        raise DamagedError("it is nested too deeply")
    match value:
        case {"array": str(name)}:
            return members.array(name)
        case {"mapping": list(pairs)} if all(_is_entry(pair) for pair in pairs):
            return {name: _restored(inner, members, depth - 1) for name, inner in pairs}
    raise DamagedError("it describes neither an array nor a mapping")


def _is_entry(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)
