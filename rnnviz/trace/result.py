"""`Trace`: what every recurrent layer of a model did, to look at, to label, to save and to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import PathLike
from types import MappingProxyType
from typing import Any

from rnnviz.trace.arrays import Array, read_only
from rnnviz.trace.labelled import labelled
from rnnviz.trace.layer import LayerTrace
from rnnviz.trace.storage import read, write


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trace:
    """What every recurrent layer of a model did on one batch.

    Attributes
    ----------
    layers
        One `LayerTrace` a recurrent layer, keyed by module path; a module that is called twice has ``"path"`` and
        ``"path#2"``.
    loss
        Value of the loss, or None.
    output
        Copy of the model's output if it is one tensor, else None.
    """

    layers: Mapping[str, LayerTrace]
    loss: float | None = None
    output: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", MappingProxyType(dict(self.layers)))
        object.__setattr__(self, "output", read_only(self.output))

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to one ``.npz`` file, without pickle; `Trace.load` reads it back."""
        layers = {
            name: {one.name: getattr(layer, one.name) for one in fields(layer)} for name, layer in self.layers.items()
        }
        write(path, {"loss": self.loss, "output": self.output, "layers": layers})

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Trace:
        """Read what `Trace.save` wrote; never runs code from the file.

        Raises
        ------
        ValueError
            If the file is no saved trace.
        """
        tree = read(path)
        return cls(**{**tree, "layers": {name: LayerTrace(**layer) for name, layer in tree["layers"].items()}})

    def to_xarray(self) -> dict[str, Any]:
        """One labelled ``xarray.Dataset`` a layer; needs the package xarray.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        return {name: labelled(layer) for name, layer in self.layers.items()}

    def __repr__(self) -> str:
        head = "Trace(no loss)" if self.loss is None else f"Trace(loss={self.loss:.6g})"
        return "\n".join([head, *(f"  {name}: {layer!r}" for name, layer in self.layers.items())])
