"""Writes a trace to one ``.npz`` file and reads it back: arrays and names only, so no pickle on either side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from os import PathLike
from typing import Any

import numpy as np

from rnnviz.trace.result import Array, LayerTrace, Trace

_FORMAT = "rnnviz-trace-1"


def save(trace: Trace, path: str | PathLike[str]) -> None:
    """Write `trace` to `path`, under exactly that name."""
    arrays: dict[str, Array] = {} if trace.output is None else {"output": trace.output}
    described: dict[str, Any] = {"format": _FORMAT, "loss": trace.loss, "layers": []}
    for number, (name, layer) in enumerate(trace.layers.items()):
        tree = {
            field.name: _stored(getattr(layer, field.name), f"{number}/{field.name}", arrays) for field in fields(layer)
        }
        described["layers"].append({"name": name, **tree})
    arrays["described"] = np.array(json.dumps(described))
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: str | PathLike[str]) -> Trace:
    """Read what `save` wrote.

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
    layers = {}
    for tree in described["layers"]:
        name = tree.pop("name")
        layers[name] = LayerTrace(**{key: _restored(value, arrays) for key, value in tree.items()})
    return Trace(layers=layers, loss=described["loss"], output=arrays.get("output"))


def _stored(value: Any, key: str, arrays: dict[str, Array]) -> Any:
    """JSON for a field; arrays go to `arrays` and leave their key."""
    if isinstance(value, np.ndarray):
        arrays[key] = value
        return {"array": key}
    if isinstance(value, Mapping):
        return {"mapping": [[name, _stored(inner, f"{key}/{name}", arrays)] for name, inner in value.items()]}
    return value


def _restored(value: Any, arrays: Mapping[str, Array]) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    return {name: _restored(inner, arrays) for name, inner in value["mapping"]}
